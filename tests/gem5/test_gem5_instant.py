# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --emulator gem5 --instant starts from a checkpoint, and differs from a boot in nothing else."""
from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from booting import Run

from lkmc import gem5, stats
from lkmc.console import Console
from lkmc.run_folder import RunFolder

INSTEAD = b"a normal boot instead of an instant one: "


@pytest.fixture
def instant(run: Run) -> Run:
    """scripts/run --instant on gem5, which must neither fall back nor boot in sight."""
    def start(*words: str | bytes) -> subprocess.CompletedProcess[bytes]:
        done = run("--instant", *words)
        assert INSTEAD not in done.stderr, done.stderr.decode()
        assert b"Linux version" not in done.stdout
        return done
    return start


def test_an_instant_guest_is_obeyed_by_whatever_processor(instant: Run, folder: RunFolder, detailed: str) -> None:
    assert instant("--eval-after", "exit 7").returncode == 7
    script = "m5 readfile; m5 initparam ''"
    done = instant("--eval-after", script, "--gem5-readfile", "echo no", "--", "--initparam", "13")
    assert done.returncode == 0 and b"echo no" in done.stdout and b"13" in done.stdout
    assert b"making " not in done.stderr
    done = instant("--cpu-type", detailed, "--l1d-size", "1kB", "--eval-after", "m5 resetstats; exit 3")
    assert done.returncode == 3 and b"making " not in done.stderr
    assert stats.named(stats.read(folder.m5out / "stats.txt")[-1], "dcache.overallMisses::total")
    assert instant("--eval-after", "insmod /panic.ko").returncode == 101
    assert instant().returncode == 0


def test_each_instant_guest_is_pristine_with_a_clock_and_random_numbers_of_its_own(instant: Run) -> None:
    script = "if [ -e /new ] || [ -e /tmp/new ]; then exit 1; fi; touch /new /tmp/new; sync; date +now=%s; "
    numbers = set()
    for _ in range(2):
        before = int(time.time())
        done = instant("--eval-after", f"{script} head -c 16 /dev/urandom | md5sum | sed s/^/random=/")
        assert done.returncode == 0
        [now] = re.findall(rb"now=([0-9]+)", done.stdout)
        assert before <= int(now) <= time.time()
        numbers.update(re.findall(rb"random=([0-9a-f]{32})", done.stdout))
    assert len(numbers) == 2


def test_a_long_payload_of_an_instant_guest_arrives_whole(instant: Run, tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(300_000).replace(b"\0", b"").replace(b"\n", b"") + b"\n"
    script = tmp_path / "script"
    script.write_bytes(b"exec md5sum <<'lkmc end'\n" + noise + b"lkmc end\n")
    assert hashlib.md5(noise).hexdigest().encode() in instant("--eval-after-file", str(script)).stdout


def test_an_instant_guest_has_a_shell_and_takes_checkpoints(shell: Callable[..., Console], run: Run,
                                                            folder: RunFolder) -> None:
    with shell("--instant") as guest:
        guest.login()
        assert guest.run("echo $((6 * 7))") == ("42\n", 0)
        guest.child.sendline("/gem5.sh")
        assert guest.end() == 0
    assert gem5.checkpoints(folder)
    done = run("--gem5-restore", "1", "--gem5-readfile", "echo se''cond; exit 4")
    assert done.returncode == 4 and b"second" in done.stdout


def test_a_state_that_cannot_be_restored_is_thrown_away(instant: Run, folder: RunFolder) -> None:
    assert instant("--eval-after", "true").returncode == 0
    words = json.loads(folder.result.read_text())["command"]
    [checkpoint] = [Path(value) for word, value in pairwise(words) if word == "--restore"]
    [memory] = checkpoint.glob("*.store0.pmem")
    memory.unlink()
    assert instant("--eval-after", "true").returncode == 125
    assert not checkpoint.exists()
