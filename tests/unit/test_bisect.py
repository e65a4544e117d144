# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bisect: what one commit is told by, and what is in the way of a bisection."""
from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import fakes
import pytest
from repository import git

from lkmc import cli, overrides
from lkmc.commands import bisect
from lkmc.output import Output


@pytest.fixture
def built(tmp_path: Path) -> Output:
    return fakes.output_folder(tmp_path / "o")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A git tree of three commits."""
    tree = tmp_path / "tree"
    for number in range(3):
        git(tmp_path, "init", "--quiet", "--initial-branch=main", str(tree))
        (tree / "file").write_text(str(number))
        git(tree, "add", ".")
        git(tree, "commit", "--quiet", "--no-verify", f"--message={number}")
    return tree


def run(built: Output, tree: Path, *words: str, rest: Sequence[str] = ("--eval-after", "true")) -> int:
    return cli.main("bisect", ["--output", str(built.path), *words, str(tree), "--", *rest])


@pytest.mark.parametrize("build, run, status", [
    ("true", "true", 0), ("false", "true", 125), ("true", "exit 1", 1), ("true", "exit 101", 1),
    ("true", "exit 124", 1), ("true", "exit 125", 125), ("true", "exit 130", 130), ("true", "exit 143", 143)])
def test_a_commit_is_good_bad_or_not_to_be_told(tmp_path: Path, build: str, run: str, status: int) -> None:
    step = tmp_path / "step"
    step.write_text(bisect.STEP.format(build=build, run=f"sh -c '{run}'"))
    assert subprocess.run(["sh", step]).returncode == status


def test_the_package_of_the_tree_is_rebuilt(built: Output, tree: Path) -> None:
    overrides.add(built.path, overrides.source("qemu", tree))
    (built.path / "build/host-qemu-custom").mkdir(parents=True)
    command = bisect._rebuild(built, tree)
    assert command.endswith(f"scripts/build --arch x86_64 --output {built.path} host-qemu-rebuild all")


@pytest.mark.parametrize("words, said", [
    (["--good", "none", "--build", "true"], "git bisect start HEAD none --: "),
    (["--good", "main~2"], "is no package's source in"),
    (["--good", "main~2", "--arch", "arm", "--build", "true"], "is an output for x86_64, not for arm")])
def test_what_is_in_the_way_is_told_in_one_line_and_the_tree_is_left_alone(
        built: Output, tree: Path, capfd: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert run(built, tree, *words) == 125
    printed = capfd.readouterr().err
    assert said in printed and printed.count("\n") == 1
    assert git(tree, "status", "--porcelain", "--branch") == "## main"
    assert not (tree / ".git/BISECT_START").exists()


@pytest.mark.parametrize("rest, said", [
    ([], "what tells good from bad is missing; add it after a lone --: -- --eval-after /hello.sh --timeout 60"),
    (["--eval-after", "true", "--background"], "--background: with it scripts/run ends before the guest has"),
    (["--dry-run"], "--dry-run: with it scripts/run ends before the guest has")])
def test_a_run_that_cannot_tell_is_refused(
        built: Output, tree: Path, capfd: pytest.CaptureFixture[str], rest: list[str], said: str) -> None:
    assert run(built, tree, "--good", "main~2", "--build", "true", rest=rest) == 125
    assert said in capfd.readouterr().err and not (tree / ".git/BISECT_START").exists()


def test_a_folder_that_is_no_tree_is_told_of_hack(
        built: Output, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(built, tmp_path / "none", "--good", "a") == 125
    assert "none: no git tree; scripts/hack PACKAGE --from GIT makes one" in capfd.readouterr().err


def test_commits_that_all_cannot_be_built_end_without_an_answer(
        built: Output, tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(built, tree, "--good", "main~2", "--build", "false") == 125
    assert "no first bad commit was found" in capfd.readouterr().err
    assert git(tree, "status", "--porcelain", "--branch") == "## main"
    assert "skip" in (built.path / "run/bisect.log").read_text()
