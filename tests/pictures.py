# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a guest's screen, looked at."""
from __future__ import annotations

import io

import numpy as np
from PIL import Image

LOGO = 80                                       # pixels: the penguin's size, at the upper left


def of(data: bytes, form: str) -> Image.Image:
    """The picture in a file's bytes. form: PNG or PPM."""
    with Image.open(io.BytesIO(data), formats=[form]) as picture:
        assert picture.mode == "RGB"
        return picture.copy()


def has_beak(picture: Image.Image) -> bool:
    """Whether there is something yellow where the penguin's beak is: nothing else on a console is, up there."""
    red, green, blue = np.asarray(picture.crop((0, 0, LOGO, LOGO))).T
    return int(np.count_nonzero((red > 200) & (green > 140) & (blue < 90))) > 50


def red(picture: Image.Image) -> float:
    """How much of it is as red as a console's background can be, from 0 to 1."""
    red, green, blue = np.asarray(picture).T
    return float(np.mean((red > 150) & (green < 50) & (blue < 50)))
