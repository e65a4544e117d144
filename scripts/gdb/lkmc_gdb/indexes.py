# SPDX-License-Identifier: GPL-2.0-or-later
"""GDB's own cache of indexes of debug information, which it makes when it first reads a file."""
from __future__ import annotations

import gdb

SWITCHES = ("enabled on", "on")     # in the words of GDB 13, and of those before it


def keep(folder: str) -> None:
    """Keep them in this folder from here on, so that GDB starts sooner the next time."""
    gdb.execute(f"set index-cache directory {folder}")
    for words in SWITCHES:
        try:
            gdb.execute(f"set index-cache {words}", to_string=True)
            return
        except gdb.error:
            pass
