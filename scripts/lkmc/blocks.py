# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest executed, as qemu_plugins/blocks.c writes it; that file's head describes the format.

The file is read piece by piece: memory is needed for the different blocks only, whatever the length of the run.
"""
from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from lkmc.errors import MissingOutput

Numbers = NDArray[np.int64]
Addresses = NDArray[np.uint64]

MAGIC = b"LKMCBLK2"
BLOCKS, SEQUENCE, TIMES, TOTAL, TASK, SPACE, MAP = range(1, 8)
HEAD = struct.Struct("<HHI")
BLOCK = struct.Struct("<QII")
TASK_NAME = struct.Struct("<i16s")
NEW_SPACE = struct.Struct("<II")
MAPPING = struct.Struct("<IIQQQ")
REPEATED = 1 << 31


@dataclass(frozen=True)
class Blocks:
    """All blocks: their addresses, their numbers of instructions, the address of every instruction one after the
    other, and where each block's begin there."""
    address: Addresses
    length: Numbers
    instruction: Addresses
    first: Numbers


@dataclass(frozen=True)
class Mapping:
    """Memory of an address space from start to end, which is a file's from a page of it on; path: as the file is called
    in its mount, empty where there is none."""
    space: int
    start: int
    end: int
    page: int
    path: str


@dataclass(frozen=True)
class Spaces:
    """The guest's address spaces, where the plugin was told how to find them.

    of_block: each block's address space, 0 for those of the kernel and where none is known. older: of each block, how
    many of the mappings were there when it was translated. parent: what each address space was forked from, or 0.
    """
    of_block: Numbers
    older: Numbers
    mappings: list[Mapping]
    parent: dict[int, int]


@dataclass(frozen=True)
class Task:
    """The task that one processor runs from here on."""
    processor: int
    pid: int
    name: str


@dataclass(frozen=True)
class Piece:
    """What one processor executed: numbers of blocks, and how many times each was executed in a row."""
    processor: int
    block: Numbers
    times: Numbers


@dataclass(frozen=True)
class Trace:
    """A file, and what is known of it before its sequence is read."""
    path: Path
    blocks: Blocks
    times: Numbers | None       # of each block, where the plugin counted without a sequence
    totals: dict[int, int]      # instructions of each processor, as counted one by one
    spaces: Spaces

    @classmethod
    def read(cls, path: Path) -> Trace:
        """Read all but the sequence. Raises MissingOutput when there is no such file, or only the beginning of one."""
        found, begins, older = bytearray(), [], []
        times, totals, parents = None, {}, {}
        mappings: list[Mapping] = []
        for kind, processor, size, file in _pieces(path):
            if kind == BLOCKS:
                begins.append(len(found))
                older.append(len(mappings))
                found += file.read(size)
            elif kind == TIMES:
                times = np.frombuffer(file.read(size), np.int64)
            elif kind == TOTAL:
                totals[processor] = int.from_bytes(file.read(size), "little")
            elif kind == SPACE:
                number, parents[number] = NEW_SPACE.unpack(file.read(size))
            elif kind == MAP:
                mappings.append(_mapping(file.read(size)))
        if not totals:
            raise MissingOutput(f"{path}: the trace has no end: QEMU was killed; trace again")
        blocks, of_block, where = _blocks(bytes(found))
        piece = np.searchsorted(np.array(begins, np.int64), where, side="right") - 1
        spaces = Spaces(of_block, np.array(older, np.int64)[piece], mappings, parents)
        return cls(path, blocks, times, totals, spaces)

    def sequence(self) -> Iterator[Piece]:
        """What was executed, in the order of each processor; pieces of several processors take turns."""
        return (event for event in self.events() if isinstance(event, Piece))

    def events(self) -> Iterator[Piece | Task]:
        """The same, and where another task comes."""
        for kind, processor, size, file in _pieces(self.path):
            if kind == SEQUENCE:
                words = np.frombuffer(file.read(size), np.uint32)
                yield Piece(processor, *_words(words))
            elif kind == TASK:
                pid, name = TASK_NAME.unpack(file.read(size))
                yield Task(processor, pid, name.rstrip(b"\0").decode(errors="surrogateescape"))


def _pieces(path: Path) -> Iterator[tuple[int, int, int, BinaryIO]]:
    """(kind, processor, bytes, the file at the first of them) of each piece, of which any part may be read."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
            if magic != MAGIC:
                what = "not of this version" if magic[:-1] == MAGIC[:-1] else "not a trace of blocks"
                raise MissingOutput(f"{path}: {what}; scripts/trace-boot writes one")
            at = len(MAGIC)
            while at < size:
                head = file.read(HEAD.size)
                kind, processor, length = HEAD.unpack(head) if len(head) == HEAD.size else (0, 0, size)
                at += HEAD.size + length
                if at > size:
                    raise MissingOutput(f"{path}: the trace is cut short: QEMU was killed, or the disk is full")
                yield kind, processor, length, file
                file.seek(at, os.SEEK_SET)
    except FileNotFoundError:
        raise MissingOutput(f"{path}: no trace of this run; scripts/trace-boot writes one") from None


def _mapping(data: bytes) -> Mapping:
    space, _, start, end, page = MAPPING.unpack_from(data)
    return Mapping(space, start, end, page, data[MAPPING.size:].decode(errors="surrogateescape"))


def _blocks(data: bytes) -> tuple[Blocks, Numbers, Numbers]:
    """The blocks, the address space of each, and where in the data each begins."""
    addresses, lengths, spaces, places, at = [], [], [], [], 0
    sizes = bytearray()
    while at < len(data):
        address, length, space = BLOCK.unpack_from(data, at)
        places.append(at)
        at += BLOCK.size
        addresses.append(address)
        lengths.append(length)
        spaces.append(space)
        sizes += data[at:at + length]
        at += length + 3 & ~3
    address, length = np.array(addresses, np.uint64), np.array(lengths, np.int64)
    first = np.cumsum(length) - length
    # An instruction's address is its block's and the sizes of those before it.
    before = np.concatenate([[0], np.cumsum(np.frombuffer(bytes(sizes), np.uint8).astype(np.uint64))])[:-1]
    before = before.astype(np.uint64)
    instruction = before + np.repeat(address - before[first], length)
    return Blocks(address, length, instruction, first), np.array(spaces, np.int64), np.array(places, np.int64)


def _words(words: NDArray[np.uint32]) -> tuple[Numbers, Numbers]:
    """A number whose highest bit is set is followed by how often."""
    marked = np.flatnonzero(words >= REPEATED)
    if not marked.size:
        return words.astype(np.int64), np.ones(words.size, np.int64)
    counts = words[marked + 1]
    numbers = np.delete(words, marked + 1)
    times = np.ones(numbers.size, np.int64)
    times[marked - np.arange(marked.size)] = counts
    return (numbers & np.uint32(REPEATED - 1)).astype(np.int64), times
