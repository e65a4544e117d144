# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading the kernel's memory, also while the processor is in user mode."""
from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import gdb


@dataclass(frozen=True)
class Arch:
    """How a processor tells its mode: bits of $cpsr, their value in user mode, and in the kernel's.

    What GDB reads, QEMU reads as the processor would: in user mode the kernel's pages are refused.
    """
    mode_mask: int = 0
    user_mode: int = -1
    kernel_mode: int = 0


ARCHES = {
    "x86_64": Arch(),           # the emulator reads whatever the page tables have
    "aarch64": Arch(0x1f, 0x00, 0x05),
    "arm": Arch(0x1f, 0x10, 0x13),
}
_arch: list[Arch] = []
_names: list[str] = []


def use(name: str) -> None:
    """This is a session with a guest of that architecture."""
    _arch[:] = [ARCHES[name]]
    _names[:] = [name]


def arch() -> str:
    """The guest's architecture."""
    return _names[0]


def register(name: str) -> int:
    """A register of the processor that is looked at, as it is now. Some are flags, which no cast makes a number."""
    return int(gdb.newest_frame().read_register(name).format_string(format="x"), 16)


def in_user_mode() -> bool:
    """Whether the processor that is looked at is in user mode, where this can matter."""
    return bool(_arch[0].mode_mask) and register("cpsr") & _arch[0].mode_mask == _arch[0].user_mode


@contextlib.contextmanager
def view() -> Iterator[None]:
    """Read memory as the kernel does: in user mode the processor is put into the kernel's for this moment."""
    if not in_user_mode():
        yield
        return
    level = gdb.selected_frame().level()
    before = register("cpsr")
    _set_cpsr(before & ~_arch[0].mode_mask | _arch[0].kernel_mode)
    try:
        yield
    finally:
        _set_cpsr(before)
        gdb.execute(f"frame {level}", to_string=True)


def _set_cpsr(value: int) -> None:
    gdb.newest_frame().select()
    gdb.execute(f"set $cpsr = {value:#x}", to_string=True)


def fetch(address: int, what: gdb.Type) -> gdb.Value:
    """The object of this type at an address, read at once. Raises gdb.MemoryError."""
    return gdb.Value(bytes(gdb.selected_inferior().read_memory(address, what.sizeof)), what)


def offset(structure: gdb.Type, name: str) -> int:
    """Where in a structure a field of it is, in bytes."""
    return next((field.bitpos or 0) // 8 for field in structure.fields() if field.name == name)


def address(value: gdb.Value) -> int:
    """Where in memory an object is."""
    where = value.address
    assert where is not None, "the object is in memory"
    return int(where)


def number(text: str) -> int:
    """The value of an expression as an unsigned number. Raises gdb.error."""
    return int(gdb.parse_and_eval(text).cast(gdb.lookup_type("unsigned long")))


def has(name: str) -> bool:
    """Whether the kernel has a function of this name."""
    try:
        return bool(gdb.decode_line(name)[1])
    except gdb.error:
        return False


def typed() -> bool:
    """Whether there is debug information, and so the kernel's types."""
    try:
        gdb.lookup_type("struct module")
    except gdb.error:
        return False
    return True
