# SPDX-License-Identifier: GPL-2.0-or-later
"""suite: what becomes of the examples of a boot that goes well, and of one that does not."""
from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from lkmc import suite
from lkmc.examples import Example
from lkmc.ktap import Result, Status
from lkmc.outcome import GUEST_DIED, TIMED_OUT, Outcome
from lkmc.suite import Ended

OK, FAILED = Status.OK, Status.FAILED
DIED = Outcome(GUEST_DIED, "the guest reset itself")


def example(name: str, **keys: str) -> Example:
    return Example(name, Path("/nowhere") / name, keys)


ABC = [example(name) for name in ("a.sh", "b.sh", "c.sh")]


class Guests:
    """Boots that end as they are told to, one after the other."""

    def __init__(self, *ends: Ended) -> None:
        self.ends = list(ends)
        self.asked: list[tuple[str, list[str], tuple[str, ...]]] = []

    def __call__(self, name: str, payload: str, options: tuple[str, ...], heard: suite.Heard) -> Ended:
        words = shlex.split(payload)
        names = words[words.index("/test_all.sh") + 2:-1] if "/test_all.sh" in words else []
        self.asked.append((name, names, options))
        ended = self.ends.pop(0)
        for end in range(len(ended.report)):
            heard(ended.report[:end])
        return ended


def ended(code: int, *results: str, plan: int | None = None, reason: str = "", console: str = "") -> Ended:
    body = "".join(f"{line}\n" for line in results)
    return Ended(Outcome(code, reason or f"status {code}"),
                 f"KTAP version 1\n1..{len(results) if plan is None else plan}\n{body}", console)


def run(guests: Guests, examples: list[Example] | None = None) -> list[Result]:
    told: list[Result] = []
    suite.together("guest", ABC if examples is None else examples, guests, told.append, "make it anew")
    assert not guests.ends, "not all boots were made"
    return [replace(result, seconds=None) for result in told]


def short(results: list[Result]) -> list[tuple[str, Status]]:
    return [(result.name, result.status) for result in results]


def test_all_pass_in_one_boot() -> None:
    guests = Guests(ended(0, "ok 1 a.sh", "ok 2 b.sh # SKIP why", "ok 3 c.sh"))
    assert run(guests) == [Result("a.sh", OK), Result("b.sh", Status.SKIPPED, "why"), Result("c.sh", OK)]
    assert guests.asked == [("guest", ["a.sh", "b.sh", "c.sh"], ())]


def test_no_example_is_no_boot() -> None:
    assert run(Guests(), []) == []


def test_a_failure_is_told_with_its_details() -> None:
    guests = Guests(ended(1, "ok 1 a.sh", "# oh", "not ok 2 b.sh # why", "ok 3 c.sh"))
    assert run(guests)[1] == Result("b.sh", FAILED, "why", ("oh",))


def test_results_are_told_as_they_come_but_the_last() -> None:
    seen: list[int] = []
    told: list[Result] = []

    def boot(name: str, payload: str, options: tuple[str, ...], heard: suite.Heard) -> Ended:
        text = "KTAP version 1\n1..3\n"
        for line in ("ok 1 a.sh\n", "ok 2 b.sh\n", "ok 3 c.sh\n"):
            text += line
            heard(text)
            seen.append(len(told))
        return Ended(Outcome(0, ""), text, "")

    suite.together("guest", ABC, boot, told.append, "")
    assert seen == [1, 2, 2] and len(told) == 3
    assert all(result.seconds is not None for result in told)


def test_the_seconds_of_results_that_come_together_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("lkmc.suite.time.monotonic", lambda: clock[0])
    told: list[Result] = []
    whole = ended(0, "ok 1 a.sh", "ok 2 b.sh", "ok 3 c.sh")

    def boot(name: str, payload: str, options: tuple[str, ...], heard: suite.Heard) -> Ended:
        lines = whole.report.splitlines(keepends=True)
        for moment, count in ((10.0, 2), (12.5, 4)):
            clock[0] = moment
            heard("".join(lines[:count]))
        clock[0] = 13.0
        return whole
    suite.together("guest", ABC, boot, told.append, "make it anew")
    assert [(result.name, result.seconds) for result in told] == [("a.sh", 2.5), ("b.sh", 0.0), ("c.sh", 0.5)]


def test_after_a_death_the_rest_runs_in_another_boot() -> None:
    guests = Guests(ended(101, "ok 1 a.sh", "# half", plan=3, reason=DIED.reason, console="boot\npanic\n"),
                    ended(0, "ok 1 c.sh"))
    assert run(guests) == [
        Result("a.sh", OK),
        Result("b.sh", FAILED, "the guest died: the guest reset itself", ("half", "boot", "panic")),
        Result("c.sh", OK)]
    assert guests.asked == [("guest", ["a.sh", "b.sh", "c.sh"], ()), ("guest-2", ["c.sh"], ())]


