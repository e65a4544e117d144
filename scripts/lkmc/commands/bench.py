# SPDX-License-Identifier: GPL-2.0-or-later
"""Measure how long things take, several times and in turn: median, least, most, and the ratio to the first.

    scripts/bench boot                                  every output of the checkout, under plain emulation
    scripts/bench boot --output out/aarch64 --beside 'stock=DIR/images/start-qemu.sh --serial-only'
    scripts/bench guest                                 all examples of every output, in one boot
    scripts/bench config --output out/aarch64           scripts/config beside merge_config.sh and make olddefconfig
    scripts/bench gdb --runs 20                         the tests of step debugging: times, and rounds that passed
    scripts/bench loop --arch aarch64                   edit, build, message
    scripts/bench trace --output out/aarch64            addresses of a traced boot that become source lines
    scripts/bench overhead                              CPU seconds that scripts/run itself takes
    scripts/bench user-vs-system --arch arm             one program without a guest, and in one

boot: host seconds from the start of scripts/run to the root prompt; and, with a payload, to its first line and to
the exit of scripts/run; then the same with --instant. A command of --beside is timed to its login prompt, or else to
its exit.

config: a whole scripts/config with a request that is lost and explained, for Buildroot and, in an output with kernel
sources, for Linux; beside each, merge_config.sh and make olddefconfig with the same files, which explain nothing.

loop: host seconds from an edit to its message: an edited module in a running guest, and through a rebuilt image; a
line in the kernel's init/main.c (after scripts/hack linux). The last rows are what make itself takes.

gdb: host seconds of a round of those tests on every output, one more at a time than there are processors, and of
all tests of each output and of each file.

user-vs-system: host seconds that the program works, and of the whole run with the boot: Buildroot's dhrystone where
the output has it (BR2_PACKAGE_DHRYSTONE), else mix of userland/.

trace: millions of executed addresses that scripts/trace2line turns into lines in a second of CPU time, its own and that
of addr2line, and the memory that it needs. The boot is traced once, and kept as run id bench-trace.

guest: host seconds from the start of scripts/run to the end of the first example, of the last, and of the guest.
"""
from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lkmc import bootstrap, buildroot, gdb_suite, machine, measure, output, paths, user_vs_system
from lkmc import loop as loops
from lkmc.errors import MissingOutput, UserError
from lkmc.kconfig import merging
from lkmc.measure import Sample
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "runs", "beside", "buildroot")
RUN = str(paths.TOP / "scripts/run")
LIMIT = 180.0           # seconds after which a boot is given up
GUEST_LIMIT = 600.0     # and one that runs all examples
PROMPT = r"(?m)^\x23 "
ANY_PROMPT = r"\S+ login: "


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=sorted((*BENCHMARKS, "gdb")), help="what to measure")


def main(args: argparse.Namespace) -> int:
    print(measure.machine_line(), flush=True)
    suite = gdb(args) if args.what == "gdb" else None
    subjects = {"step debugging": suite.run} if suite else BENCHMARKS[args.what](args)
    samples = measure.in_turn(subjects, args.runs, lambda text: print(text, file=sys.stderr))
    print(*measure.table(samples, UNITS.get(args.what, "s")), sep="\n")
    if suite:
        print(*suite.told(), sep="\n")
    return int(suite is not None and suite.passed < suite.rounds)


def gdb(args: argparse.Namespace) -> gdb_suite.Suite:
    """The tests of step debugging on the outputs, of which no round has been."""
    bootstrap.provide(paths.TOP / "tests/requirements.txt")
    return gdb_suite.Suite(outputs(args.output, given_arches(args)))


def boot(args: argparse.Namespace) -> dict[str, Callable[[], Sample]]:
    """Two measurements of each output, booted and restored, one of each command beside them."""
    subjects: dict[str, Callable[[], Sample]] = {}
    for folder in outputs(args.output, given_arches(args)):
        subjects[folder.name] = lambda folder=folder: _boot(folder)    # type: ignore[misc]
        if _restores(folder):
            subjects[f"{folder.name} --instant"] = lambda folder=folder: _boot(folder, "--instant")  # type: ignore[misc]
    for text in args.beside:
        name, equals, command = text.partition("=")
        if not equals:
            raise UserError(f"--beside {text!r}: write NAME=COMMAND")
        subjects[name] = lambda command=command: _beside(shlex.split(command))      # type: ignore[misc]
    return subjects


def given_arches(args: argparse.Namespace) -> tuple[str, ...]:
    return (args.arch,) if "arch" in args.typed else machine.arches()


