# SPDX-License-Identifier: GPL-2.0-or-later
"""What can go wrong on our side. `cli.main` turns each into one line on standard error and exit status 125."""


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
