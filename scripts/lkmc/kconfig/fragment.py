# SPDX-License-Identifier: GPL-2.0-or-later
"""Assignments: the lines of a fragment, a defconfig or a .config, and single settings."""
from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lkmc import paths
from lkmc.errors import UserError

SET = re.compile(r"(?P<name>(?:CONFIG_|BR2_)\w+)=(?P<value>.*)")
UNSET = re.compile(r"# (?P<name>(?:CONFIG_|BR2_)\w+) is not set")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# A comment of ours: these requests may come to nothing, on an architecture or in a version without the symbol; or they
# are what some versions have by default.
MARK = re.compile(r"# lkmc: (?P<key>optional|default)=(?P<names>\w+(?:,\w+)*)")
VALUE = re.compile(STRING.pattern + r"|[ymn]|-?\d+|0[xX][0-9a-fA-F]+")


@dataclass(frozen=True)
class Assignment:
    """A symbol's requested value as it stands in a .config, n for what "is not set", and where that was written."""
    name: str           # with its prefix, CONFIG_ or BR2_
    value: str
    where: str          # file:line, or the option that set it
    optional: bool = False
    default: bool = False

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @property
    def line(self) -> str:
        """The line of a .config that asks for it."""
        return f"# {self.name} is not set" if self.value == "n" else str(self)


@dataclass(frozen=True)
class Layer:
    """The assignments of one file, or of one option: what wins or gives way together."""
    name: str
    assignments: tuple[Assignment, ...]


def read(path: Path, prefix: str) -> Layer:
    """The assignments of a file to symbols of this prefix. Raises UserError with file and line."""
    shown = show(path)
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise UserError(f"{shown}: a folder, not a fragment; name one file in it") from None
    except OSError as error:
        raise UserError(f"{shown}: {(error.strerror or str(error)).lower()}; ours are in "
                        f"{'linux/' if prefix == 'CONFIG_' else 'configs/fragments/'}") from None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{shown}:{line}: not text; a fragment holds lines such as {prefix}A=y") from None
    return parse(text, prefix, shown)


def parse(text: str, prefix: str, name: str) -> Layer:
    """The assignments of a fragment's text; `name` is what messages call it."""
    found = []
    marked: dict[str, set[str]] = {"optional": set(), "default": set()}
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        where = f"{name}:{number}"
        if "\0" in raw:
            raise UserError(f"{where}: not text; a fragment holds lines such as {prefix}A=y")
        unset, may = UNSET.fullmatch(line), MARK.fullmatch(line)
        if unset:
            found.append(_assignment(unset["name"], "n", where, prefix))
        elif may:
            marked[may["key"]] |= set(may["names"].split(","))
        elif line and not line.startswith("#"):
            found.append(setting(line, prefix, where))
    return Layer(name, tuple(replace(one, optional=one.name in marked["optional"],
                                     default=one.name in marked["default"]) for one in found))


def setting(text: str, prefix: str, where: str) -> Assignment:
    """One NAME=VALUE. Raises UserError that says what is wrong with it."""
    match = SET.fullmatch(text)
    if not match:
        raise UserError(f"{where}: {text[:80]!r} is no assignment; write {prefix}NAME=VALUE "
                        f"or # {prefix}NAME is not set")
    if not VALUE.fullmatch(match["value"]):
        hint = f'"{match["value"]}"' if '"' not in match["value"] and match["value"].strip() else '""'
        if where.startswith("--"):      # of which a shell takes the quotes
            hint = f"{where.split(' ')[0]} {shlex.quote(match['name'] + '=' + hint)}"
        raise UserError(f"{where}: {match['value'][:80]!r} is no value for {match['name']}; write y, m, n, a number, "
                        f"or a string in quotes ({hint})")
    return _assignment(match["name"], match["value"], where, prefix)


def _assignment(name: str, value: str, where: str, prefix: str) -> Assignment:
    if not name.startswith(prefix):
        other = "Linux" if prefix == "BR2_" else "Buildroot"
        raise UserError(f"{where}: {name} is a symbol of {other}; it goes into a fragment of {other}'s")
    return Assignment(name, value, where)


def settings(texts: Iterable[str], prefix: str, option: str) -> Layer:
    """The assignments of an option that takes one each, such as --set; a name alone means y."""
    return Layer(option, tuple(setting(text if "=" in text else f"{text}=y", prefix, f"{option} {text}")
                               for text in texts))


def config(path: Path) -> str:
    """The text of a .config. Raises UserError where it cannot be one."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {(getattr(error, 'strerror', None) or 'not text').lower()}; name an output folder or "
                        f"a .config, which scripts/config writes") from None


def values(config: str) -> dict[str, str]:
    """{name: value} of a .config that `conf` wrote."""
    found = {}
    for line in config.splitlines():
        match = SET.fullmatch(line) or UNSET.fullmatch(line)
        if match:
            found[match["name"]] = match.groupdict().get("value", "n")
    return found


def merged(layers: Iterable[Layer]) -> dict[str, Assignment]:
    """The last assignment of each name, in the order in which `conf` is to read them."""
    last: dict[str, Assignment] = {}
    for layer in layers:
        for assignment in layer.assignments:
            last.pop(assignment.name, None)     # the last one of a choice wins as well
            last[assignment.name] = assignment
    return last


def text(assignments: Iterable[Assignment]) -> str:
    """A .config of these assignments alone."""
    return "".join(f"{assignment.line}\n" for assignment in assignments)


def same(wanted: str, actual: str | None) -> bool:
    """Whether a requested value is what a .config has; None stands for a symbol that is not in it."""
    if actual is None:
        return wanted in ("n", '""')
    if wanted == actual:
        return True
    try:
        return int(wanted, 0) == int(actual, 0)
    except ValueError:
        return False


def show(path: Path) -> str:
    """A path as messages show it: relative to the checkout where it is in it."""
    absolute = path.absolute()
    return str(absolute.relative_to(paths.TOP)) if absolute.is_relative_to(paths.TOP) else str(path)
