# SPDX-License-Identifier: GPL-2.0-or-later
"""Print the kernel's functions that run for a command in the guest and not without it, with how often.

    scripts/cover -- insmod /hello.ko
    scripts/cover --lcov hello.info -- insmod /hello.ko; genhtml hello.info

The kernel is as it is: QEMU counts the blocks of instructions that it executes. The guest boots
once with the command and several times without it, for what interrupts bring differs from boot to boot.
"""
from __future__ import annotations

import argparse
import os
import shlex
import sys

from lkmc import coverage, files, kernel_symbols, machine, output
from lkmc.blocks import Trace
from lkmc.commands.trace2line import Source, numbers
from lkmc.commands.trace_boot import say_modules, traced
from lkmc.coverage import Coverage
from lkmc.errors import EmulatorFailed, UserError
from lkmc.launch import once
from lkmc.machine import Machine
from lkmc.outcome import GUEST_DIED, OUR_ERROR, TIMED_OUT
from lkmc.output import Output
from lkmc.ready import first_output, install_emulator
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder
from lkmc.source_lines import Lines

OPTIONS = ("arch", "output", "variant", "cpus", "memory", "qemu-which", "run-id", "timeout", "baseline", "lcov")
TAKES_REST = True
BASELINES = 2


def main(args: argparse.Namespace) -> int:
    if not args.rest:
        raise UserError("give a command for the guest behind --: scripts/cover -- insmod /hello.ko")
    if not args.output:
        first_output(args)
    built = output.find(args.output, args.arch, "arch" in args.typed)
    mach = machine.read(built.arch)
    if args.lcov and not built.debug_symbols:
        raise UserError("--lcov needs lines, but this kernel has no debug information; leave out --lcov, or build one "
                        f"with scripts/build --arch {built.arch}")
    if args.lcov and not args.lcov.absolute().parent.is_dir():
        raise UserError(f"--lcov {args.lcov}: no such folder; make it, or name a file in another one")
    install_emulator(args.qemu_which, mach, built, args.yes)
    kernel_symbols.provide(built, mach, once)
    command = args.rest[0] if len(args.rest) == 1 else shlex.join(args.rest)
    without = Coverage({}, {})
    for _ in range(BASELINES):
        without = without.and_of(_boot(args.baseline, args, built, mach))
    only = _boot(command, args, built, mach).without(without)
    for name, times in sorted(only.functions.items()):
        print(times, name)
    if args.lcov:
        files.replace(args.lcov, coverage.lcov(only).encode(errors="surrogateescape"))
    return 0


def _boot(command: str, args: argparse.Namespace, built: Output, mach: Machine) -> Coverage:
    """What a boot with this command at its end executes. The command may fail, but the guest has to live."""
    run = RunFolder.of(built.path, args.run_id)
    script = say_modules(Payload(When.AFTER, os.fsencode(command) + b"\n"))
    request = RunRequest(script, cpus=args.cpus, memory=args.memory, qemu_which=args.qemu_which, run_id=args.run_id,
                         timeout=args.timeout, background=True)
    result = traced(request, run, built, mach, args.yes, ",sequence=off")
    if result.code in (GUEST_DIED, TIMED_OUT, OUR_ERROR):
        raise EmulatorFailed(f"{command}: {result.reason}; log: {run.console_log}")
    if result.code:
        print(f"scripts/cover: {command}: it failed (status {result.code}); log: {run.console_log}", file=sys.stderr)
    trace, lines = Trace.read(run.blocks), Lines()
    return coverage.of(trace, numbers(trace, run, Source(built, mach, args.yes), lines), lines)
