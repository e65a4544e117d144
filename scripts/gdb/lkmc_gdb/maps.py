# SPDX-License-Identifier: GPL-2.0-or-later
"""What a process has in its address space, read from the kernel: its maple tree of mappings."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import gdb
from lkmc_gdb import kernel

DEEPEST = 64            # folders of a path
# An entry of a maple tree: whether it points to a node, the node's type, and its address.
INTERNAL, INTERNAL_MASK, RESERVED = 2, 3, 4096
TYPE_SHIFT, TYPE_MASK = 3, 0xf
NODE_MASK = 0xff


@dataclass(frozen=True)
class Mapping:
    """Memory from start to end which is a file's, from a page of it on; path: as the file is called in its mount."""
    start: int
    end: int
    page: int
    path: str


def files(mm: gdb.Value) -> Iterator[Mapping]:
    """The mappings of files in a struct mm_struct, the lowest first. Raises gdb.MemoryError."""
    what = gdb.lookup_type("struct vm_area_struct")
    for at in _entries(int(mm["mm_mt"]["ma_root"])):
        area = kernel.fetch(at, what)
        if int(area["vm_file"]):
            yield Mapping(int(area["vm_start"]), int(area["vm_end"]), int(area["vm_pgoff"]),
                          path(kernel.load(area["vm_file"])))


def path(file: gdb.Value) -> str:
    """The path of a struct file, from the root of its mount on."""
    at = file["f_path"]["dentry"]
    names: list[str] = []
    for _ in range(DEEPEST):
        dentry = kernel.load(at)
        if int(dentry["d_parent"]) == int(at):
            break
        names.append(kernel.text(dentry["d_name"]["name"]))
        at = dentry["d_parent"]
    return "/" + "/".join(reversed(names))


def name(file: gdb.Value) -> str:
    """The last part of a struct file's path."""
    return kernel.text(kernel.load(file["f_path"]["dentry"])["d_name"]["name"])


def _entries(root: int) -> Iterator[int]:
    """What a maple tree holds."""
    kinds = {int(field.enumval): field.name for field in gdb.lookup_type("enum maple_type").fields()}
    if _is_node(root):
        yield from _of_node(root, (1 << 64) - 1, kinds)
    elif root:
        yield root


def _is_node(entry: int) -> bool:
    return entry & INTERNAL_MASK == INTERNAL and entry > RESERVED


def _of_node(entry: int, last: int, kinds: dict[int, str | None]) -> Iterator[int]:
    """last: the highest index that the node is for; its slots end where a pivot says so, or is not there."""
    kind = kinds[entry >> TYPE_SHIFT & TYPE_MASK]
    node = kernel.fetch(entry & ~NODE_MASK, gdb.lookup_type("struct maple_node"))
    part = node["ma64" if kind == "maple_arange_64" else "mr64"]
    pivots = [int(part["pivot"][index]) for index in range(_length(part["pivot"]))]
    for index in range(_length(part["slot"])):
        end = pivots[index] if index < len(pivots) else 0
        slot = int(part["slot"][index])
        if slot and kind == "maple_leaf_64":
            yield slot
        elif slot:
            yield from _of_node(slot, end or last, kinds)
        if not end or end >= last:
            return


def _length(array: gdb.Value) -> int:
    low, high = array.type.range()
    return int(high) - int(low) + 1
