# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/build --direct runs what a package's build left for it, and says what is in its way."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest

from lkmc import cli


def direct(output: Path, *words: str) -> int:
    return cli.main("build", ["--output", str(output), *words])


def test_the_script_of_the_package_is_run_and_its_status_returned(
        tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = fakes.script(tmp_path / "build/lkmc-kernel-modules/lkmc-direct", "echo built; exit 3")
    assert direct(tmp_path, "--direct", "lkmc-kernel-modules") == 3
    said = capfd.readouterr()
    assert said.out == "built\n" and said.err == f"+ {script}\n"


@pytest.mark.parametrize("words, said", [
    (["--direct", "busybox"],
     "/lkmc-direct: not there; Buildroot's first build of a package writes it, for those that can: lkmc-userland"),
    (["--direct", "lkmc-userland", "all", "linux"],
     "--direct lkmc-userland builds without Buildroot, whose targets are all linux; give one or the other"),
    (["--direct", "lkmc-userland", "--linux-set", "CONFIG_A"],
     "--linux-set configures, and --direct builds without Buildroot; leave out one of the two")])
def test_what_cannot_be_built_so_is_told(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    fakes.script(tmp_path / "build/lkmc-userland/lkmc-direct", "exit 0")
    assert direct(tmp_path, *words) == 125
    printed = capsys.readouterr().err
    assert said in printed and printed.count("\n") == 1


def test_a_folder_where_nothing_was_built_is_told_of_the_package_that_can(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert direct(tmp_path, "--direct", "lkmc-kernel-modules") == 125
    assert "for those that can: lkmc-kernel-modules" in capsys.readouterr().err
