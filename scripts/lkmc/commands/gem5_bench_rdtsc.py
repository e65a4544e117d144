# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest's own counter says of a loop, beside the cycles that gem5 counted.

    scripts/gem5-bench-rdtsc --arch aarch64
    scripts/gem5-bench-rdtsc --arch aarch64 --cpu-type hpi 1000 100000

Programs read x86's time stamp counter by rdtsc. Arm's that they may read, cntvct, counts at a rate of its own: what it
says is turned into cycles by that and by the processor's clock. Boots once. The table is printed, and kept as
gem5-bench-rdtsc.csv in the run folder gem5-bench-ID, its plot as .png beside it; each length of the loop has a run
folder gem5-bench-ID-loop-N, whose run.sh repeats it.
"""
from __future__ import annotations

import argparse
import re

from lkmc import gem5_bench, stats
from lkmc.errors import EmulatorFailed
from lkmc.gem5_bench import Measured, Point

OPTIONS = gem5_bench.OPTIONS
LOOPS = (1000, 10000, 100000, 1000000)
SCRIPT = "/counted_loop.out {loops} m5 >/tmp/loop && m5 writefile /tmp/loop loop"
SAID = re.compile(r"count = (\d+)\nhertz = (\d+)\n")        # by userland/c/counted_loop.c


def arguments(parser: argparse.ArgumentParser) -> None:
    gem5_bench.numbers(parser, "loops", LOOPS, "how often the loop is run through")


def main(args: argparse.Namespace) -> int:
    bench = gem5_bench.Bench.boot(args)
    cpu = args.cpu_type or "atomic"
    measured = bench.measure([Point(f"loop-{loops}", SCRIPT.format(loops=loops), {"cpu_type": cpu})
                              for loops in args.loops])
    rows = [{"n": loops, **_compared(each), "host_seconds": each.seconds}
            for loops, each in zip(args.loops, measured, strict=True)]
    lines = {name: [(row["n"], row[name]) for row in rows] for name in ("counter_cycles", "cycles")}
    bench.report("rdtsc", rows, "loops", f"cycles ({cpu})", lines, args.yes)
    return 0


def _compared(measured: Measured) -> dict[str, float]:
    """What the guest counted, the cycles that this is, and those of gem5. Raises EmulatorFailed without them."""
    text = (measured.folder.m5out / "loop").read_text()
    said = SAID.fullmatch(text)
    if said is None or len(measured.dumps) < 2:
        raise EmulatorFailed(f"{measured.folder.path}: /counted_loop.out said {text!r}, and there are statistics of "
                             f"{len(measured.dumps)} parts, not of 2")
    dump, count, hertz = measured.dumps[0], int(said[1]), int(said[2])
    clock = stats.total(dump, "simFreq") / stats.total(dump, "cpu_cluster.clk_domain.clock")
    cycles = stats.total(dump, "numCycles")
    counted = round(count * clock / hertz) if hertz else count
    return {"counter": count, "hertz": hertz, "counter_cycles": counted, "cycles": cycles,
            "ratio": round(counted / cycles, 4)}
