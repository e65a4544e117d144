# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts/test-baremetal and scripts/test-user-mode refuse, and which architectures they take."""
from __future__ import annotations

import argparse
from operator import attrgetter
from pathlib import Path

import fakes
import pytest

from lkmc import cli, machine, program_suite, programs
from lkmc.examples import Example
from lkmc.ktap import Status
from lkmc.output import Output
from lkmc.program_suite import Case

COMMANDS = ("test-baremetal", "test-user-mode")


@pytest.fixture
def output(tmp_path: Path) -> Output:
    return fakes.output_folder(tmp_path / "o", "aarch64")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("words", "said"), [
    (["-k", "helo"], "no example 'helo' to test (did you mean hello"),
    (["--all-archs"], "--all-archs takes the output of each architecture; leave out --output"),
    (["--cpu-type", "o3"], "--cpu-type is gem5's; give --emulator gem5, or leave it out"),
    (["--emulator", "gem5"], "no gem5 in "),
    (["--emulator", "gem5", "--gem5", "/none"], "/none: there is no gem5; build one with scripts/build --arch aarch64"),
])
def test_a_request_that_cannot_be_is_refused_in_a_line(output: Output, capsys: pytest.CaptureFixture[str],
                                                       command: str, words: list[str], said: str) -> None:
    assert cli.main(command, ["--output", str(output.path), *words]) == 125
    told = capsys.readouterr()
    assert said in told.err and told.err.count("\n") == 1 and told.out == ""


@pytest.mark.parametrize(("command", "said"), [
    ("test-baremetal", "there is no gem5 machine for a program without Linux on x86_64 yet: choose --arch"),
    ("test-user-mode", "no gem5 in "),
])
def test_an_architecture_without_a_machine_of_gem5s_has_programs_of_linux_only(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, said: str) -> None:
    built = fakes.output_folder(tmp_path / "x", "x86_64")
    assert cli.main(command, ["--output", str(built.path), "--emulator", "gem5"]) == 125
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("limit", [None, 60.0])
def test_programs_that_write_the_same_file_do_not_meet(limit: float | None, tmp_path: Path) -> None:
    case = Case("", Example("a", tmp_path), "", ("sh", "-c", "test ! -e a.tmp && pwd && touch a.tmp; exit $?"), limit)
    before = set(Path.cwd().iterdir())
    assert [program_suite.run(case).status for _ in range(2)] == [Status.OK, Status.OK]
    assert set(Path.cwd().iterdir()) == before


def test_a_gem5_is_the_same_in_every_folder(output: Output, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    args = argparse.Namespace(emulator="gem5", gem5=Path("build/gem5.opt"), cpu_type="o3")
    command = program_suite.runner(args, output, "a", "1")
    assert command[command.index("--gem5") + 1] == f"{tmp_path}/build/gem5.opt"
    assert command[command.index("--cpu-type") + 1] == "o3"


def test_a_machine_that_is_none_is_refused(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--output", str(output.path), "--emulator", "gem5", "--machine", "RealViewPBX"]
    assert cli.main("test-baremetal", words) == 125
    assert "choose from VExpress_GEM5_V1, VExpress_GEM5_V2" in capsys.readouterr().err


@pytest.mark.parametrize(("emulator", "arches"), [("qemu", ("aarch64", "arm", "x86_64")), ("gem5", ("aarch64", "arm"))])
def test_all_architectures_are_those_that_the_emulator_can_be(emulator: str, arches: tuple[str, ...]) -> None:
    args = argparse.Namespace(all_archs=True, output=None, emulator=emulator, typed=frozenset())
    assert programs.arches_of(args) == arches
    assert programs.arches_of(args, attrgetter("gem5_user")) == machine.arches()
