# SPDX-License-Identifier: GPL-2.0-or-later
"""The distro's packages for a guest's architecture, through a private apt state: the host's own is not touched."""
from __future__ import annotations

import contextlib
import platform
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lkmc.errors import MissingOutput
from lkmc.machine import Prebuilt

# Suites of Debian's archive with the kernels that the modules are to compile for: Linux 6.1, 6.12, the newest.
SUITES = ("bookworm", "bookworm-backports", "stable-backports")
LISTS_MAX_AGE = 24 * 3600.0     # seconds after which package lists are read again


@dataclass(frozen=True)
class Kernel:
    """A distro kernel, unpacked.

    version: as `uname -r` prints it. build: what modules are compiled against, with its .config. vmlinuz: the image as
    the distro ships it. modules: lib/modules/VERSION with a modules.dep. needs: the packages that the programs in
    build need on the host.
    """
    version: str
    build: Path
    needs: tuple[str, ...]
    vmlinuz: Path
    modules: Path


class Packages:
    """The packages of one architecture, kept below `cache`: of the suites that the host's apt has, or of `suite`."""

    def __init__(self, names: Prebuilt, cache: Path, suite: str | None = None) -> None:
        self.names, self.cache, self.suite = names, cache, suite

    def kernel(self, series: str | None) -> Kernel:
        """The newest kernel of a series ("6.12"), perhaps a backport; or the standard one. Raises MissingOutput."""
        try:
            return self._kernel(f"linux-image-{series}-" if series else "linux-image-", "")
        except MissingOutput:
            if series and not self.suite:
                backports = Packages(self.names, self.cache, f"{_release()}-backports")
                with contextlib.suppress(MissingOutput):
                    return backports._kernel("linux-image-", f"{series}.")
            raise

    def _kernel(self, prefix: str, begins: str) -> Kernel:
        image = self._depends(prefix + self.names.kernel_package, "linux-image-")
        version = image.removeprefix("linux-image-")
        if not version.startswith(begins):
            raise MissingOutput(f"{image} is no Linux {begins}*")
        return Kernel(version, *self._headers(version), *self._image(image, version))

    def headers(self) -> Path:
        """What modules are compiled against for the standard kernel. Raises MissingOutput.

        Its programs may want a newer host than this one: scripts/mod/modpost, tools/objtool/objtool.
        """
        package = self._depends(f"linux-headers-{self.names.kernel_package}", "linux-headers-")
        return self._headers(package.removeprefix("linux-headers-"))[0]

    def symbols(self, version: str) -> Path:
        """The kernel with its debug information, from a package of close to a gigabyte. Raises MissingOutput."""
        name = f"usr/lib/debug/boot/vmlinux-{version}"
        return self._unpack(f"linux-image-{version}-dbg", self.names.debian_arch, f"./{name}") / name

    def busybox(self) -> tuple[Path, tuple[str, ...]]:
        """The static BusyBox of the architecture, and the paths of its applets."""
        folder = self._unpack("busybox-static", self.names.debian_arch, "./bin/busybox")
        host = self._unpack("busybox-static", _host_arch(), "./bin/busybox")
        listed = subprocess.run([host / "bin/busybox", "--list-full"], check=True, text=True, capture_output=True)
        return folder / "bin/busybox", tuple(listed.stdout.split())

    def _image(self, package: str, version: str) -> tuple[Path, Path]:
        folder = self._unpack(package, self.names.debian_arch, ".")
        modules = next(path for path in (folder / "lib/modules", folder / "usr/lib/modules") if path.is_dir()) / version
        if not (modules / "modules.dep").exists():
            base = modules.parents[2]
            subprocess.run(["depmod", "-b", str(base), version], check=True, capture_output=True)
        return folder / f"boot/vmlinuz-{version}", modules

    def _headers(self, version: str) -> tuple[Path, tuple[str, ...]]:
        """Put the headers, their common part and the host's kbuild programs together into one folder; return it, and
        the packages that those programs need on the host."""
        headers = self._unpack(f"linux-headers-{version}", self.names.debian_arch, ".")
        build = headers / f"usr/src/linux-headers-{version}"
        makefile = (build / "Makefile").read_text()
        kbuild_links = [path for path in (build / "scripts", build / "tools") if path.is_symlink()]
        if not kbuild_links:
            return build, ()
        kbuild_package = kbuild_links[0].readlink().parent.name
        kbuild = self._unpack(kbuild_package, _host_arch(), ".") / "usr/lib" / kbuild_package
        found = re.search(r"/usr/src/(linux-headers-\S+?-common\S*?)/Makefile", makefile)
        if found and str(self.cache) not in makefile:
            common = self._unpack(found[1], self.names.debian_arch, ".") / "usr/src" / found[1]
            for folder in (build, common):
                for name in ("scripts", "tools"):
                    if (folder / name).is_symlink():
                        (folder / name).unlink()
                        (folder / name).symlink_to(kbuild / name)
            for name, place in ((found[1], common), (build.name, build)):   # newer ones name themselves as well
                makefile = re.sub(rf"/usr/src/{re.escape(name)}(?![\w.+-])", str(place), makefile)
            (build / "Makefile").write_text(makefile)
        return build, self._needs(kbuild_package, kbuild)

    def _needs(self, package: str, folder: Path) -> tuple[str, ...]:
        """The packages that the programs of a host package depend on; kept beside the unpacked programs."""
        kept = folder / "needs"
        if not kept.exists():
            shown = self._apt("apt-cache", "show", "--no-all-versions", package, arch=_host_arch())
            depends = re.search(r"^Depends: (.*)$", shown, re.M)
            kept.write_text("\n".join(re.findall(r"(?:^|, )([a-z0-9][a-z0-9+.-]+)", depends[1] if depends else "")))
        return tuple(kept.read_text().split())

    def _depends(self, package: str, prefix: str) -> str:
        """The package that a meta-package stands for."""
        shown = self._apt("apt-cache", "show", "--no-all-versions", package)
        found = re.search(rf"^Depends:.*?({re.escape(prefix)}[^ ,]+)", shown, re.M)
        if found is None:
            raise MissingOutput(f"this distro has no package {package}")
        return found[1]

    def _unpack(self, package: str, arch: str, part: str) -> Path:
        """The folder with the unpacked package; downloaded first where it is not there yet."""
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

    def _apt(self, program: str, *words: str, arch: str | None = None, cwd: Path | None = None) -> str:
        """What an apt program prints, with package lists of `arch` (the guest's by default)."""
        arch = arch or self.names.debian_arch
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
        release = _release()
        listed = _run("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages")
        places = [line.split()[1] for line in listed.splitlines() if line.split()[:1] == [release]]
        if not places:
            raise MissingOutput(f"this host's apt has no archive of {release or 'its release'} that could have "
                                f"{self.suite}")
        folder.mkdir(parents=True, exist_ok=True)
        sources = folder / "sources.list"
        sources.write_text(f"deb {places[0]} {self.suite} main\n")
        return sources


def _release() -> str:
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "")


def _run(program: str, *words: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run([program, *words], capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise MissingOutput(f"this host has no {program}") from None
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        raise MissingOutput(f"{program} {words[-1]}: {' '.join(reasons) or done.stderr.strip()}")
    return done.stdout


def _host_arch() -> str:
    return _run("dpkg", "--print-architecture").strip()
