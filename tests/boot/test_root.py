# SPDX-License-Identifier: GPL-2.0-or-later
"""The root file system in its other forms: read-only on a disk, or inside the kernel image."""
from __future__ import annotations

import json

import pytest
from booting import Run

from lkmc.output import Output

ROOT_TYPE = "while read -r _ dir type how _; do [ \"$dir\" != / ] || echo \"root: $type $how\"; done < /proc/mounts"


@pytest.fixture
def squashfs(out: Output) -> None:
    if out.disk is None or out.disk.image != "rootfs.squashfs":
        pytest.skip("this output has no squashfs: scripts/build --config configs/fragments/squashfs.config")


@pytest.mark.usefixtures("squashfs")
def test_a_squashfs_root_is_read_only_and_everything_else_works(run: Run) -> None:
    done = run("--eval-after", f"{ROOT_TYPE}; touch /new || echo refused; touch /tmp/new /mnt/9p/data/new && exit 3")
    assert done.returncode == 3, done.stdout
    assert b"root: squashfs ro" in done.stdout and b"refused" in done.stdout


def test_a_root_inside_the_kernel_needs_no_other_file(run: Run, out: Output, run_id: str) -> None:
    if not out.root_in_kernel:
        pytest.skip("this output has no initramfs: scripts/build --config configs/fragments/initramfs.config")
    done = run("--eval-after", f"{ROOT_TYPE}; touch /new && exit 3")
    assert done.returncode == 3, done.stdout
    assert b"root: rootfs rw" in done.stdout
    command = json.loads((out.path / "run" / run_id / "result.json").read_text())["command"]
    assert "-initrd" not in command and not any("rootfs." in word for word in command)
