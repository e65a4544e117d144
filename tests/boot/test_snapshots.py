# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/qemu-monitor savevm and loadvm: memory and disk go back, the host's folders are there before and after."""
from __future__ import annotations

import subprocess
from collections.abc import Callable

import debugging
import pytest

from lkmc import paths
from lkmc.console import Console
from lkmc.output import Output

Monitor = Callable[..., "subprocess.CompletedProcess[str]"]
COUNT = "(i=0; while true; do echo $i > /tmp/n; mv /tmp/n /tmp/count; i=$((i + 1)); sleep 0.1; done) & true"


@pytest.fixture
def monitor(out: Output, run_id: str, limit: float) -> Monitor:
    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(paths.TOP / "scripts/qemu-monitor"), "--output", str(out.path), "--run-id", run_id, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL)
    return ask


def count(guest: Console) -> int:
    return int(guest.run("cat /tmp/count")[0])


def counts_to(guest: Console, number: int, limit: float) -> None:
    debugging.until(lambda: count(guest) >= number, limit)


@pytest.mark.parametrize("how", [("--snapshots",), ("--snapshots", "--instant")], ids=["booted", "instant"])
def test_a_count_and_a_file_go_back(console: Callable[..., Console], monitor: Monitor, out: Output, limit: float,
                                    how: tuple[str, ...]) -> None:
    host = out.path / "9p/snapshots"
    host.parent.mkdir(exist_ok=True)
    host.write_text("first\n")
    with console(*how) as guest:
        guest.login()
        guest.run(f"echo 0 > /f; {COUNT}")
        counts_to(guest, 5, limit)
        assert monitor("savevm", "mine").returncode == 0
        assert "mine" in monitor("info", "snapshots").stdout
        saved = count(guest)
        guest.run("echo 1 > /f; sync")
        counts_to(guest, saved + 20, limit)
        host.write_text("second\n")
        done = monitor("loadvm", "mine")
        assert done.returncode == 0, done.stderr
        assert count(guest) < saved + 20
        assert guest.run("cat /f /mnt/9p/data/snapshots")[0].split() == ["0", "second"]
        counts_to(guest, saved + 5, limit)


def test_a_folder_in_use_is_named_and_nothing_is_saved(console: Callable[..., Console], monitor: Monitor) -> None:
    with console("--snapshots") as guest:
        guest.login()
        guest.run("cd /mnt/9p/data")
        done = monitor("savevm", "mine")
        assert done.returncode == 1 and "/mnt/9p/data" in done.stderr
        assert "mine" not in monitor("info", "snapshots").stdout
        assert guest.run("cd /; echo /mnt/9p/*/lkmc/guest.sh")[0] == "/mnt/9p/rootfs_overlay/lkmc/guest.sh\n"
        assert monitor("savevm", "mine").returncode == 0


def test_without_the_option_it_says_what_keeps_it_from_saving(console: Callable[..., Console], monitor: Monitor,
                                                              out: Output) -> None:
    with console() as guest:
        guest.login()
        done = monitor("savevm", "mine")
        assert done.returncode == 1 and "--snapshots" in done.stderr
        guest.run("umount /mnt/9p/*")
        assert monitor("savevm", "mine").returncode == (0 if out.disk and out.disk.writable else 1)
