# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a terminal that is read all the time, as one in front of a person is.

pexpect reads only while something is expected. An emulator whose terminal is full waits with each character: Linux took
40 s to a breakpoint, not 5, while a test looked at GDB alone.
"""
from __future__ import annotations

import codecs
import os
import queue
import select
import threading
from typing import TYPE_CHECKING

import pexpect

if TYPE_CHECKING:
    Spawn = pexpect.spawn[str]
else:
    Spawn = pexpect.spawn

MOST = 1 << 16      # bytes at a time


class Drained(Spawn):
    """A pexpect.spawn of UTF-8 text, which keeps what came until it is expected."""

    def __init__(self, command: str, args: list[str], **options: object) -> None:
        self._came: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._stop: int | None = None
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        super().__init__(command, args, encoding="utf-8", codec_errors="replace", **options)    # type: ignore[arg-type]
        stopped, self._stop = os.pipe()
        self._reader = threading.Thread(target=self._read, args=(self.child_fd, stopped), daemon=True)
        self._reader.start()

    def _read(self, terminal: int, stopped: int) -> None:
        """Read until the terminal's end, which is kept as an empty part, or until close()."""
        ready = select.poll()
        for descriptor in (terminal, stopped):
            ready.register(descriptor, select.POLLIN)
        part = b"begin"
        while part and stopped not in dict(ready.poll()):
            try:
                part = os.read(terminal, MOST)
            except OSError:     # EIO, when no program has it open any more
                part = b""
            self._came.put(part)
        os.close(stopped)

    def read_nonblocking(self, size: int = 1, timeout: float | None = -1) -> str:
        """All that has come, whatever `size`. Raises pexpect.TIMEOUT, and pexpect.EOF at the end."""
        limit = self.timeout if timeout == -1 else timeout
        try:
            part = self._came.get(timeout=limit if limit is None else max(limit, 0))
        except queue.Empty:
            raise pexpect.TIMEOUT(f"nothing came within {limit} s") from None
        if not part:
            self._came.put(part)
            self.flag_eof = True
            raise pexpect.EOF("the terminal is closed")
        return self._text.decode(part)

    def hang_up(self) -> None:
        """Take the terminal away, and do nothing else to the program."""
        self._end_reading()
        vars(self)["ptyproc"].fileobj.close()

    def close(self, force: bool = True) -> None:
        """End the program, if need be, and its terminal."""
        self._end_reading()
        super().close(force)

    def _end_reading(self) -> None:
        if self._stop is not None:
            os.close(self._stop)        # which the other end of the pipe is told
            self._stop = None
            self._reader.join()
