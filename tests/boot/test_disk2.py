# SPDX-License-Identifier: GPL-2.0-or-later
"""The second disk: a folder of the host, which a guest that runs gets anew."""
from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lkmc import paths
from lkmc.console import Console
from lkmc.output import Output

Disk2 = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def disk2(out: Output, run_id: str, limit: float) -> Disk2:
    """scripts/disk2 on the test's own run."""
    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(paths.TOP / "scripts/disk2"), "--yes", "--output", str(out.path), "--run-id", run_id, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL)
    return ask


def test_a_folder_is_packed_mounted_and_exchanged_while_the_guest_runs(
        console: Callable[..., Console], disk2: Disk2, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    program = folder / "sub/program"
    program.write_text("#!/bin/sh\necho first\n")
    program.chmod(0o755)
    (folder / "gone").touch()
    with console("--yes", "--disk2", str(folder)) as guest:
        guest.login()
        assert guest.run("/mnt/disk2/sub/program; echo mine > /mnt/disk2/written; ls /mnt/disk2 | cat") == \
            ("first\ngone\nlost+found\nsub\nwritten\n", 0)
        started = guest.run("cut -d ' ' -f 22 /proc/1/stat; cat /proc/sys/kernel/random/boot_id")
        size = int(guest.run("df /mnt/disk2 | awk 'NR == 2 { print $2 }'")[0])
        program.write_text("#!/bin/sh\necho second\n")
        (folder / "gone").unlink()
        (folder / "large").write_bytes(b"\1" * (64 << 20))
        done = disk2()
        assert (done.returncode, done.stdout) == (0, f"{folder} is at /mnt/disk2\n"), done.stderr
        assert guest.run("/mnt/disk2/sub/program; ls /mnt/disk2 | cat") == ("second\nlarge\nlost+found\nsub\n", 0)
        assert int(guest.run("df /mnt/disk2 | awk 'NR == 2 { print $2 }'")[0]) > size + (48 << 10)
        assert guest.run("tr -d '\\001' < /mnt/disk2/large | wc -c; wc -c < /mnt/disk2/large") == ("0\n67108864\n", 0)
        assert disk2(str(folder / "sub")).returncode == 0
        assert guest.run("cd /mnt/disk2; ./program") == ("second\n", 0)
        busy = disk2()
        assert busy.returncode == 125 and "keeps the disk that it has" in busy.stderr
        assert guest.run("./program; cd /") == ("second\n", 0)
        assert disk2(str(folder)).returncode == 0
        assert guest.run("cut -d ' ' -f 22 /proc/1/stat; cat /proc/sys/kernel/random/boot_id") == started


def test_a_guest_without_a_second_disk_is_told_how_to_get_one(console: Callable[..., Console], disk2: Disk2) -> None:
    with console() as guest:
        guest.login()
        done = disk2()
    assert done.returncode == 125 and "--disk2 DIR" in done.stderr
