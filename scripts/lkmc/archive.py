# SPDX-License-Identifier: GPL-2.0-or-later
"""The distro's archive, read through a private apt state for any architecture: the host's own is not touched."""
from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from lkmc.errors import MissingOutput

LISTS_MAX_AGE = 24 * 3600.0     # seconds after which package lists are read again


class Archive:
    """The suites that the host's apt has, or the one of this name; lists and packages are kept below `cache`."""

    def __init__(self, cache: Path, suite: str | None) -> None:
        self.cache, self.suite = cache, suite

    def show(self, package: str, arch: str) -> str:
        """What the package lists say of a package. Raises MissingOutput."""
        return self._apt("apt-cache", "show", "--no-all-versions", package, arch=arch)

    def unpack(self, package: str, arch: str, part: str) -> Path:
        """The folder with the unpacked package; downloaded first where it is not there yet.

        part: what of it is wanted, as tar calls it. Raises MissingOutput.
        """
        folder = self.cache / "unpacked" / f"{package}_{arch}"
        if folder.is_dir():
            return folder
        pool = self.cache / "pool" / f"{package}_{arch}"
        shutil.rmtree(pool, ignore_errors=True)
        pool.mkdir(parents=True)
        self._apt("apt-get", "download", package, arch=arch, cwd=pool)
        partial = folder.with_name(folder.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", next(pool.glob("*.deb"))],
                              stdout=subprocess.PIPE) as tar:
            subprocess.run(["tar", "x", "-C", partial, "--no-same-owner", part], check=True, stdin=tar.stdout)
        shutil.rmtree(pool)
        partial.rename(folder)
        return folder

    def _apt(self, program: str, *words: str, arch: str, cwd: Path | None = None) -> str:
        """What an apt program prints, with package lists of `arch`."""
        state = self.cache / "apt" / (self.suite or "") / arch
        stamp = state / "updated"
        options = ["-o", f"APT::Architecture={arch}", "-o", f"APT::Architectures={arch}", "-o", f"Dir::State={state}",
                   "-o", "Dir::State::status=/dev/null", "-o", f"Dir::Cache={state}/cache", "-o",
                   "APT::Sandbox::User=root", "-o", "Acquire::Languages=none", "-o", "Debug::NoLocking=true"]
        if self.suite:
            options += ["-o", f"Dir::Etc::sourcelist={self._sources(state.parent)}",
                        "-o", "Dir::Etc::sourceparts=/dev/null"]
        if not stamp.exists() or time.time() - stamp.stat().st_mtime > LISTS_MAX_AGE:
            for folder in ("lists/partial", "cache/archives/partial"):
                (state / folder).mkdir(parents=True, exist_ok=True)
            try:
                _run("apt-get", *options, "-o", "Acquire::Retries=3", "update")
                stamp.touch()
            except MissingOutput as error:      # a mirror in the midst of its own update: the other lists may do
                if not any((state / "lists").glob("*_Packages*")):
                    raise
                print(f"prebuilt: {error}; going on with the lists that arrived", file=sys.stderr)
                stamp.touch()
        return _run(program, *options, *words, cwd=cwd)

    def _sources(self, folder: Path) -> Path:
        """A list of sources with the one suite, from where the host has its own release. Raises MissingOutput."""
        release = host_release()
        listed = _run("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages")
        places = [line.split()[1] for line in listed.splitlines() if line.split()[:1] == [release]]
        if not places:
            raise MissingOutput(f"this host's apt has no archive of {release or 'its release'} that could have "
                                f"{self.suite}")
        folder.mkdir(parents=True, exist_ok=True)
        sources = folder / "sources.list"
        sources.write_text(f"deb {places[0]} {self.suite} main\n")
        return sources


def host_release() -> str:
    """The name of the host's own suite; empty where it has none."""
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "")


def host_arch() -> str:
    """The host's own architecture, as packages call it."""
    return _run("dpkg", "--print-architecture").strip()


def _run(program: str, *words: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run([program, *words], capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise MissingOutput(f"this host has no {program}") from None
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        raise MissingOutput(f"{program} {words[-1]}: {' '.join(reasons) or done.stderr.strip()}")
    return done.stdout
