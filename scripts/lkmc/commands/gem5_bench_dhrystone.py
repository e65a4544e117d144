# SPDX-License-Identifier: GPL-2.0-or-later
"""How many cycles Dhrystone takes on gem5 for several sizes of its input.

    scripts/gem5-bench-dhrystone --arch aarch64
    scripts/gem5-bench-dhrystone --arch aarch64 --cpu-type hpi 1000 10000

Boots once. The table is printed, and kept as gem5-bench-dhrystone.csv in the run folder gem5-bench-ID, its plot as .png
beside it; each size has a run folder gem5-bench-ID-SIZE, whose run.sh repeats it. The output needs
BR2_PACKAGE_DHRYSTONE=y: configs/fragments/gem5.config.
"""
from __future__ import annotations

import argparse

from lkmc import gem5_bench
from lkmc.gem5_bench import Point

OPTIONS = gem5_bench.OPTIONS
SIZES = (1000, 10000, 100000)


def arguments(parser: argparse.ArgumentParser) -> None:
    gem5_bench.numbers(parser, "sizes", SIZES, "how often Dhrystone runs through")


def main(args: argparse.Namespace) -> int:
    bench = gem5_bench.Bench.boot(args)
    cpu = args.cpu_type or "atomic"
    measured = bench.measure([Point(str(size), f"dhrystone {size}", {"cpu_type": cpu}) for size in args.sizes])
    rows = [{"n": size, **each.figures} for size, each in zip(args.sizes, measured, strict=True)]
    points = [(row["n"], row["cycles"]) for row in rows]
    bench.report("dhrystone", rows, "runs of Dhrystone", "cycles", {cpu: points}, args.yes)
    return 0
