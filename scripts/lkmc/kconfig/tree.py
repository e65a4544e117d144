# SPDX-License-Identifier: GPL-2.0-or-later
"""The Kconfig trees of Buildroot and Linux: `conf` run in them by their own make, and Kconfiglib's view of them.

Linux's Makefile exports what its Kconfig files ask the compiler with. One line that we add to the top Kconfig file has
`conf` hand that environment over a pipe, so that Kconfiglib can read the tree meanwhile, exactly as `conf` does.
"""
from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lkmc import buildroot, paths
from lkmc.errors import LkmcError
from lkmc.kconfig import answers, dialect, view

# What make says of itself and of the .config; no Kconfig file asks for it.
OF_ONE_RUN = ("KCONFIG_CONFIG", "KBUILD_KCONFIG", "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES")
GCC_NEWEST = 15         # the newest GCC that this Buildroot's Config.in tells apart, as its Makefile has it


@dataclass(frozen=True)
class Computed:
    """A .config as `conf` computed it, and Kconfiglib's tree of the same sources."""
    config: str
    tree: dialect.Kconfig


@dataclass(frozen=True)
class BuildrootTree:
    """Buildroot's configuration, with this checkout as external tree."""
    path: Path
    output: Path

    prefix = "BR2_"
    what = "Buildroot"
    at_a_time = 1       # each run of `conf` writes to the output folder

    def compute(self, text: str) -> Computed:
        """What `conf` makes of a partial .config. Raises LkmcError."""
        self.output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="lkmc-config-") as scratch:
            config = Path(scratch) / ".config"
            config.write_text(text)
            command = buildroot.command(self.path, self.output, "-s", f"BR2_CONFIG={config}", "olddefconfig")
            with _start(command) as process:
                tree = self.load()
                _finish(process, command)
            return Computed(config.read_text(), tree)

    def load(self) -> dialect.Kconfig:
        """Kconfiglib's tree."""
        external = _external(self.path).name
        version = re.search(r"^export BR2_VERSION := (\S+)", (self.path / "Makefile").read_text(), re.M)
        environment = {
            **os.environ, "CONFIG_": "", "srctree": str(self.path),
            # What make is to expand stays in the .config as it is.
            **{name: f"$({name})" for name in ("ARCH", "BASE_DIR", "CONFIG_DIR", "TOPDIR")},
            "BR2_BASE_DIR": external, "BR2_EXTERNAL_LKMC_PATH": str(paths.TOP), "BR2_DEFCONFIG": "",
            "BR2_VERSION_FULL": version[1] if version else "", "BR2_HIDE_SECONDARY_TARGET_OPTIONS": "n",
            "SKIP_LEGACY": "", **_host_compiler()}
        return dialect.load("Config.in", environment)


