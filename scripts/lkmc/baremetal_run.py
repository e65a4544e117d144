# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --baremetal: a program in the place of Linux, from the request to its exit status."""
from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from dataclasses import replace

from lkmc import baremetal, gdb, machine, paths, programs, tmux
from lkmc.commands import run as runner
from lkmc.errors import UserError
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

# What Linux gives, and no other program; of what lkmc.toml may set for all runs nothing is said.
LINUX_ONLY = ("eval", "eval_after", "eval_file", "eval_after_file", "kernel_cli", "kernel_cli_after_dash", "initrd",
              "persist", "kgdb", "kdb", "disk2", "graphic", "vnc", "record", "replay", "userland", "userland_args")


def run(args: Namespace) -> int:
    """The status that the program gave to its exit; docs/baremetal.md has the others."""
    for option in LINUX_ONLY:
        if getattr(args, option):
            raise UserError(f"--{option.replace('_', '-')} is for Linux, and --baremetal runs a program in its place; "
                            f"leave out one of the two")
    request = RunRequest.of(args)
    built = programs.home(args)
    mach = machine.read(built.arch)
    if not args.dry_run:
        runner.install_emulator(args.qemu_which, mach, built, args.yes)
    program = baremetal.Maker(built, mach, args.gcc_which, args.yes, args.dry_run).find(args.baremetal)
    if "cpus_given" not in args:
        request = replace(request, cpus=max(request.cpus, int(baremetal.keys(program, built).get("cpus", 1))))
    folder = RunFolder(built.path / "run" / request.run_id)
    command = baremetal.command(request, mach, built, folder, program)
    if args.dry_run:
        print(shlex.join(command))
        return 0
    if not args.quiet:
        print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    folder.claim()
    folder.write(command, None)
    if runner.asked(args, "debug_vm"):
        return runner.under_gdb(args, command, folder)
    if runner.asked(args, "tmux"):
        tmux.beside([str(paths.TOP / "scripts/run-gdb"), "--output", str(built.path), "--run-id", request.run_id,
                     "--baremetal", args.baremetal, *gdb.words("--tmux-args", args.tmux_args or "")])
    if request.background:
        return runner.in_background(request, command, folder, args.quiet, None)
    result = runner.supervise(request, command, folder)
    if not args.quiet:
        runner.say(result, folder, args.verbose, False, built)
    return result.code
