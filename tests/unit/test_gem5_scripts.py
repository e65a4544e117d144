# SPDX-License-Identifier: GPL-2.0-or-later
"""What of scripts/gem5 decides something: how a simulation ends, and what of a computer listens on this host."""
from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lkmc import gem5

Event = tuple[str, int]     # its cause and code
Simulate = Callable[..., int]


class FakeM5(ModuleType):
    """A gem5 in which these events happen, 100 ticks after one another."""

    def __init__(self, outdir: Path) -> None:
        super().__init__("m5")
        self.options = SimpleNamespace(outdir=str(outdir))
        self.events: list[Event] = []
        self.ticks: list[int | None] = []       # for how many it was asked to go on
        self.checkpoints: list[str] = []
        self.now = 0

    def simulate(self, ticks: int | None = None) -> Any:
        self.ticks.append(ticks)
        self.now += 100
        cause, code = self.events.pop(0)
        return SimpleNamespace(getCause=lambda: cause, getCode=lambda: code)

    def curTick(self) -> int:
        return self.now

    def checkpoint(self, folder: str) -> None:
        self.checkpoints.append(folder)


@pytest.fixture
def m5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeM5:
    fake = FakeM5(tmp_path)
    monkeypatch.setitem(sys.modules, "m5", fake)
    return fake


def script(name: str) -> Any:
    """A script of ours, as gem5 would import it."""
    spec = importlib.util.spec_from_file_location(name, gem5.SCRIPTS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def simulate(m5: FakeM5, tmp_path: Path) -> Simulate:
    """Simulate these events to the end of gem5; its exit status."""
    def run(*events: Event, ticks: int | None = None, save: str = "") -> int:
        m5.events = list(events)
        with pytest.raises(SystemExit) as ended:
            script("simulation").run(tmp_path / "status", ticks, save)
        assert not m5.events, "it went on to the last event"
        assert isinstance(ended.value.code, int)
        return ended.value.code
    return run


@pytest.mark.parametrize(("event", "code", "status"), [
    (("m5_exit instruction encountered", 0), 0, "status 0\n"),
    (("m5_fail instruction encountered", 7), 0, "status 7\n"),
    (("m5_fail instruction encountered", 0x1ff), 0, "status 255\n"),
    (("exiting with last active thread context", 3), 0, "status 3\n"),
    (("semi:ADP_Stopped_ApplicationExit", 42), 0, "status 42\n"),
    (("Kernel panic in simulated system", 0), 101, None),
    (("simulate() limit reached", 0), 101, None),
    (("user interrupt received", 0), 130, None),
    (("a cause of a later gem5", 0), 125, None),
])
def test_the_exit_status_says_whether_the_guest_came_to_an_end_by_itself(
        simulate: Simulate, tmp_path: Path, capsys: pytest.CaptureFixture[str], event: Event, code: int,
        status: str | None) -> None:
    assert simulate(event) == code
    file = tmp_path / "status"
    assert (file.read_text() if file.exists() else None) == status
    assert capsys.readouterr().err == f"{event[0]} (code {event[1]}) at tick 100\n"


def test_m5_exit_leaves_the_status_that_the_guest_has_said_already(simulate: Simulate, tmp_path: Path) -> None:
    (tmp_path / "status").write_text("status 9\n")
    assert simulate(("m5_exit instruction encountered", 0)) == 0
    assert (tmp_path / "status").read_text() == "status 9\n"


def test_a_checkpoint_and_what_only_begins_or_ends_are_no_end(simulate: Simulate, m5: FakeM5, tmp_path: Path) -> None:
    events = [(cause, 0) for cause in ("checkpoint", "workbegin", "switchcpu", "checkpoint")]
    assert simulate(*events, ("m5_fail instruction encountered", 1)) == 0
    assert m5.checkpoints == [f"{tmp_path}/cpt.100", f"{tmp_path}/cpt.400"]
    assert m5.ticks == [None] * 5


def test_a_checkpoint_that_is_asked_for_is_the_end(simulate: Simulate, m5: FakeM5, tmp_path: Path) -> None:
    assert simulate(("workbegin", 0), ("checkpoint", 0), save="/state/checkpoint") == 0
    assert m5.checkpoints == ["/state/checkpoint"] and not (tmp_path / "status").exists()


def test_a_guest_that_ends_before_leaves_no_checkpoint(simulate: Simulate, m5: FakeM5) -> None:
    assert simulate(("m5_exit instruction encountered", 0), save="/state/checkpoint") == 0
    assert simulate(("Kernel panic in simulated kernel", 0), save="/state/checkpoint") == 101
    assert m5.checkpoints == []


def test_a_limit_is_for_all_parts_of_a_simulation_together(simulate: Simulate, m5: FakeM5, tmp_path: Path) -> None:
    assert simulate(("checkpoint", 0), ("workend", 0), ("simulate() limit reached", 0), ticks=1000) == 0
    assert m5.ticks == [1000, 900, 800]
    assert (tmp_path / "status").read_text() == "status 0\n"


def test_one_console_listens_at_its_socket_and_nothing_else_does() -> None:
    def uart() -> Any:
        return SimpleNamespace(device=SimpleNamespace(port=3456))
    first, *others = [uart() for _ in range(4)]
    system = SimpleNamespace(terminal=SimpleNamespace(port=3456), vncserver=SimpleNamespace(port=5900),
                             realview=SimpleNamespace(uart=[first, *others]))
    first.device = system.terminal
    script("listeners").console(system, "/run/0/console.sock")
    assert system.terminal.port == "/run/0/console.sock"
    assert [system.vncserver.port, *(other.device.port for other in others)] == [0, 0, 0, 0]
