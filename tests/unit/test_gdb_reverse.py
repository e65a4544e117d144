# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc_gdb.reverse: a way back begins with a snapshot, and a QEMU that hangs on it is ended; a GDB that is none."""
from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_gdb
import pytest

Emulator = subprocess.Popen[bytes]


@pytest.fixture
def reverse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with fake_gdb.inside(monkeypatch) as load:
        yield load("reverse")


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """A process whose number stands in the run's lock."""
    with subprocess.Popen(["sleep", "60"]) as process:
        (tmp_path / "lock").write_text(str(process.pid))
        yield process
        process.kill()


def timers() -> list[threading.Timer]:
    """Those that still run."""
    return [thread for thread in threading.enumerate()
            if isinstance(thread, threading.Timer) and not thread.finished.is_set()]


def test_each_command_that_goes_back_is_watched_after_a_snapshot(reverse: Any, tmp_path: Path) -> None:
    reverse.begin(tmp_path / "lock", 60)
    first, *hooks = fake_gdb.asked
    assert first == "monitor savevm" and fake_gdb.said == []
    assert "define hook-reverse-stepi\npython lkmc_gdb.reverse.watch()\nend" in hooks
    assert len(hooks) == len(set(hooks)) == 6


def test_a_snapshot_that_is_refused_is_told_with_qemu_s_words(reverse: Any, tmp_path: Path) -> None:
    fake_gdb.answers["monitor savevm"] = "Error: no disk\n"
    reverse.begin(tmp_path / "lock", 60)
    assert fake_gdb.said == ["lkmc: no way back from here: Error: no disk\n"]


def test_an_emulator_that_hangs_is_ended_and_the_next_command_is_named(
        reverse: Any, emulator: Emulator, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reverse.begin(tmp_path / "lock", 0)
    reverse.watch()
    assert emulator.wait(timeout=60) == -signal.SIGTERM
    assert "scripts/who-wrote" in (said := capfd.readouterr().err) and f"set ${reverse.LIMIT} = 600" in said


@pytest.mark.parametrize("event", [fake_gdb.events.stop, fake_gdb.events.exited], ids=["stop", "exit"])
def test_an_emulator_that_comes_back_lives_on(
        reverse: Any, emulator: Emulator, tmp_path: Path, event: fake_gdb.Event) -> None:
    reverse.begin(tmp_path / "lock", 600)
    reverse.watch()
    [timer] = timers()
    event.happens()
    timer.join(60)
    assert not timer.is_alive() and emulator.poll() is None


def test_the_user_may_wait_longer(reverse: Any, emulator: Emulator, tmp_path: Path) -> None:
    reverse.begin(tmp_path / "lock", 0)
    fake_gdb.set_convenience_variable(reverse.LIMIT, 600)
    reverse.watch()
    reverse.watch()
    assert emulator.poll() is None
    assert len(timers()) == 1, "one command at a time is watched"
    fake_gdb.events.stop.happens()
