# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether an image file is what its name says, and whole. An emulator may start anything, and then just hang."""
from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

HEAD = 4096     # bytes; every header that is looked at lies within


def fault(path: Path) -> str:
    """What is wrong with an image of images/, in a few words; empty when nothing is. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(0, size - HEAD))
        tail = file.read()
    if not head:
        return "is empty"
    check = FORMATS.get(path.name)
    if check is None:
        return ""
    whole = check(head.ljust(HEAD, b"\0"), tail)
    if whole is None:
        return f"is no {path.name}"
    return "is cut short" if size < whole else ""


def _elf(head: bytes, tail: bytes) -> int | None:
    """An ELF file of 64 bits ends with its section headers (gABI, chapter 4), or of 32 bits."""
    if head[:4] != b"\x7fELF":
        return None
    wide = head[4] == 2
    start = struct.unpack_from("<Q", head, 40)[0] if wide else struct.unpack_from("<I", head, 32)[0]
    length, number = struct.unpack_from("<HH", head, 58 if wide else 46)
    return int(start + length * number)


def _bzimage(head: bytes, tail: bytes) -> int | None:
    """Linux, Documentation/arch/x86/boot.rst: setup sectors, then syssize paragraphs."""
    if head[0x202:0x206] != b"HdrS":
        return None
    sectors = head[0x1f1] or 4
    return int((sectors + 1) * 512 + 16 * struct.unpack_from("<I", head, 0x1f4)[0] - 15)


def _zimage(head: bytes, tail: bytes) -> int | None:
    """arch/arm/boot/compressed/head.S: magic number, start and end."""
    magic, start, end = struct.unpack_from("<III", head, 0x24)
    return int(end - start) if magic == 0x016f2818 else None


def _image(head: bytes, tail: bytes) -> int | None:
    """Linux, Documentation/arch/arm64/booting.rst; as an EFI program it has the extents of its sections too."""
    if head[56:60] != b"ARM\x64":
        return None
    pe = struct.unpack_from("<I", head, 60)[0]
    if not 64 <= pe < 1024 or head[pe:pe + 4] != b"PE\0\0":
        return HEAD
    sections, optional = struct.unpack_from("<H", head, pe + 6)[0], struct.unpack_from("<H", head, pe + 20)[0]
    extents = [struct.unpack_from("<II", head, pe + 24 + optional + 40 * n + 16) for n in range(min(sections, 16))]
    return max((length + start for length, start in extents), default=HEAD)


def _cpio(head: bytes, tail: bytes) -> int | None:
    """Linux, Documentation/driver-api/early-userspace/buffer-format.rst: newc archives end with a trailer."""
    if head[:6] not in (b"070701", b"070702"):
        return None
    return 0 if b"TRAILER!!!" in tail else 1 << 62


def _ext4(head: bytes, tail: bytes) -> int | None:
    """Linux, Documentation/filesystems/ext4/super.rst: number of blocks and their size."""
    magic = struct.unpack_from("<H", head, 1024 + 0x38)[0]
    blocks, log_size = struct.unpack_from("<I", head, 1024 + 4)[0], struct.unpack_from("<I", head, 1024 + 0x18)[0]
    return int(blocks << (10 + log_size)) if magic == 0xef53 and log_size < 7 else None


def _squashfs(head: bytes, tail: bytes) -> int | None:
    """Linux, fs/squashfs/squashfs_fs.h: magic number and bytes used."""
    return int(struct.unpack_from("<Q", head, 40)[0]) if head[:4] == b"hsqs" else None


FORMATS: dict[str, Callable[[bytes, bytes], int | None]] = {
    "Image": _image, "bzImage": _bzimage, "zImage": _zimage, "vmlinux": _elf,
    "rootfs.cpio": _cpio, "rootfs.ext4": _ext4, "rootfs.squashfs": _squashfs,
}
