# SPDX-License-Identifier: GPL-2.0-or-later
"""named_files: a file is found in a command line whatever its path has in it."""
from __future__ import annotations

from pathlib import Path

import pytest

from lkmc import named_files, qemu


@pytest.mark.parametrize("folder", ["plain", "a,b", "a=b", "a b", "a,,b", "=,"])
@pytest.mark.parametrize("word", ["{whole}", "--kernel={whole}", "if=none,file={quoted},id=a", "loader,file={quoted}",
                                  "raw,file.driver=file,file.filename={quoted}", "a=b={quoted}"])
def test_a_file_is_found(tmp_path: Path, folder: str, word: str) -> None:
    file = tmp_path / folder / "file"
    file.parent.mkdir()
    file.touch()
    command = ("/no/such/emulator", "-option", word.format(whole=file, quoted=qemu.value(file)), str(tmp_path))
    assert named_files.named(command) == [str(file)]
