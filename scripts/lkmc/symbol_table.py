# SPDX-License-Identifier: GPL-2.0-or-later
"""An ELF file with the addresses of a kernel's functions and variables, for GDB where there is no debug information:
from the guest's own /proc/kallsyms, as its lines are `ADDRESS TYPE NAME`, and `[MODULE]` for those of modules.

The layout is that of the ELF specification: https://refspecs.linuxfoundation.org/elf/elf.pdf
"""
from __future__ import annotations

import struct
from dataclasses import dataclass

ET_EXEC, SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS = 2, 2, 3, 8
CODE = 0x2 | 0x4                # SHF_ALLOC, SHF_EXECINSTR
GLOBAL_FUNC, GLOBAL_OBJECT = 0x12, 0x11
SHN_ABS = 0xfff1
NAMES = b"\0.text\0.symtab\0.strtab\0.shstrtab\0"
# The ELF class, which says how long an address is, and the machine's number; by class, the headers of the file and of a
# section, and a symbol.
FORMATS = {"x86_64": (2, 62), "aarch64": (2, 183), "arm": (1, 40)}
HEADERS = {1: "<16sHHIIIIIHHHHHH", 2: "<16sHHIQQQIHHHHHH"}
SECTIONS = {1: "<10I", 2: "<IIQQQQIIQQ"}
SYMBOLS = {1: "<IIIBBH", 2: "<IBBHQQ"}


@dataclass(frozen=True)
class Symbol:
    """A name of the kernel itself."""
    address: int
    code: bool
    name: str


def read(kallsyms: str) -> list[Symbol]:
    """The kernel's own symbols, without the modules', by address. Addresses that the guest hides are none."""
    found = []
    for line in kallsyms.splitlines():
        words = line.split()
        if len(words) == 3 and int(words[0], 16):
            found.append(Symbol(int(words[0], 16), words[1] in "tTwW", words[2]))
    return sorted(found, key=lambda symbol: symbol.address)


def elf(symbols: list[Symbol], arch: str) -> bytes:
    """The file's bytes: one section without contents where the code is, and the symbols."""
    size, machine = FORMATS[arch]
    code = [symbol.address for symbol in symbols if symbol.code]
    first, last = (min(code), max(code)) if code else (0, 0)
    names, table = bytearray(b"\0"), bytearray(struct.calcsize(SYMBOLS[size]))
    for symbol in symbols:
        table += _symbol(size, len(names), symbol)
        names += symbol.name.encode() + b"\0"
    header, section = struct.calcsize(HEADERS[size]), struct.calcsize(SECTIONS[size])
    at_table, at_names = header, header + len(table)
    at_section_names = at_names + len(names)
    end = at_section_names + len(NAMES)
    entry = struct.calcsize(SYMBOLS[size])
    sections = [(0,) * 10, (1, SHT_NOBITS, CODE, first, header, last - first + 1, 0, 0, 1, 0),
                (7, SHT_SYMTAB, 0, 0, at_table, len(table), 3, 1, 8, entry),
                (15, SHT_STRTAB, 0, 0, at_names, len(names), 0, 0, 1, 0),
                (23, SHT_STRTAB, 0, 0, at_section_names, len(NAMES), 0, 0, 1, 0)]
    ident = b"\x7fELF" + bytes([size, 1, 1]) + bytes(9)
    head = struct.pack(HEADERS[size], ident, ET_EXEC, machine, 1, 0, 0, end, 0, header, 0, 0, section, len(sections), 4)
    return head + table + names + NAMES + b"".join(struct.pack(SECTIONS[size], *one) for one in sections)


def _symbol(size: int, name: int, symbol: Symbol) -> bytes:
    kind, where = (GLOBAL_FUNC, 1) if symbol.code else (GLOBAL_OBJECT, SHN_ABS)
    fields = (name, symbol.address, 0, kind, 0, where) if size == 1 else (name, kind, 0, where, symbol.address, 0)
    return struct.pack(SYMBOLS[size], *fields)
