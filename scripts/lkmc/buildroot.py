# SPDX-License-Identifier: GPL-2.0-or-later
"""The pinned Buildroot: found or cloned once into the cache; make is run in it, and every command is printed."""
from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lkmc import paths
from lkmc.errors import LkmcError, MissingOutput, UserError

URL = "https://gitlab.com/buildroot.org/buildroot.git"
TAG = "2026.02.3"
COMMIT = "679b9ead7620bbf193620d1ebf56f53c1764d37a"

# What Buildroot's manual asks of the host, as {program: package}.
TOOLS = {"make": "make", "gcc": "gcc", "g++": "g++", "git": "git", "patch": "patch", "bzip2": "bzip2", "perl": "perl",
         "cpio": "cpio", "unzip": "unzip", "rsync": "rsync", "file": "file", "bc": "bc", "wget": "wget"}

EDITORS = ("menuconfig", "nconfig", "gconfig", "xconfig")   # targets, those of packages too, such as linux-menuconfig


def provide(given: Path | None) -> Path:
    """The Buildroot tree to build with: the given one, else the pinned one. Raises LkmcError."""
    if given:
        if not (given / "support/kconfig/merge_config.sh").exists():
            raise UserError(f"{given} is no Buildroot tree; leave out --buildroot to have {TAG} cloned")
        return given.absolute()
    tree = paths.cache() / "buildroot"
    if not tree.exists():
        _clone(tree)
    head = subprocess.run(["git", "-C", tree, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    if head != COMMIT:
        raise LkmcError(f"{tree} is at {head or 'no commit'}, not at {COMMIT} ({TAG}); use it by --buildroot {tree}, "
                        f"or remove it to have the pinned one cloned again")
    return tree


def _clone(tree: Path) -> None:
    partial = tree.with_name("buildroot.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    command = ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", "--depth", "1", "--branch", TAG,
               URL, str(partial)]
    if run(command) != 0:
        raise MissingOutput(f"Buildroot could not be cloned from {URL}; name a copy of yours with --buildroot DIR")
    partial.rename(tree)


def run(command: Sequence[str], keys: bool = False) -> int:
    """Print a command, run it in this terminal, return its status. keys: it is one that somebody types to."""
    print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    environment = dict(os.environ)
    if os.geteuid() == 0:       # some host packages' configure refuses root otherwise
        environment["FORCE_UNSAFE_CONFIGURE"] = "1"
    return subprocess.run(command, stdin=None if keys else subprocess.DEVNULL, env=environment).returncode


def command(tree: Path, output: Path, *targets: str) -> list[str]:
    """make in Buildroot for an output folder, with this checkout as its external tree."""
    return ["make", "-C", str(tree), f"O={output}", f"BR2_EXTERNAL={paths.TOP}", *targets]


def make(tree: Path, output: Path, *targets: str) -> None:
    """Run make in Buildroot for an output folder, with this checkout as its external tree. Raises LkmcError."""
    words = command(tree, output, *targets)
    status = run(words, any(target.endswith(EDITORS) for target in targets))
    if status:
        raise LkmcError(f"make ended with status {status}; its last lines above say why. Go on with: "
                        f"{shlex.join(words)}")
