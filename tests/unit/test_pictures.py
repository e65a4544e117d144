# SPDX-License-Identifier: GPL-2.0-or-later
"""pictures, by which tests look at a screen."""
from __future__ import annotations

from pictures import has_beak
from PIL import Image


def test_a_beak_is_yellow_and_at_the_upper_left() -> None:
    picture = Image.new("RGB", (100, 100))
    assert not has_beak(picture)
    picture.paste((230, 180, 20), (0, 0, 9, 9))
    assert has_beak(picture) and not has_beak(picture.rotate(180))
