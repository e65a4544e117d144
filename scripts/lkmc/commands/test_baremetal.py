# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the programs of baremetal/, each as scripts/run does, and print KTAP.

    scripts/test-baremetal --all-archs
    scripts/test-baremetal --arch aarch64 -k 'timer*' --junit results.xml
    scripts/test-baremetal --arch aarch64 --emulator gem5 --machine VExpress_GEM5_V2

As many run at a time as this computer has processors. A program's header line says its right status, what is typed into
its serial port, how many CPUs it needs and what else. Exit status: 0 when none failed, else 1; 125 an error of ours.
--timeout is that of each program, whose run is test-ID-NAME by this --run-id; another lets two of these run on an
output at a time.
"""
from __future__ import annotations

import argparse

from lkmc import baremetal, examples, gem5, machine, program_suite, programs, ready
from lkmc.examples import Example
from lkmc.machine import Gem5
from lkmc.program_suite import Case

OPTIONS = (*program_suite.OPTIONS, "machine", "run-id")


def main(args: argparse.Namespace) -> int:
    cases = [case for arch in programs.arches_of(args) for case in _cases(arch, args)]
    return programs.run_all(cases, program_suite.run, "lkmc.baremetal", args.junit)


def _cases(arch: str, args: argparse.Namespace) -> list[Case]:
    """The programs of an architecture, made where Buildroot did not. Raises LkmcError when they cannot be."""
    built = programs.home(args, arch)
    mach = machine.read(built.arch)
    chosen = program_suite.choose(args, built.arch, _examples)
    if not chosen:
        return []
    made = program_suite.simulated(args, built, lambda: gem5.machine_of(mach, args.machine, bare=True))
    if made is None:
        ready.install_emulator(args.qemu_which, mach, built, args.yes)
    maker = baremetal.Maker(built, mach, args.gcc_which, args.yes, machine=made.baremetal if made else "")
    if built.prebuilt or args.gcc_which or made:
        maker.make([])
    return [_case(args, example, maker, made) for example in chosen]


def _examples(arch: str) -> list[Example]:
    return [Example(name, path, examples.header(path)) for name, path in baremetal.TREE.sources(arch).items()]


def _case(args: argparse.Namespace, example: Example, maker: baremetal.Maker, made: Gem5 | None) -> Case:
    """Of a file that is not there the source, for scripts/run to say what is missing."""
    file = maker.file(example.name)
    command = program_suite.runner(args, maker.built, f"test-{args.run_id}-{example.name.replace('/', '-')}",
                                   example.keys.get("timeout", str(program_suite.limit(args))))
    return Case(f"{maker.built.arch}/{example.name}", example, _obstacle(args.emulator, example, maker, made),
                (*command, "--baremetal", str(file if file.exists() else example.path)))


def _obstacle(emulator: str, example: Example, maker: baremetal.Maker, made: Gem5 | None) -> str:
    """Why a program is not run; empty if it is."""
    lacks = dict(made.lacks if made else ())
    if why := example.obstacle(maker.built.arch, emulator, maker.built) or example.lack(lacks):
        return why
    if maker.file(example.name).exists():
        return ""
    if not maker.knows(example.path):
        return "only with a compiler for C++"
    return f"only with the C library {example.keys['libc']}" if "libc" in example.keys else ""
