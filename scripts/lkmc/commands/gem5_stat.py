# SPDX-License-Identifier: GPL-2.0-or-later
"""Print statistics of a run on gem5: one of each dump in a line, or all with their names.

    scripts/gem5-stat --arch aarch64 numCycles          also by its whole name, system.cpu_cluster.cpus.numCycles
    scripts/gem5-stat --arch aarch64                    all of the last dump
    scripts/gem5-stat --arch aarch64 --json             all of all dumps

The guest dumps them by m5 dumpstats; gem5 does when it ends. A name that several objects have, as processors do, is
printed with all its values in the line.
"""
from __future__ import annotations

import argparse
import json

from lkmc import output, stats
from lkmc.cli import near
from lkmc.errors import UserError
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "json")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a statistic's name, or the end of it")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    dumps = stats.read(RunFolder.of(built.path, args.run_id).m5out / "stats.txt")
    if args.name:
        chosen = [stats.named(dump, args.name) for dump in dumps]
        if not any(chosen):
            whole = {name for dump in dumps for name in dump}
            known = {*whole, *(name.rpartition(".")[2] for name in whole)}
            raise UserError(f"no statistic {args.name!r}{near(args.name, known)}; scripts/gem5-stat lists them all")
        dumps = chosen
    if args.json:
        print(json.dumps([{name: _plain(value) for name, value in dump.items()} for dump in dumps], indent=1))
    elif args.name:
        print(*(" ".join(map(stats.text, dump.values())) for dump in dumps), sep="\n")
    else:
        print(*(f"{name:50} {stats.text(value)}" for name, value in dumps[-1].items()), sep="\n")
    return 0


def _plain(value: float) -> int | float | None:
    """A value as JSON has it, which knows nothing that is no number."""
    written = stats.text(value)
    if written.lstrip("-").isdigit():
        return int(written)
    return value if abs(value) < float("inf") else None
