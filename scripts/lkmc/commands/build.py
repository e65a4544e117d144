# SPDX-License-Identifier: GPL-2.0-or-later
"""Build an output folder from source with the pinned Buildroot, which is cloned on first use.

Every command is printed: it is plain make, and you can go on without this script. What stands after the options
are Buildroot's own targets.

    scripts/build --arch aarch64
    scripts/build --arch aarch64 --linux-fragment linux/sanitize.config linux-reconfigure all
    scripts/build --arch aarch64 linux-menuconfig
    scripts/build --arch aarch64 lkmc-kernel-modules-rebuild all
"""
from __future__ import annotations

import argparse

from lkmc import apt, buildroot, paths
from lkmc.kconfig import request
from lkmc.kconfig.write import configure

OPTIONS = ("arch", "output", "buildroot", *request.OPTIONS)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="Buildroot's targets (default: all)")


def main(args: argparse.Namespace) -> int:
    output = (args.output or paths.OUT / args.arch).absolute()
    apt.require(buildroot.TOOLS, args.yes)
    tree = buildroot.provide(args.buildroot)
    wanted = request.ConfigRequest.of(args)
    if args.defconfig or wanted.asks or not (output / ".config").exists():
        configure(tree, output, wanted)
    buildroot.make(tree, output, *(args.targets or ["all"]))
    return 0
