# SPDX-License-Identifier: GPL-2.0-or-later
"""Telling of places in a replay that are known by their number of instructions: scripts/who-wrote's second look."""
from __future__ import annotations

import contextlib

import gdb


def tell(expression: str, places: list[int], first: int, into: str) -> None:
    """At each place: the instruction that is about to be executed, its line, the value before and after, the backtrace.

    places: in order. first: the number of the first one. into: the file for it, as GDB says much else.
    """
    for number, place in enumerate(places, first):
        gdb.execute(f"monitor replay_break {place}", to_string=True)
        gdb.execute("continue", to_string=True)
        frame = gdb.newest_frame()
        line = frame.find_sal()
        where = f"{line.symtab.filename}:{line.line}" if line.symtab else "?"
        before = _value(expression)
        code = gdb.execute("x/i $pc", to_string=True).partition(":")[2].strip()
        trace = gdb.execute("backtrace 16", to_string=True)
        name = frame.name() or code
        gdb.execute("stepi", to_string=True)
        with open(into, "a", encoding="utf-8") as file:
            file.write(f"{number}: instruction {place}: {name} {where}\n"
                       f"    {expression}: {before} -> {_value(expression)}\n    {' '.join(code.split())}\n")
            file.writelines(f"    {text}\n" for text in trace.splitlines())
    with contextlib.suppress(gdb.error):    # the emulator goes at once, without an answer
        gdb.execute("kill", to_string=True)


def _value(expression: str) -> str:
    try:
        return gdb.parse_and_eval(expression).format_string(max_elements=8)
    except gdb.error as error:
        return f"({error})"
