# SPDX-License-Identifier: GPL-2.0-or-later
"""disk2: a folder becomes a file system, and takes another's place in QEMU while the guest looks away."""
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import fakes
import pytest
from test_qmp import Sticks
from test_snapshots import listen

from lkmc import disk2, qmp
from lkmc.errors import UserError
from lkmc.output import Output
from lkmc.run_folder import RunFolder

needs_mke2fs = pytest.mark.skipif(shutil.which("debugfs") is None, reason="no e2fsprogs on this host")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    folder = RunFolder.of(tmp_path, "0")
    folder.claim()
    yield folder
    folder.finish({})


@pytest.fixture
def output(tmp_path: Path) -> Output:
    return fakes.output_folder(tmp_path)


def look(image: Path, what: str) -> str:
    return subprocess.run(["debugfs", "-R", what, str(image)], check=True, capture_output=True, text=True).stdout


@needs_mke2fs
def test_a_folder_of_any_size_fits(tmp_path: Path, run: RunFolder, output: Output) -> None:
    folder = tmp_path / "folder"
    (folder / "many").mkdir(parents=True)
    for number in range(3000):
        (folder / f"many/{number}").write_text("x")
    (folder / "large").write_bytes(os.urandom(1 << 20) * 40)
    (folder / "to").symlink_to("large")
    disk2.provide(folder, run, output, yes=False)
    image = run.disk2("disk2-a")
    assert look(image, "cat many/2999") == "x"
    assert "Size: 41943040" in look(image, "stat large") and 'dest: "large"' in look(image, "stat to")
    assert "has_journal" not in look(image, "features")


def test_what_is_no_folder_is_refused(tmp_path: Path, run: RunFolder, output: Output) -> None:
    with pytest.raises(UserError, match="--disk2: no such folder: /nowhere"):
        disk2.provide(Path("/nowhere"), run, output, yes=False)


def test_what_cannot_be_packed_is_told_and_leaves_nothing(tmp_path: Path, run: RunFolder, output: Output) -> None:
    fakes.script(output.host / "bin/mke2fs", "echo no room >&2; exit 1")
    with pytest.raises(UserError, match="not packed: no room"):
        disk2.provide(tmp_path, run, output, yes=False)
    assert not run.disk2("disk2-a").exists()


@needs_mke2fs
def test_the_guest_gets_the_other_node_between_unmounting_and_mounting(
        tmp_path: Path, run: RunFolder, output: Output) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    disk2.provide(folder, run, output, yes=False)
    heard = listen(run, ["", ""])
    sticks = Sticks({"qom-get": "disk2-a", "blockdev-add": {}, "qom-set": {}, "block_resize": {}, "blockdev-del": {}})
    (folder / "new").write_text("new")
    assert disk2.exchange(None, sticks, run, output, yes=False) == folder
    assert heard == ["unmount disk2", "mount disk2"]
    asked = dict(sticks.asked)
    assert asked["qom-set"] == {"path": disk2.DEVICE, "property": "drive", "value": "disk2-b"}
    assert asked["blockdev-del"] == {"node-name": "disk2-a"} and not run.disk2("disk2-a").exists()
    assert look(run.disk2("disk2-b"), "cat new") == "new"


@needs_mke2fs
def test_a_disk_in_use_stays(tmp_path: Path, run: RunFolder, output: Output) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    disk2.provide(folder, run, output, yes=False)
    listen(run, ["umount: can't unmount /mnt/disk2: Device or resource busy"])
    sticks = Sticks({"qom-get": "disk2-a"})
    with pytest.raises(disk2.CannotChange, match="busy; it keeps the disk that it has"):
        disk2.exchange(None, sticks, run, output, yes=False)
    assert run.disk2("disk2-a").exists() and [name for name, _ in sticks.asked] == ["qom-get"]


def test_a_guest_without_a_second_disk_is_told_how_to_get_one(run: RunFolder, output: Output) -> None:
    with pytest.raises(UserError, match=r"no second disk; start one: scripts/run .* --disk2 DIR"):
        disk2.exchange(None, Sticks({"qom-get": qmp.MonitorError("no device")}), run, output, yes=False)
