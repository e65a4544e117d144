# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests of step debugging, run as a whole again and again: how long they take, and whether they pass each time."""
from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from lkmc import paths, tiers
from lkmc.errors import EmulatorFailed
from lkmc.measure import Sample

FILES = ("test_gdb*.py", "test_kgdb.py", "test_debug_vm.py", "test_addr2line.py", "test_ide.py", "test_device_tree.py")
FAULTS = ("failure", "error")


@dataclass
class Suite:
    """The rounds of these outputs. faults and skips: how often each test failed, and what was left out; reasons: what a
    test said when it failed the last time; logs: what pytest said of the rounds that did not pass."""
    folders: list[Path]
    rounds: int = 0
    passed: int = 0
    tests: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    logs: list[Path] = field(default_factory=list)

    def run(self) -> Sample:
        """One round, some files at a time: seconds on the clock, and those that the tests of each output and of each
        file add up to. Raises EmulatorFailed when no test could begin."""
        with tempfile.TemporaryDirectory() as scratch:
            report = Path(scratch) / "report.xml"
            files = sorted(str(path) for pattern in FILES for path in (paths.TOP / "tests/boot").glob(pattern))
            workers = tiers.workers(len(files))
            # The tests of an output take as long as another's; those of a file may take long.
            parts = "loadgroup" if len(self.folders) >= workers else "loadfile"
            command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "--dist", parts,
                       "-n", str(workers), *(f"--output={folder}" for folder in self.folders), *files]
            began = time.monotonic()
            done = subprocess.run(command, cwd=paths.TOP, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  errors="replace")
            seconds = time.monotonic() - began
            if done.returncode not in (0, 1) or not report.exists():
                raise EmulatorFailed(f"pytest: {(done.stdout + done.stderr).strip()[-500:]}")
            sample = {"all": seconds} | self.read(ElementTree.parse(report).getroot())
        if done.returncode:
            paths.OUT.mkdir(exist_ok=True)
            self.logs.append(paths.OUT / f"bench-gdb-round-{self.rounds}.log")
            self.logs[-1].write_text(done.stdout)
        return sample

    def read(self, report: ElementTree.Element) -> Sample:
        """Count what a report of JUnit's kind says."""
        cases = list(report.iter("testcase"))
        faulty = {case: fault for case in cases for kind in FAULTS if (fault := case.find(kind)) is not None}
        skipped = [case for case in cases if case.find("skipped") is not None]
        self.rounds += 1
        self.passed += not faulty
        self.tests = len(cases) - len(skipped)
        self.faults.update(case.get("name", "") for case in faulty)
        self.reasons.update({case.get("name", ""): fault.get("message", "").partition("\n")[0]
                             for case, fault in faulty.items()})
        self.skips.update({str(element.get("message")) for case in skipped
                           if (element := case.find("skipped")) is not None})
        sample: Sample = {}
        for case in (case for case in cases if case.find("skipped") is None):
            for figure in (self._output(case), case.get("classname", "").rpartition(".")[2]):
                sample[figure] = sample.get(figure, 0.0) + float(case.get("time", 0))
        return dict(sorted(sample.items()))

    def _output(self, case: ElementTree.Element) -> str:
        """The name of the output that a test's own name begins its parameters with."""
        return max((folder.name for folder in self.folders if f"[{folder.name}" in case.get("name", "")), key=len,
                   default="no output")

    def told(self) -> list[str]:
        """The result in lines."""
        names = ", ".join(folder.name for folder in self.folders)
        return [f"{names}: {self.passed} of {self.rounds} rounds passed, of {self.tests} tests each",
                *(f"  failed {count} times: {name}: {self.reasons[name]}" for name, count in self.faults.most_common()),
                *(f"  see {log}" for log in self.logs), *(f"  not run: {reason}" for reason in sorted(self.skips))]
