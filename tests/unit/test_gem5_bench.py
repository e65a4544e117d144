# SPDX-License-Identifier: GPL-2.0-or-later
"""gem5-bench-cache, gem5-bench-dhrystone: one boot, a run for each point, a table and a plot."""
from __future__ import annotations

import csv
import json
import shutil
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
    assert (run / "emulator.log").read_text().splitlines()[-1] == "hpi 1MB 1MB"
    plot = (folder / "plot").read_text()
    assert 'title "caches of 1kB"' in plot and 'title "caches of 1MB"' in plot and ".png" in plot


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
