# SPDX-License-Identifier: GPL-2.0-or-later
"""The pictures that gem5 has kept of its guest's screen: fb.NUMBER.TICK.png.gz, or .bmp.gz from one without libpng."""
from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

from lkmc.errors import MissingOutput

PNG = b"\x89PNG\r\n\x1a\n"
# Of a bitmap as gem5 writes it: where its pixels begin, and in the header after that one width and height.
OFFSET, SIZE = struct.Struct("<10xI"), struct.Struct("<18xII")


def last(folder: Path) -> bytes:
    """The last one that is whole, as PNG. Raises MissingOutput where there is none."""
    for path in sorted(folder.glob("fb.*.gz"), reverse=True):
        try:
            data = gzip.decompress(path.read_bytes())
        except (EOFError, OSError, zlib.error):     # gem5 is about to write it, or was ended there
            continue
        if data:
            return data if data.startswith(PNG) else png(data)
    raise MissingOutput(f"{folder}: no pictures of a screen; give the guest one with: scripts/run --emulator gem5 "
                        f"--frame-capture")


def png(bitmap: bytes) -> bytes:
    """A bitmap of gem5's, rows from the bottom up of 4 bytes blue, green, red, nothing, as PNG."""
    [start], (width, height) = OFFSET.unpack_from(bitmap), SIZE.unpack_from(bitmap)
    pixels = memoryview(bitmap)[start:]
    rows = []
    for number in reversed(range(height)):
        row = pixels[4 * width * number:4 * width * (number + 1)]
        colours = bytearray(3 * width)
        for channel in range(3):
            colours[channel::3] = row[2 - channel::4]
        rows.append(b"\0" + colours)        # no filter
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)      # 8 bits of red, green and blue
    return PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"".join(rows))) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
