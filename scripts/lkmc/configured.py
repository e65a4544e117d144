# SPDX-License-Identifier: GPL-2.0-or-later
"""The architecture that a folder is configured for, beside the one that was asked for."""
from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from lkmc import paths
from lkmc.errors import UserError
from lkmc.machine import arches


def arch_of(output: Path) -> str:
    """The architecture of an output, as Buildroot calls it; empty where none is configured there yet."""
    try:
        found = re.search(r'^BR2_ARCH="(.*)"$', (output / ".config").read_text(), re.M)
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found else ""


def settle(args: Namespace) -> None:
    """Before an output is configured or built: where it is there already, --arch is what it is for. Raises UserError
    where another was typed, with which all that was built there would be lost."""
    arch = arch_of(args.output or paths.OUT / args.arch)
    if arch in arches():
        refuse_other(args.output, arch, args.arch, "arch" in args.typed)
        args.arch = arch


def refuse_other(output: Path | None, arch: str, asked: str, typed: bool) -> None:
    """Raises UserError where a folder for one architecture and another architecture were asked for."""
    if typed and output and arch != asked:
        raise UserError(f"{output} is an output for {arch}, not for {asked}; leave out --arch or --output")
