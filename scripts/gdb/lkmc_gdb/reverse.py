# SPDX-License-Identifier: GPL-2.0-or-later
"""Going back in a replay: from a snapshot, QEMU goes forward again to the place before. Where it hangs, it is ended."""
from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import gdb

COMMANDS = ("reverse-continue", "reverse-finish", "reverse-next", "reverse-nexti", "reverse-step", "reverse-stepi")
LIMIT = "lkmc_reverse_limit"    # a convenience variable: seconds after which going back has failed
_waiting: list[threading.Timer] = []
_lock: list[Path] = []


def begin(lock: Path, seconds: int) -> None:
    """Take a snapshot, before which no way leads back, and watch over each command that goes back.

    lock: the file with the number of the process that looks after the emulator.
    """
    _lock[:] = [lock]
    gdb.set_convenience_variable(LIMIT, seconds)
    said = gdb.execute("monitor savevm", to_string=True).strip()
    if said:
        gdb.write(f"lkmc: no way back from here: {said}\n", gdb.STDERR)
    for command in COMMANDS:
        gdb.execute(f"define hook-{command}\npython lkmc_gdb.reverse.watch()\nend")
    gdb.events.stop.connect(_stopped)
    gdb.events.exited.connect(_stopped)


def watch() -> None:
    """A command that goes back begins."""
    _stopped()
    timer = threading.Timer(int(str(gdb.convenience_variable(LIMIT))), _end)
    timer.daemon = True
    _waiting.append(timer)
    timer.start()


def _stopped(event: object = None) -> None:
    while _waiting:
        _waiting.pop().cancel()


def _end() -> None:
    """In the timer's thread, which must not call GDB."""
    os.write(2, b"lkmc: QEMU hangs as it goes back, which some versions do; it is ended.\n"
                b"lkmc: the recording is as it was: replay it again, and go forward to the place, or ask "
                b"scripts/who-wrote (longer waiting: set $" + LIMIT.encode() + b" = 600)\n")
    os.kill(int(_lock[0].read_text()), signal.SIGTERM)
