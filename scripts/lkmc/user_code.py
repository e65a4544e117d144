# SPDX-License-Identifier: GPL-2.0-or-later
"""Which file's code the executed blocks of user space are: by what was mapped in their address spaces."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from numpy.typing import NDArray

from lkmc import guest_programs, source_lines
from lkmc.blocks import Addresses, Mapping, Numbers, Trace
from lkmc.output import Output

UNNAMED = "??"      # as addr2line says it
EXECUTABLE = 1      # PF_X
ALL_BITS = (1 << 64) - 1
Numbered = Iterable[tuple[int, Mapping]]


@dataclass(frozen=True)
class UserCode:
    """Executed instructions of one file: their numbers among those of all blocks, their addresses in the ELF file."""
    name: str           # the guest's, without its folder
    file: Path
    instruction: Numbers
    address: Addresses


def of(trace: Trace, built: Output) -> Iterator[UserCode]:
    """The code of each file that is known on the host, in the order of their paths."""
    mappings, page = trace.spaces.mappings, built.page_size
    paths = sorted({mapping.path for mapping in mappings} - {""})
    numbers = {path: number for number, path in enumerate(paths)}
    path_of = np.array([numbers.get(mapping.path, -1) for mapping in mappings] + [-1], np.int64)
    shift = np.array([mapping.page * page - mapping.start & ALL_BITS for mapping in mappings] + [0], np.uint64)
    each = np.repeat(mapping_of(trace), trace.blocks.length)
    known = np.flatnonzero(path_of[each] >= 0)
    order = np.argsort(path_of[each[known]], kind="stable")
    known = known[order]
    cuts = np.searchsorted(path_of[each[known]], np.arange(len(paths) + 1)).tolist()
    for path, begin, end in zip(paths, cuts, cuts[1:], strict=False):
        mine = known[begin:end]
        file = guest_programs.with_symbols(built, path) if mine.size else None
        if file:
            offset = trace.blocks.instruction[mine] + shift[each[mine]]
            address, inside = elf_address(file, offset)
            yield UserCode(Path(path).name, file, mine[inside], address[inside])


def mapping_of(trace: Trace) -> Numbers:
    """The number of the mapping that each block is in, or -1: the latest at its translation that covers its address.

    An address space that has none for it was forked, and has those of the one that it comes from; where nothing is
    known of that one, the latest mapping of any.
    """
    spaces, address = trace.spaces, trace.blocks.address
    found = np.full(address.size, -1, np.int64)
    own: dict[int, list[tuple[int, Mapping]]] = {}
    for number, mapping in enumerate(spaces.mappings):
        own.setdefault(mapping.space, []).append((number, mapping))
    user = np.flatnonzero(spaces.of_block)
    user = user[np.argsort(address[user], kind="stable")]
    by_space = user[np.argsort(spaces.of_block[user], kind="stable")]
    numbers, first, count = np.unique(spaces.of_block[by_space], return_index=True, return_counts=True)
    for space, begin, size in zip(numbers.tolist(), first.tolist(), count.tolist(), strict=True):
        mine = by_space[begin:begin + size]
        seen: set[int] = set()
        while space and space not in seen:
            seen.add(space)
            _cover(found, mine[found[mine] < 0], own.get(space, ()), trace)
            space = spaces.parent.get(space, 0)
    _cover(found, user[found[user] < 0], enumerate(spaces.mappings), trace)
    return found


def _cover(found: Numbers, mine: Numbers, mappings: Numbered, trace: Trace) -> None:
    """Give blocks, which are sorted by address, the last of the mappings that covers each."""
    address = trace.blocks.address[mine]
    if not mine.size:
        return
    for number, mapping in mappings:
        low, high = np.searchsorted(address, np.array([mapping.start, mapping.end], np.uint64)).tolist()
        if low < high:
            part = mine[low:high]
            found[part[trace.spaces.older[part] > number]] = number


def ask(tool: str, code: UserCode, address: Addresses) -> list[str]:
    """addr2line's answers for addresses of the file, as `FILE:FUNCTION file:line`. Where it knows a line it has found
    debug information, perhaps in a file of its own, and the name is right."""
    said = zip(source_lines.ask(tool, code.file, "", address), named(code.file, address).tolist(), strict=True)
    known = (text if is_named or " " in text else UNNAMED for text, is_named in said)
    return [f"{code.name}:{text}" for text in known]


def named(file: Path, address: Addresses) -> NDArray[np.bool_]:
    """Whether a file's symbols name the function that each address is in. A stripped file knows those functions only
    that others call: addr2line would say the nearest of them for all that come behind."""
    with file.open("rb") as opened:
        elf = ELFFile(opened)
        table = elf.get_section_by_name(".dynsym")
        if elf.get_section_by_name(".symtab") or table is None:
            return np.ones(address.size, bool)
        thumb = int(elf["e_machine"] == "EM_ARM")       # bit 0 says so of a function's address
        found = sorted((symbol["st_value"] & ~thumb, symbol["st_value"] + symbol["st_size"])
                       for symbol in table.iter_symbols() if symbol["st_shndx"] != "SHN_UNDEF")
    begin, end = np.array([(0, 0), *found], np.uint64).T
    return np.asarray(address < np.maximum.accumulate(end)[np.searchsorted(begin, address, side="right") - 1])


def elf_address(file: Path, offset: Addresses) -> tuple[Addresses, NDArray[np.bool_]]:
    """The addresses of code at these offsets of an ELF file, by its program headers, and where there is any."""
    address, inside = np.zeros(offset.size, np.uint64), np.zeros(offset.size, bool)
    try:
        with file.open("rb") as opened:
            segments = [segment.header for segment in ELFFile(opened).iter_segments("PT_LOAD")]
    except ELFError:
        return address, inside
    for segment in segments:
        begin, size = np.uint64(segment["p_offset"]), np.uint64(segment["p_filesz"])
        here = (offset >= begin) & (offset - begin < size) & bool(segment["p_flags"] & EXECUTABLE)
        address[here] = offset[here] - begin + np.uint64(segment["p_vaddr"])
        inside |= here
    return address, inside
