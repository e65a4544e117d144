# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --instant starts from a saved guest, which then differs from one that has just booted in nothing."""
from __future__ import annotations

import hashlib
import json
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from booting import Run

from lkmc import ktap, machine, paths
from lkmc.console import Console
from lkmc.output import Output
from lkmc.run_folder import RunFolder

INSTEAD = b"a normal boot instead of an instant one: "


@pytest.fixture
def instant(run: Run) -> Run:
    """scripts/run --instant, which must not fall back."""
    def start(*words: str | bytes) -> subprocess.CompletedProcess[bytes]:
        done = run("--instant", *words)
        assert INSTEAD not in done.stderr, done.stderr
        return done
    return start


def test_the_second_run_does_not_boot_and_is_obeyed_all_the_same(instant: Run, out: Output) -> None:
    instant("--eval-after", "true")
    (out.path / "9p/to-guest").write_text("from the host")
    done = instant("--eval-after", "cat /mnt/9p/data/to-guest; echo from the guest > /mnt/9p/data/to-host; exit 7")
    assert done.returncode == 7
    assert b"from the host" in done.stdout and b"Linux version" not in done.stdout
    assert (out.path / "9p/to-host").read_text() == "from the guest\n"


def test_qemu_does_not_load_what_is_in_the_guests_memory(instant: Run, out: Output, run_id: str) -> None:
    instant("--eval-after", "true")
    command, mach = RunFolder.of(out.path, run_id).command(), machine.read(out.arch)
    loaded, whole = Path(command[command.index("-kernel") + 1]), out.kernel(mach)
    head = mach.head(whole.name)
    assert loaded.stat().st_size == head if head else loaded == whole


def test_the_clock_is_right_and_random_numbers_are_not_those_of_another_run(instant: Run) -> None:
    numbers = set()
    for _ in range(2):
        before = int(time.time())
        done = instant("--eval-after", "date +now=%s; head -c 16 /dev/urandom | md5sum")
        words = done.stdout.decode().split()
        [now] = [int(word.removeprefix("now=")) for word in words if word.startswith("now=")]
        assert before <= now <= time.time()
        numbers.add(words[words.index(f"now={now}") + 1])
    assert len(numbers) == 2


def test_each_run_has_a_pristine_guest(instant: Run) -> None:
    change = "if [ -e /new ] || [ -e /tmp/new ] || lsmod | grep hello; then exit 1; fi; touch /new /tmp/new; sync; "
    for _ in range(2):
        assert instant("--eval-after", f"{change} insmod /hello.ko").returncode == 0


def test_a_long_payload_of_any_bytes_arrives_whole(instant: Run, tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(4 << 20).replace(b"\0", b"").replace(b"\n", b"") + b"\n"
    script = tmp_path / "script"
    script.write_bytes(b"exec md5sum <<'lkmc end'\n" + noise + b"lkmc end\n")
    assert hashlib.md5(noise).hexdigest().encode() in instant("--eval-after-file", str(script)).stdout


def test_without_a_payload_there_is_a_shell(console: Callable[..., Console], run: Run) -> None:
    with console("--instant") as guest:
        guest.login()
        assert guest.run("echo /mnt/9p/*/")[0].split() == [
            f"/mnt/9p/{name}/" for name in ("data", "out_rootfs_overlay", "rootfs_overlay")]
        guest.child.sendline("poweroff -f")
        assert guest.end() == 0
    assert run("--instant").returncode == 0


def test_a_panic_and_the_time_limit_end_a_restored_guest_too(instant: Run) -> None:
    assert instant("--eval-after", "insmod /panic.ko").returncode == 101
    assert instant("--timeout", "4", "--eval-after", "/sleep_forever.out").returncode == 124


def test_other_options_are_another_state(instant: Run) -> None:
    for processors in (1, 2, 1):
        assert instant("--cpus", str(processors), "--eval-after", "exit $(nproc)").returncode == processors


def test_what_cannot_start_from_a_state_boots_and_says_why(run: Run) -> None:
    for words, why in ((("--eval", "exit 3"), b"--eval replaces the init"),
                       (("--kernel-cli", "rdinit=/lkmc/eval.sh init=/lkmc/eval.sh", "--eval-after", "exit 3"),
                        b"the init is not the one that waits to be saved")):
        done = run("--instant", *words)
        assert done.returncode == 3
        assert INSTEAD + why in done.stderr


def test_a_state_that_cannot_be_read_is_thrown_away(instant: Run, out: Output, run_id: str) -> None:
    assert instant("--eval-after", "exit 7").returncode == 7
    command = json.loads((out.path / "run" / run_id / "result.json").read_text())["command"]
    [state] = [Path(word.partition("path=")[2]).parent for word in command if word.startswith("pipe,id=restore")]
    (state / "devices").write_bytes((state / "devices").read_bytes()[:5000])
    assert instant("--eval-after", "exit 7").returncode == 125
    assert not state.exists()
    assert instant("--eval-after", "exit 7").returncode == 7


def test_run_sh_replays_an_instant_run(instant: Run, out: Output, run_id: str) -> None:
    folder = out.path / "run" / run_id
    assert instant("--eval-after", "exit 4").returncode == 4
    (folder / "status").unlink()
    subprocess.run([folder / "run.sh"], stdin=subprocess.DEVNULL, capture_output=True, timeout=90)
    assert (folder / "status").read_text() == "status 4\n"


def test_examples_can_have_a_guest_each(out: Output, run_id: str, limit: float) -> None:
    # A device of which QEMU saves nothing; a module that must be the first; a guest that dies.
    names = ("qemu_edu.sh", "hello.sh", "panic.sh")
    command = [str(paths.TOP / "scripts/test-guest"), "--output", str(out.path), "--run-id", run_id, "--instant"]
    done = subprocess.run([*command, *(word for name in names for word in ("-k", name))], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=5 * limit)
    assert done.returncode == 0, done.stdout + done.stderr
    assert INSTEAD.decode() not in done.stderr
    assert {result.name for result in ktap.parse(done.stdout).results} == set(names)
    for name in names:
        folder = out.path / "run" / f"test-{run_id}-{name}"
        assert b"Linux version" not in (folder / "console.log").read_bytes()
