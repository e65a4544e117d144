# SPDX-License-Identifier: GPL-2.0-or-later
"""Who wrote a variable: a replay goes forward under a watchpoint, and QEMU is asked where it is at each stop.

This speaks GDB's remote protocol itself. GDB would look at the value before and after, so that who writes what is there
already is not seen, and would step once more on Arm.
"""
from __future__ import annotations

import contextlib
import socket
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from lkmc.errors import EmulatorFailed
from lkmc.qmp import Monitor

ENDED = b"WX"                   # how an answer begins when the guest has gone


@dataclass(frozen=True)
class Found:
    """How often a variable was written, and how many instructions came before each of the last writes."""
    count: int
    last: tuple[int, ...]


class Stub:
    """The emulator's side of GDB's remote protocol."""

    def __init__(self, path: Path, patience: float) -> None:
        """patience: seconds for each answer."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience)
        self._socket.connect(str(path))
        self._data = b""

    def ask(self, packet: bytes) -> bytes:
        """The answer to a packet; nothing when the emulator has gone. Raises EmulatorFailed when there is none."""
        try:
            self._socket.sendall(b"$%b#%02x" % (packet, sum(packet) % 256))
            while True:
                _, begun, rest = self._data.partition(b"$")
                answer, end, after = rest.partition(b"#")
                if begun and end and len(after) >= 2:
                    self._data = after[2:]
                    self._socket.sendall(b"+")
                    return answer
                data = self._socket.recv(4096)
                if not data:
                    return b""
                self._data += data
        except TimeoutError:
            raise EmulatorFailed("the replay stands still: QEMU hangs; try another one, with --qemu-which") from None
        except OSError:
            return b""

    def close(self) -> None:
        self._socket.close()


def find(stub: Path, monitor: Monitor, watch: bytes, times: int, patience: float, stops: str) -> Found:
    """Replay to the end. times: how many of the last writes are wanted. stops: "before" or "after" a write."""
    last: deque[int] = deque(maxlen=times)
    count = 0
    with contextlib.closing(Stub(stub, patience)) as guest:
        if (said := guest.ask(b"Z" + watch)) != b"OK":
            raise EmulatorFailed(f"QEMU takes no watchpoint on {watch.decode()} ({said.decode()})")
        while (said := guest.ask(b"c")) and said[0] not in ENDED:
            if b"watch:" not in said:
                continue
            last.append(monitor.execute("query-replay")["icount"] - (stops == "after"))
            count += 1
            if stops == "before":
                for packet in (b"z" + watch, b"s", b"Z" + watch):
                    guest.ask(packet)
    return Found(count, tuple(last))


def watched(address: int, size: int) -> bytes:
    """What the protocol calls a watchpoint for writes, behind its Z or z."""
    return b"2,%x,%x" % (address, size)
