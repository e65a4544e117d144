# SPDX-License-Identifier: GPL-2.0-or-later
"""Find the first bad commit of a git tree, Linux's or QEMU's, by git bisect run around scripts/run.

    scripts/hack --arch aarch64 linux --from https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git
    scripts/bisect --arch aarch64 --good v6.11 --bad v6.12 src/linux -- --eval-after 'insmod /hello.ko' --timeout 60

Each commit is built (--build: by default the rebuild of the package that the tree is the source of) and run, with what
follows the lone -- for scripts/run. It is good when the run's status is 0. It is skipped when it cannot be built, and
when scripts/run itself fails (125). Anything else is bad: the payload's status, a panic (101), the time limit (124).
"""
from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from lkmc import output, overrides, paths
from lkmc.errors import LkmcError, UserError
from lkmc.output import Output

OPTIONS = ("arch", "output", "variant")
TAKES_REST = True
RUN_ID = "bisect"
STEP = """#!/bin/sh
# One commit of a bisection: 0 good, 1 bad, 125 not to be told. Interrupted, it ends the bisection.
{build} || exit 125
{run} </dev/null
status=$?
case $status in
0 | 125 | 130 | 143) exit $status ;;
esac
exit 1
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tree", type=Path, metavar="TREE", help="the git tree, such as src/linux")
    parser.add_argument("--good", required=True, metavar="COMMIT", help="a commit without the fault")
    parser.add_argument("--bad", default="HEAD", metavar="COMMIT", help="a commit with it (default: %(default)s)")
    parser.add_argument("--build", metavar="CMD", help="build the checked out commit by this shell command")


def main(args: argparse.Namespace) -> int:
    _check(args.rest)
    built = output.find(args.output, args.arch, "arch" in args.typed)
    tree = args.tree.absolute()
    if not (tree / ".git").exists():
        raise UserError(f"{tree}: no git tree; scripts/hack PACKAGE --from GIT makes one")
    run = [str(paths.TOP / "scripts/run"), "--output", str(built.path), "--run-id", RUN_ID, *args.rest]
    folder = built.path / "run" / RUN_ID
    folder.mkdir(parents=True, exist_ok=True)
    step = built.path / "run" / f"{RUN_ID}.sh"
    step.write_text(STEP.format(build=args.build or _rebuild(built, tree), run=shlex.join(run)))
    step.chmod(0o755)
    _git(tree, "start", args.bad, args.good, "--")
    try:
        return _bisect(tree, step)
    finally:
        step.with_suffix(".log").write_text(_git(tree, "log"))
        _git(tree, "reset")


def _check(words: tuple[str, ...]) -> None:
    """Raises UserError where the run of a commit would have no end, or none that tells anything."""
    if not words:
        raise UserError("what tells good from bad is missing; add it after a lone --: -- --eval-after /hello.sh "
                        "--timeout 60")
    for word in ("--background", "--dry-run"):
        if word in words:
            raise UserError(f"{word}: with it scripts/run ends before the guest has, and each commit is good")


def _bisect(tree: Path, step: Path) -> int:
    """Run it, and print the first bad commit. Raises LkmcError when none can be told."""
    command = ["git", "-C", str(tree), "bisect", "run", str(step)]
    print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode
    if status:
        raise LkmcError(f"no first bad commit was found (git's status is {status}): see {step.with_suffix('.log')}, "
                        f"and try one commit by hand with {step}")
    show = ["git", "-C", str(tree), "log", "-1", "--format=%H %s", "refs/bisect/bad"]
    print(f"\n{subprocess.run(show, capture_output=True, text=True, check=True).stdout}", end="")
    return 0


def _rebuild(built: Output, tree: Path) -> str:
    """The command that rebuilds the package whose source the tree is. Raises UserError when it is none's."""
    package = overrides.package(built.path, tree)
    if package is None:
        raise UserError(f"{tree} is no package's source in {built.path}; make it one with scripts/hack, or give the "
                        f"command that builds it with --build")
    targets = [f"{name}-rebuild" for name in overrides.built_names(built.path, package)]
    return shlex.join([str(paths.TOP / "scripts/build"), "--arch", built.arch, "--output", str(built.path),
                       *(targets or [f"{package}-rebuild"]), "all"])


def _git(tree: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(tree), "bisect", *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "failed").splitlines()[-1]
        raise LkmcError(f"git bisect {' '.join(words)}: {said}; see git -C {tree} status")
    return done.stdout
