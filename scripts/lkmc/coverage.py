# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the kernel's functions and lines were executed, from executed blocks alone: of a kernel as it is."""
from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from lkmc.blocks import Numbers, Trace
from lkmc.source_lines import Lines

PLACE = re.compile(r"(\S+) (.+):(\d+)")


@dataclass(frozen=True)
class Coverage:
    """How many times each function was seen: as its lines, or, where none are known, as a whole."""
    functions: dict[str, int]
    lines: dict[tuple[str, str, int], int]      # function, file, line

    def without(self, other: Coverage) -> Coverage:
        """The functions that the other one has not seen, with their lines."""
        functions = {name: times for name, times in self.functions.items() if name not in other.functions}
        return Coverage(functions, {at: times for at, times in self.lines.items() if at[0] in functions})

    def and_of(self, other: Coverage) -> Coverage:
        """What either has seen."""
        return Coverage(self.functions | other.functions, self.lines | other.lines)


def of(trace: Trace, number: Numbers, lines: Lines) -> Coverage:
    """number: of the source line of each instruction of the blocks."""
    assert trace.times is not None, "the plugin counted blocks"
    each = np.repeat(trace.times, trace.blocks.length)
    most = np.zeros(len(lines.texts), np.int64)
    np.maximum.at(most, number, each)
    functions: dict[str, int] = {}
    places: dict[tuple[str, str, int], int] = {}
    for text, times in zip(lines.texts, most.tolist(), strict=True):
        said = text.decode(errors="surrogateescape")
        name = said.partition(" ")[0]
        if not times or name.startswith(("[", "?")):
            continue
        functions[name] = max(times, functions.get(name, 0))
        place = PLACE.fullmatch(said)
        if place:
            places[place[1], place[2], int(place[3])] = times
    return Coverage(functions, places)


def lcov(coverage: Coverage) -> str:
    """The lines that were executed as lcov's tracefile, which genhtml shows; see geninfo(1)."""
    text = []
    for file in sorted({file for _, file, _ in coverage.lines}):
        lines: dict[int, int] = {}
        first: dict[str, int] = {}
        for (function, at, line), times in coverage.lines.items():
            if at == file:
                lines[line] = max(times, lines.get(line, 0))
                first[function] = min(line, first.get(function, line))
        text += ["TN:", f"SF:{file}", *(f"FN:{line},{name}" for name, line in sorted(first.items())),
                 *(f"FNDA:{coverage.functions[name]},{name}" for name in sorted(first)),
                 f"FNF:{len(first)}", f"FNH:{len(first)}",
                 *(f"DA:{line},{times}" for line, times in sorted(lines.items())),
                 f"LF:{len(lines)}", f"LH:{len(lines)}", "end_of_record"]
    return "".join(line + "\n" for line in text)
