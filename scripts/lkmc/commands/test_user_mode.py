# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the programs of userland/ that need no guest, linked to shared libraries and static, and print KTAP.

    scripts/test-user-mode --all-archs
    scripts/test-user-mode --arch aarch64 -k 'hello*' --junit results.xml
    scripts/test-user-mode --arch aarch64 --emulator gem5

On gem5 only static ones. As many run at a time as this computer has processors. Exit status: 0 when none failed, else
1; 125 an error of ours. --timeout is that of each program.
"""
from __future__ import annotations

import argparse
from operator import attrgetter

from lkmc import examples, gem5, machine, paths, program_suite, programs, user_mode
from lkmc.examples import Example
from lkmc.program_suite import Case
from lkmc.user_mode import Maker

OPTIONS = program_suite.OPTIONS
LINKED = {"qemu": {"dynamic": False, "static": True}, "gem5": {"static": True}}


def main(args: argparse.Namespace) -> int:
    arches = programs.arches_of(args, attrgetter("gem5_user"))
    cases = [case for arch in arches for case in _cases(arch, args)]
    cases.sort(key=lambda case: not case.obstacle)
    return programs.run_all(cases, program_suite.run, "lkmc.user-mode", args.junit)


def _cases(arch: str, args: argparse.Namespace) -> list[Case]:
    """The examples of an architecture, in all ways, made. Raises LkmcError when they cannot be."""
    built = programs.home(args, arch)
    mach = machine.read(built.arch)
    chosen = program_suite.choose(args, built.arch, _examples)
    if not chosen:
        return []
    limit = program_suite.limit(args)
    made = program_suite.simulated(args, built, lambda: gem5.user_of(mach))
    qemu = "" if made else user_mode.emulator(args.qemu_which, built, mach, args.yes)
    cases = []
    for linked, static in LINKED[args.emulator].items():
        maker = Maker.of(args, built, mach, static)
        lacks = dict(made.lacks if made else ())
        obstacles = {example: _obstacle(args.emulator, example, maker) or example.lack(lacks) for example in chosen}
        able = [example for example in chosen if not obstacles[example]]
        files = maker.make([example.path.stem for example in able]) if able else []
        commands = {}
        for example, file in zip(able, files, strict=True):
            program = maker.check(file)
            commands[example] = user_mode.argv(qemu, program, [], ()) if qemu else (
                *program_suite.runner(args, built, f"test-{linked}-{example.name}", str(limit)),
                "--userland", str(program.path))
        cases += [Case(f"{built.arch}/{linked}/{example.name}", example, obstacles[example], commands.get(example, ()),
                       limit if qemu else None) for example in chosen]
    return cases


def _examples(arch: str) -> list[Example]:
    return [example for example in examples.find(paths.TOP, arch) if example.name.endswith(user_mode.TREE.suffix)]


def _obstacle(emulator: str, example: Example, maker: Maker) -> str:
    """Why an example cannot run without a guest, linked in this way; empty if it can."""
    if "user" in example.keys or example.test not in ("", "last", "own"):
        return "needs a guest, or somebody who looks on"
    if example.words("config"):
        return "needs a kernel of its own"
    if example.words("package") and (maker.static or not maker.own):
        return f"needs the shared libraries of an output with {example.keys['package']}"
    return example.obstacle(maker.built.arch, emulator, maker.built)
