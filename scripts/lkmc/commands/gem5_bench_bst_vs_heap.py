# SPDX-License-Identifier: GPL-2.0-or-later
"""How many cycles it takes on gem5 to add an element to a tree and to a heap, for several sizes of both.

    scripts/gem5-bench-bst-vs-heap --arch aarch64
    scripts/gem5-bench-bst-vs-heap --arch aarch64 --cpu-type hpi 1024 8192

Boots once; what is measured is how userland/cpp/bst_vs_heap.cpp grows both from half of each size. The table is
printed, and kept as gem5-bench-bst-vs-heap.csv in the run folder gem5-bench-ID, its plot as .png beside it; each size
has a run folder gem5-bench-ID-bst-SIZE, whose run.sh repeats it.
"""
from __future__ import annotations

import argparse

from lkmc import gem5_bench, stats
from lkmc.errors import EmulatorFailed
from lkmc.gem5_bench import Measured, Point
from lkmc.option_types import number

OPTIONS = gem5_bench.OPTIONS
FIRST = 1 << 10
SIZES = (1 << 10, 1 << 12, 1 << 14, 1 << 16)
STRUCTURES = ("heap", "bst")        # in the order of the program's statistics


def power(text: str) -> int:
    """A size that the program measures."""
    size = int(number(FIRST, 1 << 30, int)(text))
    if size & (size - 1):
        raise argparse.ArgumentTypeError(f"{text!r} is not a power of 2; the nearest below it is "
                                         f"{1 << size.bit_length() - 1}")
    return size


def arguments(parser: argparse.ArgumentParser) -> None:
    gem5_bench.numbers(parser, "sizes", SIZES, "sizes to grow to, powers of 2 from 1024 on", power)


def main(args: argparse.Namespace) -> int:
    bench = gem5_bench.Bench.boot(args)
    cpu = args.cpu_type or "atomic"
    measured = bench.measure([Point(f"bst-{size}", f"/bst_vs_heap.out {size} m5", {"cpu_type": cpu})
                              for size in args.sizes])
    rows = [{"size": size, **_cycles(size, each), "host_seconds": each.seconds}
            for size, each in zip(args.sizes, measured, strict=True)]
    lines = {name: [(row["size"], row[f"{name}_cycles"]) for row in rows] for name in STRUCTURES}
    bench.report("bst-vs-heap", rows, "elements", f"cycles per insertion ({cpu})", lines, args.yes, "x")
    return 0


def _cycles(size: int, measured: Measured) -> dict[str, float]:
    """Cycles per insertion by the structure. Raises EmulatorFailed when the program did not dump them."""
    if len(measured.dumps) <= len(STRUCTURES):
        raise EmulatorFailed(f"{measured.folder.m5out}/stats.txt: no statistics of the program's own; if this guest's "
                             f"/bst_vs_heap.out is old, make it anew: scripts/build lkmc-userland-rebuild all")
    inserted = size if size == FIRST else size // 2
    return {f"{name}_cycles": round(stats.total(dump, "numCycles") / inserted, 1)
            for name, dump in zip(STRUCTURES, measured.dumps, strict=False)}
