# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a guest's screen, looked at."""
from __future__ import annotations

import struct
import zlib

Picture = tuple[int, int, bytes]                # width, height, 3 bytes for each pixel
LOGO = 80                                       # pixels: the penguin's size, at the upper left
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def has_beak(picture: Picture) -> bool:
    """Whether there is something yellow where the penguin's beak is: nothing else on a console is, up there."""
    width, height, pixels = picture
    rows = [pixels[3 * width * y:3 * (width * y + LOGO)] for y in range(min(LOGO, height))]
    return sum(red > 200 and green > 140 and blue < 90
               for row in rows for red, green, blue in zip(row[::3], row[1::3], row[2::3], strict=True)) > 50


def of_png(data: bytes) -> Picture:
    """The pixels of a PNG with 8 bits of red, green and blue, not interlaced."""
    assert data.startswith(SIGNATURE)
    chunks: dict[bytes, bytes] = {}
    at = len(SIGNATURE)
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        chunks[name] = chunks.get(name, b"") + data[at + 8:at + 8 + size]
        at += size + 12
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert kind == [8, 2, 0, 0, 0]
    filtered, stride = zlib.decompress(chunks[b"IDAT"]), 3 * width
    above, pixels = bytes(stride), bytearray()
    for y in range(height):
        start = (stride + 1) * y
        above = _row(filtered[start], filtered[start + 1:start + 1 + stride], above)
        pixels += above
    return width, height, bytes(pixels)


def _row(kind: int, row: bytes, above: bytes) -> bytes:
    """One row without its filter, of which PNG has five. above: the row before, without its own."""
    if kind == 0:
        return row
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(row, above, strict=True))
    done = bytearray(3)         # and a pixel of zeros left of it
    for i, byte in enumerate(row):
        left, up, corner = done[i], above[i], above[i - 3] if i > 2 else 0
        guess = {1: left, 3: (left + up) // 2, 4: _nearest(left, up, corner)}[kind]
        done.append((byte + guess) & 255)
    return bytes(done[3:])


def _nearest(left: int, up: int, corner: int) -> int:
    """Which of the three is nearest to what they let expect, in this order."""
    expected = left + up - corner
    return min((left, up, corner), key=lambda value: abs(expected - value))
