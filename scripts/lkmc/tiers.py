# SPDX-License-Identifier: GPL-2.0-or-later
"""The test tiers: what each needs of this machine, and the pytest arguments that run it."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lkmc import apt, baremetal, buildroot, distro, gem5, machine, output, paths, prebuilt, time_limit, toolchain
from lkmc.cli import defaults
from lkmc.errors import LkmcError
from lkmc.kconfig.request import ConfigRequest
from lkmc.kconfig.write import configure
from lkmc.output import Output
from lkmc.request import Gem5Request

# A Buildroot fragment that the tests merge last, with {arch} in its path: where sources come from on a machine that
# cannot reach upstream's sites.
FRAGMENT = "LKMC_TEST_FRAGMENT"
UNIT_TOOLS = {"g++": "g++", "make": "make", "patch": "patch", "rsync": "rsync", "cpio": "cpio", "xz": "xz-utils",
              "zstd": "zstd", "shellcheck": "shellcheck"}
BUILT_ARCHES = ("aarch64", "x86_64")
BUILD_BYTES = 10 << 30      # 6 for the output, most of it the kernel's objects; the rest for its tests


@dataclass(frozen=True)
class Tier:
    """A folder of tests. prepare() returns pytest's arguments; what it cannot have, it appends to `lacking`; what it
    cannot make although it should, it raises as LkmcError."""
    name: str
    prepare: Callable[[bool, list[str]], list[str]]


def unit(yes: bool, lacking: list[str]) -> list[str]:
    for program, package in UNIT_TOOLS.items():
        try:
            apt.require({program: package}, yes)
        except LkmcError as error:
            lacking.append(f"{program}: {error}")
    return ["tests/unit"]


def modules(yes: bool, lacking: list[str]) -> list[str]:
    """The kernel modules against the headers of several kernels of the distro."""
    arguments = []
    for arch in machine.arches():
        names = machine.read(arch).prebuilt
        for suite in distro.SUITES:
            try:
                apt.require({**prebuilt.TOOLS, "sparse": "sparse"}, yes)
                prebuilt.install_compilers(names, yes)
                with prebuilt.alone(paths.cache() / "prebuilt") as cache:
                    arguments.append(f"--headers={arch}={distro.Packages(names, cache, suite).headers()}")
            except (LkmcError, subprocess.CalledProcessError) as error:
                lacking.append(f"{arch}, headers of {suite}: {error}")
    return ["tests/modules", *arguments]


def boot(yes: bool, lacking: list[str]) -> list[str]:
    """Boot tests on the prebuilt outputs, which are made or refreshed first."""
    arguments = []
    for arch in machine.arches():
        where = paths.OUT / f"{arch}-prebuilt"
        mach = machine.read(arch)
        try:
            apt.require({mach.qemu.program: mach.qemu.package, mach.user.program: mach.user.package,
                         toolchain.DISTRO_GDB: toolchain.DISTRO_GDB}, yes)
            baremetal.install_compilers(mach, yes)
            prebuilt.make(mach, where, None, yes)
            arguments.append(f"--output={where}")
        except LkmcError as error:
            lacking.append(f"{arch}: {error}")
    return ["tests/boot", *arguments] if arguments else []


def built(yes: bool, lacking: list[str]) -> list[str]:
    """Real Buildroot builds, then the boot tests on them. Another is begun only if it, like those before, leaves time
    for tests."""
    if FRAGMENT not in os.environ:
        lacking.append(f"a build from upstream's sources takes hours: run scripts/build, which the boot tests of "
                       f"`scripts/test --output out/ARCH` then use; or name a fragment in {FRAGMENT}")
        return []
    arguments: list[str] = []
    longest = 0.0
    for arch in BUILT_ARCHES:
        if late := time_limit.over(longest):
            lacking.append(f"{arch}: {late}")
            continue
        folder = paths.OUT / f"test-{arch}"
        free = shutil.disk_usage(paths.TOP).free
        if free < BUILD_BYTES and not (folder / "images/rootfs.cpio").exists():
            lacking.append(f"{arch}: a build and its tests take {BUILD_BYTES >> 30} GiB of disk, and "
                           f"{free / 2**30:.1f} GiB are free in {paths.TOP}; make room")
            continue
        began = time.time()
        fragments = os.environ[FRAGMENT].format(arch=arch), str(paths.TOP / "tests/data/host-emulators.config")
        try:
            apt.require(buildroot.TOOLS, yes)
            tree = buildroot.provide(None)
            configure(tree, folder, ConfigRequest(f"lkmc_{arch}_defconfig", fragments))
            baremetal.prepare(folder, yes)
            buildroot.make(tree, folder, "source")
        except LkmcError as error:
            lacking.append(f"{arch}: {error}")
            continue
        # With all sources there, what fails now is a fault of ours.
        buildroot.make(tree, folder, *rebuilds(folder), "all")
        arguments.append(f"--output={Output.read(folder).path}")
        longest = max(longest, time.time() - began)
    # The documentation's commands were run by the boot tier.
    return ["tests/buildroot", "tests/boot", "--ignore=tests/boot/test_docs.py", *arguments] if arguments else []


def rebuilds(folder: Path) -> list[str]:
    """Targets for the packages of this checkout's own sources, whose edits Buildroot does not see, that an earlier run
    has built."""
    return [f"{path.name}-rebuild" for path in sorted((paths.TOP / "package").iterdir())
            if (folder / "build" / path.name).exists()]


def on_gem5(yes: bool, lacking: list[str]) -> list[str]:
    """Guests on gem5, on the outputs that have one, or with that of lkmc.toml."""
    arguments = []
    preset = defaults(None)
    named = Gem5Request(program=preset.get("gem5"), tree=preset.get("gem5_tree"))
    for arch in (arch for arch in machine.arches() if machine.read(arch).gem5):
        try:
            built = Output.read(output.default(arch))
            gem5.program(named, built)
            gem5.loader(gem5.machine_of(machine.read(arch)), built)
            arguments.append(f"--output={built.path}")
        except LkmcError as error:
            lacking.append(f"{arch}: {error}")
    return ["tests/gem5", *arguments] if arguments else []


TIERS = (Tier("unit", unit), Tier("modules", modules), Tier("boot", boot), Tier("buildroot", built),
         Tier("gem5", on_gem5))


def workers(parts: int) -> int:
    """How many of so many parts are tested at a time: one more than there are processors, as a test waits for a guest
    or GDB a fourth of its time."""
    return min(parts, (os.cpu_count() or 1) + 1)


def tell(text: str) -> None:
    print(f"\n== {text}", file=sys.stderr, flush=True)
