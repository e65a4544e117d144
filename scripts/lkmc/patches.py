# SPDX-License-Identifier: GPL-2.0-or-later
"""Our patches to packages, and those that a built package lacks: Buildroot looks at them once, as it unpacks."""
from __future__ import annotations

import re
from pathlib import Path

from lkmc import paths

FOLDER = "board/patches"
APPLIED = ".applied_patches_list"       # a path on each line
VERSION = r"v?\d.*|[0-9a-f]{7,40}|custom"       # what follows a package's name, and not linux-headers'


def lacking(output: Path) -> dict[str, list[str]]:
    """{package as Buildroot's targets name it: [patch that has come since it was unpacked]}."""
    found = {}
    for folder in sorted(path for path in (paths.TOP / FOLDER).iterdir() if path.is_dir()):
        wanted = sorted(path.name for path in folder.glob("*.patch"))
        name = re.compile(rf"((?:host-)?{re.escape(folder.name)})-(?:{VERSION})")
        for applied in sorted(output.glob(f"build/*/{APPLIED}")):
            if package := name.fullmatch(applied.parent.name):
                there = {Path(line).name for line in applied.read_text().splitlines()}
                if missing := [patch for patch in wanted if patch not in there]:
                    found[package[1]] = missing
    return found
