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
import os
import shlex
import subprocess
import sys
import time

from lkmc import gdb, instant, machine, output, paths, process, qemu, recording, tmux, trace_events
from lkmc.errors import EmulatorFailed, UserError
from lkmc.machine import Machine
from lkmc.outcome import NO_ROOM, Outcome, of_program, outcome
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
from lkmc.state import State

OPTIONS = ("arch", "output", "variant", "eval", "eval-after", "eval-file", "eval-after-file", "kernel-cli",
           "kernel-cli-after-dash", "initrd", "cpus", "memory", "kvm", "persist", "qemu-which", "quiet", "verbose",
           "dry-run", "run-id", "timeout", "background", "wait-gdb", "kgdb", "kdb", "instant", "snapshots",
           "disk2", "graphic", "vnc", "tmux", "tmux-args", "debug-vm", "debug-vm-args", "userland", "userland-args",
           "static", "gcc-which", "baremetal", "trace", "trace-insts-stdout", "emulator", "cpu-type", "caches",
           "l1i-size", "l1d-size", "l2-size", "gem5", "gem5-tree", "gem5-exe-args", "gem5-restore", "gem5-readfile",
           "record", "replay")
TAKES_REST = True
INTERRUPTED = "the runner was interrupted"


def main(args: argparse.Namespace) -> int:
    if args.emulator == "gem5":
        from lkmc import gem5_run
        return gem5_run.run(args)
    _check(args)
    if args.userland is not None:
        from lkmc import user_mode
        return user_mode.run(args)
    if args.baremetal is not None:
        from lkmc import baremetal_run
        return baremetal_run.run(args)
    made = False if args.output or args.dry_run else first_output(args)
    request = RunRequest.of(args)
    recording.check(request)
    built = output.find(args.output, args.arch, "arch_given" in args)
    run = RunFolder(built.path / "run" / request.run_id)
    if request.replay:
        request = recording.again(request, recording.read(run))
    mach = machine.read(built.arch)
    if not args.dry_run:
        install_emulator(request.qemu_which, mach, built, args.yes)
    if args.trace is not None and trace_events.told(args.trace, qemu.program(request, mach, built)):
        return 0
    request, state = instant.plan(request, mach, built, run, args.yes, make=not args.dry_run)
    command = qemu.command(request, mach, built, run, state)
    if args.dry_run:
        print(shlex.join(command))
        return 0
    if not args.quiet:
        print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    run.claim()
    _prepare(request, built, command, run, args.yes)
    if asked(args, "debug_vm"):
        return under_gdb(args, command, run)
    if asked(args, "tmux"):
        tmux.beside([str(paths.TOP / "scripts/run-gdb"), "--output", str(built.path), "--run-id", request.run_id,
                     *shlex.split(args.tmux_args or "")])
    if request.background:
        return in_background(request, command, run, args.quiet, state)
    result = supervise(request, command, run, state)
    if not args.quiet:
        say(result, run, args.verbose, made, built)
    return result.code


def asked(args: argparse.Namespace, option: str) -> bool:
    """Whether a switch is given, or arguments for what it starts."""
    return bool(getattr(args, option) or getattr(args, f"{option}_args") is not None)


def _check(args: argparse.Namespace) -> None:
    """Raises UserError before anything is made, where tmux or GDB could not do their part."""
    if asked(args, "tmux"):
        tmux.check()
        gdb.words("--tmux-args", args.tmux_args or "")
    if asked(args, "debug_vm"):
        gdb.words("--debug-vm-args", args.debug_vm_args or "")
        if args.background or args.timeout:
            raise UserError("--debug-vm has GDB in this terminal; leave out --background and --timeout")


def under_gdb(args: argparse.Namespace, command: tuple[str, ...], run: RunFolder) -> int:
    """GDB's exit status."""
    began = time.time()
    code = gdb.emulator(command, run, args.debug_vm_args or "", args.yes)
    run.finish({"command": command, "code": code, "reason": "the emulator was debugged", "began": began,
                "seconds": round(time.time() - began, 3)})
    return code


def once(request: RunRequest, built: Output, run: RunFolder) -> Outcome:
    """One run in a folder that has been claimed, for other commands. Raises KeyboardInterrupt after a signal."""
    mach = machine.read(built.arch)
    request, state = instant.plan(request, mach, built, run)
    command = qemu.command(request, mach, built, run, state)
    _prepare(request, built, command, run)
    result = supervise(request, command, run, state)
    if result.reason == INTERRUPTED:
        raise KeyboardInterrupt
    return result


