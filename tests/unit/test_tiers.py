# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/test: each tier runs where it can, and what cannot is named with the reason."""
from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace as Usage

import fakes
import pytest

from lkmc import apt, baremetal, bootstrap, buildroot, cli, distro, machine, paths, prebuilt, tiers, time_limit
from lkmc.commands import test as command
from lkmc.errors import MissingOutput
from lkmc.tiers import Tier


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of all tests together, which nobody has limited yet."""
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setenv(time_limit.UNTIL, "")
    return now


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pytest would have been started with; it passes."""
    started: list[list[str]] = []

    def passes(words: list[str]) -> tuple[int, list[str]]:
        started.append(words)
        return 0, []
    monkeypatch.setattr(command, "_pytest", passes)
    monkeypatch.setattr(bootstrap, "provide", lambda requirements: None)
    return started


def lacks(reason: str) -> Callable[[bool, list[str]], list[str]]:
    def prepare(yes: bool, lacking: list[str]) -> list[str]:
        lacking.append(reason)
        return []
    return prepare


def test_what_follows_a_dash_dash_goes_to_pytest(ran: list[list[str]]) -> None:
    assert cli.main("test", ["--tier", "unit", "--", "-k", "outcome"]) == 0
    assert ran == [["tests/unit", "-k", "outcome"]]


