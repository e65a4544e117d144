# SPDX-License-Identifier: GPL-2.0-or-later
"""What the distro's packages have for a guest: a kernel, what modules are compiled against, a BusyBox."""
from __future__ import annotations

import contextlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lkmc.archive import Archive, host_arch, host_release
from lkmc.errors import MissingOutput
from lkmc.machine import Prebuilt

# Suites of Debian's archive with the kernels that the modules are to compile for: Linux 6.1, 6.12, the newest.
SUITES = ("bookworm", "bookworm-backports", "stable-backports")


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
        self.archive = Archive(cache, suite)

    def kernel(self, series: str | None) -> Kernel:
        """The newest kernel of a series ("6.12"), perhaps a backport; or the standard one. Raises MissingOutput."""
        try:
            return self._kernel(f"linux-image-{series}-" if series else "linux-image-", "")
        except MissingOutput:
            if series and not self.suite:
                backports = Packages(self.names, self.cache, f"{host_release()}-backports")
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
        return self.archive.unpack(f"linux-image-{version}-dbg", self.names.debian_arch, f"./{name}") / name

    def busybox(self) -> tuple[Path, tuple[str, ...]]:
        """The static BusyBox of the architecture, and the paths of its applets."""
        folder = self.archive.unpack("busybox-static", self.names.debian_arch, "./bin/busybox")
        host = self.archive.unpack("busybox-static", host_arch(), "./bin/busybox")
        listed = subprocess.run([host / "bin/busybox", "--list-full"], check=True, text=True, capture_output=True)
        return folder / "bin/busybox", tuple(listed.stdout.split())

    def _image(self, package: str, version: str) -> tuple[Path, Path]:
        folder = self.archive.unpack(package, self.names.debian_arch, ".")
        modules = next(path for path in (folder / "lib/modules", folder / "usr/lib/modules") if path.is_dir()) / version
        if not (modules / "modules.dep").exists():
            base = modules.parents[2]
            subprocess.run(["depmod", "-b", str(base), version], check=True, capture_output=True)
        return folder / f"boot/vmlinuz-{version}", modules

    def _headers(self, version: str) -> tuple[Path, tuple[str, ...]]:
        """Put the headers, their common part and the host's kbuild programs together into one folder; return it, and
        the packages that those programs need on the host."""
        headers = self.archive.unpack(f"linux-headers-{version}", self.names.debian_arch, ".")
        build = headers / f"usr/src/linux-headers-{version}"
        makefile = (build / "Makefile").read_text()
        kbuild_links = [path for path in (build / "scripts", build / "tools") if path.is_symlink()]
        if not kbuild_links:
            return build, ()
        kbuild_package = kbuild_links[0].readlink().parent.name
        kbuild = self.archive.unpack(kbuild_package, host_arch(), ".") / "usr/lib" / kbuild_package
        found = re.search(r"/usr/src/(linux-headers-\S+?-common\S*?)/Makefile", makefile)
        if found and str(self.cache) not in makefile:
            common = self.archive.unpack(found[1], self.names.debian_arch, ".") / "usr/src" / found[1]
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
            shown = self.archive.show(package, host_arch())
            depends = re.search(r"^Depends: (.*)$", shown, re.M)
            kept.write_text("\n".join(re.findall(r"(?:^|, )([a-z0-9][a-z0-9+.-]+)", depends[1] if depends else "")))
        return tuple(kept.read_text().split())

    def _depends(self, package: str, prefix: str) -> str:
        """The package that a meta-package stands for."""
        shown = self.archive.show(package, self.names.debian_arch)
        found = re.search(rf"^Depends:.*?({re.escape(prefix)}[^ ,]+)", shown, re.M)
        if found is None:
            raise MissingOutput(f"this distro has no package {package}")
        return found[1]
