# SPDX-License-Identifier: GPL-2.0-or-later
"""GDB on a program that runs without a guest's Linux."""
from __future__ import annotations

import shlex
import shutil
import subprocess
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from lkmc import baremetal, gdb, gem5, machine, programs, toolchain
from lkmc.conflicts import NO_USERLAND, OF_USERLAND, only_one, refuse
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.run_folder import RunFolder
from lkmc.user_mode import Maker, gcc_which

KERNEL_ONLY = ("no_lxsymbols", "kgdb", "early")
STACK = ("lkmc_stacks", "lkmc_stack_size")      # of baremetal/link/common.ld; their sum is where CPU 0's begins
SIMULATORS = ("arm-none-eabi-gdb", toolchain.DISTRO_GDB)     # that may have been built with one


@dataclass(frozen=True)
class Subject:
    """What GDB looks at. root: the folder with the program's libraries, if any."""
    program: Path
    root: Path | None
    start: str          # where a program begins that a machine brings up first; empty for others


def run(args: Namespace) -> int:
    """Attach to what scripts/run --wait-gdb started with the same options; GDB's exit status."""
    only_one(args, "userland", "baremetal")
    refuse(args, KERNEL_ONLY, "is for Linux in a guest; leave it out")
    if args.baremetal is not None:
        refuse(args, OF_USERLAND, NO_USERLAND)
    if args.sim and args.baremetal is None:
        raise UserError("--sim runs a program of --baremetal; give one")
    built = programs.home(args)
    mach = machine.read(built.arch)
    run_folder = RunFolder.of(built.path, args.run_id)
    registers = gdb.window(args, run_folder)
    stub = run_folder.socket("gdb")
    what = shlex.join((*(["--static"] if args.static else []), *gcc_which(args),
                       *(("--baremetal", args.baremetal) if args.baremetal is not None
                         else ("--userland", args.userland))))
    subject = _subject(args, built, mach, run_folder)
    tool = simulator(built, mach) if args.sim else toolchain.tool("gdb", built, mach, args.yes)
    if args.sim:
        run_folder.path.mkdir(parents=True, exist_ok=True)
    elif not args.dry_run:
        gdb.wait_for(stub, run_folder, what)
    text = gdb.script("gdbprogram.j2", maker="scripts/run-gdb", run=str(run_folder.path),
                      script=str(run_folder.gdb_script), architecture=mach.gdb_architecture,
                      root=str(subject.root or ""), program=str(subject.program),
                      remote_log=str(run_folder.gdb_log) if args.debug else "", start=subject.start,
                      target="" if args.sim else str(stub), breakpoint=args.breakpoint, go_on=not args.no_continue,
                      place=_place(subject.program) if args.sim and not args.no_continue else {}, registers=registers)
    command = gdb.argv(tool, run_folder.gdb_script, args)
    return gdb.begin(text, run_folder.gdb_script, command, stub, args.dry_run, registers)


def _subject(args: Namespace, built: Output, mach: Machine, run: RunFolder) -> Subject:
    if args.baremetal is not None:
        linked_for = "" if args.sim else _machine_of_gem5(run, mach)
        maker = baremetal.Maker(built, mach, args.gcc_which, args.yes, args.dry_run, linked_for)
        return Subject(maker.find(args.baremetal, raw=False), None, "_start")
    user = Maker.of(args, built, mach, args.static).find(args.userland)
    return Subject(user.path, user.root, "")


def _machine_of_gem5(run: RunFolder, mach: Machine) -> str:
    """For which machine of gem5's the program that runs was linked, a name in baremetal/link; empty: for QEMU's."""
    words = run.command()
    if str(gem5.BAREMETAL) not in words:
        return ""
    return gem5.machine_of(mach, words[words.index("--machine") + 1], bare=True).baremetal


def _place(program: Path) -> dict[str, int]:
    """The registers of a program that GDB simulates: it begins in main, with a stack, as our start code sets up what is
    not simulated. Empty for a program with start code of its own.
    """
    found = gdb.addresses(program, ("main", *STACK)) if program.exists() else {}
    return {"sp": sum(found[name] for name in STACK), "pc": found["main"]} if {"main", *STACK} <= found.keys() else {}


def simulator(built: Output, mach: Machine) -> str:
    """A GDB with a simulator of this architecture. Raises UserError, MissingOutput."""
    if not mach.baremetal.gdb_simulates:
        raise UserError(f"GDB has no simulator for {built.arch} that it can debug; choose --arch arm, or leave out "
                        f"--sim")
    own = built.program(f"{dict(mach.baremetal.compilers)['crosstool-ng']}gdb")
    candidates = [str(own)] if own else [found for name in SIMULATORS if (found := shutil.which(name))]
    for program in candidates:
        tried = subprocess.run([program, "-nx", "-batch", "-ex", f"set architecture {mach.gdb_architecture}",
                                "-ex", "target sim"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if "ndefined target command" not in tried.stderr:
            return program
    raise MissingOutput(f"{' and '.join(candidates) or 'this host'}: no GDB with the simulator of {built.arch}; the "
                        f"package crosstool-ng builds one: scripts/build --arch {built.arch} "
                        f"--config {baremetal.FRAGMENTS['crosstool-ng']}")
