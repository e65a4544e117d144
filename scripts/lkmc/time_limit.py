# SPDX-License-Identifier: GPL-2.0-or-later
"""A limit of time for the tests together: what would begin after it is left out, and says so."""
from __future__ import annotations

import os
import time

UNTIL = "LKMC_TEST_UNTIL"       # in the environment of all tests: when nothing begins any more, in seconds since 1970
REASON = "the time for tests (--minutes) is over"


def begins(minutes: float) -> None:
    """From here on there are so many minutes."""
    os.environ[UNTIL] = str(time.time() + 60 * minutes)


def over(needed: float = 0) -> str:
    """Why nothing begins any more that takes so many seconds; empty as long as there is time."""
    until = os.environ.get(UNTIL)
    return REASON if until and time.time() + needed >= float(until) else ""
