# SPDX-License-Identifier: GPL-2.0-or-later
"""An output's local.mk, Buildroot's package override file: where the sources of packages are taken from instead."""
from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

NAME = "local.mk"
SYMBOL = "BR2_PACKAGE_OVERRIDE_FILE"
OWN = f"$(CONFIG_DIR)/{NAME}"           # Buildroot's default
HEAD = "# Lines that end in this mark are scripts/hack's and scripts/build's:"
MARK = "# lkmc"                          # without a space before it, which would belong to the value
INCLUDE = "include $(call qstrip,"      # a path in it may be made of variables that .config quotes


def variable(package: str) -> str:
    """A package's name as Buildroot's variables begin with it."""
    return package.upper().replace("-", "_").replace(".", "_")


def source(package: str, folder: Path) -> dict[str, str]:
    """What makes Buildroot take a package, and the host package of that name, from a folder."""
    return {f"{prefix}{variable(package)}_OVERRIDE_SRCDIR": str(folder) for prefix in ("", "HOST_")}


def package(output: Path, folder: Path) -> str | None:
    """The package that is taken from a folder, by our lines."""
    for line in _lines(output):
        found = re.fullmatch(rf"(?!HOST_)(\w+)_OVERRIDE_SRCDIR = (.*){MARK}", line)
        if found and Path(found[2]) == folder:
            return found[1].lower().replace("_", "-")
    return None


def packages(output: Path) -> list[str]:
    """The packages that are taken from a folder of their name, by our lines."""
    found = (re.fullmatch(rf"(?:HOST_)?(\w+)_OVERRIDE_SRCDIR = .*/([^/]+){MARK}", line) for line in _lines(output))
    return sorted({line[2] for line in found if line and line[1] == variable(line[2])})


def built_names(output: Path, package: str) -> list[str]:
    """The names under which Buildroot has built a package from its override: its own, and the host package's."""
    return [name for name in (package, f"host-{package}") if (output / f"build/{name}-custom").exists()]


def add(output: Path, values: Mapping[str, str]) -> None:
    """Set make variables for an output's packages. The file that its .config named before stays in force."""
    remove(output, values)
    before = _named(output)
    if before != OWN:
        _write(output, [f"{INCLUDE}{before}){MARK}", *_lines(output)])
        _name(output, OWN)
    _write(output, [*_lines(output), *(f"{name} = {value}{MARK}" for name, value in values.items())])


def remove(output: Path, names: Mapping[str, str]) -> None:
    """Take these variables out again; with the last one, the .config names the file that it did before."""
    ours = re.compile(rf"(?:{'|'.join(map(re.escape, names))}) = .*{MARK}")
    _write(output, [line for line in _lines(output) if not ours.fullmatch(line)])
    marked = [line for line in _lines(output) if line.endswith(MARK)]
    if len(marked) == 1 and marked[0].startswith(INCLUDE):
        _name(output, included(output) or OWN)
        _write(output, [line for line in _lines(output) if line not in marked])


def included(output: Path) -> str | None:
    """The override file that the .config named before local.mk took its place."""
    found = re.search(rf"^{re.escape(INCLUDE)}(.*)\){MARK}$", "\n".join(_lines(output)), re.M)
    return found.group(1) if found else None


def keep(output: Path) -> None:
    """After a new .config was written: have it name local.mk again, if that includes another file."""
    before = included(output)
    if before and _named(output) != OWN:
        old, new = (f"{INCLUDE}{file}){MARK}" for file in (before, _named(output)))
        _write(output, [new if line == old else line for line in _lines(output)])
        _name(output, OWN)


def _lines(output: Path) -> list[str]:
    path = output / NAME
    return [line for line in path.read_text().splitlines() if line != HEAD + " " + MARK[2:]] if path.exists() else []


def _write(output: Path, lines: list[str]) -> None:
    path = output / NAME
    if lines:
        path.write_text("\n".join([HEAD + " " + MARK[2:], *lines]) + "\n")
    else:
        path.unlink(missing_ok=True)


def _named(output: Path) -> str:
    found = re.search(rf'^{SYMBOL}="(.*)"$', (output / ".config").read_text(), re.M)
    return found.group(1) if found else OWN


def _name(output: Path, file: str) -> None:
    path = output / ".config"
    path.write_text(re.sub(rf'^{SYMBOL}=.*$', lambda _: f'{SYMBOL}="{file}"', path.read_text(), flags=re.M))
