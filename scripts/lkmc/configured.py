# SPDX-License-Identifier: GPL-2.0-or-later
"""What a folder is configured for: its architecture, and whether Buildroot or the distro made it."""
from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from lkmc import paths
from lkmc.errors import UserError
from lkmc.machine import arches

PREBUILT = "LKMC_PREBUILT=y"    # in the .config of a folder that scripts/prebuilt made


def arch_of(output: Path) -> str:
    """The architecture of an output, as Buildroot calls it; empty where none is configured there yet."""
    return symbol(_config(output), "BR2_ARCH")


def symbol(config: str, name: str) -> str:
    """A symbol's value in the text of a .config, without its quotes; empty when it is not set."""
    found = re.search(rf'^{re.escape(name)}="?(.*?)"?$', config, re.M)
    return found.group(1) if found else ""


def _config(output: Path) -> str:
    try:
        return (output / ".config").read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def settle(args: Namespace) -> None:
    """Before an output is configured or built: where it is there already, --arch is what it is for. Raises UserError
    where another was typed, with which all that was built there would be lost, and of a prebuilt output."""
    if args.output and PREBUILT in _config(args.output):
        if args.typed & {"output", "variant"}:
            raise not_buildroots(args.output)
        args.output = args.variant = None
    arch = arch_of(args.output or paths.OUT / args.arch)
    if arch in arches():
        refuse_other(args.output, arch, args.arch, "arch" in args.typed)
        args.arch = arch


def not_buildroots(output: Path) -> UserError:
    """The error of what Buildroot is to do in an output of the distro's packages, which it would spoil."""
    return UserError(f"{output} was made of the distro's packages by scripts/prebuilt, not by Buildroot; make one from "
                     f"source with scripts/build --arch {arch_of(output)}")


def refuse_other(output: Path | None, arch: str, asked: str, typed: bool) -> None:
    """Raises UserError where a folder for one architecture and another architecture were asked for."""
    if typed and output and arch != asked:
        raise UserError(f"{output} is an output for {arch}, not for {asked}; leave out --arch or --output")
