# SPDX-License-Identifier: GPL-2.0-or-later
"""The disk that brings a guest its payload; rootfs_overlay/lkmc/guest.sh and userland/linux/restored.c read it."""
from __future__ import annotations

import os
from pathlib import Path

from lkmc import files
from lkmc.errors import UserError
from lkmc.request import Payload

SECTOR = 512        # bytes
START = 65536       # bytes of zeros, so that the kernel finds nothing like a partition table


def script(payload: Payload) -> bytes:
    """What the disk carries for a guest that boots."""
    return b"%d\n%b" % (len(payload.script), payload.script)


def write(path: Path, carried: bytes, room: int = 0) -> None:
    """Write the disk's image, of `room` bytes where that is not 0. Raises UserError.

    Of the room the file takes no more than what is carried: the rest is a hole.
    """
    image = bytes(START) + carried
    if room and len(image) > room:
        raise UserError(f"a payload of {len(carried)} bytes does not fit into its disk: leave it at {room - START}")
    files.replace(path, image + bytes(-len(image) % SECTOR))
    if room:
        os.truncate(path, room)
