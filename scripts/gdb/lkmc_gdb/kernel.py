# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading the kernel's memory, also while the processor is in user mode."""
from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import gdb
from lkmc_gdb import physical

KERNEL_BEGINS = 1 << 28     # bytes; of what PAGE_OFFSET is a multiple on 32-bit Arm
MODULES = 1 << 24           # bytes; the room for modules below it
STRING_PART = 64    # bytes; of a string, as much is read at a time, and never beyond its page


@dataclass(frozen=True)
class Arch:
    """How a processor tells its mode: bits of $cpsr, their value in user mode, and in the kernel's, if GDB may set it.

    What GDB reads, QEMU reads as the processor would: in user mode the kernel's pages are refused.
    """
    mode_mask: int = 0
    user_mode: int = -1
    kernel_mode: int | None = None

    @property
    def by_tables(self) -> bool:
        """Whether the kernel's memory is found through its page tables where the emulator refuses it."""
        return bool(self.mode_mask) and self.kernel_mode is None


ARCHES = {
    "x86_64": Arch(),           # the emulator reads whatever the page tables have
    "aarch64": Arch(0x1f, 0x00, 0x05),
    "arm": Arch(0x1f, 0x10),
}
_arch: list[Arch] = []
_names: list[str] = []
_before: list[tuple[int, int, int]] = []        # thread, frame and $cpsr of a processor that is in view()
_unlent: dict[int, bytes] = {}                  # by physical address, what a process's page tables had before _lend()


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


def registers() -> tuple[int, ...]:
    """The general registers."""
    frame = gdb.newest_frame()
    named = (one.name for one in frame.architecture().registers())
    return tuple(register(name) for name in named if re.fullmatch(r"r[a-z0-9]{1,2}|x\d+|sp|lr|pc", name))


def in_user_mode() -> bool:
    """Whether the processor that is looked at is in user mode, where this can matter."""
    return bool(_arch[0].mode_mask) and register("cpsr") & _arch[0].mode_mask == _arch[0].user_mode


@contextlib.contextmanager
def view() -> Iterator[None]:
    """Read memory as the kernel does: in user mode the processor is put into the kernel's for this moment, where that
    can be done. With read() and what is built on it, the others see it too."""
    mine = _enter()
    try:
        yield
    finally:
        if mine:
            leave()


def _enter() -> bool:
    """Put a processor that is in user mode into the kernel's, until leave(). False when there is nothing to do."""
    mode = _arch[0].kernel_mode
    if mode is None or _before or not in_user_mode():
        return False
    before = register("cpsr")
    _before[:] = [(gdb.selected_thread().num, gdb.selected_frame().level(), before)]
    _set_cpsr(before & ~_arch[0].mode_mask | mode)
    return True


def reachable() -> None:
    """Before a command that reads the kernel's memory in GDB's own way. Raises gdb.GdbError where it cannot."""
    if _arch[0].by_tables and in_user_mode():
        raise gdb.GdbError("the processor is in user mode, where QEMU does not let GDB at a 32-bit Arm's kernel; go on "
                           "until it is in the kernel: tbreak schedule, continue")


class Enter(gdb.Command):
    """lkmc-enter-kernel: what runs before a command that reads the kernel's memory in user mode."""

    def __init__(self) -> None:
        super().__init__("lkmc-enter-kernel", gdb.COMMAND_OBSCURE)

    def invoke(self, argument: str, from_tty: bool) -> None:
        reachable()
        _enter()
        if _arch[0].by_tables:
            _lend()


def _lend() -> None:
    """Let the process that runs see all that the kernel has mapped, until leave(): a module that was loaded since the
    process began is in its tables only once it has needed it."""
    page_offset = number("&_text") & ~(KERNEL_BEGINS - 1)
    entries = physical.lacking(page_offset - MODULES)
    _unlent.update((at, bytes(len(entry))) for at, entry in entries.items())
    physical.write(entries)


def leave(_: object = None) -> None:
    """Put back what was changed for a command, if something was. The guest must not find it: a replayed one would go
    another way than it was recorded."""
    entries = dict(_unlent)
    _unlent.clear()
    physical.write(entries)
    if not _before:
        return
    thread, level, cpsr = _before.pop()
    if gdb.selected_thread().num != thread:
        gdb.execute(f"thread {thread}", to_string=True)
    _set_cpsr(cpsr)
    gdb.execute(f"frame {level}", to_string=True)


def let_in(prefix: str) -> None:
    """Let the commands whose names begin so read the kernel's memory in user mode too. When one fails, GDB does not
    run what is to follow it; then the processor is put right before the next prompt."""
    if not _arch[0].mode_mask:
        return
    Enter()
    for command in gdb.execute(f"complete {prefix}", to_string=True).split():
        gdb.execute(f"define hook-{command}\nlkmc-enter-kernel\nend")
        gdb.execute(f"define hookpost-{command}\npython lkmc_gdb.kernel.leave()\nend")
    gdb.events.before_prompt.connect(leave)


def _set_cpsr(value: int) -> None:
    gdb.newest_frame().select()
    gdb.execute(f"set $cpsr = {value:#x}", to_string=True)


def read(address: int, size: int) -> bytes:
    """The kernel's memory, in view(). Raises gdb.MemoryError."""
    if _arch[0].by_tables and in_user_mode():
        return physical.read(address, size)
    try:
        return bytes(gdb.selected_inferior().read_memory(address, size))
    except gdb.MemoryError:
        if not _arch[0].by_tables:
            raise
        # A process has what the kernel mapped after its start, such as a module, only once it has needed it; and the
        # kernel idles with the tables of the process before.
        return physical.read(address, size)


def fetch(address: int, what: gdb.Type) -> gdb.Value:
    """The object of this type at an address, read at once. Raises gdb.MemoryError."""
    return gdb.Value(read(address, what.sizeof), what)


def load(pointer: gdb.Value) -> gdb.Value:
    """The object that is pointed to, read at once. Raises gdb.MemoryError."""
    return fetch(int(pointer), pointer.type.target())


def text(pointer: gdb.Value) -> str:
    """The string that is pointed to. Raises gdb.MemoryError."""
    found, at = b"", int(pointer)
    while b"\0" not in found:
        found += read(at + len(found), STRING_PART - (at + len(found)) % STRING_PART)
    return found.partition(b"\0")[0].decode(errors="replace")


def offset(structure: gdb.Type, name: str) -> int:
    """Where in a structure a field of it is, in bytes."""
    return address(gdb.Value(0).cast(structure.pointer()).dereference()[name])


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


def require_types() -> None:
    """Before a command that needs the kernel's types. Raises gdb.GdbError without debug information."""
    if not typed():
        raise gdb.GdbError("the kernel has no debug information, which this needs; scripts/run-gdb says how to get it")


def typed() -> bool:
    """Whether there is debug information, and so the kernel's types."""
    try:
        gdb.lookup_type("struct module")
    except gdb.error:
        return False
    return True
