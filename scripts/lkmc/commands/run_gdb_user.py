# SPDX-License-Identifier: GPL-2.0-or-later
"""Debug a program of a running guest from outside, through the emulator: it needs nothing in the guest.

    scripts/run --wait-gdb --kernel-cli init=/count.out     in one terminal
    scripts/run-gdb-user count main                         in another

PROGRAM is one of ours by its name, `busybox` (break in ls_main, init_main ...), or a path on the host. Breakpoints in
it hold for processes that run it and for no others. The kernel can be debugged in the same session.
"""
from __future__ import annotations

import argparse

from lkmc import guest_programs, output
from lkmc.commands import run_gdb
from lkmc.errors import MissingOutput

OPTIONS = ("arch", "output", "variant", "run-id", "before", "after", "no-continue", "no-lxsymbols", "debug", "pid",
           "registers", "dry-run")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(kgdb=False, early=False)
    parser.add_argument("program", metavar="PROGRAM", help="a program of the guest")
    parser.add_argument("breakpoint", nargs="?", default="main", metavar="BREAKPOINT",
                        help="as GDB takes it (default: %(default)s)")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    if built.symbols is None:
        raise MissingOutput(f"{built.path}: a kernel without debug information, which tells processes apart; "
                            f"{built.how_debug}")
    return run_gdb.session(args, built, {"file": str(guest_programs.find(built, args.program)), "pid": args.pid,
                                         "roots": [str(root) for root in guest_programs.roots(built)]})
