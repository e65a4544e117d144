# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose each executed instruction is, by its address, and where a boot passes from the firmware on."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile
from numpy.typing import NDArray

from lkmc.blocks import Addresses, Blocks, Numbers, Trace
from lkmc.errors import MissingOutput
from lkmc.machine import Machine, Space
from lkmc.output import Output

EXECUTABLE = 1      # PF_X
BOOT_PROCESSOR = 0


@dataclass(frozen=True)
class Count:
    """Instructions of one boot. Those before the kernel's first (`entry`) are firmware's, those from there to init's
    first the kernel's, on the processor that boots; `user` are those of user space, on all."""
    total: int
    processors: dict[int, int]
    entry: int
    firmware: int
    kernel: int
    user: int


def is_kernel(address: Addresses, space: Space) -> NDArray[np.bool_]:
    """Whether an address is the kernel's own."""
    return address >= np.uint64(space.kernel)


def can_be_user(address: Addresses, space: Space) -> NDArray[np.bool_]:
    """Whether an address is user space's once the kernel runs at its own addresses."""
    found = ~is_kernel(address, space)
    for first, end in space.memory:
        found &= (address < np.uint64(first)) | (address >= np.uint64(end))
    return found


def is_entry(blocks: Blocks, mach: Machine, built: Output) -> NDArray[np.bool_]:
    """Whether a block can be the kernel image's first."""
    image = built.kernel(mach)
    known = next(kernel.entry for kernel in mach.kernels if kernel.image == image.name)
    if known:
        return np.asarray(blocks.address == np.uint64(known))
    found = np.zeros(blocks.address.size, bool)
    for start, end in _code(image):
        found |= (blocks.address >= np.uint64(start)) & (blocks.address < np.uint64(end))
    return found


def _code(image: Path) -> list[tuple[int, int]]:
    """Where an ELF file's code is in memory."""
    with image.open("rb") as file:
        return [(segment["p_paddr"], segment["p_paddr"] + segment["p_memsz"]) for segment in
                ELFFile(file).iter_segments("PT_LOAD") if segment["p_flags"] & EXECUTABLE]


def count(trace: Trace, mach: Machine, built: Output, starts_init: int) -> Count:
    """Count a boot's instructions. starts_init: the address of the kernel's function that does.

    Raises MissingOutput when the trace is not one of this kernel's boot.
    """
    blocks = trace.blocks
    possible = can_be_user(blocks.address, mach.space)
    entry = _Mark(is_entry(blocks, mach, built))
    virtual = _Mark(is_kernel(blocks.address, mach.space))
    about_to = _Mark(blocks.address == np.uint64(starts_init))
    init = _Mark(possible)
    done, user = dict.fromkeys(trace.totals, 0), 0
    for piece in trace.sequence():
        length = blocks.length[piece.block] * piece.times
        mine = possible[piece.block]
        if piece.processor == BOOT_PROCESSOR:
            begun = done[BOOT_PROCESSOR]
            entry.look(piece.block, length, begun)
            mine = mine & virtual.look(piece.block, length, begun)
            init.look(piece.block, length, begun, about_to.look(piece.block, length, begun))
        user += int(length[mine].sum())
        done[piece.processor] += int(length.sum())
    if entry.before is None:
        raise MissingOutput(f"{trace.path}: the kernel {built.kernel(mach)} did not start in this trace; trace again "
                            f"with scripts/trace-boot --arch {built.arch}")
    if done != trace.totals:
        raise MissingOutput(f"{trace.path}: blocks of {done} instructions, but {trace.totals} were counted; trace "
                            f"again")
    until = done[BOOT_PROCESSOR] if init.before is None else init.before
    return Count(sum(done.values()), done, int(blocks.address[entry.block]), entry.before, until - entry.before, user)


class _Mark:
    """The first of some blocks that is executed: which, and how many instructions were before it."""

    def __init__(self, wanted: NDArray[np.bool_]) -> None:
        self.wanted = wanted
        self.before: int | None = None
        self.block = -1

    def look(self, block: Numbers, length: Numbers, begun: int,
             after: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Look for it in a piece, which has `begun` instructions before it; whether each block there is from it on."""
        if self.before is not None:
            return np.ones(block.size, bool)
        found = self.wanted[block] if after is None else self.wanted[block] & after
        if not found.any():
            return np.zeros(block.size, bool)
        first = int(found.argmax())
        self.before, self.block = begun + int(length[:first].sum()), int(block[first])
        return np.arange(block.size) >= first
