# SPDX-License-Identifier: GPL-2.0-or-later
"""Measurements of whole commands, several subjects in turn, so that a slow moment of the machine meets them all."""
from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pexpect

from lkmc.errors import EmulatorFailed

Sample = dict[str, float]           # {"exit": 3.2}: seconds by what was waited for


def in_turn(subjects: Mapping[str, Callable[[], Sample]], runs: int,
            progress: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Measure every subject `runs` times, in rounds."""
    samples: dict[str, list[Sample]] = {name: [] for name in subjects}
    for number in range(runs):
        for name, measure in subjects.items():
            progress(f"run {number + 1} of {runs}: {name}")
            samples[name].append(measure())
    return samples


def table(samples: Mapping[str, Sequence[Sample]], unit: str = "s") -> list[str]:
    """Lines of a table: for each subject and figure the median, the least and the most, and the ratio to the first
    subject that has this figure."""
    figures = list(dict.fromkeys(key for runs in samples.values() for sample in runs for key in sample))
    lines = [f"{'':34}{'figure':24}{'median':>9}{'min':>9}{'max':>9}  ratio"]
    for figure in figures:
        first: float | None = None
        for name, runs in samples.items():
            values = [sample[figure] for sample in runs if figure in sample]
            if not values:
                continue
            middle = statistics.median(values)
            first = first or middle
            lines.append(f"{name:34}{figure:24}{middle:>8.2f}{unit}{min(values):>8.2f}{unit}{max(values):>8.2f}{unit}"
                         f"{middle / first if first else 1:>7.2f}")
    return lines


def until(command: Sequence[str], marks: Mapping[str, str], limit: float, quit_by: str = "") -> Sample:
    """Seconds from starting a command on a terminal to each mark (a regular expression), in their order, and to its
    exit. quit_by is typed after the last mark. Raises EmulatorFailed when a mark does not come within `limit` seconds.
    """
    began = time.monotonic()
    sample: Sample = {}
    child = pexpect.spawn(command[0], list(command[1:]), timeout=limit, dimensions=(50, 200))
    try:
        for name, mark in marks.items():
            if child.expect([mark.encode(), pexpect.EOF, pexpect.TIMEOUT]) != 0:
                raise EmulatorFailed(f"{' '.join(command)}: no {mark!r}; the end: {(child.before or b'')[-300:]!r}")
            sample[name] = time.monotonic() - began
        child.send(quit_by)
        child.expect(pexpect.EOF)
        if not quit_by:
            sample["exit"] = time.monotonic() - began
    finally:
        child.close(force=True)
    return sample


def first_of(command: Sequence[str], marks: Mapping[str, str], limit: float, quit_by: str) -> Sample:
    """Seconds from starting a command on a terminal to the first of these marks, under its name, or to its exit.
    quit_by is typed after a mark. Raises EmulatorFailed when nothing comes within `limit` seconds.
    """
    began = time.monotonic()
    child = pexpect.spawn(command[0], list(command[1:]), timeout=limit, dimensions=(50, 200))
    try:
        found = child.expect([*(mark.encode() for mark in marks.values()), pexpect.EOF, pexpect.TIMEOUT])
        seconds = time.monotonic() - began
        if found > len(marks):
            raise EmulatorFailed(f"{' '.join(command)}: nothing of {', '.join(marks)}; the end: "
                                 f"{(child.before or b'')[-300:]!r}")
        if found < len(marks):
            child.send(quit_by)
        return {(*marks, "exit")[found]: seconds}
    finally:
        child.close(force=True)


def seconds(command: Sequence[str]) -> Sample:
    """Seconds on the clock that a command takes which says nothing that matters, whatever its exit status."""
    began = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return {"exit": time.monotonic() - began}


def processor_seconds(command: Sequence[str]) -> Sample:
    """CPU seconds (user and system) of a command that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"CPU": after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime}


def machine_line() -> str:
    """The machine in one line: processor, cores, load average, kernel."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Linux {platform.release()}"
