# SPDX-License-Identifier: GPL-2.0-or-later
"""The documentation's build commands, a block ```sh build each, reach Buildroot as they are meant to.

They take hours, so make is one that only writes down how it was called; the builds themselves are the other tests.
"""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from lkmc import paths

PAGES = [paths.TOP / "README.md", *sorted((paths.TOP / "docs").glob("*.md"))]
BLOCKS = [pytest.param(text, id=f"{page.name}-{number}") for page in PAGES
          for number, text in enumerate(re.findall(r"^```sh build\n(.*?)^```$", page.read_text(), re.M | re.S), 1)]
FAKE_MAKE = '#!/bin/sh\necho "$*" >> "$MAKE_LOG"\n'


@pytest.mark.parametrize("commands", BLOCKS)
def test_a_build_block_calls_make_with_its_targets(commands: str, tmp_path: Path) -> None:
    make, log = tmp_path / "make", tmp_path / "log"
    make.write_text(FAKE_MAKE)
    make.chmod(0o755)
    where = f"--output {tmp_path}/o"
    mine = commands.replace("scripts/build ", f"scripts/build {where} ").replace("$PWD/out", str(tmp_path))
    (tmp_path / "o").mkdir()
    (tmp_path / "o/.config").touch()
    environment = dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}", MAKE_LOG=str(log))
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", mine], cwd=paths.TOP, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    called = log.read_text()
    assert f"BR2_EXTERNAL={paths.TOP}" in called
    for line in commands.splitlines():
        for target in re.findall(r"\b[\w-]*(?:menuconfig|rebuild|defconfig|reconfigure)\b", line):
            assert re.search(rf"\b{target}\b", called)