@functools.cache
def _external(buildroot: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder with what Buildroot's Config.in reads of external trees, this checkout."""
    folder = tempfile.TemporaryDirectory(prefix="lkmc-external-")
    subprocess.run([buildroot / "support/scripts/br2-external", "-d", folder.name, paths.TOP], check=True,
                   cwd=buildroot, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return folder


@functools.cache
def _host_compiler() -> dict[str, str]:
    """What Buildroot's Makefile tells its Config.in of the host's compiler."""
    def ask(option: str) -> str:
        return subprocess.run(["gcc", option], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.strip()
    machine = ask("-dumpmachine").split("-")[0]
    version = ask("-dumpversion").split(".")[0]
    known = {"powerpc64le": "powerpc64le", "i686": "x86", "i586": "x86", "i486": "x86", "i386": "x86"}
    newest = min(int(version), GCC_NEWEST) if version.isdigit() else GCC_NEWEST
    return {"HOSTARCH": "arm" if machine.startswith("arm") else known.get(machine, machine),
            "HOST_GCC_VERSION": str(newest)}


@dataclass(frozen=True)
class LinuxTree:
    """The configuration of one kernel source tree for one architecture, as its own names spell both."""
    path: Path
    arch: str           # ARCH
    compiler: str       # CROSS_COMPILE

    prefix = "CONFIG_"
    what = "Linux"
    at_a_time = os.cpu_count() or 1

    def compute(self, text: str) -> Computed:
        """What `conf` makes of a partial .config. Raises LkmcError."""
        with tempfile.TemporaryDirectory(prefix="lkmc-config-") as scratch:
            config, top = Path(scratch) / ".config", Path(scratch) / "Kconfig"
            config.write_text(text)
            reader, writer = os.pipe()
            top.write_text(_tell(self._top(), writer))
            command = [*self.make(), f"KBUILD_KCONFIG={top}", f"KCONFIG_CONFIG={config}", "olddefconfig"]
            with _start(command, writer) as process:
                os.close(writer)
                environment = _heard(reader)
                tree = self._load(environment) if environment else None
                _finish(process, command)
            if tree is None:
                raise LkmcError(f"{shlex.join(command)} did not read {top}; this kernel's kconfig is too old or new")
            return Computed(config.read_text(), tree)

    def make(self) -> list[str]:
        """make in this tree's view, whose targets are those of the kernel's kconfig."""
        return ["make", "-s", "-C", str(view.of(self.path)), f"ARCH={self.arch}", f"CROSS_COMPILE={self.compiler}"]

    def defconfig(self, target: str = "defconfig") -> str:
        """The .config that this target of the kernel's own makes. Raises LkmcError."""
        with tempfile.TemporaryDirectory(prefix="lkmc-config-") as scratch:
            config = Path(scratch) / ".config"
            command = [*self.make(), f"KCONFIG_CONFIG={config}", target]
            with _start(command) as process:
                _finish(process, command)
            return config.read_text()

    def _top(self) -> str:
        try:
            return (self.path / "Kconfig").read_text()
        except OSError as error:
            raise LkmcError(f"{self.path}: no kernel source tree ({error.strerror}); name one with --linux DIR, or "
                            f"have it unpacked with: scripts/build linux-patch") from None

    def _load(self, environment: Mapping[str, str]) -> dialect.Kconfig:
        own = dict(environment, srctree=str(self.path))
        for name in OF_ONE_RUN:
            own.pop(name, None)
        with answers.kept(own) as shell:
            return dialect.load("Kconfig", own, shell)


def _tell(top: str, descriptor: int) -> str:
    """The top Kconfig file with a line that writes the environment to a descriptor of `conf`, then two NULs."""
    line = rf"lkmc-told := $(shell,(env -0; printf '\0\0') >/proc/self/fd/{descriptor})"
    head, newline, rest = top.partition("mainmenu ")
    title, _, rest = rest.partition("\n")
    return f"{head}{newline}{title}\n{line}\n{rest}" if newline else f"{line}\n{top}"


def _heard(reader: int) -> dict[str, str]:
    """The environment that came through the pipe; empty when the other side ended without."""
    data = b""
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while not data.endswith(b"\0\0\0"):
            chunk = pipe.read(65536)
            if not chunk:
                return {}
            data += chunk
    pairs = (os.fsdecode(entry).partition("=") for entry in data.split(b"\0") if entry)
    return {name: value for name, _, value in pairs}


def _start(command: Sequence[str], *descriptors: int) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, pass_fds=descriptors)


def _finish(process: subprocess.Popen[str], command: Sequence[str]) -> None:
    said = process.communicate()[0]
    if process.returncode:
        last = [line for line in said.splitlines() if line.strip()][-1:]
        raise LkmcError(f"{shlex.join(command)} ended with status {process.returncode}: {' '.join(last)}")


Tree = BuildrootTree | LinuxTree


def compute_all(tree: Tree, texts: Sequence[str]) -> Iterator[Computed]:
    """What `conf` makes of several .configs, as many at a time as there are processors. They share one Kconfiglib
    tree."""
    if texts:
        yield tree.compute(texts[0])        # Kconfiglib reads the tree, which takes the whole process
        with ThreadPoolExecutor(tree.at_a_time) as pool:
            yield from pool.map(tree.compute, texts[1:])
