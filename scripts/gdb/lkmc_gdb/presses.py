# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C that the emulator does not hear: the guest has just come to a breakpoint of ours as GDB passes it on, and
QEMU's stub drops what it has no use for while the guest stands."""
from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable

import gdb

DESCRIPTOR = "LKMC_PRESSES"     # set by scripts/lkmc/gdb.py: what it writes the numbers of signals to, as they come


class Presses:
    """Those since the guest went on."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.at_rest = True
        self.missed = False     # the emulator has dropped one, and a breakpoint of ours stopped the guest instead

    def stops(self, action: Callable[[], None]) -> bool:
        """Do what a breakpoint of ours is for; whether the guest then stays where it is."""
        try:
            action()
            self.missed = self._heard()
        except KeyboardInterrupt:
            self.missed = True
        return self.missed

    def resumed(self, event: object = None) -> None:
        """GDB lets the guest go on: after a stop that the user saw, what was pressed before no longer counts."""
        if self.at_rest:
            self.at_rest = False
            self._heard()

    def stopped(self, event: object = None) -> None:
        """The user sees a stop."""
        self.at_rest = True
        if self.missed:
            self.missed = False
            gdb.write("\nlkmc: interrupted by Ctrl-C\n")
            gdb.execute("frame")

    def _heard(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            return signal.SIGINT in os.read(self.descriptor, 4096)
        return False


def watch() -> None:
    """From now on, see to each Ctrl-C, where scripts/run-gdb tells us of them."""
    descriptor = os.environ.get(DESCRIPTOR)
    if descriptor:
        _presses[:] = [Presses(int(descriptor))]
        gdb.events.cont.connect(_presses[0].resumed)
        gdb.events.stop.connect(_presses[0].stopped)


def stops(action: Callable[[], None]) -> bool:
    """As Presses.stops(); False where nobody tells us of them."""
    if _presses:
        return _presses[0].stops(action)
    action()
    return False


_presses: list[Presses] = []