def test_a_tier_that_cannot_run_is_named_with_its_reason(
        ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(tiers, "TIERS", (Tier("unit", tiers.unit), Tier("boot", lacks("no emulator here"))))
    assert cli.main("test", []) == 0
    assert ran == [["tests/unit"]]
    assert "not run: no emulator here" in capsys.readouterr().out


@pytest.mark.parametrize("status, code, said", [(0, 0, "passed"), (1, 1, "FAILED"), (2, 1, "FAILED")])
def test_a_failing_tier_fails_the_whole(
        ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
        status: int, code: int, said: str) -> None:
    monkeypatch.setattr(command, "_pytest", lambda words: (status, []))
    assert cli.main("test", ["--tier", "unit"]) == code
    assert said in capsys.readouterr().out


def test_the_summary_names_each_test_that_failed(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Last, where a log that is cut still has them."""
    (tmp_path / "test_one.py").write_text("""import pytest

@pytest.fixture
def broken():
    raise OSError("no disk")

def test_right(): pass
def test_wrong(): assert 1 == 2, "not one"
def test_never(broken): pass
""")
    monkeypatch.setattr(bootstrap, "provide", lambda requirements: None)
    monkeypatch.setattr(paths, "TOP", tmp_path)
    monkeypatch.setattr(tiers, "TIERS", (Tier("boot", lambda yes, lacking: ["test_one.py"]),))
    assert cli.main("test", []) == 1
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "summary of the tiers:", "  boot       FAILED", "             test_one::test_wrong: AssertionError: not one",
        '             test_one::test_never: failed on setup with "OSError: no disk"']


def test_a_tier_for_which_there_is_no_time_is_named(
        ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
        clock: list[float]) -> None:
    def slow(yes: bool, lacking: list[str]) -> list[str]:
        clock[0] += 90
        return ["tests/boot"]
    monkeypatch.setattr(tiers, "TIERS", tuple(Tier(name, slow) for name in ("modules", "boot", "gem5")))
    assert cli.main("test", ["--minutes", "2.5"]) == 0
    assert len(ran) == 2
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "  gem5       not run", f"             not run: {time_limit.REASON}"]


def test_nothing_is_built_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    monkeypatch.setenv(tiers.FRAGMENT, "/sources.config")
    time_limit.begins(1)
    clock[0] += 61
    lacking: list[str] = []
    assert tiers.built(False, lacking) == []
    assert lacking == [f"{arch}: {time_limit.REASON}" for arch in tiers.BUILT_ARCHES]


def test_a_build_that_leaves_no_time_for_its_tests_is_not_started(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    def make(tree: Path, folder: Path, *targets: str) -> None:
        clock[0] += 40
    monkeypatch.setenv(tiers.FRAGMENT, "/sources.config")
    monkeypatch.setattr(paths, "OUT", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free=tiers.BUILD_BYTES))
    monkeypatch.setattr(buildroot, "provide", lambda given: tmp_path)
    monkeypatch.setattr(buildroot, "make", make)
    monkeypatch.setattr(tiers, "configure", lambda tree, folder, request: fakes.output_folder(folder, "aarch64"))
    monkeypatch.setattr(baremetal, "prepare", lambda folder, yes: None)
    time_limit.begins(2)
    lacking: list[str] = []
    assert f"--output={tmp_path}/test-aarch64" in tiers.built(False, lacking)
    assert lacking == [f"x86_64: {time_limit.REASON}"]


@pytest.mark.parametrize("test, said", [
    ("def test_last(): os.environ['LKMC_TEST_UNTIL'] = '1'", "passed"),
    ("os.environ['LKMC_TEST_UNTIL'] = '1'", "not run")])
def test_tests_for_which_there_is_no_time_are_counted(
        test: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conftest.py").write_text((paths.TOP / "tests/conftest.py").read_text())
    (tmp_path / "test_one.py").write_text(f"""import os

{test}
def test_late(): assert False
def test_later(): assert False
""")
    monkeypatch.setattr(bootstrap, "provide", lambda requirements: None)
    monkeypatch.setattr(paths, "TOP", tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{Path(__file__).parents[2]}/scripts:{Path(__file__).parents[1]}")
    monkeypatch.setattr(tiers, "TIERS", (Tier("unit", lambda yes, lacking: ["test_one.py"]),))
    assert cli.main("test", []) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"  unit       {said}", f"             not run: 2 tests: {time_limit.REASON}"]


def test_the_boot_tier_has_the_outputs_that_could_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(mach: machine.Machine, output: Path, series: str | None, yes: bool) -> None:
        if mach.arch == "arm":
            raise MissingOutput("no compiler")
    monkeypatch.setattr(paths, "OUT", tmp_path)
    monkeypatch.setattr(apt, "require", lambda programs, yes: None)
    monkeypatch.setattr(prebuilt, "make", make)
    lacking: list[str] = []
    words = tiers.boot(False, lacking)
    assert words[1:] == [f"--output={tmp_path}/aarch64-prebuilt", f"--output={tmp_path}/x86_64-prebuilt"]
    assert lacking == ["arm: no compiler"]


def test_the_modules_tier_has_the_headers_that_could_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def headers(packages: distro.Packages) -> Path:
        if packages.names.debian_arch == "armhf" and packages.suite == distro.SUITES[-1]:
            raise MissingOutput("no such suite")
        return Path(f"/{packages.suite}")
    monkeypatch.setattr(apt, "require", lambda programs, yes: None)
    monkeypatch.setattr(prebuilt, "install_compilers", lambda names, yes: None)
    monkeypatch.setattr(distro.Packages, "headers", headers)
    lacking: list[str] = []
    words = tiers.modules(False, lacking)
    assert words[:2] == ["tests/modules", f"--headers=aarch64=/{distro.SUITES[0]}"]
    assert len(words) == 3 * len(distro.SUITES)
    assert lacking == [f"arm, headers of {distro.SUITES[-1]}: no such suite"]


def test_real_builds_are_not_started_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tiers.FRAGMENT, raising=False)
    lacking: list[str] = []
    assert tiers.built(False, lacking) == []
    assert tiers.FRAGMENT in lacking[0]


def test_a_build_that_would_fill_the_disk_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tiers.FRAGMENT, "/sources.config")
    monkeypatch.setattr(paths, "OUT", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free=tiers.BUILD_BYTES - 1))
    lacking: list[str] = []
    assert tiers.built(False, lacking) == []
    assert [line.split(":")[0] for line in lacking] == list(tiers.BUILT_ARCHES)
    assert all("make room" in line for line in lacking)


@pytest.mark.parametrize("outputs, processors, words", [
    (3, 2, ["--reruns", "1", "-n", "3", "--dist", "loadgroup"]),
    (2, 8, ["--reruns", "1", "-n", "2", "--dist", "loadgroup"]),
    (3, 1, ["--reruns", "1", "-n", "2", "--dist", "loadgroup"]), (1, 4, ["--reruns", "1"]), (0, 4, [])])
def test_outputs_are_tested_side_by_side_unless_somebody_looks(
        ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, outputs: int, processors: int, words: list[str]) -> None:
    named = ["tests/boot", *(f"--output=/{number}" for number in range(outputs))]
    monkeypatch.setattr(tiers, "TIERS", (Tier("boot", lambda yes, lacking: list(named)),))
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert cli.main("test", []) == 0
    assert cli.main("test", ["--", "-x"]) == 0
    assert ran == [named + words, [*named, "-x"]]


def test_of_an_output_that_is_there_our_own_packages_are_built_again(tmp_path: Path) -> None:
    assert tiers.rebuilds(tmp_path) == []
    for folder in ("lkmc-userland", "lkmc-kernel-modules", "linux-custom", "host-gem5-24.0.0.1"):
        (tmp_path / "build" / folder).mkdir(parents=True)
    assert tiers.rebuilds(tmp_path) == ["lkmc-kernel-modules-rebuild", "lkmc-userland-rebuild"]
