# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions of a kernel, or of any ELF file, as arrays: which one each of many addresses is in."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile
from numpy.typing import NDArray

# An entry of a symbol table by the ELF class; https://refspecs.linuxfoundation.org/elf/elf.pdf
SYMBOL = {32: np.dtype([("name", "<u4"), ("value", "<u4"), ("size", "<u4"), ("info", "u1"), ("other", "u1"),
                        ("section", "<u2")]),
          64: np.dtype([("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"), ("value", "<u8"),
                        ("size", "<u8")])}
NO_TYPE, FUNCTION, GLOBAL, RESERVED = 0, 2, 1, 0xff00


@dataclass(frozen=True)
class Functions:
    """The functions of an ELF file by address: where each begins, and its name."""
    address: NDArray[np.uint64]
    name: list[str]

    def called(self, name: str) -> int:
        """The address of the function; 0 where there is none of that name."""
        return int(self.address[self.name.index(name)]) if name in self.name else 0

    def at(self, address: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The number of the function that each address is in, or behind; -1 before all."""
        return np.searchsorted(self.address, address, side="right") - 1


def functions(symbols: Path) -> Functions:
    """Read them: of several names for an address, the first that is global, else the first."""
    with symbols.open("rb") as file:
        elf = ELFFile(file)
        table = elf.get_section_by_name(".symtab")
        entries = np.frombuffer(table.data(), SYMBOL[elf.elfclass])
        names = table.stringtable.data()
    entries = entries[((entries["info"] & 0xf) == FUNCTION) | ((entries["info"] & 0xf) == NO_TYPE)]
    entries = entries[(entries["section"] != 0) & (entries["section"] < RESERVED)]
    texts = [names[at:names.index(b"\0", at)].decode(errors="replace") for at in entries["name"].tolist()]
    real = np.array([not text.startswith(("$", ".L")) and text != "" for text in texts], bool)
    order = np.lexsort((entries["info"] >> 4 != GLOBAL, (entries["info"] & 0xf) != FUNCTION, entries["value"]))
    order = order[real[order]]
    values, first = np.unique(entries["value"][order], return_index=True)
    return Functions(values.astype(np.uint64), [texts[at] for at in order[first].tolist()])
