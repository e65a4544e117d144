# SPDX-License-Identifier: GPL-2.0-or-later
"""What of scripts/gem5 decides something: how a simulation ends, what listens on this host, which processors there are,
and what Linux is told of the screen."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from gem5_script import script

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
    (("m5_fail instruction encountered", 0x100), 0, "status 255\n"),
    (("exiting with last active thread context", 0x103), 0, "status 3\n"),
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


def test_a_limit_before_the_checkpoint_is_an_error(
        simulate: Simulate, m5: FakeM5, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    m5.now = 1000
    assert simulate(ticks=1000) == 125 and not (tmp_path / "status").exists()
    assert capsys.readouterr().err == "error: --max-ticks 1000 is over at the checkpoint, tick 1000\n"


@pytest.mark.parametrize("text", ["0", "-5", "1e9", ""])
def test_a_time_is_a_number_of_ticks(m5: FakeM5, text: str) -> None:
    assert script("simulation").time("1000") == 1000
    with pytest.raises(argparse.ArgumentTypeError, match="picoseconds"):
        script("simulation").time(text)


def test_nothing_listens_but_at_sockets_of_the_run() -> None:
    def uart() -> Any:
        return SimpleNamespace(device=SimpleNamespace(port=3456))
    first, *others = [uart() for _ in range(4)]
    system = SimpleNamespace(terminal=SimpleNamespace(port=3456), vncserver=SimpleNamespace(port=5900),
                             realview=SimpleNamespace(uart=[first, *others]))
    first.device = system.terminal
    script("listeners").console(system, "/run/0/console.sock")
    assert system.terminal.port == "/run/0/console.sock"
    assert [system.vncserver.port, *(other.device.port for other in others)] == [
        f"/run/0/{name}.sock" for name in ("vnc", "uart1", "uart2", "uart3")]


@pytest.fixture
def biglittle(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, with clusters that are only written down, and joined to the system's memory."""
    def cluster(system: Any, count: int, kind: str, clock: str) -> tuple[int, str, str]:
        return count, kind, clock

    def caches(clusters: list[Any], system: Any, args: Any) -> None:
        system.joined = clusters
    monkeypatch.setitem(sys.modules, "linux", ModuleType("linux"))
    monkeypatch.setitem(sys.modules, "processors", SimpleNamespace(cluster=cluster, caches=caches))
    monkeypatch.setitem(sys.modules, "processor_options", SimpleNamespace(memory=lambda system: None))
    return script("biglittle")


@pytest.mark.parametrize(("asked", "counts"), [
    ((4, None, None), (2, 2)), ((5, None, None), (3, 2)), ((1, None, None), (1, 0)), ((4, 1, None), (1, 3)),
    ((4, None, 4), (0, 4)), ((2, None, 3), (0, 3)), ((2, 3, None), (3, 0)), ((4, 2, 5), (2, 5)),
])
def test_processors_are_split_over_both_clusters(
        biglittle: Any, asked: tuple[int, int | None, int | None], counts: tuple[int, int]) -> None:
    assert biglittle.split(*asked) == counts


@pytest.mark.parametrize(("kind", "big", "little"), [
    ("atomic", "atomic", "atomic"), ("timing", "o3", "minor"), ("minor", "o3", "minor"), ("hpi", "o3", "hpi"),
])
def test_big_ones_are_out_of_order_and_faster(biglittle: Any, kind: str, big: str, little: str) -> None:
    system = SimpleNamespace()
    biglittle.add(system, SimpleNamespace(cpus=5, cpu_type=kind, big_cpus=None, little_cpus=None))
    assert system.big_cluster == (3, big, "2GHz") and system.little_cluster == (2, little, "1GHz")
    assert system.joined == [system.big_cluster, system.little_cluster]


def test_a_cluster_without_processors_is_left_out(biglittle: Any) -> None:
    system = SimpleNamespace()
    biglittle.add(system, SimpleNamespace(cpus=2, cpu_type="atomic", big_cpus=0, little_cpus=None))
    assert not hasattr(system, "big_cluster") and system.joined == [system.little_cluster]


class FakeNode(dict[str, Any]):
    """A node of a device tree: its properties and nodes by their names."""

    def __init__(self, name: str, obj: object = None) -> None:
        super().__init__()
        self.name = name

    def append(self, part: Any) -> None:
        self[part.name if isinstance(part, FakeNode) else part[0]] = part if isinstance(part, FakeNode) else part[1]

    def appendPhandle(self, key: str) -> None:
        self["phandle"] = f"<{key}>"

    def appendCompatible(self, words: list[str]) -> None:
        self["compatible"] = words


class FakePl111:
    def __init__(self, **how: Any) -> None:
        self.__dict__.update(how)

    def generateBasicPioDeviceNode(self, state: Any, name: str, address: int, size: int, interrupts: list[Any],
                                   ) -> FakeNode:
        node = FakeNode(f"{name}@{address:x}")
        node["interrupts"] = interrupts
        return node


def test_linux_is_told_of_the_screen_and_its_pictures_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def words(name: str, value: Any) -> tuple[str, Any]:
        return name, value
    monkeypatch.setitem(sys.modules, "m5.objects", SimpleNamespace(ArmSPI=lambda num: num, Pl111=FakePl111))
    monkeypatch.setitem(sys.modules, "m5.util.fdthelper", SimpleNamespace(
        FdtNode=FakeNode, FdtPropertyStrings=words, FdtPropertyWords=words))
    attached = []
    clock = SimpleNamespace(osc_clcd="osc_clcd", osc_smb="osc_smb")
    board = SimpleNamespace(mcc=clock, dcc=clock, _attach_device=lambda device, bus: attached.append((device, bus)))
    system = SimpleNamespace(realview=board, iobus="iobus", vncserver=SimpleNamespace(frame_capture=False))
    script("screen").add(system)
    assert system.vncserver.frame_capture is True and attached == [(board.screen, "iobus")]
    board.screen._parent = SimpleNamespace(unproxy=lambda child: board)
    controller, display = board.screen.generateDeviceTree(SimpleNamespace(phandle=lambda key: f"<{key}>"))
    assert controller.name == "clcd@1c1f0000" and controller["interrupts"] == [46]
    assert controller["compatible"] == ["arm,pl111", "arm,primecell"]
    assert controller["clocks"] == ["<osc_clcd>", "<osc_smb>"]
    assert display["compatible"] == ["arm,rtsm-display"]
    ends = [node["port"]["endpoint"] for node in (controller, display)]
    assert [end["remote-endpoint"] for end in ends] == [[ends[1]["phandle"]], [ends[0]["phandle"]]]
