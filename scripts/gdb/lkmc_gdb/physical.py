# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading memory past a processor in user mode: by physical addresses, found in the page tables (32-bit Arm)."""
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
SECTION, SUPERSECTION = 2, 1 << 18


def read(address: int, size: int) -> bytes:
    """Memory at an address of the kernel's. Raises gdb.MemoryError."""
    found = b""
    frame = gdb.newest_frame()
    # The kernel's own tables know all that it has mapped, a process's only what it has needed so far.
    base, control = (int(frame.read_register(name)) & 0xffffffff for name in ("TTBR1_EL1", "TTBCR"))
    translate = _long if control & LONG_DESCRIPTORS else _short
    if translate is _long:
        base -= SPLIT.get(control >> 16 & 7, 0)
    with _physically():
        while len(found) < size:
            at = address + len(found)
            found += _memory(translate(base, at), min(size - len(found), PAGE - at % PAGE))
    return found


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


def _entry(table: int, index: int, size: int) -> int:
    entry = int.from_bytes(_memory(table + index * size, size), "little")
    if not entry & 3:
        raise gdb.MemoryError(f"nothing is mapped there (entry {index} of the table at {table:#x})")
    return entry


def _long(base: int, address: int) -> int:
    table, shift = base & ~0x1f, 30
    while True:
        entry = _entry(table, address >> shift & (0x1ff if shift < 30 else 3), 8)
        table = entry & 0xfffffff000
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
