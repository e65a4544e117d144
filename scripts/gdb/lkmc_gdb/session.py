# SPDX-License-Identifier: GPL-2.0-or-later
"""The two ends of a session: GDB attaches, or says why not; and when what it was attached to has gone, it says so and
ends."""
from __future__ import annotations

import gdb

LEAVING = ("detach", "disconnect", "kill")
_connected: list[bool] = []
_gone: list[str] = []


def connect(target: str, quiet: bool = False) -> None:
    """Attach GDB. Where it and the other side disagree on the registers, GDB ends, and says why. Raises gdb.error."""
    try:
        gdb.execute(f"target remote {target}", to_string=quiet)
    except gdb.error as error:
        if "'g' packet" not in str(error):
            raise
        gdb.write(f"lkmc: {error}\nlkmc: GDB expects other registers than the emulator has: {_why()}\n", gdb.STDERR)
        gdb.execute("quit 125")
    _connected[:] = [True]


def _why() -> str:
    description = gdb.parameter("tdesc filename")
    if description:
        return f"it takes them from {description}, not from the emulator; leave out `set tdesc filename`"
    if "--without-expat" in gdb.execute("show configuration", to_string=True):
        return "this GDB was built without expat, and cannot read the emulator's description; use gdb-multiarch"
    return (f"it takes the processor for {gdb.selected_inferior().architecture().name()}; leave out `set architecture` "
            f"of your own, in --before and in ~/.gdbinit, or use gdb-multiarch")


def watch(gone: str = "the emulator has gone, and with it the guest", ends: bool = False) -> None:
    """End GDB, which says what has gone, when it has lost its connection, unless it was the user who wanted that.

    ends: what is debugged may come to an end of its own, after which the user still looks at it.
    """
    if not hasattr(gdb, "TargetConnection"):        # since GDB 12
        return
    _gone[:] = [gone]
    for command in LEAVING:
        gdb.execute(f"define hook-{command}\npython lkmc_gdb.session.leave()\nend")
    if ends:
        gdb.events.exited.connect(_exited)
    gdb.events.before_prompt.connect(_look)


def leave() -> None:
    """The user takes GDB off the guest."""
    _connected.clear()


def _exited(event: gdb.ExitedEvent) -> None:
    """Of a lost connection GDB tells so, too, but no exit code."""
    if hasattr(event, "exit_code"):
        leave()


def _look(_: None = None) -> None:
    """Before each prompt."""
    if gdb.selected_inferior().connection is not None:
        _connected[:] = [True]
    elif _connected:
        gdb.write(f"lkmc: {_gone[0]}\n")
        gdb.execute("quit")
