# SPDX-License-Identifier: GPL-2.0-or-later
"""The tools that read the sources: ruff, mypy and shellcheck have nothing to say."""
from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from lkmc import paths

WIDTH = 132     # of Buildroot's flake8, which also measures the words for the linter that ruff passes over


def check(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], cwd=paths.TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_has_nothing_to_say() -> None:
    check(sys.executable, "-m", "ruff", "check", "--quiet", "--output-format", "concise", "scripts", "tests")


def test_no_line_with_a_word_for_the_linter_is_too_wide() -> None:
    wide = [f"{path}:{number}" for folder in ("scripts", "tests") for path in (paths.TOP / folder).rglob("*.py")
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if len(line) > WIDTH and "  # noqa" in line and "E501" not in line]
    assert wide == []


def test_types_are_right() -> None:
    check(sys.executable, "-m", "mypy", "--no-error-summary")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck on this host; its package is shellcheck")
def test_shellcheck_has_nothing_to_say() -> None:
    folders = [paths.TOP / "scripts", paths.TOP / "rootfs_overlay", paths.TOP / "kernel_modules"]
    scripts = [path for folder in folders for path in sorted(folder.rglob("*"))
               if path.is_file() and path.read_bytes().startswith((b"#!/bin/sh", b"#!/lkmc/"))]
    assert scripts
    # SC1091: files of the guest are not at their place here; SC3043: the shells that we meet have local.
    check("shellcheck", "--shell=dash", "--exclude=SC1091,SC3043", *scripts)
