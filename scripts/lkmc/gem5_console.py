# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's serial port on gem5, which is a UNIX socket: this terminal is its other end. Ctrl-A X leaves."""
from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

from lkmc import gdb, process
from lkmc.errors import EmulatorFailed
from lkmc.outcome import Ended
from lkmc.run_folder import RunFolder

PREFIX, QUIT = b"\x01", (b"x", b"X")
QUIT_STATUS = 0
# What gem5 says first to whom it lets in.
GREETING = re.compile(rb"\A==== m5 terminal: Terminal \d+ ====\r\n")
STARTING = 1.0          # seconds for scripts/run in another terminal to get going


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


def attend(child: subprocess.Popen[bytes], socket: Path, log: Path, status: Path, timeout: float | None, typed: bool,
           shown: bool = True, told: Path | None = None) -> Ended:
    """Wait for the emulator's end, or end it at the time limit (seconds). Raises process.Interrupted after a signal.

    log: where the emulator writes what the guest says. typed: standard input is the guest's. shown: what the guest says
    is for standard output. told: else what the emulator says there is.
    """
    try:
        with raw(typed and shown and sys.stdin.isatty()):
            timed_out, left = asyncio.run(_attend(child, socket, log, timeout, typed, shown, told))
    finally:
        process.kill(child)
    text = status.read_text(errors="replace") if status.exists() else ""
    if left:
        return Ended(QUIT_STATUS, text or f"status {QUIT_STATUS}\n")
    return Ended(child.returncode, text, None, timed_out)


async def _attend(child: subprocess.Popen[bytes], socket: Path, log: Path, timeout: float | None, typed: bool,
                  shown: bool, told: Path | None) -> tuple[bool, bool]:
    """Whether the time limit ended it, and whether the user did."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[bool] = loop.create_future()

    def settle(left: bool = False, error: Exception | None = None) -> None:
        if not ended.done():
            ended.set_exception(error) if error else ended.set_result(left)

    pidfd = os.pidfd_open(child.pid)
    loop.add_reader(pidfd, settle)
    for number in process.ENDING_SIGNALS:
        loop.add_signal_handler(number, settle, False, process.Interrupted(number))
    here = _relay(socket, ended, typed) if shown else _follow(told, ended) if told else None
    relay = asyncio.create_task(here) if here else None
    try:
        left, timed_out = await asyncio.wait_for(asyncio.shield(ended), timeout), False
    except TimeoutError:
        left, timed_out = False, True
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)
    process.kill(child)
    settle()
    if relay:
        done, _ = await asyncio.wait([relay], timeout=process.GRACE)    # what the guest said last
        relay.cancel()
        if shown and done and not relay.exception() and log.exists():   # it may have ended before it let us in
            _show(log.read_bytes()[relay.result():])
    child.wait()
    return timed_out, left


async def _relay(socket: Path, ended: asyncio.Future[bool], typed: bool) -> int:
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
                _listen(writer, ended)
            while data := await reader.read(65536):
                data = data if said else GREETING.sub(b"", data)
                _show(data)
                said += len(data)
    finally:
        if typed:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        writer.close()
    return said


def _listen(writer: asyncio.StreamWriter, ended: asyncio.Future[bool]) -> None:
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


def _show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


async def _follow(told: Path, ended: asyncio.Future[bool]) -> int:
    """Pass on what is written into a file, until the emulator has gone; how many bytes of it."""
    with told.open("rb") as file:
        over = False
        while not over:
            over = ended.done()
            _show(file.read())
            await asyncio.sleep(0 if over else 0.1)
        return file.tell()


async def connect(socket: Path, ended: asyncio.Future[bool],
                  ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """The console's socket, once it is there; None when the emulator has gone before."""
    while not ended.done():
        with contextlib.suppress(OSError):
            return await asyncio.open_unix_connection(str(socket))
        await asyncio.sleep(0.05)
    return None


def visit(run: RunFolder) -> None:
    """Be the other end of a guest's console until it ends, or Ctrl-A X. Raises EmulatorFailed when nobody is there."""
    socket = run.socket("console")

    async def until_the_end() -> None:
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        relay = asyncio.create_task(_relay(socket, ended, sys.stdin.isatty()))
        relay.add_done_callback(lambda task: None if ended.done() else ended.set_result(False))
        await ended
        relay.cancel()

    latest = time.monotonic() + STARTING
    while not socket.exists() and (gdb.alive(run) or time.monotonic() < latest):
        time.sleep(0.05)
    if not socket.exists():
        raise EmulatorFailed(f"{socket}: no guest on gem5 has its console there; start one with: "
                             f"scripts/run --emulator gem5 --background")
    with raw(sys.stdin.isatty()):
        asyncio.run(until_the_end())
