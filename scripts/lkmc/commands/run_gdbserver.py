# SPDX-License-Identifier: GPL-2.0-or-later
"""Debug a program of a running guest through gdbserver, which runs in the guest: configs/fragments/gdbserver.config.

    scripts/run --eval-after '/gdbserver.sh /myinsmod.out /hello.ko'    in one terminal
    scripts/run-gdbserver myinsmod main                                 in another

PROGRAM is one of ours by its name, `busybox` (break in ls_main ...), or a path on the host.
"""
from __future__ import annotations

import argparse

from lkmc import gdb, guest_programs, machine, network, output, qmp, toolchain
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "before", "after", "no-continue", "debug", "timeout", "dry-run")
PORT = 45457        # rootfs_overlay/gdbserver.sh has it too
PATIENCE = 60.0     # seconds until gdbserver is there, unless --timeout says otherwise


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("program", metavar="PROGRAM", help="the program that gdbserver was given")
    parser.add_argument("breakpoint", nargs="?", default="main", metavar="BREAKPOINT",
                        help="as GDB takes it (default: %(default)s)")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    mach = machine.read(built.arch)
    run = RunFolder.of(built.path, args.run_id)
    program = guest_programs.find(built, args.program)
    port = PORT if args.dry_run else _forward(run)
    text = gdb.script("gdbserver.j2", run=str(run.path), script=str(run.gdb_script), output=str(built.path),
                      architecture=mach.gdb_architecture, sysroot=str(next(iter(guest_programs.roots(built)), "")),
                      program=str(program), target=f"{network.HOST}:{port}", patience=args.timeout or PATIENCE,
                      hint=f"in the guest run: /gdbserver.sh {_in_guest(program.name)}",
                      breakpoint=args.breakpoint, go_on=not args.no_continue,
                      remote_log=str(run.gdb_log) if args.debug else "")
    command = gdb.argv(toolchain.tool("gdb", built, mach, args.yes), run.gdb_script, args)
    return gdb.begin(text, run.gdb_script, command, None, args.dry_run)


def _forward(run: RunFolder) -> int:
    with qmp.of_run(run) as monitor:
        return network.forward(monitor, PORT)


def _in_guest(name: str) -> str:
    return f"/{name}" if name.endswith(".out") else name
