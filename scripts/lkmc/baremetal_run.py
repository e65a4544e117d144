# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --baremetal: a program in the place of Linux, from the request to its exit status."""
from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from lkmc import baremetal, launch, machine, programs, ready
from lkmc.errors import UserError
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

# What Linux gives, and no other program; of what lkmc.toml may set for all runs nothing is said.
LINUX_ONLY = ("eval", "eval_after", "eval_file", "eval_after_file", "kernel_cli", "kernel_cli_after_dash", "initrd",
              "persist", "kgdb", "kdb", "disk2", "graphic", "vnc", "record", "replay", "userland_args")


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
        ready.install_emulator(args.qemu_which, mach, built, args.yes)
    program = baremetal.Maker(built, mach, args.gcc_which, args.yes, args.dry_run).find(args.baremetal)
    if "cpus_given" not in args:
        request = replace(request, cpus=max(request.cpus, int(baremetal.keys(program, built).get("cpus", 1))))
    folder = RunFolder(built.path / "run" / request.run_id)
    command = baremetal.command(request, mach, built, folder, program)
    return launch.run(args, command, folder, built, lambda: folder.write(command, None),
                      lambda: launch.supervise(request, command, folder), ["--baremetal", args.baremetal])
