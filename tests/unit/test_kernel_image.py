# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel_image: the ELF file inside a distro's vmlinuz, however it is packed."""
from __future__ import annotations

import gzip
import lzma
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fakes
import pytest

from lkmc import kernel_image, machine
from lkmc.errors import MissingOutput

ELF = b"\x7fELF" + os.urandom(5000)
# What stands before the kernel in an image also holds the magic numbers: they are in the code that looks for them.
JUNK = b"MZ" + kernel_image.GZIP + b"code" + kernel_image.XZ + b"code" + kernel_image.ZSTD + bytes(300)


def zstd(data: bytes) -> bytes:
    return subprocess.run(["zstd", "-c"], input=data, check=True, capture_output=True).stdout


PACKERS = {"gzip": gzip.compress, "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32), "zstd": zstd}
packers = pytest.mark.parametrize("pack", [
    pytest.param(pack, id=name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name} on this host"))
    for name, pack in PACKERS.items()])


@packers
def test_the_kernel_is_found_between_junk(pack: Callable[[bytes], bytes]) -> None:
    assert kernel_image.unpack(JUNK + pack(ELF) + b"trailing bytes") == ELF


@packers
def test_something_packed_that_is_no_kernel_is_passed_over(pack: Callable[[bytes], bytes]) -> None:
    assert kernel_image.unpack(pack(b"a font") + gzip.compress(ELF)) == ELF


@pytest.mark.parametrize("data", [b"", b"MZ nothing in it", JUNK, ELF], ids=["empty", "none", "junk", "unpacked"])
def test_an_image_without_a_packed_kernel_is_refused(data: bytes) -> None:
    with pytest.raises(MissingOutput, match="not known" if shutil.which("zstd") else "not known|package zstd"):
        kernel_image.unpack(data)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_half_a_kernel_is_none(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(ELF)
    with pytest.raises(MissingOutput):
        kernel_image.unpack(packed[:len(packed) // 2])


def test_a_host_without_zstd_is_told_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path, alone=True)
    with pytest.raises(MissingOutput, match="package zstd"):
        kernel_image.unpack(kernel_image.ZSTD)


def test_a_host_without_zstd_unpacks_what_is_packed_otherwise(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path, alone=True)
    assert kernel_image.unpack(JUNK + gzip.compress(ELF)) == ELF


def test_both_images_are_installed(tmp_path: Path) -> None:
    vmlinuz = tmp_path / "vmlinuz"
    vmlinuz.write_bytes(JUNK + lzma.compress(ELF))
    kernel_image.install(vmlinuz, machine.read("x86_64").prebuilt, tmp_path / "images")
    assert (tmp_path / "images/bzImage").read_bytes() == vmlinuz.read_bytes()
    assert (tmp_path / "images/vmlinux").read_bytes() == ELF
    assert not list(tmp_path.glob("images/*.part"))


def test_an_image_that_is_packed_as_a_whole_is_unpacked(tmp_path: Path) -> None:
    vmlinuz = tmp_path / "vmlinuz"
    vmlinuz.write_bytes(gzip.compress(b"MZ the image"))
    kernel_image.install(vmlinuz, machine.read("aarch64").prebuilt, tmp_path)
    assert (tmp_path / "Image").read_bytes() == b"MZ the image"


def test_a_kernel_is_installed_once_and_again_where_it_has_gone(tmp_path: Path) -> None:
    names = replace(machine.read("arm").prebuilt, image="zImage")
    vmlinuz, image = tmp_path / "vmlinuz", tmp_path / "images/zImage"
    vmlinuz.write_bytes(b"one")
    kernel_image.install(vmlinuz, names, image.parent)
    vmlinuz.write_bytes(b"two")
    kernel_image.install(vmlinuz, names, image.parent)
    assert image.read_bytes() == b"one", "the same path is the same kernel"
    image.unlink()
    kernel_image.install(vmlinuz, names, image.parent)
    assert image.read_bytes() == b"two"
