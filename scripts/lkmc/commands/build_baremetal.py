# SPDX-License-Identifier: GPL-2.0-or-later
"""Compile the programs of baremetal/ into images/baremetal of an output; it needs no Linux, and no Buildroot.

    scripts/build-baremetal --arch arm
    scripts/build-baremetal --arch aarch64 hello arch/aarch64/add

`make lkmc-baremetal` in an output of Buildroot's does it there, with the compiler that is configured.
"""
from __future__ import annotations

import argparse

from lkmc import baremetal, machine, programs

OPTIONS = ("arch", "all-archs", "output", "variant", "gcc-which")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("program", nargs="*", metavar="PROGRAM", help="only this one; all without any")


def main(args: argparse.Namespace) -> int:
    for arch in programs.arches_of(args):
        built = programs.home(args, arch)
        maker = baremetal.Maker(built, machine.read(built.arch), args.gcc_which, args.yes)
        maker.make([baremetal.TREE.name(program, built.arch) for program in args.program])
        print(maker.folder)
    return 0
