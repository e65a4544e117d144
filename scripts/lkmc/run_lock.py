# SPDX-License-Identifier: GPL-2.0-or-later
"""The lock of a run folder: the process's that runs there and its emulator's. In the file stands that process's pid."""
from __future__ import annotations

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from lkmc.errors import UserError, of_system

LOOK = 0.1      # seconds, at most, that somebody has the lock who only looks whether it is held


@dataclass
class Lock:
    """The lock in a file of this path. It is given back when all have ended that have its file descriptor."""
    path: Path
    _file: IO[str] | None = field(default=None, repr=False)

    def take(self) -> None:
        """Have it, and write our pid into it. Raises UserError, naming the pid, when a run with this id is alive."""
        file = open(self.path, "a+", encoding="ascii")   # noqa: SIM115  held until give_back()
        end = time.monotonic() + LOOK
        while not _lock(file, fcntl.LOCK_EX):
            if time.monotonic() > end:
                file.close()
                raise UserError(f"run id {self.path.parent.name} is in use by process "
                                f"{self.pid() or '(just started)'}; end it, or choose another with --run-id")
            time.sleep(LOOK / 20)
        self._file = file
        self.renew()

    def fd(self) -> int:
        """The file descriptor, for an emulator that outlives its runner to inherit."""
        assert self._file is not None, "take() comes first"
        return self._file.fileno()

    def renew(self) -> None:
        """Write the pid of this process into it, as after a fork. Raises UserError."""
        try:
            os.ftruncate(self.fd(), 0)
            os.pwrite(self.fd(), str(os.getpid()).encode(), 0)
        except OSError as error:
            error.filename = self.path      # which is not named where a file is open
            raise UserError(of_system(error)) from None

    def pid(self) -> int | None:
        """The process that runs, or ran, in the folder; None where none did, or it has not said so yet."""
        with contextlib.suppress(OSError, ValueError):
            return int(self.path.read_text())
        return None

    def held(self) -> bool:
        """Whether a run is alive."""
        with contextlib.suppress(OSError), self.path.open() as file:
            return not _lock(file, fcntl.LOCK_SH)
        return False

    def give_back(self) -> None:
        """Close our descriptor of it, if we have one."""
        if self._file:
            self._file.close()


def _lock(file: IO[str], kind: int) -> bool:
    """Lock an open file, if that can be done at once."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
