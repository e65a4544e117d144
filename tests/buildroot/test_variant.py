# SPDX-License-Identifier: GPL-2.0-or-later
"""Variants, as Buildroot sees them: a toolchain that the base built is described so that Kconfig takes every word."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from booting import RUN

from lkmc import buildroot, paths, variant
from lkmc.machine import arches
from lkmc.output import Output

CONFIG = str(paths.TOP / "scripts/config")


def config(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([CONFIG, "--yes", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.mark.parametrize("arch", arches())
def test_kconfig_takes_all_that_is_said_of_the_bases_toolchain(arch: str, tmp_path: Path) -> None:
    """From our defconfig, whose toolchain is Buildroot's own: only its compiler has to be there."""
    base, mine = tmp_path / "base", tmp_path / "mine"
    assert config("--arch", arch, "--output", str(base)).returncode == 0
    (base / "host/bin").mkdir(parents=True)
    (base / f"host/bin/{arch}-buildroot-linux-gnu-gcc.br_real").touch()
    done = config("--arch", arch, "--output", str(mine), "--base", str(base), "--kernel-version", "6.12.30",
                  "--qemu-version", "10.1.0")
    assert done.returncode == 0, done.stderr
    assert f"{mine}/{variant.FRAGMENT}" not in done.stderr, "none of its lines was lost or gave way"
    made = Output.read(mine)
    for symbol in ("BR2_TOOLCHAIN_GCC_AT_LEAST", "BR2_TOOLCHAIN_HEADERS_AT_LEAST", "BR2_INSTALL_LIBSTDCPP",
                   "BR2_TOOLCHAIN_HAS_OPENMP", "BR2_TOOLCHAIN_HAS_THREADS", "BR2_TOOLCHAIN_USES_GLIBC",
                   "BR2_TOOLCHAIN_HAS_SSP", "BR2_PACKAGE_LKMC_USERLAND"):
        assert made.symbol(symbol) == Output.read(base).symbol(symbol) != "", symbol
    asked = ["LINUX_VERSION", "HOST_QEMU_SOURCE", "TOOLCHAIN_EXTERNAL_CC", "BR_NO_CHECK_HASH_FOR"]
    command = buildroot.command(buildroot.provide(None), mine, "-s", "printvars", f"VARS={' '.join(asked)}")
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert set(said) >= {"LINUX_VERSION=6.12.30", "HOST_QEMU_SOURCE=qemu-10.1.0.tar.xz",
                         f"TOOLCHAIN_EXTERNAL_CC={base}/host/bin/{arch}-buildroot-linux-gnu-gcc.br_real"}
    unchecked = next(line for line in said if line.startswith("BR_NO_CHECK_HASH_FOR="))
    assert {"qemu-10.1.0.tar.xz", "linux-6.12.30.tar.xz"} <= set(unchecked.partition("=")[2].split())


def test_every_feature_that_buildroot_asks_about_is_answered() -> None:
    text = (buildroot.provide(None) / "toolchain/toolchain-external/toolchain-external-custom/Config.in.options")
    asked = set(re.findall(r"^config BR2_TOOLCHAIN_EXTERNAL_(\w+)", text.read_text(), re.M))
    asked = {name for name in asked if not re.match("GCC_|HEADERS_|PREFIX$|URL$|REL_BIN|CUSTOM_PREFIX$", name)}
    assert asked == set(variant.FEATURES)


def test_a_variant_runs_beside_its_base(out: Output, limit: float) -> None:
    """Two outputs at the same time, each the guest of its own kernel."""
    if out.base is None or not out.base.exists():
        pytest.skip(f"{out.path.name} is no variant; scripts/build --variant makes one")
    both = []
    for folder in (out.path, out.base):
        command = [RUN, "--output", str(folder), "--run-id", "test-beside", "--timeout", str(limit), "--eval-after",
                   "cat /proc/version; while ! test -e /mnt/9p/data/go; do sleep 0.1; done"]
        (folder / "9p").mkdir(exist_ok=True)
        (folder / "9p/go").unlink(missing_ok=True)
        both.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                     errors="replace"))
    said = [_line(run, "Linux version") for run in both]
    assert all(run.poll() is None for run in both), "both run"
    for folder in (out.path, out.base):
        (folder / "9p/go").touch()
    for run in both:
        run.communicate()
    assert [run.returncode for run in both] == [0, 0] and all(said)


def _line(run: subprocess.Popen[str], text: str) -> str:
    """The first line with this text that does not come from the kernel's log."""
    assert run.stdout is not None
    return next((line for line in run.stdout if line.startswith(text)), "")
