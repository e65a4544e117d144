# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bisect finds the commit that a guest does not like, past commits that cannot be told."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from repository import git

from lkmc import paths
from lkmc.output import Output

BAD = 5


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A git tree of seven commits of a payload: the second cannot be built, from the fifth on the guest dies."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(1, 8):
        (tree / "payload.sh").write_text(f"echo commit {number}\n" + ("insmod /panic.ko\n" if number >= BAD else ""))
        (tree / "Makefile").write_text("all:\n\t" + ("false" if number == 2 else "cp payload.sh $(TO)") + "\n")
        git(tree, "init", "--quiet", "--initial-branch=main")
        git(tree, "add", ".")
        git(tree, "commit", "--quiet", f"--message=commit {number}")
    return tree


def bisect(out: Output, tree: Path, build: str, limit: float, payload: str) -> subprocess.CompletedProcess[str]:
    command = [str(paths.TOP / "scripts/bisect"), "--output", str(out.path), "--good", "main~6", "--bad", "main",
               "--build", build, str(tree), "--", "--quiet", "--timeout", str(limit), "--eval-after", payload]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          timeout=9 * limit)


def test_the_first_commit_at_which_the_guest_dies_is_found(out: Output, tree: Path, limit: float) -> None:
    (out.path / "9p").mkdir(exist_ok=True)
    payload = out.path / "9p/bisected.sh"
    done = bisect(out, tree, f"make TO={payload}", limit, "sh /mnt/9p/data/bisected.sh")
    payload.unlink()
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1].endswith(f" commit {BAD}")
    assert git(tree, "status", "--porcelain", "--branch") == "## main", "the tree is as it was"
    assert f"commit {BAD}" in (out.path / "run/bisect.log").read_text()


def test_commits_that_cannot_be_built_tell_nothing(out: Output, tree: Path, limit: float) -> None:
    done = bisect(out, tree, "false", limit, "true")
    assert done.returncode == 125 and "no first bad commit was found" in done.stderr
    assert git(tree, "status", "--porcelain", "--branch") == "## main"


def test_what_is_no_tree_is_answered_with_the_command_that_makes_one(
        out: Output, tmp_path: Path, limit: float) -> None:
    done = bisect(out, tmp_path, "true", limit, "true")
    assert done.returncode == 125 and "scripts/hack PACKAGE --from GIT" in done.stderr
