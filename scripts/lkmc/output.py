# SPDX-License-Identifier: GPL-2.0-or-later
"""A Buildroot output folder (O=), read; nothing else passes from building to running."""
from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lkmc import configured, image_format, paths
from lkmc.errors import MissingOutput, of_system
from lkmc.machine import Machine, arches


@dataclass(frozen=True)
class Disk:
    """A root file system as a disk image in images/, made where Buildroot's `symbol` is set."""
    image: str
    symbol: str
    writable: bool


DISKS = (Disk("rootfs.ext4", "BR2_TARGET_ROOTFS_EXT2_4", True),
         Disk("rootfs.squashfs", "BR2_TARGET_ROOTFS_SQUASHFS", False))


@dataclass(frozen=True)
class Output:
    """An output folder of `arch`, made by Buildroot or by scripts/prebuilt."""
    path: Path
    arch: str
    config: str     # the text of its .config

    @classmethod
    def read(cls, path: Path) -> Output:
        """Read the folder. Raises MissingOutput, naming the command that makes one."""
        try:
            config = (path / ".config").read_text()
        except PermissionError as error:
            raise MissingOutput(f"{path} cannot be read: {of_system(error)}") from None
        except OSError as error:
            raise MissingOutput(f"{path}: no output folder ({error.strerror}); "
                                f"make one with {_how_to_make(path)}") from None
        except UnicodeDecodeError:
            raise MissingOutput(f"{path}/.config: not a text file; make the folder anew with scripts/build") from None
        arch = configured.symbol(config, "BR2_ARCH")
        if arch not in arches():
            raise MissingOutput(f"{path}/.config: BR2_ARCH={arch or 'not set'}, not one of {', '.join(arches())}; "
                                f"make the folder anew with scripts/build")
        return cls(path, arch, config)

    def symbol(self, name: str) -> str:
        """The value of a Buildroot symbol without its quotes; empty when it is not set."""
        return configured.symbol(self.config, name)

    @property
    def images(self) -> Path:
        return self.path / "images"

    @property
    def host(self) -> Path:
        return self.path / "host"

    @property
    def base(self) -> Path | None:
        """The output that this one is a variant of."""
        base = self.symbol("BR2_LKMC_BASE")
        return Path(base) if base else None

    def program(self, name: str) -> Path | None:
        """A host program that was built here, or in the output that this one is a variant of."""
        return next((path for folder in self.programs if (path := folder / name).exists()), None)

    @property
    def programs(self) -> list[Path]:
        """Where host programs are: this output's, then those of the one that it is a variant of."""
        return [path / "host/bin" for path in (self.path, self.base) if path]

    @property
    def overlay(self) -> Path:
        """The freshly built modules and programs, unstripped."""
        return self.images / "lkmc"

    def make_shares(self) -> None:
        """Have the folders that an emulator shares with the guest."""
        (self.path / "9p").mkdir(exist_ok=True)
        self.overlay.mkdir(exist_ok=True)

    @cached_property
    def linux_build(self) -> Path:
        """The kernel's build folder. Raises MissingOutput when there is none."""
        version = re.escape(self.symbol("BR2_LINUX_KERNEL_VERSION").replace("/", "_"))   # of git: commit or branch
        try:
            found = [path for path in (self.path / "build").iterdir() if (path / ".config").is_file()
                     and re.fullmatch(rf"linux-(\d[\w.+-]*|custom|headers|{version})", path.name)]
        except FileNotFoundError:
            found = []
        except OSError as error:
            raise MissingOutput(of_system(error)) from None
        if not found:
            raise MissingOutput(f"{self.path}/build: no kernel was built here; {self.how}")
        return max(found, key=lambda path: path.stat().st_mtime)

    @cached_property
    def linux_config(self) -> str:
        return (self.linux_build / ".config").read_text()

    def kernel_has(self, option: str) -> bool:
        """Whether the kernel has this CONFIG_ option built in or as a module."""
        return re.search(rf"^{re.escape(option)}=[ym]$", self.linux_config, re.M) is not None

    @property
    def page_size(self) -> int:
        """Bytes of a page of the kernel's."""
        found = re.search(r"^CONFIG_(?:ARM64_)?PAGE_SHIFT=(\d+)$", self.linux_config, re.M)
        return 1 << (int(found[1]) if found else 12)

    @property
    def prebuilt(self) -> bool:
        """Whether scripts/prebuilt made the folder."""
        return configured.PREBUILT in self.config

    @property
    def option(self) -> str:
        """The option that names this folder, as one types it."""
        return f"--output {shlex.quote(str(self.path))}"

    @property
    def build(self) -> str:
        """The command that builds from source: here, but in a folder of its own where Buildroot cannot."""
        return f"scripts/build --arch {self.arch}" + ("" if self.prebuilt else f" {self.option}")

    @property
    def how(self) -> str:
        """The command that makes what this folder lacks."""
        return f"make it with: scripts/prebuilt --arch {self.arch} {self.option}" if self.prebuilt \
            else f"make it with: {self.build}"

    @property
    def how_debug(self) -> str:
        """The command that makes a kernel with its debug information."""
        return self.how + (" --debug-symbols" if self.prebuilt else "")

    def image(self, name: str) -> Path:
        """The file of that name in images/. Raises MissingOutput when it is missing, no such image, or cut short."""
        path = self.images / name
        try:
            reason = image_format.fault(path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
        if reason:
            raise MissingOutput(f"{path}: {reason}; {self.how}")
        return path

    def kernel(self, machine: Machine) -> Path:
        """The kernel image that an emulator starts: the machine's first that exists and can be started."""
        for kernel in machine.kernels:
            if (self.images / kernel.image).exists() and (not kernel.needs or self.kernel_has(kernel.needs)):
                return self.image(kernel.image)
        return self.image(machine.kernels[-1].image)

    @property
    def symbols(self) -> Path | None:
        """The kernel's ELF file with its debug information; None where the distro's came without."""
        names = ("vmlinux.debug",) if self.prebuilt else ("vmlinux",)
        return next((self.images / name for name in names if (self.images / name).exists()), None)

    @property
    def debug_symbols(self) -> Path | None:
        """The same, where it knows source lines and types."""
        return self.symbols if self.kernel_has("CONFIG_DEBUG_INFO") else None

    @property
    def root_in_kernel(self) -> bool:
        """Whether the kernel image carries the root file system."""
        return self.symbol("BR2_TARGET_ROOTFS_INITRAMFS") == "y"

    @property
    def disk(self) -> Disk | None:
        """The root file system's disk; None where it is in memory. An older configuration's image does not count."""
        made = (disk for disk in DISKS if self.symbol(disk.symbol) == "y")
        return None if self.root_in_kernel else next(made, None)


def default(arch: str) -> Path:
    """Where the output of an architecture is looked for: Buildroot's where it is complete, else the prebuilt one."""
    built, prebuilt = paths.OUT / arch, paths.OUT / f"{arch}-prebuilt"
    return built if any(built.glob("images/rootfs.*")) else prebuilt


def variant(arch: str, name: str) -> Path:
    """Where a variant of an architecture's output is."""
    return paths.OUT / f"{arch}-{name}"


def _how_to_make(path: Path) -> str:
    """The command that makes an output folder there."""
    arch, _, name = path.name.partition("-")
    if path.parent != paths.OUT or arch not in arches() or not name or name.startswith("prebuilt"):
        return "scripts/build or scripts/prebuilt"
    return f"scripts/build --arch {arch} --variant {name}"


def find(path: Path | None, arch: str, arch_given: bool = False) -> Output:
    """The output folder that was asked for. A given folder decides the architecture, unless one was given as well."""
    output = Output.read(path.absolute() if path else default(arch))
    configured.refuse_other(path, output.arch, arch, arch_given)
    return output
