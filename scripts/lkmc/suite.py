# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's test suite: many examples in one boot, the dangerous ones alone, and a new boot after a guest died."""
from __future__ import annotations

import re
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lkmc import ktap
from lkmc.examples import Example
from lkmc.ktap import Report, Result, Status
from lkmc.outcome import GUEST_DIED, TIMED_OUT, Outcome

PORT = "lkmc.ktap"          # the virtio-serial port that the results come through
CONSOLE_LINES = 60          # of a guest that died
# Printed by the kernel before a message, where its options ask for it.
STAMP = re.compile(r"^\[ *[0-9]+\.[0-9]+\](?:\[ *[TC][0-9]+\])? ", re.M)


@dataclass(frozen=True)
class Ended:
    """One boot: its outcome, all that came through the port, the console's text since the last results but one."""
    outcome: Outcome
    report: str
    console: str


Heard = Callable[[str], None]       # is given all that has come through the port so far
Boot = Callable[[str, str, tuple[str, ...], Heard], Ended]      # name, payload, QEMU's options
Tell = Callable[[Result], None]


def together(name: str, examples: Sequence[Example], boot: Boot, tell: Tell, cure: str) -> None:
    """Run examples in one boot, and after the death of the guest those that are left in another.

    Each result is told as it comes, but the last: until the guest's end nobody knows that it survived.
    cure: what to do when the guest lacks an example.
    """
    left = list(examples)
    boots = 0
    while left:
        boots += 1
        told: dict[str, Result] = {}
        clock = _Clock()

        def heard(text: str, clock: _Clock = clock, told: dict[str, Result] = told, count: int = len(left)) -> None:
            report = ktap.parse(text)
            for result in clock.stamp(report):
                if len(told) + 1 < min(count, report.plan or 0):
                    told[result.name] = result
                    tell(result)

        options = tuple(word for pair in dict.fromkeys(example.qemu for example in left) for word in pair)
        ended = boot(f"{name}-{boots}" if boots > 1 else name, payload(left), options, heard)
        report = ktap.parse(ended.report)
        clock.stamp(report)
        results = judge([example.name for example in left], replace(report, results=tuple(clock.results)), ended, cure)
        for result in results:
            if told.get(result.name) != result:
                tell(result)
        judged = {result.name for result in results}
        left = [example for example in left if example.name not in judged]


class _Clock:
    """Gives each result the time since the one before it: no time to those that are heard of together with that."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._last: float | None = None

    def stamp(self, report: Report) -> list[Result]:
        """The results that are new, each with its seconds."""
        now = time.monotonic()
        if self._last is None and report.plan is not None:
            self._last = now
        new: list[Result] = []
        for result in report.results[len(self.results):]:
            new.append(replace(result, seconds=now - (self._last or now)))
            self._last = now
        self.results += new
        return new


def payload(examples: Sequence[Example]) -> str:
    """The script that runs these examples in the guest, its exit status their outcome."""
    names = shlex.join(example.name for example in examples)
    return f". /lkmc/guest.sh\nport=$(guest_port {PORT}) || exit 125\nexec /test_all.sh -k {names} >\"/dev/$port\"\n"


def judge(names: Sequence[str], report: Report, ended: Ended, cure: str) -> list[Result]:
    """The results of a boot, in the order of the names; they end at the example in which the guest died.

    What the results leave unsaid, or the guest's exit status contradicts, makes the last one a failure.
    """
    have = {result.name: result for result in report.results}
    strange = sorted(have.keys() - set(names))
    problem = report.problem or (f"a result of {strange[0]}, which was not asked for" if strange else "")
    why = f"{ended.outcome.reason}{'; ' if problem else ''}{problem}"
    tail = (*report.unfinished, *ended.console.rstrip().splitlines()[-CONSOLE_LINES:])
    if report.plan is None:
        return [Result(name, Status.FAILED, f"the guest did not begin its tests: {why}", () if number else tail)
                for number, name in enumerate(names)]
    reported = [name for name in names if name in have]
    if problem or not report.complete:
        begun = names.index(reported[-1]) + 1 if reported else 0
        there = [*(name for name in [*names[begun:], *names] if name not in have), names[-1]][0]
        dead = Result(there, Status.FAILED, f"{_fate(ended.outcome)}: {why}", tail)
        return [*(have[name] for name in reported if name != there), dead]
    results = [have.get(name) or Result(name, Status.FAILED, f"this guest has no such test; {cure}") for name in names]
    if ended.outcome.code != int(report.failed):
        last = names.index(reported[-1]) if reported else 0
        reason = f"the results say {int(report.failed)}, but {_fate(ended.outcome)} after this: {why}"
        results[last] = replace(results[last], status=Status.FAILED, reason=reason, details=tail)
    return results


def _fate(outcome: Outcome) -> str:
    return {GUEST_DIED: "the guest died", TIMED_OUT: "the guest did not end"}.get(
        outcome.code, f"the guest ended with status {outcome.code}")


def by_host(example: Example, boot: Boot) -> Result:
    """Run an example that tells by the guest's fate whether it is right, such as one that panics."""
    began = time.monotonic()
    ended = boot(example.name, f"exec /{example.name}\n", example.qemu, lambda text: None)
    console = STAMP.sub("", ended.console).splitlines()
    reasons = [f"never printed: {line}" for line in example.promised() if not any(line in said for said in console)]
    if ended.outcome.code != example.exit:
        reasons = [f"exit status {ended.outcome.code} ({ended.outcome.reason}), not {example.exit}"]
    result = Result(example.name, Status.FAILED if reasons else Status.OK, "; ".join(reasons),
                    tuple(console[-CONSOLE_LINES:]) if reasons else ())
    return replace(result, seconds=time.monotonic() - began)
