# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --emulator gem5: from the request to its exit status."""
from __future__ import annotations

import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from lkmc import (
    baremetal,
    baremetal_run,
    gem5,
    gem5_console,
    gem5_files,
    instant,
    instant_gem5,
    launch,
    machine,
    option_types,
    output,
    process,
    programs,
    tmux,
    user_mode,
)
from lkmc.conflicts import forget, refuse
from lkmc.errors import EmulatorFailed, UserError
from lkmc.machine import Machine
from lkmc.outcome import Outcome, of_gem5
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
from lkmc.state import State

# What only QEMU has; plain() has more.
QEMU_ONLY = ("kgdb", "kdb", "persist", "disk2", "graphic", "vnc", "debug_vm", "debug_vm_args", "record", "replay")
LINUX_ONLY = ("gem5_script", "gem5_restore", "frame_capture")
BEGUN = "Starting simulation"       # what gem5 says once it has read a state


def run(args: Namespace) -> int:
    """The status that the guest, or the program of --userland, ended with; docs/gem5.md has the others."""
    _check(args)
    with_linux = args.userland is None and args.baremetal is None
    request = both_kinds(plain(RunRequest.of(args), with_linux), "cpus" in args.typed)
    options = request.gem5
    assert options is not None
    gem5.needs(request.payload, options)
    built = output.find(args.output, args.arch, "arch" in args.typed) if with_linux else programs.home(args)
    folder = RunFolder.of(built.path, request.run_id)
    if args.trace is not None and not request.trace:
        raise UserError("--trace needs debug flags of gem5's, such as Exec; --trace help lists them")
    if "--debug-help" in options.own_arguments or "help" in request.trace:
        return _debug_help(gem5.program(options, built).path)
    boot = instant_gem5.Boot(request, machine.read(built.arch), built, folder, args.yes)
    request, state = instant.plan(boot, make=not args.dry_run)
    command = _command(args, request, built, folder, state)
    debugged, words = _debugging(args)
    apart = launch.asked(args, "tmux") and not debugged
    return launch.run(args, command, folder, built, lambda: gem5_files.prepare(request, folder, command),
                      lambda: supervise(request, command, folder, args.userland is not None, apart, state), words,
                      terminal="scripts/gem5-shell", debugged=debugged)


def _debug_help(program: Path) -> int:
    """Have gem5 list its debug flags. Raises EmulatorFailed."""
    try:
        return subprocess.run([program, "--debug-help"]).returncode
    except OSError as error:
        raise EmulatorFailed(f"{program}: {error.strerror}; choose another with {gem5.OTHER}") from None


def _check(args: Namespace) -> None:
    """Raises UserError where an option was typed that this kind of run has no use for."""
    refuse(args, QEMU_ONLY, "is QEMU's; leave it out, or give --emulator qemu")
    if args.baremetal is not None or args.userland is not None:
        refuse(args, LINUX_ONLY, "is for a guest with Linux; leave out one of the two")
    if args.baremetal is not None:
        refuse(args, baremetal_run.LINUX_ONLY, baremetal_run.NO_LINUX)
    if args.userland is not None:
        refuse(args, (*user_mode.GUEST_ONLY, "machine"), user_mode.NO_GUEST)
        if not args.wait_gdb:
            forget(args, tmux.OPTIONS)


def _debugging(args: Namespace) -> tuple[bool, list[str]]:
    """Whether --tmux is for the debugger, and what of its arguments says what it debugs. Raises UserError."""
    asked = args.wait_gdb or args.tmux_args is not None or args.tmux_program is not None
    if args.userland is None:
        return asked, ["--baremetal", args.baremetal] if args.baremetal else []
    if launch.asked(args, "tmux") and not args.wait_gdb:
        raise UserError("--tmux needs --wait-gdb here: a program without a guest has no terminal of its own")
    return asked, ["--static", "--userland", args.userland]


def both_kinds(request: RunRequest, counted: bool) -> RunRequest:
    """The request with processors of both kinds, for a script that has two. counted: the user said how many.

    Raises UserError for one alone, unless the script is told which.
    """
    assert request.gem5 is not None
    if request.gem5.script != "biglittle" or request.cpus > 1:
        return request
    if not counted:
        return replace(request, cpus=gem5.BIGLITTLE_CPUS)
    if not any(word.startswith(("--big-cpus", "--little-cpus")) for word in request.extra):
        raise UserError("--gem5-script biglittle has processors of two kinds: --cpus 2 or more, or the number of one "
                        "kind, as in -- --big-cpus 1")
    return request


