# SPDX-License-Identifier: GPL-2.0-or-later
"""A conversation with the monitor of a QEMU that runs: QMP, and people's commands through it."""
from __future__ import annotations

import asyncio
import json
import logging
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from qemu.qmp import ConnectError, ExecInterruptedError, ExecuteError, QMPClient, QMPError

from lkmc.errors import LkmcError, UserError
from lkmc.run_folder import RunFolder

PATIENCE = 10.0     # seconds for the greeting: QEMU talks to one client of a socket at a time
NO_SCREEN = "this machine has no screen; give it one: scripts/run --vnc"
# How the commands for people tell that they failed: by a line that begins so, or that ends so.
FAILED = re.compile("|".join((
    "^Error: ", "^unknown command: ", '^Try "help ', "^invalid (char|parameter)",
    "^invalid CPU index", "^Error opening logfile ", "^unknown event ", "^Invalid boot device ",
    "(?i:^(invalid|could not set up) host forwarding rule )", "^(invalid format|unrecognized netdev id)",
    ": Cannot access memory$", "^host forwarding rule for .* not found$", "^Device '.*' not found$",
    "^Mouse at index '.*' not found$")), re.M)


class MonitorError(LkmcError):
    """The monitor was asked for something that it could not do."""


class Monitor:
    """The QMP of a run, from `with` on. Raises UserError when the run is not alive."""
    gone = False        # whether QEMU ended instead of answering

    def __init__(self, socket: Path, start: str) -> None:
        """start: the command that starts such a run, for the error."""
        self._socket, self._start = socket, start
        self._client = QMPClient("lkmc")
        self._runner = asyncio.Runner()
        logging.getLogger("qemu.qmp").addHandler(logging.NullHandler())     # errors are raised; that is enough

    def __enter__(self) -> Monitor:
        try:
            self._runner.run(asyncio.wait_for(self._client.connect(str(self._socket)), PATIENCE))
        except TimeoutError:
            self._runner.close()
            raise UserError(f"{self._socket}: QEMU does not answer: another program talks to it there") from None
        except (ConnectError, OSError, EOFError):
            self._runner.close()
            raise UserError(f"no such run is alive; start one: {self._start}") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 where: TracebackType | None) -> None:
        try:
            self._runner.run(self._client.disconnect())
        except (OSError, EOFError, QMPError):
            pass        # it went first
        finally:
            self._runner.close()

    def _ask(self, name: str, arguments: dict[str, Any]) -> Any:
        return self._runner.run(self._client.execute(name, arguments))

    def execute(self, name: str, arguments: dict[str, Any] | None = None) -> Any:
        """A QMP command's answer. Raises MonitorError with QEMU's words."""
        try:
            return self._ask(name, arguments or {})
        except ExecuteError as error:
            raise MonitorError(str(error)) from None
        except (ExecInterruptedError, QMPError, OSError, EOFError):
            self.gone = True
            raise MonitorError(f"QEMU ended before it answered to {name}") from None

    def wait(self, event: str, accepted: Callable[[Any], bool], limit: float) -> Any:
        """The data of the next such event that is accepted; events count from the connection on. Raises MonitorError
        when there is none within `limit` seconds, or QEMU ends.
        """
        async def look() -> Any:
            gone = asyncio.ensure_future(self._client.runstate_changed())
            while True:
                heard = asyncio.ensure_future(self._client.events.get())
                await asyncio.wait({heard, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not heard.done():
                    raise MonitorError(f"QEMU ended before the event {event}")
                if heard.result()["event"] == event and accepted(heard.result()["data"]):
                    return heard.result()["data"]
        try:
            return self._runner.run(asyncio.wait_for(look(), limit))
        except TimeoutError:
            raise MonitorError(f"no event {event} within {limit:g} s") from None

    def human(self, line: str) -> str:
        """What the monitor for people answers to a command line. Raises MonitorError when that is an error."""
        text = str(self.execute("human-monitor-command", {"command-line": line})).replace("\r\n", "\n")
        if FAILED.search(text):
            raise MonitorError(" ".join(text.splitlines()))
        return text


def of_run(run: RunFolder) -> Monitor:
    """The monitor of a run."""
    return Monitor(run.socket("qmp"), f"scripts/run {run.options}")


def split(line: str) -> list[str]:
    """The words of a line, where quotes keep one together. Raises MonitorError."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise MonitorError(str(error).lower()) from None


def parse(*command: str) -> tuple[str, dict[str, Any]]:
    """A QMP command and its arguments from {"execute": …, "arguments": …}, or from `NAME KEY=VALUE…`, where a value
    is JSON or else text. A command is its words or, alone, a line. Raises UserError.
    """
    line = " ".join(command).strip()
    if line.startswith("{"):
        try:
            given = json.loads(line)
            return str(given["execute"]), dict(given.get("arguments", {}))
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f'not a QMP command: {error}; write {{"execute": NAME, "arguments": {{…}}}}') from None
    name, *words = command if len(command) > 1 else line.split()
    arguments = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise UserError(f"not an argument of a QMP command: {word!r}; write KEY=VALUE")
        try:
            arguments[key] = json.loads(value)
        except ValueError:
            arguments[key] = value
    return name, arguments


def screenshot(monitor: Monitor, path: Path, form: str, device: str | None = None) -> None:
    """Write the screen into a file. form: png or ppm. Raises MonitorError."""
    try:
        monitor.execute("screendump", {"filename": str(path), "format": form, **({"device": device} if device else {})})
    except MonitorError as error:
        raise MonitorError(NO_SCREEN if "no console" in str(error) else str(error)) from None
