# SPDX-License-Identifier: GPL-2.0-or-later
"""From what the kernel prints of code, such as myinit+0x1d/0x20 [panic], to source lines."""
from __future__ import annotations

import os
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

# function+0xOFFSET/0xSIZE [module build-id]: the size and the module may be missing.
PLACE = re.compile(r"(?<![\w.$])([A-Za-z_][\w.$]*)\+0x([0-9a-f]+)(?:/0x([0-9a-f]+))?"
                   r"(?: \[([\w-]+)(?: [0-9a-f]{8,})?\])?")
# Where the processor was; everywhere else the kernel prints where a call returns to, behind the call.
EXACT = re.compile(r"\b(?:RIP: |pc : |PC is at )")

# Of a log that comes bit by bit: the bytes that are read at a time, and the seconds of a pause, and after which what is
# there is shown although there is none.
SIZE, PAUSE, LONGEST = 1 << 16, 0.1, 1.0


@dataclass(frozen=True)
class Place:
    """A place in the kernel's code as it was printed; size 0 and an empty module when they were not."""
    function: str
    offset: int
    size: int = 0
    module: str = ""


@dataclass(frozen=True)
class Symbol:
    """A function of an ELF file: its section is of use where the file is not linked yet."""
    value: int
    size: int
    section: str


def known(answer: str) -> str:
    """The file:line of a line of the program addr2line's, without its further remarks; empty where it does not know."""
    line = re.sub(r" \(discriminator \d+\)$", "", answer)
    return "" if line.startswith("??") or line.endswith((":?", ":0")) else line


def batches(log: int) -> Iterator[list[str]]:
    """The lines of a log, a file descriptor, as they come: those without a pause between them together, as a line of a
    fault may tell how another is to be read. The last of a batch may be a line's beginning."""
    rest = b""
    while chunk := os.read(log, SIZE):
        until = time.monotonic() + LONGEST
        while chunk and (goes_on := bool(select.select([log], [], [], PAUSE)[0])) and time.monotonic() < until:
            rest += chunk
            chunk = os.read(log, SIZE)
        rest += chunk
        whole, newline, rest = rest.rpartition(b"\n") if goes_on else (rest, b"", b"")
        yield _lines(whole + newline)
    yield _lines(rest)


def _lines(text: bytes) -> list[str]:
    return text.decode(errors="surrogateescape").splitlines(keepends=True)


def places(lines: Iterable[str], exact: set[Place]) -> list[list[Place]]:
    """The places that each line names; a return address is made one inside the call. Where the processor was, as one
    line says, others may name too: the first of a backtrace, or a warning where that is an exception.

    exact: the former, of this log so far; more are added.
    """
    named = [(EXACT.search(line), [Place(name, int(offset, 16), int(size or "0", 16), module.replace("-", "_"))
                                   for name, offset, size, module in PLACE.findall(line)]) for line in lines]
    exact |= {place for at_fault, found in named if at_fault for place in found}
    return [[place if place in exact or not place.offset else replace(place, offset=place.offset - 1)
             for place in found] for _, found in named]


class Resolver:
    """Source lines of places. file: from a module's name, or from nothing for the kernel, to its ELF file with debug
    information, or to None. tools: readelf and addr2line."""

    def __init__(self, file: Callable[[str], Path | None], tools: tuple[str, str], moved: tuple[str, str]) -> None:
        self.file, self.tools, self.moved = file, tools, moved
        self._symbols: dict[Path, dict[str, list[Symbol]]] = {}
        self._known: dict[Place, str] = {}

    def lines(self, wanted: Iterable[Place]) -> dict[Place, str]:
        """file:line of each place that is known; where functions are inlined, the innermost first, after "in"."""
        asked: dict[tuple[Path, str], list[tuple[Place, int]]] = {}
        for place in dict.fromkeys(wanted):
            path = self.file(place.module)
            symbol = self._symbol(path, place) if path and place not in self._known else None
            if path and symbol:
                section = symbol.section if path.suffix == ".ko" else ""
                asked.setdefault((path, section), []).append((place, symbol.value + place.offset))
        for (path, section), group in asked.items():
            for (place, _), line in zip(group, self._ask(path, section, [at for _, at in group]), strict=True):
                if line:
                    self._known[place] = line
        return self._known

    def _symbol(self, path: Path, place: Place) -> Symbol | None:
        """The function; of several with this name, the one of the printed size, which includes a gap behind it."""
        candidates = [symbol for symbol in self._table(path).get(place.function, []) if place.offset <= symbol.size]
        return min(candidates, key=lambda symbol: abs(place.size - symbol.size), default=None)

    def _table(self, path: Path) -> dict[str, list[Symbol]]:
        if path not in self._symbols:
            sections, table = {}, self._symbols.setdefault(path, {})
            for line in self._run(self.tools[0], "-SsW", str(path)).splitlines():
                header = re.match(r" *\[ *(\d+)\] (\S+) ", line)
                words = line.split()
                if header:
                    sections[header[1]] = header[2]
                elif len(words) == 8 and words[3] in ("FUNC", "NOTYPE") and words[6] in sections:
                    one = Symbol(int(words[1], 16), int(words[2], 0), sections[words[6]])
                    table.setdefault(words[7], []).append(one)
        return self._symbols[path]

    def _ask(self, path: Path, section: str, addresses: list[int]) -> list[str]:
        """addr2line's answers. It answers with several lines where functions are inlined, so that each address is
        asked for with one behind it that it does not know."""
        command = [self.tools[1], "-aie", str(path), *(["-j", section] if section else [])]
        text = self._run(*command, given="".join(f"{address:#x}\n" for address in addresses))
        answers = re.split(r"^0x[0-9a-f]+\n", text, flags=re.M)[1:]
        return [self._shown(answer.split("\n")) for answer in answers]

    def _shown(self, lines: list[str]) -> str:
        here, there = self.moved
        return " in ".join(os.path.normpath(re.sub(rf"^{re.escape(here)}/", there + "/", line))
                           for line in map(known, lines) if line)

    @staticmethod
    def _run(*command: str, given: str = "") -> str:
        done = subprocess.run(command, input=given, capture_output=True, text=True, errors="replace", check=True)
        return done.stdout
