# SPDX-License-Identifier: GPL-2.0-or-later
"""What the unit tests pretend: output folders, programs on PATH, requests."""
from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

import pytest

from lkmc import machine
from lkmc.output import DISKS, Output

SIZE = 10000


def _put(offset: int, data: bytes, into: bytes = b"") -> bytes:
    image = bytearray(into.ljust(SIZE, b"\0"))
    image[offset:offset + len(data)] = data
    return bytes(image)


ELF = _put(58, struct.pack("<HH", 64, 4), _put(40, struct.pack("<Q", SIZE - 256), _put(0, b"\x7fELF\x02")))
BZIMAGE = _put(0x1f1, b"\x01", _put(0x1f4, struct.pack("<I", (SIZE - 1024) // 16), _put(0x202, b"HdrS")))
ZIMAGE = _put(0x24, struct.pack("<III", 0x016f2818, 0, SIZE))
SECTION = struct.pack("<II", SIZE - 4096, 4096)
PE = _put(64, b"PE\0\0\0\0" + struct.pack("<H", 1) + bytes(12) + struct.pack("<H", 0) + bytes(18) + SECTION)
IMAGE = _put(56, b"ARM\x64" + struct.pack("<I", 64), PE)
CPIO = _put(SIZE - 100, b"TRAILER!!!", _put(0, b"070701"))
SQUASHFS = _put(40, struct.pack("<Q", SIZE), _put(0, b"hsqs"))
EXT4 = _put(1024 + 0x38, b"\x53\xef", _put(1024 + 4, struct.pack("<I", SIZE // 1024)))
# The least that is a whole image of each kind.
IMAGES = {"vmlinux": ELF, "bzImage": BZIMAGE, "zImage": ZIMAGE, "Image": IMAGE, "rootfs.cpio": CPIO,
          "rootfs.ext4": EXT4, "rootfs.squashfs": SQUASHFS}


def output_folder(path: Path, arch: str = "x86_64", linux_config: str = "CONFIG_PVH=y\n",
                  images: Iterable[str] | None = None, config: str = "") -> Output:
    """A folder of the shape of Buildroot's, with images that look whole and an emulator that does nothing."""
    mach = machine.read(arch)
    if images is None:
        images = [*(kernel.image for kernel in mach.kernels), "rootfs.ext4", "rootfs.cpio"]
    for folder in ("images", "host/bin", "build/linux-6.12.9"):
        (path / folder).mkdir(parents=True)
    for name in images:
        (path / "images" / name).write_bytes(IMAGES.get(name, b"fake"))
    (path / "build/linux-6.12.9/.config").write_text(linux_config)
    made = "".join(f"{disk.symbol}=y\n" for disk in DISKS if disk.image in images)
    (path / ".config").write_text(f'BR2_{arch}=y\nBR2_ARCH="{arch}"\n{made}{config}')
    script(path / "host/bin" / mach.qemu.program, "exit 0")
    return Output.read(path)


def script(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def gem5(built: Output, text: str = "exit 0") -> Path:
    """A gem5 of the output's own, a shell script, with the part of its tree that it is known by."""
    mark = built.host / "share/gem5/configs/example/arm/devices.py"
    mark.parent.mkdir(parents=True)
    mark.touch()
    return script(built.host / "bin/gem5.opt", text)


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
