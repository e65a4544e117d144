# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb_suite: what rounds of the tests of step debugging come to."""
from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from lkmc.gdb_suite import Suite


def report(*cases: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")


def case(name: str, seconds: float, inside: str = "", file: str = "test_gdb") -> str:
    return f'<testcase classname="tests.boot.{file}" name="{name}" time="{seconds}">{inside}</testcase>'


def test_a_round_passes_when_none_of_its_tests_fails() -> None:
    suite = Suite(Path("/out/arm"))
    quiet = case("c", 0.5, '<skipped message="no KGDB"/>', "test_kgdb")
    assert suite.read(report(case("a", 2), case("b", 1), quiet)) == {"all": 3.0, "test_gdb": 3.0}
    suite.read(report(case("a", 2, "<failure/>"), case("b", 1, "<error/>"), quiet))
    suite.read(report(case("a", 2, "<failure/>"), case("b", 1), quiet))
    assert suite.told() == ["arm: 1 of 3 rounds passed, of 2 tests each", "  failed 2 times: a", "  failed 1 times: b",
                            "  not run: no KGDB"]
