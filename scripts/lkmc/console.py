# SPDX-License-Identifier: GPL-2.0-or-later
"""A conversation with the guest's console, for tests and measurements: every wait also ends at a panic."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import TracebackType

import pexpect

from lkmc.drained import Drained
from lkmc.errors import EmulatorFailed, GuestTimeout

PANIC = r"Kernel panic - not syncing"
# The guest's terminal and the host's both turn a newline into a carriage return and a newline.
EOL = r"\r*\n"
PROMPT = r"(?m)^[#$] "


def close(child: pexpect.spawn[str]) -> None:
    """End a program on a terminal, whatever it is doing."""
    try:
        child.close(force=True)
    except pexpect.ExceptionPexpect:    # it was killed, and on a busy machine its end takes a while
        child.wait()


class Console:
    """A program whose terminal is the guest's console, such as scripts/run.

    timeout: seconds for each wait. Raises GuestTimeout when one is over, EmulatorFailed at a panic or at the end.
    """

    def __init__(self, command: Sequence[str], timeout: float = 60, env: Mapping[str, str] | None = None) -> None:
        self.child = Drained(command[0], list(command[1:]), timeout=timeout, dimensions=(50, 400),
                             env=dict(env) if env is not None else None)
        self._serial = 0

    def __enter__(self) -> Console:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 where: TracebackType | None) -> None:
        close(self.child)

    def wait_for(self, pattern: str) -> str:
        """What came before the pattern (a regular expression); the match itself is in self.child.match."""
        try:
            found = self.child.expect([pattern, PANIC, pexpect.EOF, pexpect.TIMEOUT])
        except OSError as error:
            raise EmulatorFailed(f"the console broke off: {error}") from None
        before = self.child.before if isinstance(self.child.before, str) else ""
        if found == 0:
            return before
        tail = before[-1000:]
        if found == 3:
            raise GuestTimeout(f"no {pattern!r} within {self.child.timeout} s; the console's end: {tail}")
        raise EmulatorFailed(f"{'a kernel panic' if found == 1 else 'the end'} instead of {pattern!r}: {tail}")

    def login(self) -> None:
        """Wait for the root shell that comes up by itself, and make it quiet and wide."""
        self.wait_for(PROMPT)
        self.run("stty columns 10000 -echo; dmesg -n 1")

    def run(self, command: str) -> tuple[str, int]:
        """Run a shell command, on one line, in the guest: its output and its exit status.

        The marker around the output is typed in two halves, so that its echo is not taken for it.
        """
        self._serial += 1
        mark = f"lkmc{self._serial}"
        self.child.sendline(f"echo '{mark}''<'; {command}; echo '{mark}''>'$?")
        self.wait_for(rf"{mark}<{EOL}")
        output = self.wait_for(rf"{mark}>(\d+){EOL}")
        assert isinstance(self.child.match, re.Match)
        return re.sub(EOL, "\n", output), int(self.child.match[1])

    def end(self) -> int:
        """Wait for the program's end; its exit status."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0))
