# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc_gdb.presses: a Ctrl-C that the emulator dropped counts at the next breakpoint of ours, and only there."""
from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_gdb
import pytest

from lkmc import gdb

CTRL_C, ANOTHER = b"\x02", b"\x0f"    # the numbers of signals


@pytest.fixture
def presses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module, watching, with a function that tells it of signals."""
    reads, writes = os.pipe2(os.O_NONBLOCK)
    monkeypatch.setenv("LKMC_PRESSES", str(reads))
    with fake_gdb.inside(monkeypatch) as load:
        module = load("presses")
        module.watch()
        yield module, lambda signals: os.write(writes, signals)
    os.close(reads)
    os.close(writes)


def nothing() -> None:
    pass


def test_a_breakpoint_of_ours_lets_the_guest_go_on(presses: Any) -> None:
    module, happens = presses
    fake_gdb.events.cont.happens()
    assert not module.stops(nothing)
    happens(ANOTHER)
    assert not module.stops(nothing)


def test_a_press_that_was_dropped_stops_the_guest_at_a_breakpoint_of_ours(presses: Any) -> None:
    module, happens = presses
    fake_gdb.events.cont.happens()
    happens(ANOTHER + CTRL_C)
    fake_gdb.events.cont.happens()      # from one breakpoint of ours to the next
    assert module.stops(nothing)
    fake_gdb.events.stop.happens()
    assert "".join(fake_gdb.said).strip() == "lkmc: interrupted by Ctrl-C" and fake_gdb.asked == ["frame"]
    fake_gdb.events.cont.happens()
    assert not module.stops(nothing), "it counts once"


def test_a_press_that_was_heard_does_not_count_again(presses: Any) -> None:
    module, happens = presses
    fake_gdb.events.cont.happens()
    happens(CTRL_C)
    fake_gdb.events.stop.happens()      # by the emulator
    happens(CTRL_C)                     # at the prompt
    fake_gdb.events.cont.happens()
    assert not module.stops(nothing)
    assert fake_gdb.said == fake_gdb.asked == []


def test_a_press_while_we_work_stops_the_guest_there(presses: Any) -> None:
    module, _ = presses

    def interrupted() -> None:
        raise KeyboardInterrupt

    fake_gdb.events.cont.happens()
    assert module.stops(interrupted)
    fake_gdb.events.stop.happens()
    assert fake_gdb.asked == ["frame"]


def test_a_script_that_was_sourced_by_hand_has_nobody_who_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LKMC_PRESSES", raising=False)
    with fake_gdb.inside(monkeypatch) as load:
        module = load("presses")
        module.watch()
        done: list[int] = []
        assert not module.stops(lambda: done.append(1)) and done == [1]


def test_gdb_is_told_of_each_press(tmp_path: Path) -> None:
    press = """if True:
        import os, select, signal, sys
        descriptor = int(os.environ["LKMC_PRESSES"])
        os.kill(os.getppid(), signal.SIGINT)
        select.select([descriptor], [], [], 60)
        sys.exit(os.read(descriptor, 9)[0])"""
    assert gdb.start((sys.executable, "-c", press), tmp_path / "none") == CTRL_C[0]
