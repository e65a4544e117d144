# SPDX-License-Identifier: GPL-2.0-or-later
"""Traces of blocks as qemu_plugins/blocks.c writes them, made by hand."""
from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

Block = tuple[int, Sequence[int]]           # its address, the sizes of its instructions
Executed = tuple[int, Sequence[tuple[int, int]]]    # a processor; blocks, how many times in a row


def piece(kind: int, processor: int, data: bytes) -> bytes:
    return struct.pack("<HHI", kind, processor, len(data)) + data


def blocks(some: Iterable[Block]) -> bytes:
    """A piece that describes blocks."""
    def one(address: int, sizes: Sequence[int]) -> bytes:
        data = struct.pack("<QI", address, len(sizes)) + bytes(sizes)
        return data + bytes(-len(data) % 4)
    return piece(1, 0, b"".join(one(*block) for block in some))


def executed(processor: int, run: Iterable[tuple[int, int]]) -> bytes:
    words = [word for block, times in run for word in ([block] if times == 1 else [block | 1 << 31, times])]
    return piece(2, processor, struct.pack(f"<{len(words)}I", *words))


def trace(path: Path, some: Sequence[Block], runs: Sequence[Executed]) -> Path:
    """A whole file."""
    totals: dict[int, int] = {}
    for processor, run in runs:
        done = sum(len(some[block][1]) * times for block, times in run)
        totals[processor] = totals.get(processor, 0) + done
    ends = [piece(4, processor, struct.pack("<Q", total)) for processor, total in totals.items()]
    path.write_bytes(b"".join([b"LKMCBLK1", blocks(some), *(executed(*run) for run in runs), *ends]))
    return path
