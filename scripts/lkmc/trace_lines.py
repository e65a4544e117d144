# SPDX-License-Identifier: GPL-2.0-or-later
"""From executed blocks to lines of `count function file:line`: each with the number of instructions that were executed
in a row there. A block is taken apart once; what is executed of it then is a matter of looking up.

Memory is needed for the different blocks only: a sequence is read, taken apart and written a slice at a time.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from lkmc.blocks import Blocks, Numbers, Piece

SLICE = 1 << 19         # lines that are taken apart at a time
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
REMEMBERED = 1 << 20    # texts, of which most come again and again


@dataclass(frozen=True)
class Runs:
    """Instructions in a row on one source line: for each run its line and its length; where a block's begin."""
    line: Numbers
    length: Numbers
    first: Numbers
    count: Numbers      # of each block

    @classmethod
    def of(cls, blocks: Blocks, line: Numbers) -> Runs:
        """line: the number of the source line of each instruction of the blocks."""
        begins = np.ones(line.size, bool)
        begins[1:] = line[1:] != line[:-1]
        begins[blocks.first] = True
        at = np.flatnonzero(begins)
        first = np.searchsorted(at, blocks.first)
        ends = np.append(at, line.size)
        return cls(line[at], np.diff(ends), first, np.diff(np.append(first, at.size)))


def slices(piece: Piece, runs: Runs) -> Iterator[tuple[Numbers, Numbers]]:
    """(line, instructions) of what a piece executed, in order, a bounded number at a time."""
    # A block of one line that is executed again and again is one run.
    single = runs.count[piece.block] == 1
    times = np.where(single, 1, piece.times)
    weight = np.where(single, piece.times, 1)
    most = max(1, SLICE // int(runs.count.max(initial=1)))
    cuts = np.cumsum(times)
    total, begun = int(cuts[-1]) if cuts.size else 0, 0
    while begun < total:
        # Executions begun … end - 1, of which those of one block in a row may be cut.
        end = min(begun + most, total)
        which = np.searchsorted(cuts, np.arange(begun, end), side="right")
        yield _apart(piece.block[which], weight[which], runs)
        begun = end


def _apart(block: Numbers, weight: Numbers, runs: Runs) -> tuple[Numbers, Numbers]:
    count = runs.count[block]
    ends = np.cumsum(count)
    at = np.repeat(runs.first[block] - (ends - count), count) + np.arange(int(ends[-1]))
    return runs.line[at], runs.length[at] * np.repeat(weight, count)


class Writer:
    """Writes one processor's lines, of which those that are the same in a row become one."""

    def __init__(self, file: BinaryIO, texts: list[bytes]) -> None:
        self.file, self.texts = file, texts
        self._line, self._count = -1, 0
        self._known: dict[int, bytes] = {}

    def add(self, line: Numbers, count: Numbers) -> None:
        """Lines that follow on those before. The last of them waits for what comes next."""
        line = np.concatenate([[self._line], line])
        count = np.concatenate([[self._count], count])
        starts = np.concatenate([[0], np.flatnonzero(line[1:] != line[:-1]) + 1])
        line, count = line[starts], np.add.reduceat(count, starts)
        self._line, self._count = int(line[-1]), int(count[-1])
        self._write(line[:-1], count[:-1])

    def task(self, pid: int, name: str) -> None:
        """Another task comes: a line of no instructions."""
        self.end()
        self.file.write(b"0 [task] %d %b\n" % (pid, CONTROL.sub("?", name).encode(errors="surrogateescape")))

    def end(self) -> None:
        """Write what waits."""
        self._write(np.array([self._line]), np.array([self._count]))
        self._line, self._count = -1, 0

    def _write(self, line: Numbers, count: Numbers) -> None:
        if line.size and line[0] < 0:
            line, count = line[1:], count[1:]
        if len(self._known) > REMEMBERED:
            self._known.clear()
        known, texts = self._known, self.texts
        keys = line << 40 | count
        for key in np.unique(keys).tolist():
            if key not in known:
                known[key] = b"%d %b\n" % (key & (1 << 40) - 1, texts[key >> 40])
        self.file.write(b"".join(map(known.__getitem__, keys.tolist())))
