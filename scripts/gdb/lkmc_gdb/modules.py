# SPDX-License-Identifier: GPL-2.0-or-later
"""The symbols of loaded modules: where the guest loaded them, gone when it removes them; lx-symbols, lkmc-break."""
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import gdb
from lkmc_gdb import kernel, object_file
from lkmc_gdb.module_list import Module, described, loaded
from lkmc_gdb.points import Hook

PACKAGE = "lkmc-kernel-modules"     # where Buildroot compiles our modules


class Symbols:
    """The symbol files of the modules that the guest has now."""

    def __init__(self, folders: list[Path], work: Path) -> None:
        self.folders, self.work = folders, work
        self.added: dict[str, tuple[Module, Path]] = {}
        self.asleep: dict[str, list[gdb.Breakpoint]] = {}
        self._index: dict[str, Path] = {}

    def file(self, name: str) -> Path | None:
        """The unstripped module of this name; folders are searched in turn, and read again for what is not known."""
        if name not in self._index:
            for folder in self.folders:
                for path in folder.rglob("*.ko"):
                    self._index.setdefault(path.stem.replace("-", "_"), path)
                if name in self._index:
                    break
        return self._index.get(name)

    def add(self, module: Module) -> None:
        """Have the module's symbols where it is now."""
        old = self.added.get(module.name)
        if old and old[0].sections == module.sections:
            return
        self.remove(module.name)
        path = self.file(module.name)
        if path is None:
            return
        for sleeper in self.asleep.pop(module.name, []):
            if sleeper.is_valid():
                sleeper.enabled = True
        places = " ".join(f"-s {name} {address:#x}" for name, address in module.sections)
        gdb.write(f"loading @{module.base:#x}: {path}\n")
        copy = object_file.placeable(path, self.work).resolve()     # GDB knows a file by its real path
        gdb.execute(f"add-symbol-file {copy} {places}", to_string=True)
        self.added[module.name] = (module, copy)

    def remove(self, name: str) -> None:
        """Forget a module's symbols; its breakpoints wait for it to come back."""
        if name in self.added:
            _, path = self.added.pop(name)
            gdb.execute(f"remove-symbol-file {path}", to_string=True)

    def sync(self) -> None:
        """Look at the kernel's list: add, move and remove."""
        listed = list(loaded())
        for name in self.added.keys() - {module.name for module in listed}:
            self.remove(name)
        for module in listed:
            self.add(module)
        self.rest(listed)

    def rest(self, listed: Iterable[Module]) -> None:
        """Have the breakpoints in the init functions of modules that are through with them wait for the next time."""
        for module in listed:
            if module.initialized:
                self._put_to_sleep(module)

    def _put_to_sleep(self, module: Module) -> None:
        """Breakpoints in memory that the kernel took back after the module's init would hit what comes there next."""
        starts = dict(module.sections)
        if ".init.text" not in starts:
            return
        first = starts[".init.text"]
        for point in gdb.breakpoints():
            places = getattr(point, "locations", [])       # since GDB 13
            if point.enabled and places and all(first <= place.address < first + (1 << 16) and
                                                self._in_init(place.address) for place in places):
                point.enabled = False
                self.asleep.setdefault(module.name, []).append(point)

    def _in_init(self, address: int) -> bool:
        found = gdb.execute(f"info symbol {address:#x}", to_string=True)
        return "in section .init.text of " in found


class LxSymbols(gdb.Command):
    """Look at the guest's modules again: their symbols are loaded, moved and removed.

This also happens by itself, whenever the guest loads or removes a module and whenever it stops."""

    def __init__(self) -> None:
        super().__init__("lx-symbols", gdb.COMMAND_FILES)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel.require_types()
        _symbols[0].sync()


class Break(gdb.Command):
    """lkmc-break MODULE FUNCTION-OR-LINE: break in a module, whether it is loaded already or not.

    (gdb) lkmc-break hello hello_init

stops in the module's init function at the next insmod. In a module of several files a line is FILE:LINE."""

    def __init__(self) -> None:
        super().__init__("lkmc-break", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        words = gdb.string_to_argv(argument)
        if len(words) != 2:
            raise gdb.GdbError("usage: lkmc-break MODULE FUNCTION-OR-LINE, for example: lkmc-break hello hello_init")
        if not _following:
            raise gdb.GdbError("modules are not followed in this session: leave out --no-lxsymbols, or, in a replay, "
                               "break at an address")
        kernel.require_types()
        name, where = words[0].removesuffix(".ko").replace("-", "_"), words[1]
        path = _symbols[0].file(name)
        if path is None:
            raise gdb.GdbError(f"no {name}.ko in {', '.join(map(str, _symbols[0].folders))}; build it first")
        gdb.Breakpoint(_location(path, where, path.parent.name if path.parent != _symbols[0].folders[0] else PACKAGE))


def _location(path: Path, where: str, folder: str) -> str:
    """As GDB takes it. Other files may have the same name as a module's, so its folder goes with it; a function of a
    module of several files may be in any of them. Raises gdb.GdbError."""
    file, _, line = where.rpartition(":")
    if file and line.isdigit():
        return f"-source {folder}/{file} -line {line}"
    if f"\0{path.stem}.c\0".encode() in path.read_bytes():       # the name of its only file, among its symbols
        return f"-source {folder}/{path.stem}.c {'-line' if where.isdigit() else '-function'} {where}"
    if where.isdigit():
        raise gdb.GdbError(f"{path.name} is made of several files; write FILE:LINE")
    return f"-function {where}"


def define(folders: list[Path], work: Path, follow_modules: bool) -> None:
    """Define the commands. work: a folder for files of ours."""
    _symbols[:] = [Symbols(folders, work)]
    LxSymbols()
    Break()
    _following[:] = [True] if follow_modules else []


def follow() -> None:
    """Follow the modules from now on, unless that is not wanted."""
    if not _following or not kernel.typed():
        return
    symbols = _symbols[0]
    # The kernel frees what only init needs some time after init, in do_free_init: the next module may come there.
    for function, action in (("do_init_module", lambda: symbols.add(_argument())),
                             ("do_free_init", lambda: symbols.rest(loaded())),
                             ("free_module", lambda: symbols.remove(_argument().name))):
        if kernel.has(function):
            Hook(function, action)
    gdb.events.stop.connect(lambda event: symbols.sync())
    symbols.sync()


def _argument() -> Module:
    """The module that the function we are in works on."""
    return described(gdb.parse_and_eval("*mod"))


_symbols: list[Symbols] = []
_following: list[bool] = []
