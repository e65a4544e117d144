# SPDX-License-Identifier: GPL-2.0-or-later
"""pictures, by which tests look at a screen."""
from __future__ import annotations

from pictures import has_beak, red
from PIL import Image


def test_a_beak_is_yellow_and_at_the_upper_left() -> None:
    picture = Image.new("RGB", (100, 100))
    assert not has_beak(picture)
    picture.paste((230, 180, 20), (0, 0, 9, 9))
    assert has_beak(picture) and not has_beak(picture.rotate(180))


def test_red_is_neither_black_nor_white() -> None:
    picture = Image.new("RGB", (100, 100), (255, 255, 255))
    assert red(picture) == 0
    picture.paste((170, 0, 0), (0, 0, 100, 50))
    picture.paste((0, 0, 0), (0, 0, 100, 25))
    assert red(picture) == 0.25
