# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmarks on a real gem5, at their smallest."""
from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable

import pytest
from booting import SLOWER

from lkmc import paths, stats
from lkmc.output import Output
from lkmc.run_folder import RunFolder

Rows = list[dict[str, str]]
Bench = Callable[..., Rows]


@pytest.fixture
def bench(out: Output, run_id: str, limit: float) -> Bench:
    """Run a benchmark; its table."""
    def start(name: str, *words: str) -> Rows:
        command = [str(paths.TOP / f"scripts/gem5-bench-{name}"), "--yes", "--output", str(out.path),
                   "--run-id", run_id, *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=5 * SLOWER * limit)
        assert done.returncode == 0, done.stderr[-2000:]
        made = out.path / f"run/gem5-bench-{run_id}/gem5-bench-{name}"
        assert made.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        with made.with_suffix(".csv").open(newline="") as file:
            return list(csv.DictReader(file))
    return start


def test_a_tree_grows_dearer_than_a_heap(bench: Bench) -> None:
    rows = bench("bst-vs-heap", "1024", "8192")
    heap, bst = ([float(row[f"{name}_cycles"]) for row in rows] for name in ("heap", "bst"))
    assert bst[1] > bst[0] > heap[0] > 0 and bst[1] > heap[1]


@pytest.mark.parametrize("kind", ["atomic", "detailed"])
def test_the_guests_counter_agrees_with_the_cycles(bench: Bench, kind: str, detailed: str) -> None:
    short, long = bench("rdtsc", "--cpu-type", detailed if kind == "detailed" else kind, "1000", "100000")
    assert 0.98 < float(long["ratio"]) <= 1.001
    assert float(long["cycles"]) > 10 * float(short["cycles"])


def test_more_runs_of_dhrystone_are_more_cycles_and_each_is_repeated_by_its_script(
        out: Output, bench: Bench, run_id: str, limit: float) -> None:
    if out.symbol("BR2_PACKAGE_DHRYSTONE") != "y":
        pytest.skip(f"{out.path.name} has no Dhrystone: configs/fragments/gem5.config")
    few, many = bench("dhrystone", "--jobs", "2", "100", "1000")
    assert float(many["cycles"]) > 5 * float(few["cycles"])
    point = RunFolder(out.path / f"run/gem5-bench-{run_id}-100")
    subprocess.run([str(point.script)], stdin=subprocess.DEVNULL, capture_output=True, check=True,
                   timeout=SLOWER * limit)
    assert stats.total(stats.read(point.m5out / "stats.txt")[-1], "numCycles") == int(few["cycles"])
