# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the programs of baremetal/, each as scripts/run does, and print KTAP.

    scripts/test-baremetal --all-archs
    scripts/test-baremetal --arch aarch64 -k 'timer*' --junit results.xml

As many run at a time as this computer has processors. A program's header line says its right status, what is typed into
its serial port, and how many CPUs it needs. Exit status: 0 when none failed, else 1; 125 an error of ours.
--timeout is that of each program.
"""
from __future__ import annotations

import argparse
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from lkmc import baremetal, examples, machine, paths, programs, ready
from lkmc.examples import Example
from lkmc.ktap import Result, Status
from lkmc.output import Output

OPTIONS = ("arch", "all-archs", "output", "variant", "keyword", "junit", "timeout", "qemu-which", "gcc-which")
LIMIT = 60.0            # seconds of one program, unless --timeout or its header says otherwise
LAST_LINES = 60         # that are shown of a program that failed


@dataclass(frozen=True)
class Case:
    """A program of an output. obstacle: why it is not run; empty if it is."""
    example: Example
    built: Output
    program: Path       # its file; its source where there is none, for scripts/run to say what is missing
    options: tuple[str, ...]
    obstacle: str

    @property
    def name(self) -> str:
        return f"{self.built.arch}/{self.example.name}"


def main(args: argparse.Namespace) -> int:
    cases = [case for arch in programs.arches_of(args) for case in _cases(arch, args)]
    return programs.run_all(cases, lambda case: run_one(case, args.timeout or LIMIT), "lkmc.baremetal", args.junit)


def _cases(arch: str, args: argparse.Namespace) -> list[Case]:
    """The programs of an architecture, made where Buildroot did not. Raises LkmcError when they cannot be."""
    built = programs.home(args, arch)
    mach = machine.read(built.arch)
    others = [example for other in machine.arches() if args.all_archs for example in _examples(other)]
    chosen = examples.select(_examples(built.arch), args.keyword, others)
    if not chosen:
        return []
    ready.install_emulator(args.qemu_which, mach, built, args.yes)
    maker = baremetal.Maker(built, mach, args.gcc_which, args.yes)
    if built.prebuilt or args.gcc_which:
        maker.make([])
    options = ("--qemu-which", args.qemu_which) if args.qemu_which else ()
    files = {example: maker.file(example.name) for example in chosen}
    return [Case(example, built, files[example] if files[example].exists() else example.path, options,
                 _obstacle(example, maker)) for example in chosen]


def _examples(arch: str) -> list[Example]:
    return [Example(name, path, examples.header(path)) for name, path in baremetal.TREE.sources(arch).items()]


def _obstacle(example: Example, maker: baremetal.Maker) -> str:
    """Why a program is not run; empty if it is."""
    if example.words("arch") and maker.built.arch not in example.words("arch"):
        return f"only on {example.keys['arch']}"
    if maker.file(example.name).exists() or "libc" not in example.keys:
        return ""
    return f"only with the C library {example.keys['libc']}"


def run_one(case: Case, limit: float) -> Result:
    """Run one program to its end. limit: seconds."""
    if case.obstacle:
        return Result(case.name, Status.SKIPPED, case.obstacle)
    keys = case.example.keys
    command = [str(paths.TOP / "scripts/run"), "--quiet", "--output", str(case.built.path), *case.options, "--run-id",
               f"test-{case.example.name.replace('/', '-')}", "--timeout", keys.get("timeout", str(limit)),
               "--baremetal", str(case.program)]
    began = time.monotonic()
    done = subprocess.run(command, input=keys.get("input", "").encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    right = done.returncode == case.example.exit
    said = done.stdout.decode(errors="replace").replace("\r", "").splitlines()
    return Result(case.name, Status.OK if right else Status.FAILED,
                  "" if right else f"exit status {done.returncode}, not {case.example.exit}",
                  () if right else tuple(said[-LAST_LINES:]), time.monotonic() - began)
