# SPDX-License-Identifier: GPL-2.0-or-later
"""What can go wrong on our side. `cli.main` turns each into one line on standard error and exit status 125."""
from __future__ import annotations

import errno

# What to do about the system's errors, where that is known.
_YOURS = "make it readable and writable for you"
_CURES = {errno.EACCES: _YOURS, errno.EPERM: _YOURS, errno.EROFS: _YOURS, errno.ENOSPC: "make room there",
          errno.EEXIST: "move it away", errno.ENOTDIR: "move away what is there instead of a folder"}


def of_system(error: OSError) -> str:
    """An error of the system's in one line: the file, where it names one, what is wrong, and what to do."""
    file = f"{error.filename}: " if error.filename else ""
    cure = _CURES.get(error.errno or 0)
    return f"{file}{error.strerror or error}" + (f"; {cure}, or choose another folder with --output" if cure else "")


class LkmcError(Exception):
    """An error of ours; its text says what is wrong and names the next command or the valid choices."""


class UserError(LkmcError):
    """The request cannot be carried out as it was made."""


class MissingOutput(LkmcError):
    """An output folder lacks what the request needs; the text names the command that makes it."""


class EmulatorFailed(LkmcError):
    """The emulator did not start, or ended by itself with an error of its own."""


class GuestTimeout(LkmcError):
    """The guest did not get as far as was waited for, within the time limit."""
