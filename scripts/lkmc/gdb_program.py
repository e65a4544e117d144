# SPDX-License-Identifier: GPL-2.0-or-later
"""GDB on a program that runs without a guest's Linux."""
from __future__ import annotations

import shlex
import sys
from argparse import Namespace

from lkmc import gdb, machine, programs, toolchain
from lkmc.errors import UserError
from lkmc.run_folder import RunFolder
from lkmc.user_mode import Maker

KERNEL_ONLY = ("no_lxsymbols", "kgdb", "early")


def run(args: Namespace) -> int:
    """Attach to what scripts/run --wait-gdb started with the same options; GDB's exit status."""
    for option in KERNEL_ONLY:
        if getattr(args, option):
            raise UserError(f"--{option.replace('_', '-')} is for Linux in a guest; leave it out")
    built = programs.home(args.output, args.arch, "arch_given" in args)
    mach = machine.read(built.arch)
    run_folder = RunFolder(built.path / "run" / args.run_id)
    stub = run_folder.socket("gdb")
    program = Maker.of(args, built, mach, args.static).find(args.userland)
    if not args.dry_run:
        gdb.wait_for(stub, run_folder, f"--userland {shlex.quote(args.userland)}")
    text = gdb.script("gdbprogram.j2", maker="scripts/run-gdb", run=str(run_folder.path),
                      script=str(run_folder.gdb_script), architecture=mach.gdb_architecture, root=str(program.root),
                      program=str(program.path), remote_log=str(run_folder.gdb_log) if args.debug else "",
                      target=str(stub), breakpoint=args.breakpoint, go_on=not args.no_continue)
    command = gdb.argv(toolchain.tool("gdb", built, mach, args.yes), run_folder.gdb_script, args.before, args.after)
    if args.dry_run:
        print(f"{text}# {shlex.join(command)}")
        return 0
    run_folder.gdb_script.write_text(text)
    print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    return gdb.start(command, stub)
