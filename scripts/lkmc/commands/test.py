# SPDX-License-Identifier: GPL-2.0-or-later
"""Run every test tier that this machine can run, and name what it could not run and why.

    scripts/test
    scripts/test --tier unit -- -k outcome -x
    scripts/test --tier boot --output out/aarch64
    scripts/test --minutes 60

Tests of several outputs run side by side, one more than there are processors. A test on an output that fails runs once
more, as a guest on a busy machine may be late; pytest's summary names it (RERUN). What follows a lone -- goes to
pytest, which then does neither. The summary names the tests that failed. Exit status: 0 when every test that ran
passed, else 1.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from lkmc import bootstrap, paths, tiers, time_limit
from lkmc.errors import LkmcError

OPTIONS = ("arch", "output", "variant", "tier", "minutes")
TAKES_REST = True


def main(args: argparse.Namespace) -> int:
    bootstrap.provide(paths.TOP / "tests/requirements.txt")
    if args.minutes is not None:
        time_limit.begins(args.minutes)
    wanted = [tier for tier in tiers.TIERS if not args.tier or tier.name in args.tier]
    summary: list[tuple[str, str]] = []
    failed = False
    for tier in wanted:
        tiers.tell(f"tier {tier.name}")
        lacking: list[str] = []
        if late := time_limit.over():
            summary += [(tier.name, "not run"), ("", f"not run: {late}")]
            continue
        if args.output and tier.name in ("boot", "gem5"):
            words = [f"tests/{tier.name}", f"--output={args.output.absolute()}"]
        else:
            try:
                words = tier.prepare(args.yes, lacking)
            except LkmcError as error:
                failed = True
                summary.append((tier.name, f"FAILED: {error}"))
                continue
        status, told = _pytest([*words, *(args.rest or _on_outputs(words))]) if words else (None, [])
        failed = failed or status not in (None, 0)
        what = {None: "not run", 0: "passed", 5: "no test matched"}.get(status, "FAILED")
        summary.append((tier.name, what))
        summary += [("", line) for line in (*told, *(f"not run: {reason}" for reason in lacking))]
    print("\nsummary of the tiers:", *(f"  {name:10} {what}" for name, what in summary), sep="\n", flush=True)
    return 1 if failed else 0


def _on_outputs(words: list[str]) -> list[str]:
    """How pytest tests the outputs among these words; tests/conftest.py says which tests stay together."""
    outputs = sum(word.startswith("--output=") for word in words)
    workers = tiers.workers(outputs)
    side_by_side = ["-n", str(workers), "--dist", "loadgroup"] if workers > 1 else []
    return ["--reruns", "1", *side_by_side] if outputs else []


def _pytest(words: list[str]) -> tuple[int | None, list[str]]:
    """pytest's exit status, None when there was no time for any test; and a line for each test that failed, and of how
    many were left out for lack of time."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", "-rfEsR", f"--junitxml={report}", *words]
        status = subprocess.run(command, cwd=paths.TOP, stdin=subprocess.DEVNULL).returncode
        return _told(status, report) if report.exists() else (status, [])    # an option of the user's may have moved it


def _told(status: int, report: Path) -> tuple[int | None, list[str]]:
    """The same with what a report of JUnit's kind says that the summary has to name."""
    cases = list(ElementTree.parse(report).iter("testcase"))
    said = [(case, part) for case in cases for part in case]
    late = [part for _, part in said if part.tag == "skipped" and part.get("message") == time_limit.REASON]
    lines = [f"{case.get('classname')}::{case.get('name')}: {(part.get('message') or '').partition(chr(10))[0]}"
             for case, part in said if part.tag in ("failure", "error")]
    if late:
        lines.append(f"not run: {len(late)} tests: {time_limit.REASON}")
    return None if late and len(late) == len(cases) else status, lines
