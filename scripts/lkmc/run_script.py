# SPDX-License-Identifier: GPL-2.0-or-later
"""A run's run.sh: a shell script that runs the emulator's command again. No I/O."""
from __future__ import annotations

import shlex
from collections.abc import Sequence

NEXT_LINE = " \\\n\t"
EXEC = "exec "


def text(command: Sequence[str], before: str = "") -> str:
    """The script: the lines before, then the command, one option with its value a line."""
    lines = [shlex.quote(command[0])]
    for word in command[1:]:
        if word.startswith("-"):
            lines.append(shlex.quote(word))
        else:
            lines[-1] += " " + shlex.quote(word)
    return "#!/bin/sh\n# Replays this run by hand.\n" + before + EXEC + NEXT_LINE.join(lines) + "\n"


def command(script: str) -> list[str]:
    """The command of such a script."""
    return shlex.split(script.partition(f"\n{EXEC}")[2].replace(NEXT_LINE, " "))
