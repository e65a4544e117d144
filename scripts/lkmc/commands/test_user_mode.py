# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the programs of userland/ that need no guest, linked to shared libraries and static, and print KTAP.

    scripts/test-user-mode --all-archs
    scripts/test-user-mode --arch aarch64 -k 'hello*' --junit results.xml

As many run at a time as this computer has processors. Exit status: 0 when none failed, else 1; 125 an error of ours.
--timeout is that of each program.
"""
from __future__ import annotations

import argparse
import shlex
import subprocess
import time
from dataclasses import dataclass

from lkmc import examples, machine, paths, programs, user_mode
from lkmc.examples import Example
from lkmc.ktap import Result, Status
from lkmc.user_mode import Maker

OPTIONS = ("arch", "all-archs", "output", "variant", "keyword", "junit", "timeout", "qemu-which", "gcc-which")
EMULATOR = "qemu"
CANNOT = 77             # the exit status of a program that cannot run here and says why
LIMIT = 60.0            # seconds of one program, unless --timeout says otherwise
LINKED = {"dynamic": False, "static": True}
LAST_LINES = 20         # that are shown of a program that failed


@dataclass(frozen=True)
class Case:
    """An example linked in one way. obstacle: why it is not run; empty if it is."""
    example: Example
    arch: str
    linked: str
    obstacle: str
    command: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.arch}/{self.linked}/{self.example.name}"


def main(args: argparse.Namespace) -> int:
    cases = [case for arch in programs.arches_of(args) for case in _cases(arch, args)]
    cases.sort(key=lambda case: not case.obstacle)
    return programs.run_all(cases, lambda case: run(case, args.timeout or LIMIT), "lkmc.user-mode", args.junit)


def _cases(arch: str, args: argparse.Namespace) -> list[Case]:
    """The examples of an architecture, in both ways, made. Raises LkmcError when they cannot be."""
    built = programs.home(args, arch)
    mach = machine.read(built.arch)
    others = [example for other in machine.arches() if args.all_archs for example in _examples(other)]
    chosen = examples.select(_examples(built.arch), args.keyword, others)
    if not chosen:
        return []
    qemu = user_mode.emulator(args.qemu_which, built, mach, args.yes)
    cases = []
    for linked, static in LINKED.items():
        maker = Maker.of(args, built, mach, static)
        obstacles = {example: _obstacle(example, maker) for example in chosen}
        able = [example for example in chosen if not obstacles[example]]
        files = maker.make([example.path.stem for example in able]) if able else []
        commands = {example: user_mode.argv(qemu, maker.check(file), [], ())
                    for example, file in zip(able, files, strict=True)}
        cases += [Case(example, built.arch, linked, obstacles[example], commands.get(example, ()))
                  for example in chosen]
    return cases


def _examples(arch: str) -> list[Example]:
    return [example for example in examples.find(paths.TOP, arch) if example.name.endswith(user_mode.TREE.suffix)]


def _obstacle(example: Example, maker: Maker) -> str:
    """Why an example cannot run without a guest, linked in this way; empty if it can."""
    if "user" in example.keys or example.test not in ("", "last", "own"):
        return "needs a guest, or somebody who looks on"
    if example.words("config"):
        return "needs a kernel of its own"
    if example.words("package") and (maker.static or not maker.own):
        return f"needs the shared libraries of an output with {example.keys['package']}"
    return example.obstacle(maker.built.arch, EMULATOR, maker.built)


def run(case: Case, limit: float) -> Result:
    """Run one program to its end. limit: seconds."""
    if case.obstacle:
        return Result(case.name, Status.SKIPPED, case.obstacle)
    began = time.monotonic()
    try:
        done = subprocess.run(case.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=limit, text=True, errors="replace")
    except subprocess.TimeoutExpired:
        return Result(case.name, Status.FAILED, f"did not end within {limit:g} s", (shlex.join(case.command),))
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    if status == CANNOT != case.example.exit:
        return Result(case.name, Status.SKIPPED, " ".join(done.stdout.split()))
    right = status == case.example.exit
    reason = "" if right else f"exit status {status}, not {case.example.exit}"
    details = () if right else (shlex.join(case.command), *done.stdout.splitlines()[-LAST_LINES:])
    return Result(case.name, Status.OK if right else Status.FAILED, reason, details, time.monotonic() - began)
