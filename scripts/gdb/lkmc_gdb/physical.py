# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's memory past the tables that a processor uses just now: by physical addresses (32-bit Arm)."""
from __future__ import annotations

import contextlib
from collections.abc import Iterator

import gdb

PAGE = 4096
MODE = "maintenance packet Qqemu.PhyMemMode:"
LONG_DESCRIPTORS = 1 << 31      # of TTBCR: three levels of 64-bit entries, else two of 32 bits
# By TTBCR's T1SZ, how far into the kernel's tables TTBR1 leads when processes have their own for the addresses below:
# to the third entry of the first level, or to the second level's last table (Linux's TTBR1_OFFSET).
SPLIT = {0: 0, 1: 2 * 8, 2: 4 * PAGE}
SECTION, SUPERSECTION = 2, 1 << 18      # kinds of entries of two levels
TABLE = 3                               # and of three
PLACE = 0xfffffff000                    # of what these lead to, its physical address


def read(address: int, size: int) -> bytes:
    """Memory at an address of the kernel's. Raises gdb.MemoryError."""
    found = b""
    # The kernel's own tables know all that it has mapped, a process's only what it has needed so far.
    control, base = _kernel_tables()
    translate = _long if control & LONG_DESCRIPTORS else _short
    with _physically():
        while len(found) < size:
            at = address + len(found)
            found += _memory(translate(base, at), min(size - len(found), PAGE - at % PAGE))
    return found


def lacking(first: int) -> dict[int, bytes]:
    """What the tables in use have not, of the kernel's from an address on: entries, by the physical address where each
    one is missing. The kernel itself puts one there once the process that runs needs it. None for a stub that does not
    say where the tables are. Raises gdb.MemoryError."""
    try:
        control, kernel = _kernel_tables()
    except gdb.MemoryError:
        return {}
    own = _register("TTBR0_EL1")
    with _physically():
        if control & LONG_DESCRIPTORS:
            return _lacking_long(own, kernel, first, _split(control))
        return _missing(own & ~0x3fff, kernel & ~0x3fff, range(first >> 20, 1 << 12), 4)


def write(entries: dict[int, bytes]) -> None:
    """Write memory, given by its physical addresses. Raises gdb.MemoryError."""
    if not entries:
        return
    with _physically():
        for address, data in entries.items():
            gdb.selected_inferior().write_memory(address, data)


def _register(name: str) -> int:
    return int(gdb.newest_frame().read_register(name)) & 0xffffffff


def _kernel_tables() -> tuple[int, int]:
    """TTBCR, and where the first level of the kernel's own tables is. Raises gdb.MemoryError without such registers."""
    try:
        control, base = _register("TTBCR"), _register("TTBR1_EL1")
    except ValueError:
        raise gdb.MemoryError("the stub does not say where the page tables are") from None
    return control, base - SPLIT.get(_split(control), 0) if control & LONG_DESCRIPTORS else base


def _split(control: int) -> int:
    return control >> 16 & 7


def _lacking_long(own: int, kernel: int, first: int, split: int) -> dict[int, bytes]:
    """split: 0, or how many address bits are set where the processor uses the kernel's tables anyway."""
    own, kernel = own & ~0x1f, kernel & ~0x1f
    own_indices = range(first >> 30, 4 - (4 >> split) if split else 4)
    found = _missing(own, kernel, own_indices, 8)
    for index in own_indices:
        mine, theirs = (_value(base, index, 8) for base in (own, kernel))
        if mine != theirs and mine & 3 == theirs & 3 == TABLE:
            begin = first >> 21 & 0x1ff if index == first >> 30 else 0
            found |= _missing(mine & PLACE, theirs & PLACE, range(begin, 1 << 9), 8)
    return found


def _missing(own: int, kernel: int, indices: range, size: int) -> dict[int, bytes]:
    """The entries that only the second one of two tables has, by where they would be in the first."""
    if not indices:
        return {}
    ours, theirs = (_memory(base + indices.start * size, len(indices) * size) for base in (own, kernel))
    each = range(0, len(ours), size)
    return {own + indices.start * size + at: theirs[at:at + size] for at in each
            if any(theirs[at:at + size]) and not any(ours[at:at + size])}


@contextlib.contextmanager
def _physically() -> Iterator[None]:
    """Have the emulator take addresses for physical ones."""
    gdb.execute(f"{MODE}1", to_string=True)
    try:
        yield
    finally:
        gdb.execute(f"{MODE}0", to_string=True)


def _memory(address: int, size: int) -> bytes:
    return bytes(gdb.selected_inferior().read_memory(address, size))


def _value(table: int, index: int, size: int) -> int:
    return int.from_bytes(_memory(table + index * size, size), "little")


def _entry(table: int, index: int, size: int) -> int:
    entry = _value(table, index, size)
    if not entry & 3:
        raise gdb.MemoryError(f"nothing is mapped there (entry {index} of the table at {table:#x})")
    return entry


def _long(base: int, address: int) -> int:
    table, shift = base & ~0x1f, 30
    while True:
        entry = _entry(table, address >> shift & (0x1ff if shift < 30 else 3), 8)
        table = entry & PLACE
        if shift == 12 or entry & 3 == 1:
            return table & ~((1 << shift) - 1) | address & (1 << shift) - 1
        shift -= 9


def _short(base: int, address: int) -> int:
    entry = _entry(base & ~0x3fff, address >> 20, 4)
    if entry & 3 == SECTION:
        shift = 24 if entry & SUPERSECTION else 20
    else:
        entry = _entry(entry & ~0x3ff, address >> 12 & 0xff, 4)
        shift = 12 if entry & 2 else 16
    return entry & ~((1 << shift) - 1) | address & (1 << shift) - 1
