# SPDX-License-Identifier: GPL-2.0-or-later
"""Breakpoints: those of ours, and what has to be put right about the user's."""
from __future__ import annotations

from collections.abc import Callable

import gdb
from lkmc_gdb import presses

PATCHABLE = 32      # bytes; more than compilers leave free at a function's start for the kernel to patch


class Hook(gdb.Breakpoint):
    """A breakpoint that is not the user's: it does something and lets the guest go on, unless Ctrl-C was pressed."""

    def __init__(self, where: str, action: Callable[[], None]) -> None:
        super().__init__(entry(where), internal=True)
        self.silent = True
        self.action = action

    def stop(self) -> bool:
        return presses.stops(self._act)

    def _act(self) -> None:
        try:
            self.action()
        except gdb.error as error:
            gdb.write(f"lkmc: {self.location}: {error}\n", gdb.STDERR)


def entry(function: str) -> str:
    """Where a function's parameters can be read: its first address that debug information covers. Raises gdb.error."""
    for place in gdb.decode_line(function)[1] or ():
        if _inside(place.pc, function):
            return f"*{place.pc:#x}"
    return function


def _inside(pc: int, function: str | None) -> bool:
    """Whether debug information says that the instruction is one of the function's."""
    block = gdb.block_for_pc(pc)
    while block and block.function is None:
        block = block.superblock
    return bool(block and block.function and block.function.name == function)


def leave_one_entry(point: gdb.Breakpoint) -> None:
    """Where the compiler left room at the start of functions (-fpatchable-function-entry), debug information begins
    behind it, and GDB takes the two addresses for two functions: stop at the one inside the function."""
    places = list(getattr(point, "locations", None) or [])       # since GDB 13
    inside = [place for place in places if _inside(place.address, place.function)]
    for bare in places:
        if bare not in inside and any(place.function == bare.function and 0 < place.address - bare.address <= PATCHABLE
                                      for place in inside):
            bare.enabled = False


def watch() -> None:
    """From now on, see to each breakpoint that the user makes."""
    gdb.events.breakpoint_created.connect(leave_one_entry)
    gdb.events.breakpoint_modified.connect(_modified)


def _modified(point: gdb.Breakpoint) -> None:
    if not _busy:
        _busy.append(point)
        try:
            leave_one_entry(point)
        finally:
            _busy.clear()


_busy: list[gdb.Breakpoint] = []
