# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of an emulator, from its command to its outcome."""
from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from lkmc import (
    instant,
    instant_qemu,
    kvm,
    machine,
    option_types,
    paths,
    process,
    qemu,
    qemu_words,
    recording,
    screen,
    tmux,
)
from lkmc.errors import EmulatorFailed
from lkmc.outcome import NO_ROOM, OUR_ERROR, Ended, Outcome, of_program, outcome
from lkmc.output import Output
from lkmc.recording import Recording
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
from lkmc.state import State

SOCKETS = ("events", "qmp", "monitor", "gdb", "console", "kgdb", screen.SOCKET)
INTERRUPTED = "the runner was interrupted"
TOLD = "QEMU did what it was asked for, and ran no guest"


def run(args: argparse.Namespace, command: tuple[str, ...], folder: RunFolder, built: Output,
        prepare: Callable[[], None], watch: Callable[[], Outcome], gdb_words: Sequence[str] = (),
        made: bool = False, terminal: str = "", debugged: bool = True) -> int:
    """Run this command as the options say; the exit status.

    prepare: write what the emulator reads. watch: run it to its end. gdb_words: arguments of scripts/run-gdb for
    --tmux. made: the output has just been made, which is said at the end. terminal: the command that is the terminal
    of a run in the background. debugged: --tmux is for the debugger, and not for that terminal.
    """
    if args.dry_run:
        print(shlex.join(command))
        return 0
    if not args.quiet:
        print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    folder.claim()
    prepare()
    if asked(args, "debug_vm"):
        return _under_gdb(args, command, folder)
    if asked(args, "tmux"):
        words = (*gdb_words, *option_types.words("--tmux-args", args.tmux_args or "")) if debugged else ()
        script = f"scripts/{tmux.debugger(args)}" if debugged else terminal
        tmux.beside([str(paths.TOP / script), "--output", str(built.path), "--run-id", args.run_id, *words])
    if args.background:
        return _in_background(folder, args.quiet, watch, terminal)
    result = watch()
    if not args.quiet:
        _say(result, folder, args.verbose, made, built)
    return result.code


def asked(args: argparse.Namespace, option: str) -> bool:
    """Whether a switch is given, or what it starts, or arguments for that."""
    return bool(getattr(args, option) or getattr(args, f"{option}_args") is not None
                or getattr(args, f"{option}_program", None))


def _under_gdb(args: argparse.Namespace, command: tuple[str, ...], run: RunFolder) -> int:
    """GDB's exit status."""
    # Only here, for most runs have nothing to do with it.
    from lkmc import gdb
    began = time.time()
    code = gdb.emulator(command, run, args.debug_vm_args or "", args.yes)
    run.finish({"command": command, "code": code, "reason": "the emulator was debugged", "began": began,
                "seconds": round(time.time() - began, 3)})
    return code


def once(request: RunRequest, built: Output, run: RunFolder) -> Outcome:
    """One run in a folder that has been claimed, for other commands. Raises KeyboardInterrupt after a signal."""
    mach = machine.read(built.arch)
    request, state = instant.plan(instant_qemu.Boot(request, mach, built, run))
    command = qemu.command(request, mach, built, run, state)
    prepare(request, built, command, run)
    result = supervise(request, command, run, state)
    if result.reason == INTERRUPTED:
        raise KeyboardInterrupt
    return result


def prepare(request: RunRequest, built: Output, command: tuple[str, ...], run: RunFolder, yes: bool = False,
            kept: Recording | None = None) -> None:
    """Write what the emulator reads; make the folders that it shares. kept: the recording that is replayed."""
    built.make_shares()
    if request.rr:
        recording.prepare(request, command, run, kept)
    run.write(command, request.payload, instant.orders(request) if request.instant else None, request.listens)
    if request.disk2:
        from lkmc import disk2
        disk2.provide(request.disk2, run, built, yes)


def supervise(request: RunRequest, command: tuple[str, ...], run: RunFolder, state: State | None = None,
              kept: Recording | None = None) -> Outcome:
    """Run the emulator to its end and write the run's result. Raises EmulatorFailed with QEMU's own words.

    state: what it starts from; thrown away when QEMU does not like it. kept: the recording that is replayed.
    """
    began = time.time()
    stdin = None if request.interactive or (request.baremetal and not request.background) else subprocess.DEVNULL
    stopped = request.baremetal and not request.wait_gdb    # until it is heard: then what ends it is the program
    limit = recording.limit(kept) if kept and not request.wait_gdb and not request.timeout else request.timeout
    with process.terminal_restored():
        child = process.start((*command, "-S") if stopped else command, run, stdin, mute=request.background)
        try:
            ended = process.watch(child, run, limit, go=stopped, hold=request.interactive,
                                  silent=kvm.silent(request))
        except process.Interrupted as interrupted:
            result = Outcome(128 + interrupted.number, INTERRUPTED)
        else:
            result = _told(request, ended) or (
                of_program(ended) if request.baremetal else outcome(ended, bool(request.payload)))
    words = run.emulator_log.read_text(errors="replace").strip()
    if request.record and run.console_log.exists():
        recording.keep(request, command, run, result, began)
    if kept and result.reason != INTERRUPTED:
        result = recording.judge(result, kept, run, limited=limit != request.timeout)
    run.finish({"command": command, "code": result.code, "reason": result.reason, "began": began,
                "seconds": round(time.time() - began, 3), "emulator_status": child.returncode,
                "sockets": sockets(command, run)})
    if result.reason == NO_ROOM:
        raise EmulatorFailed(f"{NO_ROOM}; make room in {run.path} and where TMPDIR says, and run it again")
    if words and result.reason.startswith("the emulator failed"):
        if state:
            instant.discard(state)
        raise EmulatorFailed(f"{qemu_words.cured(words.splitlines()[-1])}; the whole command: {run.script}")
    if result.reason == TOLD and words:
        print(words, file=sys.stderr)
    return result


def _told(request: RunRequest, ended: Ended) -> Outcome | None:
    """The outcome where QEMU was asked for something else than a guest, and did it."""
    alone = qemu_words.tells(request.extra) and not request.payload and not ended.answered
    return Outcome(0, TOLD) if alone and ended.returncode == 0 else None


def sockets(command: Sequence[str], run: RunFolder) -> list[str]:
    """Those of SOCKETS that an emulator with this command line makes."""
    return [str(run.socket(name)) for name in SOCKETS if any(f"/{name}.sock" in word for word in command)]


def _in_background(run: RunFolder, quiet: bool, watch: Callable[[], Outcome], terminal: str) -> int:
    """Leave a copy of this process to watch the run; return once the emulator runs, or has failed."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        run.lock.renew()
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        try:
            code = watch().code
        except EmulatorFailed:
            code = OUR_ERROR
        os._exit(code)
    gone = 0
    while not gone and not run.socket("console").exists():
        time.sleep(0.01)
        gone, _ = os.waitpid(pid, os.WNOHANG)
    if gone:
        raise EmulatorFailed(f"the emulator ended at once: see {run.emulator_log}; the whole command: {run.script}")
    if not quiet:
        place = terminal or f"socket {run.socket('console')}"
        print(f"process {pid}; console: {run.console_log}, {place}; end it with: kill {pid}")
    return 0


def _say(result: Outcome, run: RunFolder, verbose: bool, made: bool, built: Output) -> None:
    if result.code or verbose:
        print(f"scripts/run: status {result.code}: {result.reason}; log: {run.console_log}", file=sys.stderr)
    if made:
        print(f"This was the distro's kernel. To build from source: scripts/build --arch {built.arch}", file=sys.stderr)
