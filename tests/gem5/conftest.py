# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests on a real gem5."""
from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from booting import RUN, SLOWER, Run

from lkmc.console import Console
from lkmc.output import Output
from lkmc.run_folder import RunFolder


@pytest.fixture(autouse=True)
def a_gem5(out: Output) -> None:
    """Only where gem5 and what it needs of the output are there; else the reason is the runner's own."""
    done = subprocess.run([RUN, "--output", str(out.path), "--emulator", "gem5", "--dry-run"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        pytest.skip(done.stderr.strip())


@pytest.fixture
def folder(out: Output, run_id: str) -> RunFolder:
    return RunFolder.of(out.path, run_id)


@pytest.fixture
def detailed(out: Output) -> str:
    """A --cpu-type whose time depends on more than memory."""
    return "o3" if out.arch == "x86_64" else "hpi"


@pytest.fixture
def run(options: list[str], limit: float) -> Run:
    """scripts/run on gem5, with standard input that is none."""
    def start(*words: str | bytes, **how: Any) -> subprocess.CompletedProcess[bytes]:
        command = [*options, "--emulator", "gem5", "--timeout", str(SLOWER * limit), *words]
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=2 * SLOWER * limit, **how)
    return start


@pytest.fixture
def shell(options: list[str], limit: float) -> Callable[..., Console]:
    """The guest's console, on a terminal."""
    def start(*words: str) -> Console:
        return Console([*options, "--emulator", "gem5", *words], timeout=SLOWER * limit)
    return start
