# SPDX-License-Identifier: GPL-2.0-or-later
"""frames and scripts/screenshot --emulator gem5: the last picture of a screen, as PNG."""
from __future__ import annotations

import gzip
import struct
from pathlib import Path

import fakes
import pictures
import pytest

from lkmc import cli, frames
from lkmc.errors import MissingOutput
from lkmc.run_folder import RunFolder

PNG = frames.PNG + b"as libpng made it"


def keep(folder: Path, number: int, data: bytes, suffix: str = "png") -> Path:
    """A picture as gem5 calls it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fb.{number:06}.{number * 1000}.{suffix}.gz"
    path.write_bytes(gzip.compress(data))
    return path


def bitmap(width: int, pixels: list[tuple[int, int, int]]) -> bytes:
    """As gem5 writes one: rows from the bottom up, of blue, green, red and nothing."""
    data = b"".join(bytes([blue, green, red, 0]) for red, green, blue in pixels)
    header = struct.pack("<IIIHHIIIIII", 40, width, len(pixels) // width, 1, 32, 0, len(data), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54) + header + data


def test_the_last_picture_that_is_whole_is_taken(tmp_path: Path) -> None:
    keep(tmp_path, 9, PNG + b" 9")
    keep(tmp_path, 10, PNG + b" 10")
    cut = keep(tmp_path, 11, PNG + b" 11")
    cut.write_bytes(cut.read_bytes()[:-12])
    keep(tmp_path, 12, b"")             # a screen of no size
    keep(tmp_path, 13, b"").write_bytes(b"")
    assert frames.last(tmp_path) == PNG + b" 10"


@pytest.mark.parametrize("there", [False, True])
def test_without_a_picture_the_option_is_named(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "frames"
    if there:
        keep(folder, 0, b"")
    with pytest.raises(MissingOutput, match="--emulator gem5 --frame-capture"):
        frames.last(folder)


def test_a_bitmap_becomes_png(tmp_path: Path) -> None:
    below, above = [(1, 2, 3), (4, 5, 6), (7, 8, 9)], [(250, 0, 0), (0, 251, 0), (0, 0, 252)]
    keep(tmp_path, 1, bitmap(3, [*below, *above]), "bmp")
    picture = pictures.of(frames.last(tmp_path), "PNG")
    assert picture.size == (3, 2) and picture.tobytes() == b"".join(map(bytes, [*above, *below]))


def test_screenshot_takes_it_from_the_run_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path / "o", "aarch64")
    run = ["--output", str(output.path), "--run-id", "7", "--emulator", "gem5"]
    assert cli.main("screenshot", [*run, str(tmp_path / "a.png")]) == 125
    assert "--frame-capture" in capsys.readouterr().err and not (tmp_path / "a.png").exists()
    keep(RunFolder.of(output.path, "7").frames, 1, PNG)
    assert cli.main("screenshot", [*run, str(tmp_path / "a.png")]) == 0
    assert (tmp_path / "a.png").read_bytes() == PNG
    assert cli.main("screenshot", [*run, str(tmp_path / "a.ppm")]) == 125
    assert "call it a.png" in capsys.readouterr().err
