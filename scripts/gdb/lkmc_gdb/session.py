# SPDX-License-Identifier: GPL-2.0-or-later
"""The end of a session: when the emulator has gone, GDB says so and ends."""
from __future__ import annotations

import gdb

LEAVING = ("detach", "disconnect", "kill")
_connected: list[bool] = []


def watch() -> None:
    """End GDB when it has lost its connection, unless it was the user who wanted that."""
    if not hasattr(gdb, "TargetConnection"):        # since GDB 12
        return
    for command in LEAVING:
        gdb.execute(f"define hook-{command}\npython lkmc_gdb.session.leave()\nend")
    gdb.events.before_prompt.connect(_look)


def leave() -> None:
    """The user takes GDB off the guest."""
    _connected.clear()


def _look(_: None = None) -> None:
    """Before each prompt."""
    if gdb.selected_inferior().connection is not None:
        _connected[:] = [True]
    elif _connected:
        gdb.write("lkmc: the emulator has gone, and with it the guest\n")
        gdb.execute("quit")


def connected() -> None:
    """GDB has its connection now."""
    _connected[:] = [True]