def test_every_example_may_kill_its_guest() -> None:
    guests = Guests(*(ended(101, plan=count) for count in (3, 2, 1)))
    assert short(run(guests)) == [("a.sh", FAILED), ("b.sh", FAILED), ("c.sh", FAILED)]


def test_a_guest_that_hangs_is_one_that_did_not_end() -> None:
    guests = Guests(ended(TIMED_OUT, "ok 1 a.sh", "ok 2 b.sh", plan=3, reason="time limit"))
    assert run(guests)[2].reason == "the guest did not end: time limit"


@pytest.mark.parametrize("code, said, reason", [
    (101, "ok", "the results say 0, but the guest died after this"),
    (1, "ok", "the results say 0, but the guest ended with status 1 after this"),
    (0, "not ok", "the results say 1, but the guest ended with status 0 after this"),
])
def test_results_that_the_exit_status_contradicts_are_a_failure(code: int, said: str, reason: str) -> None:
    results = run(Guests(ended(code, f"{said} 1 a.sh", "ok 2 b.sh", "ok 3 c.sh")))
    assert short(results[1:]) == [("b.sh", OK), ("c.sh", FAILED)]
    assert results[2].reason.startswith(reason)


def test_a_success_with_results_missing_is_a_failure() -> None:
    guests = Guests(ended(0, "ok 1 a.sh", "ok 2 b.sh", plan=3))
    assert run(guests)[2] == Result("c.sh", FAILED, "the guest ended with status 0: status 0")


def test_a_guest_that_does_not_get_to_its_tests_is_not_booted_again() -> None:
    guests = Guests(Ended(DIED, "", "no root\n"))
    results = run(guests)
    assert [result.reason for result in results] == ["the guest did not begin its tests: the guest reset itself"] * 3
    assert [result.details for result in results] == [("no root",), (), ()]


def test_an_example_that_the_guest_does_not_have_is_a_failure_with_a_cure() -> None:
    guests = Guests(ended(0, "ok 1 a.sh", "ok 2 c.sh"))
    results = run(guests)
    assert sorted(short(results)) == sorted([("a.sh", OK), ("c.sh", OK), ("b.sh", FAILED)])
    [missing] = [result for result in results if result.name == "b.sh"]
    assert missing.reason == "this guest has no such test; make it anew"


def test_a_death_after_an_example_that_is_missing_is_not_blamed_on_it() -> None:
    guests = Guests(ended(101, "ok 1 b.sh", plan=2), ended(125, plan=0))
    results = run(guests)
    assert short(results) == [("b.sh", OK), ("c.sh", FAILED), ("a.sh", FAILED)]
    assert results[1].reason.startswith("the guest died")


@pytest.mark.parametrize("line", ["nonsense", "ok 7 b.sh", "ok 2 stranger.sh"])
def test_nonsense_among_the_results_is_a_failure(line: str) -> None:
    guests = Guests(ended(0, "ok 1 a.sh", line, "ok 3 c.sh"), *([ended(0, "ok 1 c.sh")] if "str" not in line else []))
    results = run(guests)
    assert FAILED in [result.status for result in results]
    assert {"a.sh", "b.sh", "c.sh"} <= {result.name for result in results}


def test_options_of_the_examples_are_added_once() -> None:
    guests = Guests(ended(0, "ok 1 a.sh", "ok 2 b.sh"))
    run(guests, [example("a.sh", qemu="-device,edu"), example("b.sh", qemu="-device,edu")])
    assert guests.asked[0][2] == ("-device", "edu")


def test_a_panic_that_was_expected_is_right() -> None:
    guests = Guests(Ended(DIED, "", "[    1.5] hello panic\n"))
    result = suite.by_host(example("panic.sh", exit="101", test="host"), guests)
    assert (result.status, result.details) == (OK, ())


def test_a_panic_that_does_not_come_is_wrong() -> None:
    result = suite.by_host(example("panic.sh", exit="101"), Guests(Ended(Outcome(1, "it lives"), "", "alive\n")))
    assert result.status is FAILED and result.reason == "exit status 1 (it lives), not 101"
    assert result.details == ("alive",)


def test_a_panic_without_the_promised_text_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "panic.c").write_text("/*\n *\t# insmod /panic.ko\n *\tpanic init\n *\tpanic: hello\n */\n")
    panic = Example("panic.sh", tmp_path / "panic.sh", {"exit": "101"})
    right = suite.by_host(panic, Guests(Ended(DIED, "", "[ 1.5] panic init\n[ 1.6][ T9] Kernel panic: hello\n")))
    wrong = suite.by_host(panic, Guests(Ended(DIED, "", "[ 1.5] panic init\n")))
    assert (right.status, wrong.status, wrong.reason) == (OK, FAILED, "never printed: panic: hello")
