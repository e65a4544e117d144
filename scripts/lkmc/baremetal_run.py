# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --baremetal: a program in the place of Linux, from the request to its exit status."""
from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from lkmc import baremetal, launch, machine, programs, qemu, ready, trace_events
from lkmc.conflicts import refuse
from lkmc.request import PAYLOADS, RunRequest
from lkmc.run_folder import RunFolder
from lkmc.user_mode import gcc_which

# What Linux gives, and no other program.
LINUX_ONLY = (*PAYLOADS, "kernel_cli", "kernel_cli_after_dash", "initrd", "persist", "kgdb", "kdb", "disk2", "graphic",
              "vnc", "record", "replay")
# What QEMU could do for a program as well, and we do for Linux only.
NOT_ON_QEMU = ("kvm", "instant", "snapshots")
NO_LINUX = "is for Linux, and --baremetal runs a program in its place; leave out one of the two"


def run(args: Namespace) -> int:
    """The status that the program gave to its exit; docs/baremetal.md has the others."""
    refuse(args, (*LINUX_ONLY, *NOT_ON_QEMU), NO_LINUX)
    request = RunRequest.of(args)
    built = programs.home(args)
    mach = machine.read(built.arch)
    if not args.dry_run:
        ready.install_emulator(args.qemu_which, mach, built, args.yes)
    if args.trace is not None and trace_events.told(args.trace, qemu.program(request, mach, built)):
        return 0
    program = baremetal.Maker(built, mach, args.gcc_which, args.yes, args.dry_run).find(args.baremetal)
    if "cpus" not in args.typed:
        request = replace(request, cpus=max(request.cpus, int(baremetal.keys(program, built).get("cpus", 1))))
    folder = RunFolder.of(built.path, request.run_id)
    command = baremetal.command(request, mach, built, folder, program)
    return launch.run(args, command, folder, built, lambda: folder.write(command, None),
                      lambda: launch.supervise(request, command, folder),
                      [*gcc_which(args), "--baremetal", args.baremetal])
