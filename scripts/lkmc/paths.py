# SPDX-License-Identifier: GPL-2.0-or-later
"""Where this checkout and its cache are."""
from __future__ import annotations

import os
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BOARD = TOP / "board"
OUT = TOP / "out"


def cache() -> Path:
    """The folder for everything that outlives a checkout: `$XDG_CACHE_HOME/lkmc`, else `~/.cache/lkmc`."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "lkmc"