def _prepare(request: RunRequest, built: Output, command: tuple[str, ...], run: RunFolder, yes: bool = False) -> None:
    """Write what the emulator reads; make the folders that it shares."""
    built.make_shares()
    if request.rr:
        recording.prepare(request, command, run)
    run.write(command, request.payload, instant.orders(request) if request.instant else None, request.listens)
    if request.disk2:
        from lkmc import disk2
        disk2.provide(request.disk2, run, built, yes)


def supervise(request: RunRequest, command: tuple[str, ...], run: RunFolder, state: State | None = None) -> Outcome:
    """Run the emulator to its end and write the run's result. Raises EmulatorFailed with QEMU's own words.

    state: what it starts from; thrown away when QEMU does not like it.
    """
    began = time.time()
    stdin = None if request.interactive or (request.baremetal and not request.background) else subprocess.DEVNULL
    stopped = request.baremetal and not request.wait_gdb    # until it is heard: then what ends it is the program
    kept = recording.read(run) if request.replay else None
    limit = recording.limit(kept) if kept and not request.wait_gdb and not request.timeout else request.timeout
    with process.terminal_restored():
        child = process.start((*command, "-S") if stopped else command, run, stdin, mute=request.background)
        try:
            ended = process.watch(child, run, limit, go=stopped, hold=request.interactive)
        except process.Interrupted as interrupted:
            result = Outcome(128 + interrupted.number, INTERRUPTED)
        else:
            result = of_program(ended) if request.baremetal else outcome(ended, bool(request.payload))
    words = run.emulator_log.read_text(errors="replace").strip()
    if request.record and run.console_log.exists():
        recording.keep(request, command, run, result, began)
    if kept and result.reason != INTERRUPTED:
        result = recording.judge(result, kept, run, limited=limit != request.timeout)
    run.finish({"command": command, "code": result.code, "reason": result.reason, "began": began,
                "seconds": round(time.time() - began, 3), "emulator_status": child.returncode,
                "sockets": [str(run.socket(name)) for name in ("qmp", "monitor", "gdb")]})
    if result.reason == NO_ROOM:
        raise EmulatorFailed(f"{NO_ROOM}; make room in {run.path} and where TMPDIR says, and run it again")
    if words and result.reason.startswith("the emulator failed"):
        if state:
            instant.discard(state)
        raise EmulatorFailed(f"{words.splitlines()[-1]}; the whole command: {run.script}")
    return result


def in_background(request: RunRequest, command: tuple[str, ...], run: RunFolder, quiet: bool,
                  state: State | None) -> int:
    """Leave a copy of this process to supervise the run; return once the emulator runs, or has failed."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        run.renew_pid()
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os._exit(_supervise_quietly(request, command, run, state))
    gone = 0
    while not gone and not run.socket("console").exists():
        time.sleep(0.01)
        gone, _ = os.waitpid(pid, os.WNOHANG)
    if gone:
        raise EmulatorFailed(f"the emulator ended at once: see {run.emulator_log}; the whole command: {run.script}")
    if not quiet:
        print(f"process {pid}; console: {run.console_log}, socket {run.socket('console')}; end it with: kill {pid}")
    return 0


def _supervise_quietly(request: RunRequest, command: tuple[str, ...], run: RunFolder, state: State | None) -> int:
    try:
        return supervise(request, command, run, state).code
    except EmulatorFailed:
        return 125


def first_output(args: argparse.Namespace) -> bool:
    """Where there is no output for this architecture yet, make the prebuilt one."""
    if any((output.default(args.arch) / "images").glob("rootfs.*")):
        return False
    from lkmc import prebuilt
    print(f"no output for {args.arch} yet: making the prebuilt one, from the distro's packages", file=sys.stderr)
    prebuilt.make(machine.read(args.arch), output.default(args.arch), None, args.yes)
    return True


def install_emulator(which: str | None, mach: Machine, built: Output, yes: bool) -> None:
    """Have the host's QEMU, unless the output has its own or is to have it."""
    if which == "buildroot" or built.program(mach.qemu.program):
        return
    from lkmc import apt
    apt.require({mach.qemu.program: mach.qemu.package}, yes)


def say(result: Outcome, run: RunFolder, verbose: bool, made: bool, built: Output) -> None:
    if result.code or verbose:
        print(f"scripts/run: status {result.code}: {result.reason}; log: {run.console_log}", file=sys.stderr)
    if made:
        print(f"This was the distro's kernel. To build from source: scripts/build --arch {built.arch}", file=sys.stderr)
