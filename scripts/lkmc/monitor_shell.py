# SPDX-License-Identifier: GPL-2.0-or-later
"""A prompt for the monitor, with the library's history and completion; what is typed there does what it does elsewhere.
"""
from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qemu.qmp import QMPError
from qemu.qmp.qmp_shell import HMPShell, QMPShell

from lkmc.errors import UserError
from lkmc.qmp import Monitor

BANNER = "Ctrl-D leaves; QEMU goes on."
Execute = Callable[[Monitor, str], object]


class Typed(Monitor):
    """The monitor that a prompt is connected to, and the processor that `cpu N` has chosen there."""

    def __init__(self, shell: QMPShell) -> None:
        self._shell, self._cpu = shell, 0

    def _ask(self, name: str, arguments: dict[str, Any]) -> Any:
        if name == "human-monitor-command":
            arguments = {**arguments, "cpu-index": self._cpu}
        return self._shell.cmd(name, **arguments)

    def human(self, line: str) -> str:
        text = super().human(line)
        if chosen := re.fullmatch(r"\s*cpu\s+(\d+)\s*", line):
            self._cpu = int(chosen[1])
        return text


class ProgramsPrompt(QMPShell):
    """A prompt for QMP's commands."""

    def __init__(self, socket: Path, execute: Execute) -> None:
        super().__init__(str(socket), pretty=True)
        self._execute, self._typed = execute, Typed(self)

    def _execute_cmd(self, cmdline: str) -> bool:
        try:
            self._execute(self._typed, cmdline)
        except UserError as error:
            print(error, file=sys.stderr)
        return not self._typed.gone

    def close(self) -> None:
        with contextlib.suppress(OSError, EOFError, QMPError):      # it went first
            super().close()


class PeoplesPrompt(ProgramsPrompt, HMPShell):
    """A prompt for the commands of people, which it completes."""


def prompt(socket: Path, machine_readable: bool, execute: Execute) -> None:
    """Read commands until the end of standard input, or of QEMU."""
    with (ProgramsPrompt if machine_readable else PeoplesPrompt)(socket, execute) as shell:
        shell.connect()
        shell.show_banner(BANNER)
        while shell.read_exec_command():
            pass
