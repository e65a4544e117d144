# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command block of the documentation does what it says: a block ```sh is run as it stands."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from booting import SLOWER

from lkmc import paths

PAGES = [paths.TOP / "README.md", *sorted((paths.TOP / "docs").glob("*.md"))]
# Whether there is a gem5 for the page about it, and an output that it can boot.
GEM5 = ["scripts/run", "--arch", "aarch64", "--emulator", "gem5", "--dry-run"]
pytestmark = pytest.mark.xdist_group("x86_64-prebuilt")     # the output that most blocks use
# What this very test is part of, and what would test itself again.
NOT_AGAIN = ("scripts/test\n", "scripts/test --tier unit\n")


def blocks(path: Path) -> list[tuple[str, str]]:
    """(name, commands) of each block that the boot tier can run."""
    found = re.findall(r"^```sh\n(.*?)^```$", path.read_text(), re.M | re.S)
    return [(f"{path.name}-{number}", text) for number, text in enumerate(found, 1) if text not in NOT_AGAIN]


@pytest.mark.parametrize("commands", [pytest.param(text, id=name) for page in PAGES for name, text in blocks(page)])
def test_a_command_block_of_the_documentation_runs(commands: str, limit: float) -> None:
    if not any((paths.OUT / "x86_64-prebuilt/images").glob("rootfs.cpio")):
        pytest.skip("no prebuilt x86_64 output in this checkout; scripts/prebuilt makes it")
    seconds = 6 * limit
    if "gem5" in commands:
        seconds *= SLOWER
        asked = subprocess.run(GEM5, cwd=paths.TOP, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if asked.returncode:
            pytest.skip(asked.stderr.strip())
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=paths.TOP, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=seconds,
                          env=dict(os.environ, LC_ALL="C"))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
