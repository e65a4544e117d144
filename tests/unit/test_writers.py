# SPDX-License-Identifier: GPL-2.0-or-later
"""writers: a replay under a watchpoint, with an emulator's stub of ours."""
from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lkmc import writers
from lkmc.errors import EmulatorFailed

HIT = "T05thread:01;watch:c0de;"
WATCH = writers.watched(0xc0de, 4)
Serve = Callable[[list[str]], list[str]]


class FakeMonitor:
    """Says one number of instructions after the other."""

    def __init__(self) -> None:
        self.count = 0

    def execute(self, name: str) -> Any:
        assert name == "query-replay"
        self.count += 100
        return {"icount": self.count}


@pytest.fixture
def stub(tmp_path: Path) -> Serve:
    """Answers packets with these, one after the other; returns the list into which it writes the packets."""
    def serve(answers: list[str]) -> list[str]:
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(tmp_path / "gdb.sock"))
        server.listen()
        asked: list[str] = []

        def talk() -> None:
            client, _ = server.accept()
            with server, client:
                answer_all(client)

        def answer_all(client: socket.socket) -> None:
            data = b""
            for answer in answers:
                while not (found := re.search(rb"\$([^#]*)#..", data)):
                    more = client.recv(100)
                    if not more:
                        return
                    data += more
                asked.append(found[1].decode())
                data = data[found.end():]
                packet = f"+${answer}#{sum(answer.encode()) % 256:02x}".encode()
                client.sendall(packet[:5])      # it may come in pieces
                client.sendall(packet[5:])
        threading.Thread(target=talk, daemon=True).start()
        return asked
    return serve


def find(tmp_path: Path, times: int, stops: str, patience: float = 20) -> writers.Found:
    return writers.find(tmp_path / "gdb.sock", FakeMonitor(), WATCH, times, patience, stops)    # type: ignore[arg-type]


def test_the_last_writes_are_kept_and_all_are_counted(tmp_path: Path, stub: Serve) -> None:
    asked = stub(["OK", HIT, "T05thread:01;", HIT, HIT, "W00"])
    assert find(tmp_path, 2, "after") == writers.Found(3, (199, 299))
    assert asked == ["Z2,c0de,4", *["c"] * 5]


def test_where_the_stub_stops_before_a_write_it_steps_over_it(tmp_path: Path, stub: Serve) -> None:
    over = ["OK", "T05thread:01;", "OK"]
    asked = stub(["OK", HIT, *over, HIT, *over])
    assert find(tmp_path, 5, "before") == writers.Found(2, (100, 200)), "and the end of the connection is the guest's"
    assert asked == ["Z2,c0de,4", *["c", "z2,c0de,4", "s", "Z2,c0de,4"] * 2]


def test_a_watchpoint_that_is_refused_and_a_replay_that_stands_still_are_told(tmp_path: Path, stub: Serve) -> None:
    stub(["E22"])
    with pytest.raises(EmulatorFailed, match="no watchpoint"):
        find(tmp_path, 1, "after")
    (tmp_path / "gdb.sock").unlink()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "gdb.sock"))
        server.listen()
        with pytest.raises(EmulatorFailed, match="stands still"):
            find(tmp_path, 1, "after", patience=0.1)
