# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands gem5-bench-…: one boot, a run for each point, a table and a plot."""
from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path

import fakes
import pytest

from lkmc import cli, gem5, gem5_bench


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output with a gem5 that is none, and a gnuplot that keeps its script."""
    output = fakes.output_folder(tmp_path / "o", "aarch64", images=("vmlinux", "rootfs.ext4", "rootfs.cpio"))
    (output.host / "bin/gem5.opt").symlink_to(Path(__file__).with_name("fake_gem5.py"))
    for path in (output.host / "share/gem5" / gem5.MARK, output.images / "gem5/boot.arm64"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.setenv("FAKE_GEM5", json.dumps({"measures": True, "status": "status 0\n"}))
    fakes.on_path(monkeypatch, tmp_path / "bin", gnuplot=f"cat >{tmp_path}/plot")
    return tmp_path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_dhrystone_is_measured_for_each_size(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = folder / "o/run/gem5-bench-0"
    (run / "m5out/cpt.5").mkdir(parents=True)       # of another boot, and not to be restored
    assert cli.main("gem5-bench-dhrystone", ["--output", str(folder / "o"), "100", "2000"]) == 0
    rows = table(run / "gem5-bench-dhrystone.csv")
    points = [(row["n"], row["cycles"], row["instructions"]) for row in rows]
    assert points == [("100", "200", "100"), ("2000", "4000", "2000")]
    assert all(float(row["host_seconds"]) >= 0 for row in rows)
    assert capsys.readouterr().out.splitlines()[0] == "n,cycles,instructions,host_seconds"
    assert [path.name for path in (run / "m5out").glob("cpt.*")] == ["cpt.1000"]
    assert "100 200\n2000 4000\ne\n" in (folder / "plot").read_text()


def test_caches_are_small_and_large_for_each_size(folder: Path) -> None:
    assert cli.main("gem5-bench-cache", ["--output", str(folder / "o"), "--run-id", "x", "50"]) == 0
    run = folder / "o/run/gem5-bench-x"
    assert [(row["n"], row["caches"], row["cycles"]) for row in table(run / "gem5-bench-cache.csv")] == [
        ("50", "1kB", "100"), ("50", "1MB", "100")]
    for cache in ("1kB", "1MB"):
        log = (folder / f"o/run/gem5-bench-x-50-{cache}/emulator.log").read_text()
        assert log.splitlines()[-1] == f"hpi {cache} {cache}"
    plot = (folder / "plot").read_text()
    assert 'title "caches of 1kB"' in plot and 'title "caches of 1MB"' in plot and ".png" in plot


def test_each_point_has_a_run_folder_whose_script_repeats_it(folder: Path) -> None:
    assert cli.main("gem5-bench-dhrystone", ["--output", str(folder / "o"), "100", "200", "--jobs", "1"]) == 0
    run = folder / "o/run"
    for size in ("100", "200"):
        point = run / f"gem5-bench-0-{size}"
        assert (point / "readfile").read_text() == f"dhrystone {size}\n"
        script = (point / "run.sh").read_text()
        assert f"--restore {run}/gem5-bench-0/m5out/cpt.1000" in script and f"--outdir {point}/m5out" in script
        (point / "m5out/stats.txt").unlink()
        assert subprocess.run([point / "run.sh"], capture_output=True, timeout=60).returncode == 0
        assert f"numCycles {2 * int(size)} " in (point / "m5out/stats.txt").read_text()


def test_as_many_run_at_a_time_as_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "meeting").mkdir()
    monkeypatch.setenv("FAKE_GEM5", json.dumps({"measures": True, "status": "status 0\n", "meets": 3,
                                                "meeting": str(folder / "meeting")}))
    assert cli.main("gem5-bench-dhrystone", ["--output", str(folder / "o"), "-j", "3", "1", "2", "3"]) == 0
    rows = table(folder / "o/run/gem5-bench-0/gem5-bench-dhrystone.csv")
    assert [row["n"] for row in rows] == ["1", "2", "3"] and [row["cycles"] for row in rows] == ["2", "4", "6"]


def test_the_tree_and_the_heap_have_their_own_statistics(folder: Path) -> None:
    assert cli.main("gem5-bench-bst-vs-heap", ["--output", str(folder / "o"), "--cpu-type", "o3", "1024", "4096"]) == 0
    rows = table(folder / "o/run/gem5-bench-0/gem5-bench-bst-vs-heap.csv")
    assert [(row["size"], row["heap_cycles"], row["bst_cycles"]) for row in rows] == [
        ("1024", "2.0", "4.0"), ("4096", "4.0", "8.0")]
    assert "set logscale x\n" in (plot := (folder / "plot").read_text()) and 'title "bst"' in plot
    assert (folder / "o/run/gem5-bench-0-bst-4096/readfile").read_text() == "/bst_vs_heap.out 4096 m5\n"


@pytest.mark.parametrize(("size", "said"), [("5000", "not a power of 2; the nearest below it is 4096"),
                                            ("512", "not a number from 1024"), ("many", "not a number")])
def test_sizes_are_those_that_the_program_measures(
        folder: Path, capsys: pytest.CaptureFixture[str], size: str, said: str) -> None:
    assert cli.main("gem5-bench-bst-vs-heap", ["--output", str(folder / "o"), size]) == 125
    assert said in capsys.readouterr().err
    assert not (folder / "o/run").exists()


def test_what_the_counter_says_becomes_cycles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GEM5", json.dumps({"measures": True, "status": "status 0\n",
                                                "loop": "count = 25\nhertz = 50000000\n"}))
    assert cli.main("gem5-bench-rdtsc", ["--output", str(folder / "o"), "1250"]) == 0
    [row] = table(folder / "o/run/gem5-bench-0/gem5-bench-rdtsc.csv")
    assert [row[name] for name in ("n", "counter", "hertz", "counter_cycles", "cycles", "ratio")] == [
        "1250", "25", "50000000", "2000", "2500", "0.8"]


def test_a_counter_that_says_nothing_is_an_error(
        folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FAKE_GEM5", json.dumps({"measures": True, "status": "status 0\n", "loop": "no counter\n"}))
    assert cli.main("gem5-bench-rdtsc", ["--output", str(folder / "o"), "10"]) == 125
    assert "/counted_loop.out said 'no counter" in capsys.readouterr().err


def test_a_run_that_fails_ends_it_with_the_run_to_repeat(
        folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FAKE_GEM5", json.dumps({"measures": True, "status": "status 127\n"}))
    assert cli.main("gem5-bench-dhrystone", ["--output", str(folder / "o")]) == 125
    assert "status 127" in (said := capsys.readouterr().err) and "run.sh" in said


@pytest.mark.skipif(shutil.which("gnuplot") is None, reason="no gnuplot on this host; its package is gnuplot-nox")
def test_gnuplot_understands_the_plot(tmp_path: Path) -> None:
    path = tmp_path / "a 'plot'.png"
    gem5_bench.plot(path, "x", "y", {"one": [(1, 10), (10, 100)], "two": [(1, 1), (10, 5)]}, yes=False)
    assert path.read_bytes().startswith(b"\x89PNG")
