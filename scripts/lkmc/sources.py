# SPDX-License-Identifier: GPL-2.0-or-later
"""Source trees of packages under src/: git trees whose first state is remembered, and the patch since."""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from lkmc import buildroot, paths
from lkmc.errors import LkmcError, UserError

BASE = "refs/lkmc/base"         # in a tree: the state that a patch is made against
ORIGIN = "lkmc.source"          # in its configuration: what it was made of
STAMPS = (".stamp_*", ".files-list*", ".applied_patches_list", ".br_filtering_*")
TARBALL = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tar.lz")
NOBODY = ("-c", "user.name=lkmc", "-c", "user.email=lkmc@localhost")     # for commits that nobody wrote


def folder(package: str) -> Path:
    """Where the source tree of a package is."""
    return paths.TOP / "src" / package


def is_tarball(source: str) -> bool:
    """Whether a file or URL is a tarball by its name."""
    return source.endswith(TARBALL)


def fetch(source: str, target: Path) -> None:
    """Make `target` a git tree of a tarball (file or URL), a folder, or a git tree (GIT or GIT#COMMIT)."""
    place, _, commit = source.partition("#")
    with _parts(target) as part:
        if is_tarball(place):
            _unpack(place, part)
        elif commit or (Path(place) / ".git").exists() or place.endswith(".git"):
            _git_clone(place, commit, part)
        elif Path(place).is_dir():
            copy(Path(place), part)
        else:
            raise UserError(f"{source}: neither a tarball, nor a folder, nor a git tree; write a tree as GIT#COMMIT")
        _finish(part, source, target)


def origin(tree: Path) -> str:
    """What a tree was made of; empty where that is not known."""
    asked = ["git", "-C", str(tree), "config", "--local", ORIGIN]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip()


def extract(tree: Path, output: Path, package: str, target: Path) -> None:
    """Make `target` a git tree of what Buildroot's PACKAGE-patch makes with this output's configuration, which itself
    is left alone."""
    with _parts(target) as part:
        scratch = part / "o"
        scratch.mkdir(parents=True)
        for name in (".config", "local.mk"):
            if (output / name).exists():
                shutil.copy(output / name, scratch / name)
        buildroot.make(tree, scratch, f"{package}-patch")
        found = [path.parent for path in scratch.glob("build/*/.stamp_patched")
                 if path.parent.name.startswith((f"{package}-", package)) and path.parent.name != "buildroot-config"]
        if len(found) != 1:
            raise LkmcError(f"{package}-patch left no source in {scratch}/build; give the source with --from")
        for pattern in STAMPS:
            for path in found[0].glob(pattern):
                path.unlink()
        (part / "source").parent.mkdir(exist_ok=True)
        found[0].rename(part / "source")
        _finish(part / "source", f"Buildroot's {found[0].name}", target)


def copy(source: Path, target: Path) -> None:
    """Copy a source tree without its version control, times kept."""
    target.mkdir(parents=True, exist_ok=True)
    _run(["rsync", "-a", "--exclude=.git", "--exclude=.stamp_*", f"{source}/", str(target)])


class _parts:
    """A folder beside `target`, gone at the end: what is there under its own name is whole."""

    def __init__(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent)

    def __enter__(self) -> Path:
        return Path(self._folder.name) / "tree"

    def __exit__(self, *error: object) -> None:
        self._folder.cleanup()


def _unpack(place: str, target: Path) -> None:
    target.mkdir()
    if "://" in place and not place.startswith("file://"):
        download = target.parent / Path(urlsplit(place).path).name
        _run(["wget", "--quiet", "-O", str(download), place])
        place = str(download)
    _run(["tar", "-xf", place.removeprefix("file://"), "--strip-components=1", "-C", str(target)])


def _git_clone(place: str, commit: str, target: Path) -> None:
    _run(["git", "clone", "--quiet", "--no-checkout", place, str(target)])
    _run(["git", "-C", str(target), "-c", "advice.detachedHead=false", "checkout", "--quiet", commit or "HEAD"])


def _finish(part: Path, what: str, target: Path) -> None:
    """Commit the tree where it is none of git's yet, remember its state, and put it in its place."""
    if not (part / ".git").exists():
        _run(["git", "init", "--quiet", "--initial-branch=lkmc", str(part)])
        _git(part, "add", "--all", "--force")
        _git(part, *NOBODY, "commit", "--quiet", "--no-verify", f"--message={what}")
    _git(part, "update-ref", BASE, "HEAD")
    _git(part, "config", ORIGIN, what)
    part.rename(target)


def patch(tree: Path, package: str, subject: str) -> str:
    """What has changed in a tree since its first state, committed or not, as a patch for board/patches/PACKAGE; empty
    when nothing has."""
    _git(tree, "add", "--intent-to-add", ".")
    plain = ("-c", "core.quotePath=false", "diff", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/")
    changes = _git(tree, *plain, "--binary", BASE)
    if not changes:
        return ""
    author = _git(tree, *(() if _named(tree) else NOBODY), "var", "GIT_AUTHOR_IDENT").rsplit(" ", 2)[0]
    stat = _git(tree, *plain, "--stat", "--summary", BASE)
    return (f"From: {author}\nSubject: [PATCH] {subject}\n\nUpstream: N/A, a local change to {package}\n"
            f"Signed-off-by: {author}\n---\n{stat}\n{changes}")


def _named(tree: Path) -> bool:
    """Whether git knows who works here."""
    asked = ["git", "-C", str(tree), "config", "user.email"]
    return "GIT_AUTHOR_EMAIL" in os.environ or subprocess.run(asked, capture_output=True).returncode == 0


def _git(tree: Path, *words: str) -> str:
    # A commit of a whole kernel would have git pack it, which nothing gains from.
    return _run(["git", "-C", str(tree), "-c", "gc.auto=0", *words])


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="surrogateescape")
    if done.returncode:
        said = (done.stderr.strip() or f"status {done.returncode}").splitlines()[-1]
        raise LkmcError(f"{' '.join(command[:8])}: {said}; give another source with --from")
    return done.stdout
