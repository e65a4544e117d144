# SPDX-License-Identifier: GPL-2.0-or-later
"""The pictures that gem5 has kept of its guest's screen: fb.NUMBER.TICK.png.gz, or .bmp.gz from one without libpng."""
from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from lkmc.errors import MissingOutput

PNG = b"\x89PNG\r\n\x1a\n"


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
    """A bitmap as PNG."""
    from PIL import Image
    made = io.BytesIO()
    with Image.open(io.BytesIO(bitmap), formats=["BMP"]) as picture:
        picture.save(made, "PNG")
    return made.getvalue()
