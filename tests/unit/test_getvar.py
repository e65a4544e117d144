# SPDX-License-Identifier: GPL-2.0-or-later
"""getvar: every name prints one value; a wrong one is answered with the nearest."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest

from lkmc import cli, options
from lkmc.commands.getvar import VARIABLES


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_prints_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    fakes.output_folder(tmp_path)
    assert cli.main("getvar", ["--output", str(tmp_path), name]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line == "x86_64" if name == "arch" else line.startswith("/")


def test_the_list_names_what_is_not_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.output_folder(tmp_path, images=[])
    assert cli.main("getvar", ["--output", str(tmp_path), "--list"]) == 0
    lines = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert list(lines) == list(VARIABLES)
    assert lines["linux_image"] == "(not built)" and lines["run_dir"] == f"{tmp_path}/run/0"


def test_the_list_has_the_names_without_an_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main("getvar", ["--output", "/nonexistent", "--list"]) == 0
    printed = capsys.readouterr()
    assert printed.out.split() == list(VARIABLES) and "/nonexistent: no output folder" in printed.err


def test_the_run_id_names_the_run_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.output_folder(tmp_path)
    assert cli.main("getvar", ["--output", str(tmp_path), "--run-id", "7", "run_cmd_file"]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/run/7/run.sh\n"


def test_the_options_of_lkmc_toml_are_listed_without_an_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main("getvar", ["--type", "input"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == sorted(set(options.OPTIONS) - {"config-file"})
    assert not any("%" in line for line in listed)


@pytest.mark.parametrize("words, said", [
    (["vmlinx"], "did you mean vmlinux"), ([], "scripts/getvar --list"), (["arch", "extra"], "extra"),
    (["--output", "/nonexistent", "arch"], "scripts/build or scripts/prebuilt")])
def test_what_cannot_be_printed_is_answered_with_what_can(
        capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert cli.main("getvar", words) == 125
    printed = capsys.readouterr()
    assert said in printed.err and not printed.out and len(printed.err.splitlines()) == 1
