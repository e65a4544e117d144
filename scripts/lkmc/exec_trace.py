# SPDX-License-Identifier: GPL-2.0-or-later
"""What gem5's processors executed, as `scripts/run --emulator gem5 --trace Exec` writes it; read like QEMU's blocks, of
which each is one instruction here.

A line is `TICK: system.cpu_cluster.cpus1: A0 T0 : 0xADDRESS @SYMBOL+OFFSET.MICRO : INSTRUCTION`, some parts of which
depend on flags. What an instruction is made of (.MICRO) has lines of its own, after the instruction's.

The file is read once, a slice at a time, and only each line's address and processor are kept, in a file beside it.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lkmc.blocks import Addresses, Blocks, Numbers, Piece
from lkmc.errors import MissingOutput

SLICE = 1 << 26         # bytes of text that are taken apart at a time
STEP = 1 << 20          # instructions that are given out at a time
DIGITS = 16             # of an address
PAD = b"\n" * (DIGITS + 8)      # so that one can look behind the last line
COLONS = 64             # of which a line can have more, but not before its second " : "
NEWLINE, COLON, SPACE, ZERO, X = b"\n: 0x"
# What a byte is as a hexadecimal digit; 16 where it is none.
HEX = np.full(256, 16, np.uint8)
HEX[list(b"0123456789abcdef")] = range(16)
RECORD = np.dtype([("address", "<u8"), ("processor", "u1")])
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class ExecTrace:
    """A trace, taken apart."""
    path: Path
    blocks: Blocks
    totals: dict[int, int]      # instructions of each processor

    @classmethod
    def read(cls, path: Path) -> ExecTrace:
        """Raises MissingOutput when there is no such trace, or no instruction in it."""
        known = np.empty(0, np.uint64)
        counts = np.zeros(256, np.int64)
        try:
            with path.open("rb") as text, _records(path).open("wb") as records:
                rest = b""
                while data := text.read(SLICE):
                    data = b"".join((rest, data, PAD))
                    whole = data.rfind(b"\n", 0, len(data) - len(PAD)) + 1
                    rest = data[whole:len(data) - len(PAD)]
                    found = parse(np.frombuffer(data, np.uint8), whole)
                    found.tofile(records)
                    known = np.union1d(known, np.unique(found["address"]))
                    counts += np.bincount(found["processor"], minlength=256)
        except OSError as error:
            raise MissingOutput(f"{path}: {error.strerror}; trace with: scripts/run --emulator gem5 --trace Exec"
                                ) from None
        if not known.size:
            raise MissingOutput(f"{path}: no instructions of gem5's; trace with: scripts/run --emulator gem5 --trace "
                                f"Exec")
        ones = np.ones(known.size, np.int64)
        totals = {int(processor): int(counts[processor]) for processor in np.flatnonzero(counts)}
        return cls(path, Blocks(known, ones, known, np.arange(known.size)), totals)

    def sequence(self) -> Iterator[Piece]:
        """What was executed, in the order of each processor."""
        records = np.memmap(_records(self.path), RECORD, "r")
        for begin in range(0, records.size, STEP):
            part = records[begin:begin + STEP]
            block = np.searchsorted(self.blocks.address, part["address"])
            for processor in self.totals:
                mine = block if len(self.totals) == 1 else block[part["processor"] == processor]
                if mine.size:
                    yield Piece(processor, mine, np.ones(mine.size, np.int64))

    def events(self) -> Iterator[Piece]:
        """The same: which tasks there are is not in such a trace."""
        return self.sequence()

    def close(self) -> None:
        """Take the file beside it away."""
        _records(self.path).unlink(missing_ok=True)


def _records(path: Path) -> Path:
    return path.with_suffix(".addresses")


def parse(text: Bytes, size: int) -> NDArray[np.void]:
    """The address and the processor of each instruction in the first `size` bytes, which are whole lines; PAD is behind
    the last of all."""
    ends = np.flatnonzero(text[:size] == NEWLINE)
    colons = np.append(np.flatnonzero(text[:size] == COLON), np.full(COLONS, size))
    first = np.searchsorted(colons, np.append(0, ends[:-1] + 1)[:ends.size])
    threads = _is_address(text, colons[first + 2] + 2)      # T0 stands before the address, with a colon of its own
    before = first + 1 + threads
    keep = _is_address(text, colons[before] + 2) & (colons[before + 1] < ends)
    first, before, ends = first[keep], before[keep], ends[keep]
    # Behind the address and its symbol are " : " after three spaces, or after ".12" of a part of an instruction.
    behind = colons[_behind(text, colons, before + 1, ends)]
    whole = (behind < ends) & (text[behind - 4] == SPACE)
    result = np.empty(int(whole.sum()), RECORD)
    result["address"] = _hexadecimal(text, colons[before[whole]] + 4)
    result["processor"] = _number_before(text, colons[first[whole] + 1])
    return result


def _is_address(text: Bytes, at: Numbers) -> NDArray[np.bool_]:
    return np.asarray((text[at] == ZERO) & (text[at + 1] == X))


def _behind(text: Bytes, colons: Numbers, which: Numbers, ends: Numbers) -> Numbers:
    """Which colon has a space before and behind it: names of C++ have others."""
    for _ in range(COLONS - 4):
        at = colons[which]
        other = (at < ends) & ((text[at - 1] != SPACE) | (text[at + 1] != SPACE))
        if not other.any():
            break
        which = which + other
    return which


def _hexadecimal(text: Bytes, at: Numbers) -> Addresses:
    """The numbers whose digits begin there."""
    digits = HEX[np.lib.stride_tricks.sliding_window_view(text, DIGITS)[at]]
    other = digits > 15
    length = np.where(other.any(axis=1), other.argmax(axis=1), DIGITS).astype(np.uint64)
    two = (digits[:, 0::2] << 4) | (digits[:, 1::2] & 15)
    value = np.ascontiguousarray(two).view(">u8").reshape(-1).astype(np.uint64)
    return value >> (np.uint64(4) * (np.uint64(DIGITS) - length))


def _number_before(text: Bytes, at: Numbers) -> Numbers:
    """The decimal number of up to three digits that ends there; 0 where there is none."""
    value = np.zeros(at.size, np.int64)
    going = np.ones(at.size, bool)
    for place, weight in enumerate((1, 10, 100)):
        digit = HEX[text[at - 1 - place]].astype(np.int64)
        going &= digit < 10
        value += np.where(going, digit * weight, 0)
    return value
