# SPDX-License-Identifier: GPL-2.0-or-later
"""files: whole or not at all."""
from __future__ import annotations

from pathlib import Path

import pytest

from lkmc import files
from lkmc.errors import UserError


def test_what_was_there_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a"
    for data in (b"one", b"two"):
        files.replace(file, data)
        assert file.read_bytes() == data
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_the_old_and_nothing_half(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    (folder / "old").mkdir(parents=True)
    with pytest.raises(UserError, match=f"{folder}: is a directory; make room there"):
        files.replace(folder, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and (folder / "old").is_dir()
