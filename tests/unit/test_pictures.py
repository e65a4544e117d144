# SPDX-License-Identifier: GPL-2.0-or-later
"""pictures, by which tests look at a screen: PNG with each of its filters."""
from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from pictures import SIGNATURE, has_beak, of_png

# How PNG's filters see a byte: what is left of it, above, and above to the left.
GUESSES: list[Callable[[int, int, int], int]] = [
    lambda left, up, corner: 0, lambda left, up, corner: left, lambda left, up, corner: up,
    lambda left, up, corner: (left + up) // 2,
    lambda left, up, corner: sorted((left, up, corner), key=lambda value: abs(left + up - corner - value))[0]]


def png(width: int, rows: list[bytes], kinds: list[int]) -> bytes:
    """Rows of 3 bytes for each pixel, each with one of the filters."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    filtered, above = b"", bytes(3 * width)
    for row, kind in zip(rows, kinds, strict=True):
        guesses = (GUESSES[kind](row[i - 3] if i > 2 else 0, above[i], above[i - 3] if i > 2 else 0)
                   for i in range(len(row)))
        filtered += bytes([kind]) + bytes((byte - guess) & 255 for byte, guess in zip(row, guesses, strict=True))
        above = row
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    half = len(data := zlib.compress(filtered)) // 2
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", data[:half]) + chunk(b"IDAT", data[half:]) + \
        chunk(b"IEND", b"")


@pytest.mark.parametrize("kinds", [[0] * 6, [1] * 6, [2] * 6, [3] * 6, [4] * 6, [4, 0, 3, 1, 2, 4]], ids=str)
def test_every_filter_is_undone(kinds: list[int]) -> None:
    rows = [bytes((7 * y * y + 31 * x * (y + 1)) % 256 for x in range(15)) for y in range(6)]
    assert of_png(png(5, rows, kinds)) == (5, 6, b"".join(rows))


def test_a_beak_is_yellow_and_at_the_upper_left() -> None:
    yellow, black = bytes([230, 180, 20]), bytes(3)
    picture = [(yellow if x < 9 and y < 9 else black) for y in range(100) for x in range(100)]
    assert has_beak((100, 100, b"".join(picture)))
    assert not has_beak((100, 100, b"".join(reversed(picture))))
