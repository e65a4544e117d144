# SPDX-License-Identifier: GPL-2.0-or-later
"""Start an emulator, watch it to its end, and leave nothing behind."""
from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lkmc.errors import EmulatorFailed
from lkmc.outcome import NO_ROOM, Ended
from lkmc.run_folder import RunFolder

if TYPE_CHECKING:
    import asyncio

PR_SET_PDEATHSIG = 1        # <sys/prctl.h>
GRACE = 3.0                 # seconds between asking an emulator to end and killing it
SILENCE = 10.0              # seconds after which a guest that runs would have said something
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal asked the runner to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def start(command: tuple[str, ...], run: RunFolder, stdin: int | None, mute: bool = False, other: str = "--qemu-which",
          ) -> subprocess.Popen[bytes]:
    """Start the emulator; whatever ends this process ends it too. Raises EmulatorFailed.

    mute: also what it says on standard output goes to its log. other: the option that names another one.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def die_with_parent() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        with run.emulator_log.open("wb") as log:
            return subprocess.Popen(command, stdin=stdin, stdout=log if mute else None, stderr=log,
                                    pass_fds=(run.lock.fd(),), preexec_fn=die_with_parent)
    except OSError as error:
        raise EmulatorFailed(f"{command[0]}: {error.strerror}; choose another with {other}") from None


@contextlib.contextmanager
def terminal_restored() -> Iterator[None]:
    """Put the terminal back as it was: an emulator that is killed leaves it raw."""
    if not sys.stdin or not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def watch(process: subprocess.Popen[bytes], run: RunFolder, timeout: float | None, go: bool = False,
          hold: bool = False, silent: str = "") -> Ended:
    """Wait for the emulator's end, or end it at the time limit (seconds). Raises Interrupted after a signal.

    go: it was started stopped, and goes on once we hear it. hold: where the host has no room for what the guest writes,
    somebody is there to make some, so that it can go on; else that is its end. silent: what to say where the guest's
    console has said nothing after a while.
    """
    # Only here, while the emulator starts, as it takes a while.
    import asyncio
    try:
        return asyncio.run(_watch(process, run, timeout, go, hold, silent))
    finally:
        kill(process)


async def _watch(process: subprocess.Popen[bytes], run: RunFolder, timeout: float | None, go: bool,
                 hold: bool, silent: str) -> Ended:
    import asyncio
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    no_room = False

    def settle(error: Exception | None = None) -> None:
        if not ended.done():
            ended.set_exception(error) if error else ended.set_result(None)

    def stuck() -> None:
        nonlocal no_room
        if hold:
            print(f"{NO_ROOM}; make some, then: scripts/qemu-monitor {run.options} cont", file=sys.stderr,
                  flush=True)
        else:
            no_room = True
            process.terminate()

    pidfd = os.pidfd_open(process.pid)
    loop.add_reader(pidfd, settle)
    if silent:
        loop.call_later(SILENCE, _say_if_silent, run.console_log, silent)
    for number in ENDING_SIGNALS:
        loop.add_signal_handler(number, settle, Interrupted(number))
    listener = asyncio.create_task(_shutdown_reason(run.socket("events"), ended, go, stuck))
    timed_out = False
    try:
        await asyncio.wait_for(ended, timeout)
        process.wait()
    except TimeoutError:
        timed_out = True
        kill(process)
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)
        if sys.exc_info()[0]:
            listener.cancel()
    done, _ = await asyncio.wait([listener], timeout=GRACE)
    listener.cancel()
    answered, reason = listener.result() if done else (False, None)
    text = run.status.read_text(errors="replace") if run.status.exists() else ""
    return Ended(process.returncode, text, reason, timed_out, answered, no_room)


def _say_if_silent(console: Path, text: str) -> None:
    if not console.exists() or not console.stat().st_size:
        print(f"\r{text}", file=sys.stderr, flush=True)


async def _shutdown_reason(socket: Path, ended: asyncio.Future[None], go: bool,
                           stuck: Callable[[], None]) -> tuple[bool, str | None]:
    """Once the emulator has gone, whether it was heard at all, and QMP's reason of the machine's shutdown if any."""
    import asyncio
    import logging

    from qemu.qmp import ConnectError, EventListener, QMPClient, QMPError, Runstate

    async def hear_of_disks() -> None:
        while True:
            event = await failures.get()
            data: Any = event["data"]
            if data.get("nospace"):     # QEMU has stopped the guest, and waits
                stuck()

    logging.getLogger("qemu.qmp").addHandler(logging.NullHandler())     # a failed attempt is no news
    client = QMPClient("lkmc")
    shutdown = EventListener("SHUTDOWN")
    failures = EventListener("BLOCK_IO_ERROR")
    answered = False
    client.register_listener(shutdown)
    client.register_listener(failures)
    disks = asyncio.create_task(hear_of_disks())
    # AssertionError: connect()'s own, when the emulator went while it said hello.
    with contextlib.suppress(OSError, QMPError, EOFError, AssertionError):
        while client.runstate != Runstate.RUNNING:
            try:
                await client.connect(str(socket))
                answered = True
            except ConnectError:    # there is no socket yet, or nobody listens on it yet
                if ended.done():
                    return False, None
                await asyncio.sleep(0.01)
        if go:
            await client.execute("cont")
        while client.runstate == Runstate.RUNNING:
            await client.runstate_changed()
    disks.cancel()
    with contextlib.suppress(OSError, QMPError, EOFError):
        await client.disconnect()
    events: list[Any] = shutdown.clear()
    return answered or bool(events), str(events[-1]["data"]["reason"]) if events else None


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the emulator, gently first: a hung one ignores SIGTERM."""
    for how in (process.terminate, process.kill):
        if process.poll() is not None:
            return
        how()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
