# SPDX-License-Identifier: GPL-2.0-or-later
"""Traces of blocks as qemu_plugins/blocks.c writes them, made by hand, and a boot that leaves one."""
from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import fakes

from lkmc import machine, symbol_table
from lkmc.outcome import Outcome
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
from lkmc.symbol_table import Symbol

Block = tuple[int, Sequence[int]]           # its address, the sizes of its instructions
Executed = tuple[int, Sequence[tuple[int, int]]]    # a processor; blocks, how many times in a row

# A boot of an aarch64 kernel: the firmware, the image where QEMU puts it, the kernel at its own addresses, user space.
START_KERNEL, STARTS_INIT = 0xffff800008000000, 0xffff800008000040
BOOT: list[Block] = [(0x40000000, [4] * 6), (machine.read("aarch64").kernels[0].entry, [4] * 2),
                     (START_KERNEL, [4] * 10), (STARTS_INIT, [4]), (0x400000, [4] * 3)]
FIRMWARE, IMAGE, KERNEL, INIT, USER = range(5)
ENDED = Outcome(0, "the guest ended")


def piece(kind: int, processor: int, data: bytes) -> bytes:
    return struct.pack("<HHI", kind, processor, len(data)) + data


def blocks(some: Iterable[Block], space: int = 0) -> bytes:
    """A piece that describes blocks of an address space."""
    def one(address: int, sizes: Sequence[int]) -> bytes:
        data = struct.pack("<QII", address, len(sizes), space) + bytes(sizes)
        return data + bytes(-len(data) % 4)
    return piece(1, 0, b"".join(one(*block) for block in some))


def executed(processor: int, run: Iterable[tuple[int, int]]) -> bytes:
    words = [word for block, times in run for word in ([block] if times == 1 else [block | 1 << 31, times])]
    return piece(2, processor, struct.pack(f"<{len(words)}I", *words))


def task(processor: int, pid: int, name: bytes) -> bytes:
    return piece(5, processor, struct.pack("<i16s", pid, name))


def space(number: int, parent: int = 0) -> bytes:
    return piece(6, 0, struct.pack("<II", number, parent))


def mapping(number: int, start: int, end: int, page: int, path: bytes) -> bytes:
    """A file's pages in an address space."""
    return piece(7, 0, struct.pack("<IIQQQ", number, 0, start, end, page) + path)


def whole(path: Path, pieces: Iterable[bytes], totals: dict[int, int]) -> Path:
    """A whole file of these pieces, and of how many instructions each processor executed."""
    ends = [piece(4, processor, struct.pack("<Q", total)) for processor, total in totals.items()]
    path.write_bytes(b"".join([b"LKMCBLK2", *pieces, *ends]))
    return path


def trace(path: Path, some: Sequence[Block], runs: Sequence[Executed]) -> Path:
    """A whole file without tasks."""
    totals: dict[int, int] = {}
    for processor, run in runs:
        done = sum(len(some[block][1]) * times for block, times in run)
        totals[processor] = totals.get(processor, 0) + done
    return whole(path, [blocks(some), *(executed(*run) for run in runs)], totals)


def counted(path: Path, some: Sequence[Block], times: Sequence[int]) -> Path:
    """A whole file without the sequence: how many times each block was executed."""
    total = sum(len(sizes) * often for (_, sizes), often in zip(some, times, strict=True))
    return whole(path, [blocks(some), piece(3, 0, struct.pack(f"<{len(times)}Q", *times))], {0: total})


def kernel_output(path: Path, linux_config: str = "") -> Output:
    """An output with the kernel of BOOT."""
    output = fakes.output_folder(path, "aarch64", linux_config)
    symbols = [Symbol(START_KERNEL, True, "start_kernel"), Symbol(STARTS_INIT, True, "run_init_process")]
    (output.images / "vmlinux").write_bytes(symbol_table.elf(symbols, "aarch64"))
    return output


class Guests:
    """In the place of launch.once: boots that leave these traces, one after the other, and end alike."""

    def __init__(self, *leave: Callable[[Path], object], outcome: Outcome = ENDED, modules: str = "") -> None:
        self.leave, self.outcome, self.modules = list(leave), outcome, modules
        self.requests: list[RunRequest] = []

    def __call__(self, request: RunRequest, built: Output, run: RunFolder) -> Outcome:
        self.requests.append(request)
        self.leave.pop(0)(run.blocks)
        if self.modules:
            (built.path / "9p").mkdir(exist_ok=True)
            (built.path / "9p/modules").write_text(self.modules)
        run.finish({})
        return self.outcome
