# SPDX-License-Identifier: GPL-2.0-or-later
"""gem5's statistics: stats.txt, to which each dump adds a section."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lkmc.errors import MissingOutput

Dump = dict[str, float]
BEGIN, END = "---------- Begin Simulation Statistics", "---------- End Simulation Statistics"
# A name, one value, perhaps its share and the sum of shares, a comment. Lines of a table of values begin with "|".
LINE = re.compile(r"(\S+)\s+(-?[0-9.]+(?:e[+-]?[0-9]+)?|nan|-?inf)(?:\s+[0-9.]+%){0,2}\s*(?:[#(].*)?")


def parse(lines: Iterable[str]) -> Iterator[Dump]:
    """Each whole section of a stats.txt: the last one may have been cut short."""
    dump: Dump = {}
    for line in lines:
        if line.startswith(BEGIN):
            dump = {}
        elif line.startswith(END):
            yield dump
        elif found := LINE.fullmatch(line.strip()):
            dump[found[1]] = float(found[2])


def read(path: Path) -> list[Dump]:
    """All sections of the file. Raises MissingOutput when there is none."""
    try:
        with path.open(errors="replace") as file:
            dumps = list(parse(file))
    except OSError:
        dumps = []
    if not dumps:
        raise MissingOutput(f"{path}: no statistics; gem5 writes them at its end, and when the guest says m5 "
                            f"dumpstats: scripts/run --emulator gem5")
    return dumps


def named(dump: Dump, name: str) -> Dump:
    """The statistics of a name, or whose names end in it: numCycles is that of each processor, not of l2.numCycles2."""
    if name in dump:
        return {name: dump[name]}
    return {key: value for key, value in dump.items() if key.endswith(f".{name}")}


def total(dump: Dump, name: str) -> int:
    """The sum over all processors. Raises MissingOutput when there is no such statistic."""
    found = named(dump, name)
    if not found:
        raise MissingOutput(f"no statistic {name} here; scripts/gem5-stat lists what there is")
    return int(sum(found.values()))


def text(value: float) -> str:
    """A value as a whole number where it is one."""
    return str(int(value)) if value == value and abs(value) != float("inf") and value == int(value) else repr(value)
