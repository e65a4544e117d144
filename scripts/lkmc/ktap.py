# SPDX-License-Identifier: GPL-2.0-or-later
"""Test results as text: KTAP, as the kernel's tests print it, read and written; JUnit's XML, written."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from xml.etree import ElementTree

RESULT = re.compile(r"(ok|not ok) ([0-9]+) ([^\s#]+)(?: # ?(.*))?")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Status(Enum):
    OK = "ok"
    FAILED = "not ok"
    SKIPPED = "skip"


@dataclass(frozen=True)
class Result:
    """How one example ended. details: what it and the kernel said meanwhile."""
    name: str
    status: Status
    reason: str = ""
    details: tuple[str, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class Report:
    """What a KTAP text says so far. plan: how many results it announces; problem: the first thing wrong in it."""
    plan: int | None = None
    results: tuple[Result, ...] = ()
    unfinished: tuple[str, ...] = ()    # details that no result follows
    problem: str = ""

    @property
    def complete(self) -> bool:
        return not self.problem and self.plan == len(self.results)

    @property
    def failed(self) -> bool:
        return any(result.status is Status.FAILED for result in self.results)


def parse(text: str) -> Report:
    """Read KTAP, which may break off anywhere: a last line without its end is passed over."""
    lines = text.split("\n")[:-1]
    if not lines:
        return Report()
    if lines[0] != "KTAP version 1":
        return Report(problem=f"line 1: no KTAP version 1 but {lines[0]!r}")
    plan: int | None = None
    results: list[Result] = []
    details: list[str] = []
    for number, line in enumerate(lines[1:], 2):
        announced = re.fullmatch(r"1\.\.([0-9]+)", line)
        found = RESULT.fullmatch(line)
        if line.startswith("#"):
            details.append(line[1:].removeprefix(" "))
        elif announced and plan is None and not results:
            plan = int(announced[1])
        elif found and plan is not None and int(found[2]) == len(results) + 1 <= plan:
            results.append(_result(found, tuple(details)))
            details = []
        else:
            return Report(plan, tuple(results), tuple(details), f"line {number}: out of place: {line!r}")
    return Report(plan, tuple(results), tuple(details))


def _result(found: re.Match[str], details: tuple[str, ...]) -> Result:
    how, _, name, remark = found.groups(default="")
    if how == "not ok":
        return Result(name, Status.FAILED, remark, details)
    skipped = re.fullmatch(r"SKIP\b\s*(.*)", remark)
    return Result(name, Status.SKIPPED if skipped else Status.OK, skipped[1] if skipped else remark, details)


def head(count: int) -> str:
    """The first two lines of a report of so many results."""
    return f"KTAP version 1\n1..{count}"


def lines(number: int, result: Result) -> str:
    """The lines of one result: its details, then the result itself."""
    how = "not ok" if result.status is Status.FAILED else "ok"
    remark = " ".join(filter(None, ["SKIP" if result.status is Status.SKIPPED else "", result.reason]))
    return "\n".join([*(f"# {line}".rstrip() for line in result.details),
                      f"{how} {number} {result.name}{' # ' if remark else ''}{remark}"]).replace("\r", "")


def junit(suite: str, results: Sequence[Result]) -> bytes:
    """The results as JUnit's XML."""
    count = {status: sum(result.status is status for result in results) for status in Status}
    top = ElementTree.Element("testsuites")
    element = ElementTree.SubElement(
        top, "testsuite", name=suite, tests=str(len(results)), failures=str(count[Status.FAILED]), errors="0",
        skipped=str(count[Status.SKIPPED]), time=f"{sum(result.seconds or 0 for result in results):.3f}")
    for result in results:
        case = ElementTree.SubElement(element, "testcase", classname=suite, name=result.name)
        if result.seconds is not None:
            case.set("time", f"{result.seconds:.3f}")
        if result.status is Status.FAILED:
            failure = ElementTree.SubElement(case, "failure", message=_clean(result.reason))
            failure.text = _clean("\n".join(result.details))
        elif result.status is Status.SKIPPED:
            ElementTree.SubElement(case, "skipped", message=_clean(result.reason))
    ElementTree.indent(top)
    return bytes(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return NOT_XML.sub("?", text)
