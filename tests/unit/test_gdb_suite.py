# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb_suite: what rounds of the tests of step debugging come to."""
from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lkmc import paths
from lkmc.gdb_suite import FILES, Suite


def report(*cases: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")


def case(name: str, seconds: float, inside: str = "", file: str = "test_gdb") -> str:
    return f'<testcase classname="tests.boot.{file}" name="{name}" time="{seconds}">{inside}</testcase>'


def test_a_round_passes_when_none_of_its_tests_fails() -> None:
    suite = Suite([Path("/out/arm"), Path("/out/arm-prebuilt")])
    one, other = "a[arm-static]", "b[arm-prebuilt]"
    quiet = case("c[arm]", 0.5, '<skipped message="no KGDB"/>', "test_kgdb")
    assert suite.read(report(case(one, 2), case(other, 1, file="test_ide"), quiet)) == {
        "arm": 2.0, "test_gdb": 2.0, "arm-prebuilt": 1.0, "test_ide": 1.0}
    said = '<failure message="EmulatorFailed: the end&#10;and more"/>'
    suite.read(report(case(one, 2, "<failure/>"), case(other, 1, "<error message='no run'/>"), quiet))
    suite.read(report(case(one, 2, said), case(other, 1), quiet))
    assert suite.told() == [
        "arm, arm-prebuilt: 1 of 3 rounds passed, of 2 tests each", f"  failed 2 times: {one}: EmulatorFailed: the end",
        f"  failed 1 times: {other}: no run", "  not run: no KGDB"]


def test_what_pytest_said_of_a_round_that_does_not_pass_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                ) -> None:
    def pytest_run(command: list[str], **how: object) -> subprocess.CompletedProcess[str]:
        file = next(word for word in command if word.startswith("--junitxml=")).partition("=")[2]
        Path(file).write_bytes(ElementTree.tostring(report(case("a[arm]", 2, inside))))
        return subprocess.CompletedProcess(command, 1 if inside else 0, f"all of round {suite.rounds}", "")

    monkeypatch.setattr(subprocess, "run", pytest_run)
    monkeypatch.setattr(paths, "OUT", tmp_path / "out")
    suite = Suite([Path("/out/arm")])
    inside = ""
    suite.run()
    inside = "<failure message='no prompt'/>"
    suite.run()
    kept = tmp_path / "out/bench-gdb-round-2.log"
    assert suite.told() == ["arm: 1 of 2 rounds passed, of 1 tests each", "  failed 1 times: a[arm]: no prompt",
                            f"  see {kept}"]
    assert kept.read_text() == "all of round 1" and suite.logs == [kept]


def test_each_pattern_of_files_is_of_tests_that_there_are() -> None:
    assert all(any((paths.TOP / "tests/boot").glob(pattern)) for pattern in FILES)
