# SPDX-License-Identifier: GPL-2.0-or-later
"""A conversation with GDB, for tests: every wait has a time limit and also ends when the emulator does."""
from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import pexpect

from lkmc import paths
from lkmc.console import EOL, PANIC, Console, close
from lkmc.errors import EmulatorFailed, GuestTimeout
from lkmc.output import Output

SHOWN = 4000        # characters of the conversation, with a test that fails
SILENT = 0.1        # seconds
PROMPT = r"\(gdb\) "
LIBC_S_SLEEP = r"\w*sleep\w*( \+ \d+)? in section \.text of /.*/libc\.so"    # to `info symbol $pc`
GONE = r"the emulator has gone|Remote connection closed|Connection reset"


class Debugger:
    """GDB on a terminal, started by one of our scripts. timeout: seconds for each wait."""

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            command[0], list(command[1:]), timeout=timeout, encoding="utf-8", codec_errors="replace",
            dimensions=(50, 400), env=dict(os.environ, TERM="dumb", INPUTRC="/dev/null", HISTSIZE="0"))
        self.child.logfile_read = self.said = io.StringIO()

    def __enter__(self) -> Debugger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 where: TracebackType | None) -> None:
        close(self.child)
        if error:
            print(f"the end of the conversation with GDB:\n{self.said.getvalue()[-SHOWN:]}")

    def wait_for(self, pattern: str) -> str:
        """What came before the pattern."""
        found = self.child.expect([pattern, PANIC, GONE, pexpect.EOF, pexpect.TIMEOUT])
        before = self.child.before if isinstance(self.child.before, str) else ""
        if found == 0:
            return re.sub(r"\r*\n", "\n", before)
        tail = " | ".join(before.splitlines()[-15:])
        if found == 4:
            raise GuestTimeout(f"no {pattern!r} within {self.child.timeout} s; GDB's end: {tail}")
        raise EmulatorFailed(f"the end instead of {pattern!r}: {tail}")

    def prompt(self) -> str:
        """What GDB says until it asks for a command."""
        return self.wait_for(PROMPT)

    def do(self, command: str) -> str:
        """What GDB answers to a command, when it is done with it; for one that lets the guest run, when it stops."""
        self.child.sendline(command)
        return self.prompt().partition("\n")[2]

    def ends(self, pattern: str) -> int | None:
        """Wait until GDB has said this and ended; its exit status. The emulator may have gone before it."""
        for wanted in (pattern, pexpect.EOF):
            if self.child.expect([wanted, PANIC]):
                raise EmulatorFailed(f"a panic instead of {pattern!r}")
        self.child.close()
        return self.child.exitstatus

    def go(self) -> None:
        """Let the guest run, and do not wait for a stop."""
        self.child.sendline("continue")
        self.wait_for(r"Continuing\.\r*\n")

    def interrupt(self) -> str:
        """Press Ctrl-C; what GDB says of where the guest was."""
        self.child.sendintr()
        return self.prompt()


def at(text: str) -> tuple[str, str, int]:
    """(function, file, line) of the frame that GDB shows as it stops."""
    found = re.findall(r"(?:^|, |#0 +|0x[0-9a-f]+ in )([\w.]+) \(.*\)(?:\n)? at (\S+):(\d+)$", text, re.M)
    assert found, text
    function, file, line = found[-1]
    return function, file, int(line)


def said_by(guest: Console) -> str:
    """The lines that the guest's console has to say, until it is silent for a moment."""
    said = ""
    while guest.child.expect([f".*?{EOL}", pexpect.TIMEOUT], timeout=SILENT) == 0:
        said += str(guest.child.after)
    return said


def step_into(gdb: Debugger, where: str) -> None:
    """Step from a line that calls a library's function without lines into that, maybe by the program's own stub for it.

    where: a pattern for what `info symbol $pc` says there.
    """
    gdb.do("set step-mode on")
    gdb.do("step")
    for _ in range(10):
        if re.match(where, gdb.do("info symbol $pc")):
            return
        gdb.do("stepi")
    raise AssertionError(f"not in {where} but at {gdb.do('bt')}")


def until(condition: Callable[[], object], limit: float, what: str = "the condition",
          instead: Callable[[], object] = str) -> None:
    """Wait for a condition that has no event of its own. instead: what is there when it has not come."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"not within {limit} s: {what}; {instead()}"
        time.sleep(0.02)


def child_of(pid: int | None, program: str) -> int:
    """The child of a process that runs this program."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = path.read_text().rpartition(")")[2]
            command = (path.parent / "cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            continue
        if int(rest.split()[1]) == pid and program.encode() in command:
            return int(path.parent.name)
    raise AssertionError(f"process {pid} has no child {program}")


def command(script: str, out: Output, run_id: str, *words: str) -> list[str]:
    """The command line of a script that debugs this run."""
    return [str(paths.TOP / "scripts" / script), "--output", str(out.path), "--run-id", run_id,
            "--before=-nx -ex 'set width 0' -ex 'set height 0'", *words]


def line_of(file: str, pattern: str) -> int:
    """The number of the first line of a file of ours that the pattern matches."""
    lines = (paths.TOP / file).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if re.search(pattern, line))


Start = Callable[..., Debugger]     # the fixture that starts a debugger
Press = Callable[..., None]         # the fixture that presses keys of a guest with a screen
Boot = Callable[..., Console]       # the fixture that starts a guest
Booted = Callable[..., AbstractContextManager[Console]]     # the fixture that starts one that has booted
