# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel source tree to run `conf` in: links to the real one, which stays as it is even while it is being built."""
from __future__ import annotations

import hashlib
from pathlib import Path

from lkmc import paths

# Where `make olddefconfig` compiles; these folders are real, and only the sources in them are links.
COMPILED = {"scripts/basic", "scripts/kconfig", "scripts/kconfig/lxdialog"}
REAL = sorted({Path("."), Path("scripts")} | {Path(folder) for folder in COMPILED})
SOURCES = {".c", ".cc", ".glade", ".h", ".l", ".pl", ".sh", ".y"}


def of(tree: Path) -> Path:
    """The view of a source tree, made or refreshed; it stays in the cache, for it holds the compiled `conf`."""
    name = hashlib.sha256(str(tree.resolve()).encode()).hexdigest()[:16]
    view = paths.cache() / "kconfig" / f"{tree.name}-{name}"
    make(tree, view)
    return view


def make(tree: Path, view: Path) -> None:
    """Make or refresh a view of a source tree in this folder."""
    for folder in REAL:
        if (tree / folder).is_dir():
            _link(tree.resolve() / folder, view / folder, folder)


def _link(source: Path, target: Path, folder: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    wanted = {path.name for path in source.iterdir() if not path.name.startswith(".") and folder / path.name not in REAL
              and (str(folder) not in COMPILED or _is_source(path))}
    for link in target.iterdir():
        if link.is_symlink() and link.name not in wanted:
            link.unlink()
    for name in wanted:
        link = target / name
        if not link.is_symlink() or link.readlink() != source / name:
            link.unlink(missing_ok=True)
            link.symlink_to(source / name)


def _is_source(path: Path) -> bool:
    """Whether a file of a folder that is compiled in is no product of compiling it."""
    if path.is_dir() or path.suffix in SOURCES:
        return not path.stem.endswith((".lex", ".tab"))
    return path.name in ("Makefile", "Kconfig")
