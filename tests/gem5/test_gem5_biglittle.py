# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest on a real gem5 with two clusters of processors."""
from __future__ import annotations

import pytest
from booting import Run

from lkmc import gem5, machine, stats
from lkmc.output import Output
from lkmc.run_folder import RunFolder

SCRIPT = ("--gem5-script", "biglittle")
CLUSTERS = ("big_cluster", "little_cluster")


@pytest.fixture(autouse=True)
def a_script(out: Output) -> None:
    if "biglittle" not in dict(gem5.machine_of(machine.read(out.arch)).scripts):
        pytest.skip(f"gem5 has no clusters of two kinds for {out.arch}")


def test_there_are_processors_in_both_clusters(run: Run, folder: RunFolder) -> None:
    done = run(*SCRIPT, "--eval-after", "grep -c ^processor /proc/cpuinfo; exit 7")
    assert done.returncode == 7, done.stderr.decode()[-2000:]
    assert str(gem5.BIGLITTLE_CPUS).encode() in done.stdout.splitlines()
    dump = stats.read(folder.m5out / "stats.txt")[-1]
    for cluster in CLUSTERS:
        for number in range(gem5.BIGLITTLE_CPUS // 2):
            assert stats.total(dump, f"{cluster}.cpus{number}.numCycles") > 0


@pytest.mark.parametrize(("words", "counts"), [
    (("--cpus", "3"), (2, 1)), (("--cpus", "3", "--", "--big-cpus", "1"), (1, 2)),
])
def test_numbers_are_those_asked_for(run: Run, folder: RunFolder, words: tuple[str, ...], counts: tuple[int, int],
                                     ) -> None:
    done = run(*SCRIPT, "--eval-after", "test $(grep -c ^processor /proc/cpuinfo) = 3", *words)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    config = (folder.m5out / "config.ini").read_text()
    for cluster, count in zip(CLUSTERS, counts, strict=True):
        section = config.partition(f"[system.{cluster}]\n")[2].partition("\n\n")[0]
        [children] = [line for line in section.splitlines() if line.startswith("children=")]
        assert len([name for name in children.partition("=")[2].split() if name.startswith("cpus")]) == count


@pytest.mark.parametrize("kind", ["timing", "hpi"])
def test_a_checkpoint_goes_on_with_out_of_order_and_in_order_processors(
        run: Run, folder: RunFolder, kind: str) -> None:
    done = run(*SCRIPT, "--cpus", "2", "--eval-after", "/gem5.sh", "--gem5-readfile", "true")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    script = "for mask in 1 2; do taskset $mask echo se''cond; done; exit 3"
    done = run(*SCRIPT, "--cpus", "2", "--cpu-type", kind, "--gem5-restore", "1", "--gem5-readfile", script)
    assert done.returncode == 3, done.stderr.decode()[-2000:]
    assert done.stdout.count(b"second") == 2
    config = (folder.m5out / "config.ini").read_text()
    kinds = [config.partition(f"[system.{cluster}.cpus]\n")[2].partition("\n\n")[0] for cluster in CLUSTERS]
    assert "type=BaseO3CPU\n" in kinds[0] and "type=BaseMinorCPU\n" in kinds[1]
    dump = stats.read(folder.m5out / "stats.txt")[-1]
    for cluster in CLUSTERS:
        assert stats.total(dump, f"{cluster}.cpus.numCycles") > 0
        assert stats.total(dump, f"{cluster}.l2.overallAccesses::total") > 0