def outputs(given: Path | None, arches: tuple[str, ...]) -> list[Path]:
    """The output to measure, or all of these architectures. Raises MissingOutput when there is none."""
    if given:
        return [output.Output.read(given.absolute()).path]
    found = [folder for arch in arches for folder in (paths.OUT / arch, paths.OUT / f"{arch}-prebuilt")
             if any(folder.glob("images/rootfs.*"))]
    if not found:
        raise MissingOutput("no output folder to measure; make one with scripts/prebuilt or scripts/build")
    return found


def _restores(folder: Path) -> bool:
    """Whether this output starts from a saved state, which is made here if need be; if not, it has said why."""
    command = [RUN, "--quiet", "--output", str(folder), "--run-id", "bench", "--instant", "--eval-after", "true"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode == 0 and "a normal boot instead" not in done.stderr


def _boot(folder: Path, *options: str) -> Sample:
    command = [RUN, "--quiet", "--output", str(folder), "--run-id", "bench", *options]
    prompt = measure.until(command, {"root prompt": PROMPT}, LIMIT, quit_by="\x01x")
    payload = measure.until(["sh", "-c", 'exec "$@" </dev/null', "sh", *command, "--eval-after", "echo first''line"],
                            {"payload's first line": "firstline"}, LIMIT)
    return prompt | payload


def _beside(command: list[str]) -> Sample:
    return measure.first_of(command, {"root prompt": ANY_PROMPT}, LIMIT, quit_by="\x01x")


def guest(args: argparse.Namespace) -> dict[str, Callable[[], Sample]]:
    """/test_all.sh of each output."""
    folders = outputs(args.output, given_arches(args))
    return {folder.name: lambda folder=folder: _guest(folder) for folder in folders}    # type: ignore[misc]


def _guest(folder: Path) -> Sample:
    command = [RUN, "--quiet", "--output", str(folder), "--run-id", "bench"]
    return measure.until(["sh", "-c", 'exec "$@" </dev/null', "sh", *command, "--eval-after",
                          "/test_all.sh; echo all''ended"],
                         {"first example": r"(?m)^(not )?ok 1 ", "all examples": "allended"}, GUEST_LIMIT)


def loop(args: argparse.Namespace) -> dict[str, Callable[[], Sample]]:
    """From an edit to its message, in one output that Buildroot made."""
    built = output.find(args.output or paths.OUT / args.arch, args.arch)
    return loops.loops(built, buildroot.provide(args.buildroot),
                       [RUN, "--quiet", "--output", str(built.path), "--run-id", "bench"])


def overhead(args: argparse.Namespace) -> dict[str, Callable[[], Sample]]:
    """scripts/run --dry-run beside the bare start of the interpreter that it runs in."""
    folder = outputs(args.output, given_arches(args))[0]
    return {"scripts/run --dry-run":
            lambda: measure.processor_seconds([RUN, "--output", str(folder), "--dry-run", "--eval-after", "true"]),
            "python -c pass": lambda: measure.processor_seconds([sys.executable, "-c", "pass"])}


def config(args: argparse.Namespace) -> dict[str, Callable[[], Sample]]:
    """Configurations of the output, or of the architecture's own, made by scripts/config and by text tools."""
    return {name: lambda command=command: measure.seconds(command)      # type: ignore[misc]
            for name, command in merging.commands(buildroot.provide(args.buildroot), args.output, args.arch).items()}


def user_or_system(args: argparse.Namespace) -> dict[str, Callable[[], Sample]]:
    """One program in user mode and in a guest, of each output."""
    return {name: subject for folder in outputs(args.output, given_arches(args))
            for name, subject in user_vs_system.subjects(output.Output.read(folder)).items()}


def trace(args: argparse.Namespace) -> dict[str, Callable[[], Sample]]:
    """Source lines of a traced boot of each output; the boot is traced first, and not measured."""
    folders = outputs(args.output, given_arches(args))
    return {folder.name: lambda folder=folder: _trace(folder) for folder in folders}    # type: ignore[misc]


def _trace(folder: Path) -> Sample:
    where = ["--output", str(folder), "--run-id", "bench-trace"]
    kept = RunFolder.of(folder, "bench-trace").blocks
    if not kept.exists():
        command = [str(paths.TOP / "scripts/trace-boot"), *where]
        try:
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        except BaseException:
            kept.unlink(missing_ok=True)       # what it has left is no whole boot's
            raise
    command = [str(paths.TOP / "scripts/trace2line"), *where, "--rate"]
    done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return {name: float(value) for value, _, name in (line.partition(" ") for line in done.stdout.splitlines())}


UNITS = {"trace": ""}
BENCHMARKS = {"boot": boot, "config": config, "guest": guest, "loop": loop, "overhead": overhead, "trace": trace,
              "user-vs-system": user_or_system}
