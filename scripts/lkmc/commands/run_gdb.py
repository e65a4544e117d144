# SPDX-License-Identifier: GPL-2.0-or-later
"""Debug the kernel of a running guest with GDB: what scripts/run started with the same --arch, --output or
--variant, and --run-id.

    scripts/run --wait-gdb              in one terminal
    scripts/run-gdb start_kernel        in another

    scripts/run --userland hello --wait-gdb; scripts/run-gdb --userland hello main      one program, without a guest
    scripts/run --baremetal hello --wait-gdb; scripts/run-gdb --baremetal hello main    one without Linux

    scripts/run-gdb --registers 100 ksys_read      what 100 instructions from there on change in the registers

Without a BREAKPOINT the guest goes on at once: press Ctrl-C in GDB to stop it. Module symbols follow the guest, and
`lkmc-break hello hello_init` stops in a module that is not loaded yet.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from lkmc import gdb, kernel_symbols, machine, output, recording, toolchain
from lkmc.conflicts import NO_PROGRAM, OF_PROGRAM, only_one, refuse
from lkmc.launch import once
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "before", "after", "no-continue", "no-lxsymbols", "kgdb", "debug",
           "early", "registers", "dry-run", "userland", "static", "gcc-which", "baremetal", "sim")

REVERSE_LIMIT = 120     # seconds for a step back in a replay


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("breakpoint", nargs="?", metavar="BREAKPOINT",
                        help="as GDB takes it: start_kernel, init/main.c:900, '*0xffffffff81000000'")


def main(args: argparse.Namespace) -> int:
    if args.userland is not None or args.baremetal is not None or args.sim:
        from lkmc import gdb_program
        return gdb_program.run(args)
    refuse(args, OF_PROGRAM, NO_PROGRAM)
    only_one(args, "kgdb", "early")
    return session(args, output.find(args.output, args.arch, "arch" in args.typed))


def session(args: argparse.Namespace, built: Output, program: dict[str, Any] | None = None) -> int:
    """Run GDB on a run's kernel. program: one of the guest's that the session is about, as gdbinit.j2 wants it."""
    mach = machine.read(built.arch)
    run = RunFolder.of(built.path, args.run_id)
    registers = gdb.window(args, run)
    stub = run.socket("kgdb" if args.kgdb else "gdb")
    if not args.dry_run:
        gdb.wait_for(stub, run, option="--kgdb" if args.kgdb else "--wait-gdb")
        if args.kgdb:
            gdb.wait_for_kernel(run)
    symbols = _symbols(args.dry_run, built, mach)
    if not args.dry_run:
        gdb.forget_indexes(built, symbols)
    replayed = recording.replayed(run)      # what follows modules would also stop a way back
    text = gdb.script("gdbinit.j2", maker=f"scripts/{'run-gdb-user' if program else 'run-gdb'}", run=str(run.path),
                      script=str(run.gdb_script), target=str(stub), work=str(run.path / "symbols"),
                      breakpoint=args.breakpoint, program=program, kgdb=args.kgdb,
                      osabi=mach.qemu.kgdb_osabi if args.kgdb else "none",
                      registers=registers, go_on=not args.no_continue and bool(args.breakpoint or not args.early),
                      follow_modules=not args.no_lxsymbols and not replayed,
                      reverse_limit=REVERSE_LIMIT if replayed else 0,
                      early=gdb.early_values(built, mach, run, symbols) if args.early else None,
                      remote_log=str(run.gdb_log) if args.debug else "",
                      **gdb.kernel_values(built, mach, symbols))
    command = gdb.argv(toolchain.tool("gdb", built, mach, args.yes), run.gdb_script, args)
    return gdb.begin(text, run.gdb_script, command, stub, args.dry_run, registers)


def _symbols(dry_run: bool, built: Output, mach: Machine) -> Path:
    """The kernel's ELF file, which is not made for a dry run."""
    if built.symbols is None:
        print(f"scripts/run-gdb: a kernel without debug information: GDB knows the addresses of its functions only; "
              f"{built.how_debug}", file=sys.stderr, flush=True)
        return kernel_symbols.table(built) if dry_run else kernel_symbols.provide(built, mach, once)
    return built.symbols
