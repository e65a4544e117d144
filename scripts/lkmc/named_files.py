# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that an emulator's command line names, whose changes are noticed by."""
from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

COMMA = re.compile("(?<!,),(?!,)")      # of QEMU's that ends a value; one inside a value is doubled


def named(command: Iterable[str]) -> list[str]:
    """Those that are there, sorted: whole words, and values of KEY=VALUE in them."""
    return sorted({path for word in command for path in _candidates(word) if os.path.isfile(path)})


def _candidates(word: str) -> Iterator[str]:
    for part in (word, *COMMA.split(word)):
        while part:
            yield from (part, part.replace(",,", ","))
            _, _, part = part.partition("=")
