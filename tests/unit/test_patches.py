# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc.patches: which of our patches a built package lacks."""
from __future__ import annotations

from pathlib import Path

import pytest

from lkmc import patches, paths


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "TOP", tmp_path / "checkout")
    for patch in ("linux/0001-a.patch", "linux/0002-b.patch", "qemu/0001-c.patch"):
        file = paths.TOP / "board/patches" / patch
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (paths.TOP / "board/patches/readme.txt").touch()
    return tmp_path / "output"


def unpacked(output: Path, folder: str, *applied: str) -> None:
    (output / "build" / folder).mkdir(parents=True)
    (output / "build" / folder / ".applied_patches_list").write_text("".join(f"{path}\n" for path in applied))


@pytest.mark.parametrize("folder", ["linux-6.18.7", "linux-custom", "linux-v6.12", "linux-679b9ead7620"])
def test_a_patch_that_came_later_is_lacking(output: Path, folder: str) -> None:
    unpacked(output, folder, "/src/board/patches/linux/0001-a.patch")
    assert patches.lacking(output) == {"linux": ["0002-b.patch"]}


def test_a_host_package_has_the_same_patches(output: Path) -> None:
    unpacked(output, "host-qemu-10.2.0", "/buildroot/package/qemu/0001-other.patch")
    assert patches.lacking(output) == {"host-qemu": ["0001-c.patch"]}


def test_nothing_is_lacking_where_all_are_in_or_nothing_was_unpacked(output: Path) -> None:
    assert patches.lacking(output) == {}
    unpacked(output, "linux-6.18.7", "/a/0001-a.patch", "/b/0002-b.patch")
    unpacked(output, "linux-headers-6.18.7")
    unpacked(output, "busybox-1.37.0", "/b/0001-z.patch")
    assert patches.lacking(output) == {}
