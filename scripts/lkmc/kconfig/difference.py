# SPDX-License-Identifier: GPL-2.0-or-later
"""How configurations differ, and the smallest fragment that makes one of another."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lkmc.kconfig import fragment, linux
from lkmc.kconfig.state import State


def configs(path: Path) -> list[str]:
    """The text of a .config, or of an output's for Buildroot and for Linux. Raises UserError."""
    if path.is_dir():
        kernel = linux.of_output(path)
        files = [path / ".config", *([kernel.path / ".config"] if kernel else [])]
    else:
        files = [path]
    return [fragment.config(file) for file in files if file.exists() or file is files[0]]


def lines(old: Path, new: Path) -> Iterator[str]:
    """A line for each symbol that differs: NAME OLD -> NEW, with - where it is not written at all."""
    before, after = ({name: value for text in configs(path) for name, value in fragment.values(text).items()}
                     for path in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{name} {before.get(name, '-')} -> {after.get(name, '-')}"


def minimal(state: State, base: str, target: str) -> dict[str, str]:
    """The fewest assignments that turn the .config `base` into `target`; what another makes visible comes after it."""
    wanted = fragment.values(target)
    found: dict[str, str] = {}
    state.load(base)
    while more := _settable(state, wanted, found):      # what is set makes others visible, before and behind it
        found.update(more)
    for name in reversed(list(found)):
        less = {key: value for key, value in found.items() if key != name}
        if _differences(state, base, less, wanted) <= _differences(state, base, found, wanted):
            found = less
    return found


def _settable(state: State, wanted: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """Set what differs and can be set now, but for what was set before."""
    more = {}
    for symbol in state.tree.unique_defined_syms:
        name = state.name(symbol)
        if symbol.visibility and name in wanted.keys() - found.keys() and \
                not fragment.same(wanted[name], state.value(symbol)):
            more[name] = wanted[name]
            state.set({name: wanted[name]})
    return more


def _differences(state: State, base: str, assignments: Mapping[str, str], wanted: Mapping[str, str]) -> set[str]:
    """The symbols that differ from what is wanted once these are assigned."""
    state.load(base)
    state.set(assignments)
    mine = state.values()
    return {name for name in mine.keys() | wanted.keys()
            if not fragment.same(wanted.get(name, "n"), mine.get(name))}
