# SPDX-License-Identifier: GPL-2.0-or-later
"""Run a tool of the guest's toolchain, such as readelf, objdump, gcc or gdb, with the arguments after a lone --.

    scripts/run-toolchain --arch aarch64 readelf -- -h out/aarch64/images/vmlinux
"""
from __future__ import annotations

import argparse
import os
import shlex

from lkmc import machine, output, toolchain

OPTIONS = ("arch", "output", "variant", "dry-run")
TAKES_REST = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tool", metavar="TOOL", help="its name without the toolchain's prefix")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    command = (toolchain.tool(args.tool, built, machine.read(built.arch), args.yes), *args.rest)
    if args.dry_run:
        print(shlex.join(command))
        return 0
    os.execv(command[0], command)
