# SPDX-License-Identifier: GPL-2.0-or-later
"""The way to a gdbserver in the guest, through a port that the emulator forwards."""
from __future__ import annotations

import time

import gdb
from lkmc_gdb import session

PAUSE = 0.2     # seconds between two tries


def connect(target: str, patience: float, hint: str) -> None:
    """Connect as soon as gdbserver is there: the emulator takes connections before that, and drops them. GDB ends after
    `patience` seconds, and says the hint; and when gdbserver has gone before its program ended."""
    session.watch("gdbserver has gone, and with it the program", ends=True)
    end = time.monotonic() + patience
    while True:
        try:
            session.connect(target, quiet=True)
            return
        except gdb.error as error:
            if time.monotonic() > end:
                gdb.write(f"lkmc: no gdbserver answers ({error}); {hint}\n", gdb.STDERR)
                gdb.execute("quit 125")
        time.sleep(PAUSE)
