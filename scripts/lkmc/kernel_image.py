# SPDX-License-Identifier: GPL-2.0-or-later
"""A distro's vmlinuz, as the images that an emulator starts."""
from __future__ import annotations

import gzip
import lzma
import shutil
import subprocess
import zlib
from pathlib import Path

from lkmc.errors import MissingOutput
from lkmc.files import replace
from lkmc.machine import Prebuilt

GZIP, XZ, ZSTD = b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"


def install(vmlinuz: Path, names: Prebuilt, images: Path) -> None:
    """Put the kernel into images/, whole and, where an emulator can start what is inside it, unpacked."""
    images.mkdir(parents=True, exist_ok=True)
    stamp = images / "kernel.from"
    files = [images / name for name in (names.image, names.unpacked_image) if name]
    if stamp.exists() and stamp.read_text() == str(vmlinuz) and all(file.exists() for file in files):
        return
    data = vmlinuz.read_bytes()
    whole = gzip.decompress(data) if data.startswith(GZIP) else data
    replace(images / names.image, whole)
    if names.unpacked_image:
        replace(images / names.unpacked_image, unpack(data))
    stamp.write_text(str(vmlinuz))


def unpack(data: bytes) -> bytes:
    """The ELF kernel inside a compressed image. Raises MissingOutput when none is found."""
    error = MissingOutput("the distro's kernel image is packed in a way that is not known")
    for magic, how in ((XZ, _xz), (ZSTD, _zstd), (GZIP, _gzip)):
        start = data.find(magic)
        while start >= 0:
            try:
                found = how(data[start:])
            except (lzma.LZMAError, zlib.error):
                found = b""
            except MissingOutput as lacking:    # the magic number may be there by chance
                found, error = b"", lacking
            if found.startswith(b"\x7fELF"):
                return found
            start = data.find(magic, start + 1)
    raise error


def _xz(data: bytes) -> bytes:
    packed = lzma.LZMADecompressor()
    found = packed.decompress(data)
    return found if packed.eof else b""


def _gzip(data: bytes) -> bytes:
    packed = zlib.decompressobj(wbits=31)
    found = packed.decompress(data)
    return found if packed.eof else b""


def _zstd(data: bytes) -> bytes:
    # The trailing bytes of the image are no zstd frame: the program ends with an error after the whole kernel.
    program = shutil.which("zstd")
    if program is None:
        raise MissingOutput("no zstd on this host, which unpacks the kernel: install the distro's package zstd")
    return subprocess.run([program, "-dc"], input=data, capture_output=True).stdout
