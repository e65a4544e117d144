# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot an output folder's Linux in this terminal (Ctrl-A X quits), or run something in it.

Without a payload you get a root shell. The exit status is the payload's own; 101 the guest died (panic,
reset), 124 the time limit, 125 an error of ours. What follows a lone -- goes to QEMU, or gem5's script, as it is.

    scripts/run --arch aarch64 --eval-after 'insmod /hello.ko; exit 7' </dev/null
    scripts/run --arch aarch64 --userland hello         one program of userland/, without a guest
    scripts/run --arch aarch64 --baremetal hello        one of baremetal/, without Linux
    scripts/run --arch aarch64 --emulator gem5          simulated in detail: docs/gem5.md
"""
from __future__ import annotations

import argparse

from lkmc import (
    instant,
    instant_qemu,
    launch,
    machine,
    option_types,
    output,
    qemu,
    ready,
    recording,
    tmux,
    trace_events,
)
from lkmc.conflicts import NO_PROGRAM, NO_USERLAND, OF_PROGRAM, OF_USERLAND, forget, only_one, refuse
from lkmc.errors import UserError
from lkmc.request import PAYLOADS, RunRequest, check_emulator
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "eval", "eval-after", "eval-file", "eval-after-file", "kernel-cli",
           "kernel-cli-after-dash", "initrd", "cpus", "memory", "kvm", "persist", "qemu-which", "quiet", "verbose",
           "dry-run", "run-id", "timeout", "background", "wait-gdb", "kgdb", "kdb", "instant", "snapshots",
           "disk2", "graphic", "vnc", "tmux", "tmux-args", "tmux-program", "debug-vm", "debug-vm-args", "userland",
           "userland-args", "static", "gcc-which", "baremetal", "trace", "trace-insts-stdout", "emulator", "cpu-type",
           "caches", "l1i-size", "l1d-size", "l2-size", "gem5", "gem5-tree", "gem5-exe-args", "gem5-restore",
           "gem5-readfile", "gem5-script", "machine", "frame-capture", "record", "replay")
TAKES_REST = True
WITHOUT_DEBUG_VM = ("background", "timeout", *tmux.OPTIONS, "record")


def main(args: argparse.Namespace) -> int:
    _check(args)
    if args.emulator == "gem5":
        from lkmc import gem5_run
        return gem5_run.run(args)
    if args.userland is not None:
        from lkmc import user_mode
        return user_mode.run(args)
    if args.baremetal is not None:
        from lkmc import baremetal_run
        return baremetal_run.run(args)
    made = False if args.output or args.dry_run else ready.first_output(args)
    request = RunRequest.of(args)
    recording.check(request)
    built = output.find(args.output, args.arch, "arch" in args.typed)
    run = RunFolder.of(built.path, request.run_id)
    kept = recording.read(run) if request.replay else None
    if kept:
        request = recording.again(request, kept, args.typed)
    mach = machine.read(built.arch)
    if not args.dry_run:
        ready.install_emulator(request.qemu_which, mach, built, args.yes)
    if args.trace is not None and trace_events.told(args.trace, qemu.program(request, mach, built)):
        return 0
    request, state = instant.plan(instant_qemu.Boot(request, mach, built, run, args.yes), make=not args.dry_run)
    command = qemu.command(request, mach, built, run, state)
    return launch.run(args, command, run, built, lambda: launch.prepare(request, built, command, run, args.yes, kept),
                      lambda: launch.supervise(request, command, run, state, kept),
                      ["--kgdb"] if args.kgdb and tmux.debugger(args) == tmux.DEBUGGER else [], made=made)


def _check(args: argparse.Namespace) -> None:
    """Raises UserError before anything is made, where options exclude each other, or the emulator, tmux or GDB could
    not do their part."""
    check_emulator(args)
    only_one(args, "userland", "baremetal")
    if args.userland is None and args.baremetal is None:
        refuse(args, OF_PROGRAM, NO_PROGRAM)
    else:
        refuse(args, ("tmux_program",), "is for a guest with Linux; leave it out")
    if args.baremetal is not None:
        refuse(args, OF_USERLAND, NO_USERLAND)
    only_one(args, "trace", "trace_insts_stdout")
    for disk in qemu.NO_SNAPSHOTS:
        only_one(args, "snapshots", disk)
    if args.replay:
        forget(args, ("record", *PAYLOADS))
    if args.record:
        forget(args, recording.NOT_RECORDED)
    if launch.asked(args, "debug_vm"):
        option_types.words("--debug-vm-args", args.debug_vm_args or "")
        refuse(args, WITHOUT_DEBUG_VM, "does not go with --debug-vm, which has GDB in this terminal and leaves the "
                                       "run's end to it; leave out one of the two")
    if launch.asked(args, "tmux"):
        tmux.check()
        if tmux.debugger(args) != tmux.DEBUGGER and not args.tmux_args:
            raise UserError(f"--tmux-program {args.tmux_program} debugs a program: name it in --tmux-args, such as "
                            f"--tmux-args count")
        option_types.words("--tmux-args", args.tmux_args or "")
