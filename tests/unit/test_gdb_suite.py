# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb_suite: what rounds of the tests of step debugging come to."""
from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from lkmc import paths
from lkmc.gdb_suite import FILES, Suite


def report(*cases: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")


def case(name: str, seconds: float, inside: str = "", file: str = "test_gdb") -> str:
    return f'<testcase classname="tests.boot.{file}" name="{name}" time="{seconds}">{inside}</testcase>'


def test_a_round_passes_when_none_of_its_tests_fails() -> None:
    suite = Suite(Path("/out/arm"))
    quiet = case("c", 0.5, '<skipped message="no KGDB"/>', "test_kgdb")
    assert suite.read(report(case("a", 2), case("b", 1), quiet)) == {"all": 3.0, "test_gdb": 3.0}
    said = '<failure message="EmulatorFailed: the end&#10;and more"/>'
    suite.read(report(case("a", 2, "<failure/>"), case("b", 1, "<error message='no run'/>"), quiet))
    suite.read(report(case("a", 2, said), case("b", 1), quiet))
    assert suite.told() == [
        "arm: 1 of 3 rounds passed, of 2 tests each", "  failed 2 times: a: EmulatorFailed: the end",
        "  failed 1 times: b: no run", "  not run: no KGDB"]


def test_each_pattern_of_files_is_of_tests_that_there_are() -> None:
    assert all(any((paths.TOP / "tests/boot").glob(pattern)) for pattern in FILES)
