# SPDX-License-Identifier: GPL-2.0-or-later
"""This terminal as the other end of a UNIX socket that is a guest's serial port on gem5."""
from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

PREFIX, QUIT = b"\x01", (b"x", b"X")
# What gem5 says first to whom it lets in.
GREETING = re.compile(rb"\A==== m5 terminal: Terminal \d+ ====\r\n")


class Keys:
    """What is typed, without what is meant for us: Ctrl-A X. Ctrl-A Ctrl-A is a Ctrl-A."""

    def __init__(self) -> None:
        self._prefixed = False
        self.quit = False

    def take(self, data: bytes) -> bytes:
        """The bytes among these that are the guest's."""
        kept = bytearray()
        for number in data:
            byte = bytes([number])
            if self._prefixed:
                self._prefixed = False
                self.quit = self.quit or byte in QUIT
                kept += PREFIX if byte == PREFIX else b""
            elif byte == PREFIX:
                self._prefixed = True
            else:
                kept += byte
        return bytes(kept)


@contextlib.contextmanager
def raw(typed: bool) -> Iterator[None]:
    """While somebody types to the guest, the terminal passes every key on."""
    if not typed:
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


async def relay(socket: Path, ended: asyncio.Future[bool], typed: bool) -> int:
    """Pass the guest's output on, and what is typed to it, until the emulator closes the socket; how many bytes it
    said."""
    connection = await connect(socket, ended)
    if connection is None:
        return 0
    reader, writer = connection
    said = 0
    try:
        with contextlib.suppress(ConnectionError):
            if typed:
                listen(writer, ended)
            while data := await reader.read(65536):
                data = data if said else GREETING.sub(b"", data)
                show(data)
                said += len(data)
    finally:
        if typed:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        writer.close()
    return said


def listen(writer: asyncio.StreamWriter, ended: asyncio.Future[bool]) -> None:
    """Pass standard input on to the guest from now on, a file's all at once; Ctrl-A X on a terminal is the end."""
    loop, keys, terminal = asyncio.get_running_loop(), Keys(), sys.stdin.isatty()

    def pass_on() -> bool:
        data = os.read(sys.stdin.fileno(), 4096)
        writer.write(keys.take(data) if terminal else data)
        if keys.quit or not data:
            loop.remove_reader(sys.stdin.fileno())
        if keys.quit and not ended.done():
            ended.set_result(True)
        return bool(data)

    try:
        loop.add_reader(sys.stdin.fileno(), pass_on)
    except PermissionError:     # nobody has to wait for a file
        while pass_on():
            pass


def show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


async def connect(socket: Path, ended: asyncio.Future[bool],
                  ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """The console's socket, once it is there; None when the emulator has gone before."""
    while not ended.done():
        with contextlib.suppress(OSError):
            return await asyncio.open_unix_connection(str(socket))
        await asyncio.sleep(0.05)
    return None
