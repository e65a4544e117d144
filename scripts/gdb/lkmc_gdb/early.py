# SPDX-License-Identifier: GPL-2.0-or-later
"""Before start_kernel: symbols where the code runs while it does not run yet where it was linked for.

An image may hold a decompressor, which moves itself out of the way; and the kernel begins at physical addresses. For
each place there is a copy of the symbols, taken away once the code has moved on.
"""
from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gdb
from lkmc_gdb import kernel
from lkmc_gdb.points import Hook

MEGABYTE = 1 << 20
ARM64_MAGIC, ARM64_MAGIC_AT = b"ARM\x64", 56
ZIMAGE_AT = 0x10000             # from the start of memory: where QEMU puts a zImage
BZIMAGE_AT = 0x100000           # where boot loaders put what follows the real-mode part of a bzImage
X86_MAP = 0xffffffff80000000    # where x86_64's kernel is mapped that lies at 0
PREFERRED, INIT_SIZE = 0x258, 0x260     # in a bzImage's header
WRAP = 1 << 64


@dataclass(frozen=True)
class Images:
    """Files of the kernel: its ELF with debug information, the image that was started, the decompressor's ELF where
    there is one, and the addresses that its symbols of interest were linked to: GDB may have others of these names."""
    vmlinux: Path
    started: Path
    decompressor: Path
    linked: dict[str, int]


class Copy:
    """An ELF file's symbols, shifted. inside: one of its own addresses, unshifted."""

    def __init__(self, path: Path, shift: int, inside: int) -> None:
        self.inside = (inside + shift) % WRAP
        gdb.execute(f"add-symbol-file {path} -o {shift % WRAP:#x}", to_string=True)

    def remove(self) -> None:
        gdb.execute(f"remove-symbol-file -a {self.inside:#x}", to_string=True)


def first_instruction(images: Images) -> int | None:
    """Load the symbols for the beginning; the address of the kernel's first instruction. None when it has gone by."""
    reset, start = STARTS[kernel.arch()]
    pc = kernel.register("pc")
    return start(images) if pc in reset else None


def _decompressor(images: Images) -> Path:
    """The decompressor's file. Raises gdb.GdbError where there is none."""
    if not images.linked:
        raise gdb.GdbError("there is no file with the decompressor's symbols, which a build of the kernel leaves: "
                           "build an output with scripts/build")
    return images.decompressor


def _run_physically(images: Images, shift: int, virtual: str) -> None:
    """The kernel runs at its addresses less the shift until it reaches a function at that function's own address."""
    text, end = kernel.number("&_text"), kernel.number(f"&{virtual}")
    _once(end, Copy(images.vmlinux, -shift, text).remove)


def _remove(copies: list[Copy]) -> None:
    for copy in copies:
        copy.remove()


def _once(address: int, action: Callable[[], None]) -> None:
    """Do something the first time that the processor gets to an address."""
    def act() -> None:
        hook.enabled = False
        action()
    hook = Hook(f"*{address:#x}", act)


def _aarch64(images: Images) -> int | None:
    memory = gdb.selected_inferior()
    ram = kernel.register("pc")
    for entry in range(ram, ram + 64 * MEGABYTE, MEGABYTE // 2):
        if bytes(memory.read_memory(entry + ARM64_MAGIC_AT, 4)) == ARM64_MAGIC:
            _run_physically(images, kernel.number("&_text") - entry, "__primary_switched")
            return entry
    return None


def _arm(images: Images) -> int:
    """The decompressor goes on in a copy of itself, behind the kernel's place; r6 is the way that it moved. Where it
    is then, the kernel's symbols would be too: they come when the kernel has been unpacked."""
    ram = kernel.register("pc")
    loaded = ram + ZIMAGE_AT
    text = kernel.number("&stext")
    place = text & (16 * MEGABYTE - 1)
    virtual = kernel.number("&__mmap_switched")
    decompressor = _decompressor(images)
    inside = images.linked["decompress_kernel"]
    first = Copy(decompressor, loaded, inside)

    def moved() -> None:
        first.remove()
        second = Copy(decompressor, loaded + kernel.register("r6"), inside)
        _once(ram + place, lambda: unpacked(second))

    def unpacked(second: Copy) -> None:
        second.remove()
        _once(virtual, Copy(images.vmlinux, ram + place - text, text).remove)

    _once(loaded + images.linked["cache_clean_flush"], moved)
    return loaded


def _x86_64(images: Images) -> int:
    """QEMU starts a vmlinux at its PVH entry, in 32 bits; a bzImage's 64-bit part is where its boot code goes."""
    pvh = images.started.name != "bzImage"
    entry = kernel.number("&pvh_start_xen") - X86_MAP if pvh else BZIMAGE_AT
    if not pvh:
        decompressor = _decompressor(images)
        header = images.started.read_bytes()[:0x400]
        [preferred], [size] = struct.unpack_from("<Q", header, PREFERRED), struct.unpack_from("<I", header, INIT_SIZE)
        behind = preferred + size - images.linked["_end"]
        copies = [Copy(decompressor, at, images.linked["extract_kernel"]) for at in (BZIMAGE_AT, behind)]
        _once(kernel.number("&startup_64") - X86_MAP, lambda: _remove(copies))
    _run_physically(images, X86_MAP, "x86_64_start_kernel")
    return entry


# Where the processor is before its first instruction (QEMU's loader for Arm is at the start of memory), and what then.
STARTS: dict[str, tuple[range, Callable[[Images], int | None]]] = {
    "aarch64": (range(0, 1 << 40, MEGABYTE), _aarch64),
    "arm": (range(0, 1 << 32, MEGABYTE), _arm),
    "x86_64": (range(0xfff0, 0xfff1), _x86_64),
}
