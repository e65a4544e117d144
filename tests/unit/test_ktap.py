# SPDX-License-Identifier: GPL-2.0-or-later
"""ktap: recorded results, whole and cut off anywhere, and what is written of them."""
from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lkmc import ktap
from lkmc.ktap import Report, Result, Status

DATA = Path(__file__).parents[1] / "data/ktap"
HEAD = "KTAP version 1\n1..2\n"


def recorded(name: str) -> str:
    return (DATA / f"{name}.log").read_text()


def test_a_suite_that_passed() -> None:
    report = ktap.parse(recorded("passed"))
    assert report.complete and not report.failed
    assert report.plan == len(report.results) > 70
    [skipped] = [result for result in report.results if result.name == "trace_cmd.sh"]
    assert skipped == Result("trace_cmd.sh", Status.SKIPPED,
                             "no trace-cmd: scripts/build with BR2_PACKAGE_TRACE_CMD=y")


def test_a_test_that_failed_has_its_reason_and_what_the_kernel_said() -> None:
    report = ktap.parse(recorded("failed"))
    assert report.complete and report.failed
    [result] = report.results
    assert result.name == "strlen_overflow.sh" and result.status is Status.FAILED
    assert result.reason == "exit status 1: dmesg does not say that strlen overflowed"
    assert result.details[1] == "FAIL strlen_overflow.sh: dmesg does not say that strlen overflowed"
    assert any("detected buffer overflow in __fortify_strlen" in line for line in result.details)


def test_a_guest_that_died_leaves_results_behind() -> None:
    report = ktap.parse(recorded("died"))
    assert not report.complete and not report.problem
    assert (report.plan, [result.name for result in report.results]) == (5, ["hello.out", "hello.sh"])


@pytest.mark.parametrize("name", ["passed", "failed", "died"])
def test_cut_off_anywhere_it_is_incomplete_and_says_nothing_wrong(name: str) -> None:
    text = recorded(name)
    whole = ktap.parse(text)
    for end in range(len(text)):
        part = ktap.parse(text[:end])
        assert not part.complete and not part.problem
        assert part.results == whole.results[:len(part.results)]
        assert part.plan in (None, whole.plan)


@pytest.mark.parametrize("text, problem", [
    ("TAP version 14\n1..1\nok 1 a\n", "line 1: no KTAP version 1 but 'TAP version 14'"),
    ("KTAP version 1\nok 1 a\n", "line 2: out of place: 'ok 1 a'"),
    (HEAD + "ok 2 a\n", "line 3: out of place: 'ok 2 a'"),
    (HEAD + "ok 1 a\nok 1 a\n", "line 4: out of place: 'ok 1 a'"),
    (HEAD + "ok 1 a\nok 2 b\nok 3 c\n", "line 5: out of place: 'ok 3 c'"),
    (HEAD + "1..2\nok 1 a\n", "line 3: out of place: '1..2'"),
    (HEAD + "hello\nok 1 a\nok 2 b\n", "line 3: out of place: 'hello'"),
    (HEAD + "ok 1 a\nnot  ok 2 b\n", "line 4: out of place: 'not  ok 2 b'"),
])
def test_what_is_out_of_place_is_named_with_its_line(text: str, problem: str) -> None:
    report = ktap.parse(text)
    assert report.problem == problem and not report.complete


def test_nothing_is_not_complete() -> None:
    assert ktap.parse("") == Report() and not Report().complete


def test_the_word_skip_after_a_failure_does_not_excuse_it() -> None:
    [result] = ktap.parse("KTAP version 1\n1..1\nnot ok 1 a # SKIP me\n").results
    assert result == Result("a", Status.FAILED, "SKIP me")


WORDS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20).map(lambda text: text.strip())
RESULTS = st.lists(st.builds(
    Result, st.from_regex(r"[a-z0-9_.]+", fullmatch=True), st.sampled_from(Status),
    WORDS.filter(lambda text: not text.startswith(("#", "SKIP"))), st.tuples(WORDS, WORDS)))


@given(RESULTS)
def test_what_is_written_can_be_read(results: list[Result]) -> None:
    text = "\n".join([ktap.head(len(results)), *(ktap.lines(n, result) for n, result in enumerate(results, 1))]) + "\n"
    report = ktap.parse(text)
    assert report.complete and list(report.results) == results


def test_the_lines_of_results() -> None:
    assert ktap.head(3) == "KTAP version 1\n1..3"
    assert ktap.lines(1, Result("a", Status.OK)) == "ok 1 a"
    assert ktap.lines(2, Result("b", Status.SKIPPED, "why")) == "ok 2 b # SKIP why"
    assert ktap.lines(3, Result("c", Status.FAILED, "why", ("x\r", ""))) == "# x\n#\nnot ok 3 c # why"


def test_a_carriage_return_ends_no_line() -> None:
    [result] = ktap.parse("KTAP version 1\n1..1\n# 1%\r2%\nok 1 a\n").results
    assert result.details == ("1%\r2%",)


def test_junit_counts_and_holds_any_text() -> None:
    xml = ktap.junit("lkmc.x", [
        Result("a", Status.OK, seconds=1.5), Result("b", Status.SKIPPED, "why <not>"),
        Result("c", Status.FAILED, "a & b \x00", ("one", "\x1b[0m <two>"), 0.25)])
    [suite] = ElementTree.fromstring(xml)
    assert suite.attrib == {"name": "lkmc.x", "tests": "3", "failures": "1", "errors": "0", "skipped": "1",
                            "time": "1.750"}
    a, b, c = suite
    assert a.attrib == {"classname": "lkmc.x", "name": "a", "time": "1.500"} and len(a) == 0
    assert b[0].tag == "skipped" and b[0].get("message") == "why <not>"
    assert c[0].tag == "failure" and c[0].get("message") == "a & b ?" and c[0].text == "one\n?[0m <two>"
