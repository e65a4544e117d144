# SPDX-License-Identifier: GPL-2.0-or-later
"""Words of QEMU's own, those that a user gives it and those that it says: what they mean for a run."""
from __future__ import annotations

import re
from collections.abc import Iterable

# Options, or parts of their values, that have QEMU tell or write something in the place of a guest.
TELLS = re.compile(r"^--?(h|help|version)$|(^|[=,])(help|\?)$|(^|,)dumpdtb=")
# What QEMU says of what it lacks, and what to do about it.
CURES = {
    re.compile(r"'lkmc_\w+' is not a valid device model name"):
        "it is in this project's own QEMU only, which scripts/build makes: docs/qemu.md",
}


def tells(extra: Iterable[str]) -> bool:
    """Whether options have QEMU end by itself before there is a guest."""
    return any(TELLS.search(word) for word in extra)


def cured(said: str) -> str:
    """QEMU's words, followed by what to do about them where we know."""
    return "; ".join([said, *(cure for pattern, cure in CURES.items() if pattern.search(said))])
