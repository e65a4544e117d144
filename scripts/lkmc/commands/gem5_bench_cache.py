# SPDX-License-Identifier: GPL-2.0-or-later
"""What small and large caches make of Dhrystone's cycles on gem5, for several sizes of its input.

    scripts/gem5-bench-cache --arch aarch64
    scripts/gem5-bench-cache --arch aarch64 --cpu-type minor 1000

Boots once, and restores that with processors whose caches have 1 kB, and 1 MB, on each level. The table is printed, and
kept as gem5-bench-cache.csv in the run folder gem5-bench-ID, its plot as .png beside it; each point has a run folder
gem5-bench-ID-SIZE-CACHE, whose run.sh repeats it. The output needs BR2_PACKAGE_DHRYSTONE=y:
configs/fragments/gem5.config.
"""
from __future__ import annotations

import argparse

from lkmc import gem5_bench
from lkmc.commands import gem5_bench_dhrystone
from lkmc.gem5_bench import Point

OPTIONS = gem5_bench.OPTIONS
CACHES = ("1kB", "1MB")
arguments = gem5_bench_dhrystone.arguments


def main(args: argparse.Namespace) -> int:
    bench = gem5_bench.Bench.boot(args)
    cpu = args.cpu_type or "hpi"
    wanted = [(size, cache) for size in args.sizes for cache in CACHES]
    measured = bench.measure([Point(f"{size}-{cache}", f"dhrystone {size}", {
        "cpu_type": cpu, "caches": True, "l1i_size": cache, "l1d_size": cache, "l2_size": cache})
        for size, cache in wanted])
    rows = [{"n": size, "caches": cache, **each.figures}
            for (size, cache), each in zip(wanted, measured, strict=True)]
    lines = {f"caches of {cache}": [(row["n"], row["cycles"]) for row in rows if row["caches"] == cache]
             for cache in CACHES}
    bench.report("cache", rows, "runs of Dhrystone", f"cycles ({cpu})", lines, args.yes)
    return 0
