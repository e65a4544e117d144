# SPDX-License-Identifier: GPL-2.0-or-later
"""The modules that the kernel has: their names, and where their sections are."""
from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import gdb
from lkmc_gdb import kernel

MOST = 1000                 # modules; a longer list is memory that does not hold it yet
# Sections with code or data of the module; the others are tables that the kernel reads as it loads it.
CODE_AND_DATA = (".text", ".init.text", ".exit.text", ".data", ".rodata", ".bss", ".init.data")


@dataclass(frozen=True)
class Module:
    """A module as the kernel lists it: where its sections are, and whether those of its init are still there."""
    name: str
    base: int
    sections: tuple[tuple[str, int], ...]
    initialized: bool


def loaded() -> Iterator[Module]:
    """The modules on the kernel's list; none while that cannot be read, as before the kernel has set up its memory."""
    try:
        head = gdb.parse_and_eval("&modules")
        what = gdb.lookup_type("struct module")
    except gdb.error:
        return
    offset = kernel.offset(what, "list")
    with contextlib.suppress(gdb.MemoryError), kernel.view():
        at = int(kernel.load(head)["next"])
        for _ in range(MOST):
            if at in (int(head), 0):
                return
            module = kernel.fetch(at - offset, what)
            yield described(module)
            at = int(module["list"]["next"])


def described(module: gdb.Value) -> Module:
    """What we want to know of a struct module. Raises gdb.MemoryError."""
    name = module["name"].string()
    try:
        base = int(module["mem"][0]["base"])            # MOD_TEXT
    except gdb.error:                                   # before Linux 6.4
        base = int(module["core_layout"]["base"])
    sections = tuple((name, address) for name, address in _sections(module["sect_attrs"])
                     if name.startswith(CODE_AND_DATA))
    return Module(name, base, sections or ((".text", base),), str(module["state"]) == "MODULE_STATE_LIVE")


def _sections(attributes: gdb.Value) -> Iterator[tuple[str, int]]:
    """Names and addresses in /sys/module/NAME/sections."""
    if not int(attributes):
        return
    table = kernel.load(attributes)
    if "nsections" in {field.name for field in table.type.fields()}:        # before Linux 6.14
        first, one = int(attributes) + kernel.offset(table.type, "attrs"), table["attrs"].type.target()
        for index in range(int(table["nsections"])):
            section = kernel.fetch(first + index * one.sizeof, one)
            yield kernel.text(section["battr"]["attr"]["name"]), int(section["address"])
        return
    listed = table["grp"]["bin_attrs"]
    at, pointer = int(listed), listed.type.target()
    while int(kernel.fetch(at, pointer)):
        attribute = kernel.load(kernel.fetch(at, pointer))
        yield kernel.text(attribute["attr"]["name"]), int(attribute["private"])
        at += pointer.sizeof
