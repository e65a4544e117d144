# SPDX-License-Identifier: GPL-2.0-or-later
"""What the unit tests pretend: output folders, programs on PATH, requests."""
from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from lkmc import machine
from lkmc.output import Output


def output_folder(path: Path, arch: str = "x86_64", linux_config: str = "CONFIG_PVH=y\n",
                  images: Iterable[str] | None = None, config: str = "") -> Output:
    """A folder of the shape of Buildroot's, with images of four bytes and an emulator that does nothing."""
    mach = machine.read(arch)
    if images is None:
        images = [*(kernel.image for kernel in mach.kernels), "rootfs.ext4", "rootfs.cpio"]
    for folder in ("images", "host/bin", "build/linux-6.12.9"):
        (path / folder).mkdir(parents=True)
    for name in images:
        (path / "images" / name).write_bytes(b"fake")
    (path / "build/linux-6.12.9/.config").write_text(linux_config)
    (path / ".config").write_text(f'BR2_{arch}=y\nBR2_ARCH="{arch}"\n{config}')
    script(path / "host/bin" / mach.qemu.program, "exit 0")
    return Output.read(path)


def script(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def on_path(monkeypatch: pytest.MonkeyPatch, folder: Path, *, alone: bool = False, **programs: str) -> Path:
    """Put shell scripts first on PATH; an underscore in a name stands for a dash. `alone`: nothing else is on it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in programs.items():
        script(folder / name.replace("_", "-"), text)
    monkeypatch.setenv("PATH", str(folder) if alone else f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def cache(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Make `folder` the cache of this user."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "lkmc"
