# SPDX-License-Identifier: GPL-2.0-or-later
"""What is recorded is replayed exactly; GDB goes back in a replay; and who wrote a variable is known."""
from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from booting import RUN, Run
from debugging import Debugger

from lkmc import paths
from lkmc.output import Output
from lkmc.run_folder import RunFolder

# Disk, network, random numbers, the time.
BUSY = ("ip link set eth0 up 2>/dev/null; ifup -a 2>/dev/null; ping -c 1 10.0.2.2; head -c 16 /dev/hwrng | hexdump; "
        "dd if=/dev/vda of=/dev/null bs=1M count=4; date; cat /proc/uptime; /rand_check.out; exit 7")


def told(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stdout.decode(errors="replace")[-2000:] + done.stderr.decode(errors="replace")[-2000:]


@pytest.fixture
def record(run: Run) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    def recorded(*words: str, status: int = 0) -> subprocess.CompletedProcess[bytes]:
        done = run("--quiet", "--record", *words)
        assert done.returncode == status, told(done)
        return done
    return recorded


def test_a_run_replays_to_the_same_console_and_status(run: Run, record: Run) -> None:
    first = record("--eval-after", BUSY, status=7)
    again = run("--quiet", "--replay")
    assert again.returncode == 7, told(again)
    assert again.stdout == first.stdout and b"AT_RANDOM" in first.stdout
    other = run("--quiet", "--record", "--eval-after", BUSY)
    assert other.stdout != first.stdout, "random numbers that are no different in another run prove nothing"


def test_a_root_in_memory_is_recorded_too(out: Output, run: Run, record: Run) -> None:
    if not (out.images / "rootfs.cpio").exists():
        pytest.skip(f"{out.path.name} has no rootfs.cpio")
    first = record("--initrd", "--eval", "/rand_check.out; exit 3", status=3)
    again = run("--quiet", "--replay")
    assert (again.returncode, again.stdout) == (3, first.stdout), told(again)


def test_a_guest_that_dies_dies_again(run: Run, record: Run) -> None:
    first = record("--eval-after", "echo c >/proc/sysrq-trigger", status=101)
    again = run("--quiet", "--replay")
    assert (again.returncode, again.stdout) == (101, first.stdout), told(again)


def test_a_replay_of_something_else_is_refused(run: Run, record: Run) -> None:
    record("--eval-after", "exit 0")
    other = run("--replay", "--eval-after", "exit 1")
    assert other.returncode == 125 and b"another payload was recorded" in other.stderr


def test_a_replay_that_goes_another_way_is_an_error(out: Output, run_id: str, run: Run, record: Run) -> None:
    record("--eval-after", "echo recorded")
    log = RunFolder.of(out.path, run_id).recording / "console.log"
    log.write_bytes(log.read_bytes().replace(b"recorded", b"tampered"))
    again = run("--quiet", "--replay")
    assert again.returncode == 125 and b"its console differs from line" in again.stderr, told(again)


def test_qemu_rr_does_both(out: Output, run_id: str, limit: float) -> None:
    done = subprocess.run([str(paths.TOP / "scripts/qemu-rr"), "--quiet", "--output", str(out.path), "--run-id", run_id,
                           "--eval-after", "/rand_check.out; exit 5"], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=4 * limit)
    assert done.returncode == 5, told(done)
    values = re.findall(rb"AT_RANDOM = (\w+)", done.stdout)
    assert len(values) == 2 and values[0] == values[1]


def test_gdb_goes_back_to_start_kernel(out: Output, run_id: str, record: Run, debugger: Callable[..., Debugger],
                                       symbols: None, limit: float) -> None:
    record("--eval-after", "exit 0")
    subprocess.run([RUN, "--quiet", "--output", str(out.path), "--run-id", run_id, "--replay", "--wait-gdb",
                    "--background"], stdin=subprocess.DEVNULL, check=True, timeout=limit)
    with debugger("--no-continue") as gdb:
        gdb.prompt()
        gdb.do("hbreak start_kernel")
        assert "start_kernel" in gdb.do("continue")
        first = gdb.do("p $pc")
        gdb.do("hbreak kernel_init")
        assert "kernel_init" in gdb.do("continue")
        there = gdb.do("p $pc")
        gdb.do("set $lkmc_reverse_limit = 40")
        gdb.do("reverse-stepi")
        assert gdb.do("p $pc").partition("=")[2] != there.partition("=")[2]
        assert "start_kernel" in gdb.do("reverse-continue")
        assert gdb.do("p $pc").partition("=")[2] == first.partition("=")[2]
        gdb.child.sendline("kill")


def test_who_wrote_system_state(out: Output, run_id: str, record: Run, symbols: None, limit: float) -> None:
    record("--eval-after", "exit 0")
    done = subprocess.run([str(paths.TOP / "scripts/who-wrote"), "--output", str(out.path), "--run-id", run_id,
                           "--times", "2", "system_state"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=4 * limit)
    assert done.returncode == 0, done.stdout + done.stderr
    writes = re.findall(r"^(\d+): instruction (\d+): (\w+) (\S+)\n +system_state: (\w+) -> (\w+)$", done.stdout, re.M)
    assert [(function, file.split(":")[0], before, after) for _, _, function, file, before, after in writes] == [
        ("kernel_init", "init/main.c", "SYSTEM_FREEING_INITMEM", "SYSTEM_RUNNING"),
        ("kernel_shutdown_prepare", "kernel/reboot.c", "SYSTEM_RUNNING", "SYSTEM_POWER_OFF")], done.stdout
    assert int(writes[0][1]) < int(writes[1][1])
    assert "kernel_power_off ()" in done.stdout, "the backtrace"


def test_who_wrote_what_is_no_variable_says_so(out: Output, run_id: str, record: Run, symbols: None) -> None:
    record("--eval-after", "exit 0")
    done = subprocess.run([str(paths.TOP / "scripts/who-wrote"), "--output", str(out.path), "--run-id", run_id,
                           "no_such_thing"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 125 and 'No symbol "no_such_thing"' in done.stderr, done.stderr


def test_a_failed_guest_test_is_recorded(out: Output, limit: float) -> None:
    """It fails here because it has no time: too little for it, but enough for QEMU to begin."""
    name = "hello.sh"
    for seconds in (0.5, 1, 2, 4):
        command = [str(paths.TOP / "scripts/test-guest"), "--quiet", "--output", str(out.path), "--run-id", "flight",
                   "-k", name, "--memory", "512M", "--timeout", str(seconds)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=4 * limit)
        assert done.returncode == 1, done.stdout + done.stderr
        if f"# {name}: not recorded: " not in done.stdout:
            break
    assert f"# {name}: recorded in " in done.stdout, done.stdout
    again = re.search(r"^#   (scripts/run .*) --wait-gdb --background && scripts/run-gdb ", done.stdout, re.M)
    assert again and "--replay" in again[1]
    folder = RunFolder.of(out.path, f"test-flight-{name}-rr")
    assert (folder.recording / "events").stat().st_size > 0
