# SPDX-License-Identifier: GPL-2.0-or-later
"""As much of GDB's Python module as scripts/gdb/lkmc_gdb needs, on memory that a test writes."""
from __future__ import annotations

import builtins
import importlib
import re
import shlex
import struct
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from lkmc import paths

STDERR = 1
COMMAND_DATA = COMMAND_OBSCURE = COMMAND_STACK = COMMAND_FILES = COMMAND_BREAKPOINTS = 0
TYPE_CODE_ARRAY, TYPE_CODE_UNION, TYPE_CODE_INT = range(3)
layouts: dict[str, dict[str, str]] = {}     # by a structure's name the types of its members
unions: set[str] = set()                    # the names of those whose members overlap
enums: dict[str, dict[str, int]] = {}
memory: dict[int, int] = {}
symbols: dict[str, int] = {}                # what parse_and_eval knows
registers: dict[str, int] = {}
answers: dict[str, str] = {}                # of execute; of others it says nothing
lines: dict[int, tuple[str, int]] = {}
asked: list[str] = []
variables: dict[str, object] = {}
said: list[str] = []


class error(RuntimeError):
    pass


class MemoryError(error):
    pass


class GdbError(Exception):
    pass


class Command:
    def __init__(self, name: str, kind: int) -> None:
        pass


class Breakpoint:
    pass


class Function:
    pass


class Type:
    """A type by its name: `int`, `struct x`, either with ` *` behind it, or with `[3]`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._array = re.fullmatch(r"(.*)\[(\d+)\]", name)

    @property
    def is_pointer(self) -> bool:
        return self.name.endswith(" *")

    @property
    def sizeof(self) -> int:
        if self._array:
            return int(self._array[2]) * self.target().sizeof
        if self.name in layouts:
            sizes = [Type(member).sizeof for member in layouts[self.name].values()]
            return max(sizes) if self.name in unions else sum(sizes)
        return {"char": 1, "int": 4}.get(self.name, 8)

    def offset(self, member: str) -> int:
        names = list(layouts[self.name])
        before = [] if self.name in unions else names[:names.index(member)]
        return sum(Type(layouts[self.name][name]).sizeof for name in before)

    def target(self) -> Type:
        return Type(self._array[1] if self._array else self.name.removesuffix(" *"))

    def pointer(self) -> Type:
        return Type(f"{self.name} *")

    def range(self) -> tuple[int, int]:
        assert self._array
        return 0, int(self._array[2]) - 1

    def fields(self) -> list[Any]:
        if self.name in enums:
            return [SimpleNamespace(name=name, enumval=value) for name, value in enums[self.name].items()]
        return [SimpleNamespace(name=name) for name in layouts[self.name]]


class Value:
    """A number, bytes of a type, or what is at an address, which is read when it is needed."""

    def __init__(self, value: int | bytes = b"", what: Type | None = None, address: int | None = None) -> None:
        self.type = what or Type("long")
        self._bytes = value.to_bytes(8, "little") if isinstance(value, int) else value
        self._address = address

    @property
    def address(self) -> Value | None:
        return None if self._address is None else Value(self._address, self.type.pointer())

    def _data(self) -> bytes:
        return self._bytes if self._address is None else _read(self._address, self.type.sizeof)

    def format_string(self, format: str) -> str:
        assert format == "x"
        return f"{int(self):#x}"

    def __int__(self) -> int:
        return int.from_bytes(self._data()[:self.type.sizeof], "little")

    def __getitem__(self, key: str | int) -> Value:
        if self.type.is_pointer:
            return self.dereference()[key]
        what = self.type.target() if isinstance(key, int) else Type(layouts[self.type.name][key])
        at = key * what.sizeof if isinstance(key, int) else self.type.offset(key)
        if self._address is not None:
            return Value(what=what, address=self._address + at)
        return Value(self._bytes[at:at + what.sizeof], what)

    def dereference(self) -> Value:
        return Value(what=self.type.target(), address=int(self))

    def cast(self, what: Type) -> Value:
        return Value(int(self), what)

    def string(self) -> str:
        return self._data().partition(b"\0")[0].decode()


class Event:
    """GDB's list of those who want to hear of something."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []

    def connect(self, listener: Any) -> None:
        self.listeners.append(listener)

    def happens(self) -> None:
        for listener in self.listeners:
            listener(None)


events = SimpleNamespace(stop=Event(), cont=Event(), exited=Event())


def _read(address: int, size: int) -> bytes:
    try:
        return bytes(memory[at] for at in builtins.range(address, address + size))
    except KeyError as missing:
        raise MemoryError(f"Cannot access memory at address {missing.args[0]:#x}") from None


def put(address: int, data: bytes) -> None:
    """Write memory."""
    memory.update(enumerate(data, address))


def put_struct(address: int, name: str, /, **members: int | bytes | Mapping[str, Any]) -> int:
    """Write an object of this type, 0 where nothing is said; its address."""
    what = Type(name)
    put(address, bytes(what.sizeof))
    for member, value in members.items():
        inner = Type(layouts[name][member])
        at = address + what.offset(member)
        if isinstance(value, Mapping):
            put_struct(at, inner.name, **value)
        else:
            put(at, value.to_bytes(inner.sizeof, "little") if isinstance(value, int) else value)
    return address


def words(*numbers: int) -> bytes:
    """Numbers of 64 bits, one behind the other."""
    return struct.pack(f"<{len(numbers)}Q", *numbers)


def execute(command: str, to_string: bool = False) -> str:
    asked.append(command)
    return answers.get(command, "")


def write(text: str, stream: int = 0) -> None:
    said.append(text)


def parameter(name: str) -> object:
    return False


def string_to_argv(text: str) -> list[str]:
    return shlex.split(text)


def lookup_type(name: str) -> Type:
    if name == "struct module" and name not in layouts:
        raise error("No struct type named module.")
    return Type(name)


def parse_and_eval(text: str) -> Value:
    if text not in symbols:
        raise error(f'No symbol "{text}" in current context.')
    return Value(symbols[text])


def selected_inferior() -> Any:
    return SimpleNamespace(read_memory=_read, write_memory=put)


def selected_thread() -> Any:
    return None


def newest_frame() -> Any:
    return SimpleNamespace(read_register=_register)


def _register(name: str) -> Value:
    if name not in registers:
        raise ValueError(f"Bad register: {name}")
    return Value(registers[name])


def find_pc_line(address: int) -> Any:
    file, line = lines.get(address, ("", 0))
    return SimpleNamespace(symtab=SimpleNamespace(filename=file) if file else None, line=line)


def set_convenience_variable(name: str, value: object) -> None:
    variables[name] = value


def convenience_variable(name: str) -> object:
    return variables[name]


@contextmanager
def inside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Be GDB, with nothing in memory; gives a function that imports one of lkmc_gdb's modules."""
    for state in (layouts, unions, enums, memory, symbols, registers, answers, lines, variables, asked, said,
                  *(event.listeners for event in vars(events).values())):
        state.clear()
    monkeypatch.setitem(sys.modules, "gdb", sys.modules[__name__])
    monkeypatch.syspath_prepend(str(paths.TOP / "scripts/gdb"))
    try:
        yield lambda name: importlib.import_module(f"lkmc_gdb.{name}")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "lkmc_gdb"]:
            del sys.modules[name]
