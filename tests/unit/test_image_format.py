# SPDX-License-Identifier: GPL-2.0-or-later
"""image_format: an image is told from what only has its name, and from one that is cut short."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest

from lkmc import image_format

SIZE = fakes.SIZE
WHOLE = fakes.IMAGES


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_image_has_no_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WHOLE[name])
    assert image_format.fault(tmp_path / name) == ""


@pytest.mark.parametrize("name", WHOLE)
def test_an_image_without_its_end_is_cut_short(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WHOLE[name][:SIZE * 2 // 3])
    assert image_format.fault(tmp_path / name) == "is cut short"


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("data", [b"x", b"no image\n" * 1000])
def test_what_only_has_the_name_is_none(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert image_format.fault(tmp_path / name) == f"is no {name}"


def test_an_empty_file_is_empty_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    assert image_format.fault(tmp_path / "other") == "is empty"