def plain(request: RunRequest, with_linux: bool = True) -> RunRequest:
    """The request without what lkmc.toml may ask for in all runs and this one cannot do, which is said."""
    assert request.gem5 is not None
    for option in ("snapshots", "kvm"):
        if getattr(request, option):
            print(f"without --{option}, which only QEMU has", file=sys.stderr)
    if request.instant and request.gem5.restore:
        print("without --instant: --gem5-restore names what the guest starts from", file=sys.stderr)
    return replace(request, instant=request.instant and with_linux and not request.gem5.restore, snapshots=False,
                   kvm=False)


def _command(args: Namespace, request: RunRequest, built: Output, folder: RunFolder, state: State | None,
             ) -> tuple[str, ...]:
    """Of Linux, or of one program that is linked to no library, as gem5 has none to offer. Raises LkmcError."""
    mach = machine.read(built.arch)
    if args.baremetal is not None:
        return _baremetal(args, request, mach, built, folder)
    if args.userland is None:
        return gem5.command(request, mach, built, folder, state)
    arguments = option_types.words("--userland-args", args.userland_args or "")
    program = user_mode.Maker.of(args, built, mach, static=True).find(args.userland)
    if not args.dry_run and programs.check(program.path, built.arch).interpreter:
        raise UserError(f"{program.path} is linked to shared libraries, which gem5 has none of; link it with -static")
    return gem5.user_command(request, mach, built, folder, program.path, arguments)


def _baremetal(args: Namespace, request: RunRequest, mach: Machine, built: Output, folder: RunFolder,
               ) -> tuple[str, ...]:
    """Of a program without an operating system, linked for gem5's machine. Raises LkmcError."""
    made = gem5.machine_of(mach, args.machine, bare=True)
    maker = baremetal.Maker(built, mach, args.gcc_which, args.yes, args.dry_run, made.baremetal)
    program = maker.find(args.baremetal, raw=False)
    cpus, why_not = baremetal.keys(program, built, maker.folder).get("cpus", 1), dict(made.lacks).get("cpus")
    if why_not and max(request.cpus, int(cpus)) > 1:
        raise UserError(f"{args.baremetal} with more than one CPU of gem5's {made.name}: {why_not}; leave out "
                        f"--emulator gem5")
    return gem5.baremetal_command(request, mach, built, folder, program)


def supervise(request: RunRequest, command: tuple[str, ...], run_folder: RunFolder, user: bool = False,
              apart: bool = False, state: State | None = None) -> Outcome:
    """Run gem5 to its end and write the run's result. Raises EmulatorFailed with gem5's own words.

    user: a program has standard input and output itself, of gem5, which says no more than it must. apart: the console
    is in another terminal, and here is what gem5 says itself. state: what it starts from; thrown away when gem5 cannot.
    """
    began = time.time()
    assert request.gem5 is not None
    shown = not user and not request.background and not request.gem5.trace_stdout and not apart
    told = run_folder.emulator_log if apart and not request.background else None
    child = process.start(command, run_folder, None if user else subprocess.DEVNULL,
                          mute=not user and not request.gem5.trace_stdout, other=gem5.OTHER)
    try:
        ended = gem5_console.attend(child, run_folder.socket("console"), run_folder.m5out / gem5.CONSOLE_LOG,
                                    run_folder.m5out / gem5.STATUS, request.timeout,
                                    request.interactive or (request.baremetal and sys.stdin is not None), shown, told)
        result = of_gem5(ended, bool(request.payload))
    except process.Interrupted as interrupted:
        result = Outcome(128 + interrupted.number, launch.INTERRUPTED)
    words = run_folder.emulator_log.read_text(errors="replace").strip()
    run_folder.finish({"command": command, "code": result.code, "reason": result.reason, "began": began,
                       "seconds": round(time.time() - began, 3), "emulator_status": child.returncode,
                       "sockets": [str(run_folder.socket(name)) for name in ("console", "gdb")]})
    if ended_by_itself(result):
        if state and BEGUN not in words:
            instant.discard(state)
        reason = gem5_files.why(words) if child.returncode else ""
        raise EmulatorFailed(f"gem5: {reason or result.reason}; see {run_folder.emulator_log}, and the whole "
                             f"command: {run_folder.script}")
    return result


def ended_by_itself(result: Outcome) -> bool:
    """Whether gem5 failed, or ended for another reason than the guest's end."""
    return result.reason.startswith(("the emulator failed", "the emulator ended"))
