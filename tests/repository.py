# SPDX-License-Identifier: GPL-2.0-or-later
"""git, as somebody whom the tests make up."""
from __future__ import annotations

import subprocess
from pathlib import Path


def git(tree: Path, *words: str) -> str:
    """Run git in a tree; what it prints, without the line's end. Raises CalledProcessError."""
    return subprocess.run(["git", "-C", tree, "-c", "user.name=A B", "-c", "user.email=a@b.org", *words], check=True,
                          capture_output=True, text=True).stdout.strip()
