# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts/test-baremetal and scripts/test-user-mode share: which programs, on what, and how each one ended."""
from __future__ import annotations

import argparse
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lkmc import examples, gem5, machine, paths, request
from lkmc.examples import Example
from lkmc.ktap import Result, Status
from lkmc.machine import Gem5, Gem5User
from lkmc.output import Output
from lkmc.request import Gem5Request

OPTIONS = ("arch", "all-archs", "output", "variant", "keyword", "junit", "timeout", "qemu-which", "gcc-which",
           "emulator", "gem5", "gem5-tree", "cpu-type")
LIMITS = {"qemu": 60.0, "gem5": 600.0}      # seconds of one program, unless --timeout or its header says otherwise
CANNOT = 77             # the exit status of a program that cannot run here and says why
LAST_LINES = 40         # that are shown of a program that failed
Simulated = TypeVar("Simulated", Gem5, Gem5User)


@dataclass(frozen=True)
class Case:
    """A program on an output. obstacle: why it is not run; empty if it is. limit: the seconds after which it is ended,
    where the command does not do that itself."""
    name: str
    example: Example
    obstacle: str
    command: tuple[str, ...] = ()
    limit: float | None = None


def choose(args: argparse.Namespace, arch: str, found: Callable[[str], Iterable[Example]]) -> tuple[Example, ...]:
    """The programs of an architecture that were asked for. found: all of one. Raises UserError."""
    others = [example for other in machine.arches() if args.all_archs for example in found(other)]
    return examples.select(found(arch), args.keyword, others)


def simulated(args: argparse.Namespace, built: Output, find: Callable[[], Simulated]) -> Simulated | None:
    """What programs run on where they run on gem5, which is there. Raises UserError, MissingOutput."""
    request.check_emulator(args)
    if args.emulator != "gem5":
        return None
    made = find()
    gem5.program(Gem5Request.of_program(args), built)
    return made


def limit(args: argparse.Namespace) -> float:
    """Seconds of a program whose header does not say otherwise."""
    return float(args.timeout or LIMITS[args.emulator])


def runner(args: argparse.Namespace, built: Output, run_id: str, seconds: str) -> tuple[str, ...]:
    """scripts/run as these options want it; what it is to run comes after."""
    names = ("gem5", "gem5-tree", "cpu-type", "machine") if args.emulator == "gem5" else ("qemu-which",)
    given = ((name, getattr(args, name.replace("-", "_"), None)) for name in names)
    return (str(paths.TOP / "scripts/run"), "--quiet", "--output", str(built.path), "--emulator", args.emulator,
            *(word for name, value in given if value for word in (f"--{name}", _absolute(value))),
            "--run-id", run_id, "--timeout", seconds)


def _absolute(value: str | Path) -> str:
    """An option's value that means the same in another folder."""
    return str(value.absolute() if isinstance(value, Path) else value)


def run(case: Case) -> Result:
    """Run one program to its end, in a folder of its own: some write files, by the same names."""
    if case.obstacle:
        return Result(case.name, Status.SKIPPED, case.obstacle)
    began, command = time.monotonic(), shlex.join(case.command)
    try:
        with tempfile.TemporaryDirectory(prefix="lkmc-") as folder:
            done = subprocess.run(case.command, input=case.example.keys.get("input", "").encode(), cwd=folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=case.limit)
    except subprocess.TimeoutExpired:
        return Result(case.name, Status.FAILED, f"did not end within {case.limit:g} s", (command,))
    said = done.stdout.decode(errors="replace").replace("\r", "")
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    if status == CANNOT != case.example.exit:
        return Result(case.name, Status.SKIPPED, " ".join(said.split()))
    right = status == case.example.exit
    return Result(case.name, Status.OK if right else Status.FAILED,
                  "" if right else f"exit status {status}, not {case.example.exit}",
                  () if right else (command, *said.splitlines()[-LAST_LINES:]), time.monotonic() - began)
