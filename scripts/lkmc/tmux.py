# SPDX-License-Identifier: GPL-2.0-or-later
"""A second pane in the user's tmux window, beside the emulator's."""
from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
from argparse import Namespace
from collections.abc import Mapping, Sequence

from lkmc.errors import UserError

OURS = "@lkmc"      # the option of a pane by which the next run finds it
OPTIONS = ("tmux", "tmux_args", "tmux_program")
DEBUGGER = "run-gdb"    # of scripts/, unless --tmux-program names another


def check(environment: Mapping[str, str] = os.environ) -> None:
    """Raises UserError outside of tmux."""
    if not environment.get("TMUX_PANE"):
        raise UserError("--tmux needs a terminal inside tmux; start one with: tmux")


def debugger(args: Namespace) -> str:
    """The one of scripts/ that debugs beside a guest."""
    return args.tmux_program or DEBUGGER


def beside(command: Sequence[str]) -> str:
    """Run a command in a pane right of this one, which it leaves active, in the place of an earlier one's. The pane
    stays when the command has failed, to be read. Returns tmux's name of it. Raises UserError."""
    here = os.environ["TMUX_PANE"]
    for line in _tmux("list-panes", "-t", here, "-F", f"#{{pane_id}} #{{{OURS}}}").splitlines():
        pane, _, mark = line.partition(" ")
        if mark and pane != here:
            _of_pane("kill-pane", "-t", pane)
    held = f"{shlex.join(command)} || {{ echo 'Enter closes this pane.'; read -r _; }}"
    pane = _tmux("split-window", "-h", "-t", here, "-P", "-F", "#{pane_id}", held).strip()
    _of_pane("set-option", "-p", "-t", pane, OURS, "1")
    return pane


def _of_pane(*words: str) -> None:
    """A command for a pane that may have gone by then, with the end of what ran there."""
    with contextlib.suppress(UserError):
        _tmux(*words)


def _tmux(*words: str) -> str:
    try:
        return subprocess.run(["tmux", *words], check=True, capture_output=True, text=True).stdout
    except OSError as error:
        raise UserError(f"tmux: {error.strerror}; install it, or leave out --tmux") from None
    except subprocess.CalledProcessError as error:
        raise UserError(f"tmux {words[0]}: {error.stderr.strip()}; leave out --tmux") from None
