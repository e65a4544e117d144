# SPDX-License-Identifier: GPL-2.0-or-later
"""Build an output folder from source with the pinned Buildroot, which is cloned on first use.

Every command is printed: it is plain make, and you can go on without this script. What stands after the options
are Buildroot's own targets.

    scripts/build --arch aarch64
    scripts/build --arch aarch64 --linux-fragment linux/sanitize.config linux-reconfigure all
    scripts/build --arch aarch64 linux-menuconfig
    scripts/build --arch aarch64 lkmc-kernel-modules-rebuild all
    scripts/build --arch aarch64 --variant v6.12 --kernel-version 6.12.30
"""
from __future__ import annotations

import argparse

from lkmc import apt, buildroot, paths, variant
from lkmc.kconfig import request
from lkmc.kconfig.write import configure

OPTIONS = ("arch", "output", "buildroot", *request.OPTIONS, *variant.OPTIONS)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="Buildroot's targets (default: all)")


def main(args: argparse.Namespace) -> int:
    output = (args.output or paths.OUT / args.arch).absolute()
    apt.require(buildroot.TOOLS, args.yes)
    tree = buildroot.provide(args.buildroot)
    new = not (output / ".config").exists()
    if new or args.defconfig or variant.asks(args) or request.ConfigRequest.of(args).asks:
        configure(tree, output, variant.wanted(args, tree, output))
        variant.override(args, output)
    buildroot.make(tree, output, *(args.targets or ["all"]))
    return 0
