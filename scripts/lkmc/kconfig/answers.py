# SPDX-License-Identifier: GPL-2.0-or-later
"""What the compiler answered to the questions of Linux's Kconfig files, kept from one reading of a tree to the next.

A kernel asks about a hundred, which takes longer than all the rest. The answers of one compiler in one source tree are
kept in one file of the cache, by the text of the command.
"""
from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lkmc import paths

# The programs that Kconfig files ask, by the names of Kbuild's variables.
PROGRAMS = ("CC", "LD", "NM", "AR", "OBJCOPY", "HOSTCC", "RUSTC", "BINDGEN", "PAHOLE", "PYTHON3")


@contextlib.contextmanager
def kept(environment: Mapping[str, str]) -> Iterator[Callable[[str], str]]:
    """A function that runs a shell command in this environment, or knows its answer; new ones are kept at the end."""
    file = paths.cache() / "kconfig" / f"{_key(environment)}.json"
    known = _read(file)
    before = len(known)

    def ask(command: str) -> str:
        if command not in known:
            done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True,
                                  env=dict(environment))
            known[command] = " ".join(done.stdout.decode(errors="replace").rstrip("\n").splitlines())
        return known[command]

    yield ask
    if len(known) > before:
        with contextlib.suppress(OSError):      # a cache that cannot be written is none
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(f".{os.getpid()}")
            part.write_text(json.dumps(known))
            part.replace(file)


def _read(file: Path) -> dict[str, str]:
    try:
        table = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in table.items()} if isinstance(table, dict) else {}


def _key(environment: Mapping[str, str]) -> str:
    """A name for these programs in this tree: each by its path, size and time of change."""
    words = [environment.get(name, "") for name in ("srctree", "ARCH", "KERNELVERSION", "CLANG_FLAGS")]
    for name in PROGRAMS:
        program = shutil.which(environment.get(name, "").split(" ")[0] or "none", path=environment.get("PATH"))
        words += [environment.get(name, ""), _identity(Path(program)) if program else ""]
    words += [_identity(path) for path in sorted(Path(environment.get("srctree", ".")).glob("scripts/*.sh"))]
    return hashlib.sha256("\0".join(words).encode(errors="surrogateescape")).hexdigest()[:32]


def _identity(path: Path) -> str:
    state = path.stat()
    return f"{path.resolve()} {state.st_size} {state.st_mtime_ns}"
