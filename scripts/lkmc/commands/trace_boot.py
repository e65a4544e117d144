# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot a guest and count the instructions that it executes, exactly; leave what was executed for scripts/trace2line.

    scripts/trace-boot --arch aarch64
    scripts/trace-boot --eval-after 'insmod /hello.ko'

Without a payload the guest switches itself off as soon as init would begin. instructions_firmware are those before the
kernel image's first, instructions_kernel those from there to init's first.
"""
from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from lkmc import kernel_functions, kernel_layout, kernel_symbols, machine, output, phases, plugin, qemu
from lkmc.blocks import Trace
from lkmc.errors import EmulatorFailed
from lkmc.launch import once
from lkmc.machine import Machine
from lkmc.outcome import OUR_ERROR, TIMED_OUT, Outcome
from lkmc.output import Output
from lkmc.phases import Count
from lkmc.ready import first_output, install_emulator
from lkmc.request import Payload, RunRequest, When, payload
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "eval", "eval-after", "eval-file", "eval-after-file", "kernel-cli",
           "kernel-cli-after-dash", "initrd", "cpus", "memory", "qemu-which", "run-id", "timeout")
TAKES_REST = True
STARTS_INIT = "run_init_process"
# A guest that got as far as its shares says at the payload's end where its modules are; that is in the trace, too. One
# file is always there, so that a guest without modules does the same.
SAY_MODULES = b"""trap 'for i in /sys/kernel/notes /sys/module/*/sections/.*text*; do
    echo "$i: $(cat "$i")"
done >/mnt/9p/data/modules' EXIT
"""
OFF = Payload(When.INIT, b"/poweroff.out\n")


def main(args: argparse.Namespace) -> int:
    if not args.output:
        first_output(args)
    built = output.find(args.output, args.arch, "arch" in args.typed)
    mach = machine.read(built.arch)
    run = RunFolder.of(built.path, args.run_id)
    install_emulator(args.qemu_which, mach, built, args.yes)
    request = RunRequest(_payload(args), args.kernel_cli, args.kernel_cli_after_dash, args.initrd, args.cpus,
                         args.memory, qemu_which=args.qemu_which, run_id=args.run_id, timeout=args.timeout)
    functions = kernel_functions.functions(kernel_symbols.provide(built, mach, once))
    options, missing = kernel_layout.words(built, mach, qemu.program(request, mach, built), functions, args.yes)
    if missing:
        print(f"scripts/trace-boot: {missing}", file=sys.stderr)
    result = traced(replace(request, extra=args.rest), run, built, mach, args.yes, options)
    if result.code in (TIMED_OUT, OUR_ERROR):
        raise EmulatorFailed(f"{result.reason}; log: {run.console_log}")
    print(*report(phases.count(Trace.read(run.blocks), mach, built, functions.called(STARTS_INIT))), sep="\n")
    return result.code


def traced(request: RunRequest, run: RunFolder, built: Output, mach: Machine, yes: bool, options: str = "") -> Outcome:
    """Run a guest to its end, with what it executes written into run.blocks. options: further ones of the plugin."""
    words = plugin.words("blocks", qemu.program(request, mach, built), f"trace={qemu.value(run.blocks)}{options}", yes)
    run.claim()
    with run.modules_from(built.path / "9p"):
        return once(replace(request, extra=(*words, *request.extra)), built, run)


def _payload(args: argparse.Namespace) -> Payload:
    given = payload(args) or OFF
    return say_modules(given) if given.when is When.AFTER else given


def say_modules(given: Payload) -> Payload:
    """The payload, which says at its end where the guest's modules are."""
    return replace(given, script=SAY_MODULES + given.script)


def report(counted: Count) -> list[str]:
    """Lines of a name and a number."""
    lines = [f"instructions {counted.total}", f"entry_address {counted.entry:#x}",
             f"instructions_firmware {counted.firmware}", f"instructions_kernel {counted.kernel}",
             f"instructions_user {counted.user}"]
    if len(counted.processors) > 1:
        lines += [f"instructions_cpu{number} {n}" for number, n in sorted(counted.processors.items())]
    return lines
