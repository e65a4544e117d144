# SPDX-License-Identifier: GPL-2.0-or-later
"""Relocatable object files, such as .ko, as GDB needs them."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

# Of ELF for 32 and 64 bits: where the header says where the section headers are, how large each is and how many; and
# where a section header has its address.
LAYOUTS = {1: ("<I", 32, 46, 12), 2: ("<Q", 40, 58, 16)}

# Where the header says where the program headers are, how large each is and how many; and where a program header has
# its kind, its offset in the file and its address.
PROGRAM_HEADERS = {1: ("<I", 28, 42, (0, 4, 8)), 2: ("<Q", 32, 54, (0, 8, 16))}
PT_LOAD = 1


def placeable(path: Path, folder: Path) -> Path:
    """The file itself, or a copy in `folder`, whose sections GDB puts where it is told to.

    The kernel's linker script gives some sections of a module an address, such as 0x28. GDB then takes the whole file
    for linked already, and shows every function of .init.text as one of .text. The kernel ignores these addresses.
    """
    data = bytearray(path.read_bytes())
    addresses = list(_addresses(data))
    if not any(any(data[start:end]) for start, end in addresses):
        return path
    for start, end in addresses:
        data[start:end] = bytes(end - start)
    folder.mkdir(exist_ok=True)
    copy = folder / path.name
    copy.write_bytes(data)
    return copy


def _addresses(data: bytearray) -> Iterator[tuple[int, int]]:
    """Where in the file the addresses of its sections stand."""
    word, where, sizes, address = LAYOUTS[data[4]]
    [first] = struct.unpack_from(word, data, where)
    size, count = struct.unpack_from("<HH", data, sizes)
    for index in range(count):
        start = first + index * size + address
        yield start, start + struct.calcsize(word)


def first_page(path: Path) -> int:
    """The address that the beginning of a program or library was linked to."""
    data = path.read_bytes()
    word, header, sizes, (where, offset_at, address_at) = PROGRAM_HEADERS[data[4]]
    [first] = struct.unpack_from(word, data, header)
    size, count = struct.unpack_from("<HH", data, sizes)
    for at in range(first, first + count * size, size):
        [kind] = struct.unpack_from("<I", data, at + where)
        [offset] = struct.unpack_from(word, data, at + offset_at)
        if kind == PT_LOAD and offset == 0:
            return int(struct.unpack_from(word, data, at + address_at)[0])
    return 0
