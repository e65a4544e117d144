# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest on gem5 and its console: from the emulator's start to its end, or a visit from another terminal."""
from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from lkmc import process
from lkmc.errors import EmulatorFailed
from lkmc.gem5_terminal import raw, relay, show
from lkmc.outcome import Ended
from lkmc.run_folder import RunFolder

QUIT_STATUS = 0
STARTING = 1.0          # seconds for scripts/run in another terminal to get going


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
    here = relay(socket, ended, typed) if shown else _follow(told, ended) if told else None
    task = asyncio.create_task(here) if here else None
    try:
        left, timed_out = await asyncio.wait_for(asyncio.shield(ended), timeout), False
    except TimeoutError:
        left, timed_out = False, True
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)
    process.kill(child)
    settle()
    if task:
        done, _ = await asyncio.wait([task], timeout=process.GRACE)     # what the guest said last
        task.cancel()
        if shown and done and not task.exception() and log.exists():    # it may have ended before it let us in
            show(log.read_bytes()[task.result():])
    child.wait()
    return timed_out, left


async def _follow(told: Path, ended: asyncio.Future[bool]) -> int:
    """Pass on what is written into a file, until the emulator has gone; how many bytes of it."""
    with told.open("rb") as file:
        over = False
        while not over:
            over = ended.done()
            show(file.read())
            await asyncio.sleep(0 if over else 0.1)
        return file.tell()


def visit(run: RunFolder) -> None:
    """Be the other end of a guest's console until it ends, or Ctrl-A X. Raises EmulatorFailed when nobody is there."""
    socket = run.socket("console")

    async def until_the_end() -> None:
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(relay(socket, ended, sys.stdin.isatty()))
        task.add_done_callback(lambda done: None if ended.done() else ended.set_result(False))
        await ended
        task.cancel()

    latest = time.monotonic() + STARTING
    while not socket.exists() and (run.lock.held() or time.monotonic() < latest):
        time.sleep(0.05)
    if not socket.exists():
        raise EmulatorFailed(f"{socket}: no guest on gem5 has its console there; start one with: "
                             f"scripts/run --emulator gem5 --background")
    with raw(sys.stdin.isatty()):
        asyncio.run(until_the_end())
