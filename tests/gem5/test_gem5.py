# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest, and programs without one, on a real gem5: where an output has one, or lkmc.toml names it (gem5 = "FILE")."""
from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from booting import SLOWER, Run
from debugging import Debugger

from lkmc import gem5, machine, paths, stats
from lkmc.console import Console
from lkmc.exec_trace import ExecTrace
from lkmc.output import Output
from lkmc.run_folder import RunFolder


@pytest.mark.parametrize(("how", "script", "code"), [
    ("--eval-after", "exit 7", 7), ("--eval", "exit 9", 9), ("--eval", "m5 exit", 0), ("--eval", "m5 fail 3", 3),
    ("--eval-after", "/m5ops.out f 4", 4), ("--eval-after", "insmod /panic.ko", 101),
])
def test_the_exit_status_is_the_guests(run: Run, how: str, script: str, code: int) -> None:
    done = run(how, script)
    assert done.returncode == code, done.stderr.decode()[-2000:] + done.stdout.decode()[-2000:]


def test_a_shell_on_the_console(shell: Callable[..., Console]) -> None:
    with shell("--cpus", "2") as guest:
        guest.login()
        assert guest.run("grep -c ^processor /proc/cpuinfo") == ("2\n", 0)
        guest.child.sendline("m5 exit")
        assert guest.end() == 0


def test_a_checkpoint_goes_on_with_another_script_and_another_processor(
        run: Run, folder: RunFolder, detailed: str) -> None:
    done = run("--eval-after", "/gem5.sh", "--gem5-readfile", "echo fi''rst; exit 3")
    assert done.returncode == 3 and b"first" in done.stdout
    assert len(gem5.checkpoints(folder)) == 1
    done = run("--gem5-restore", "1", "--gem5-readfile", "echo se''cond")
    assert done.returncode == 0 and b"second" in done.stdout and b"first" not in done.stdout
    plain = stats.read(folder.m5out / "stats.txt")[-1]
    done = run("--gem5-restore", "1", "--cpu-type", detailed, "--l1d-size", "1kB", "--gem5-readfile", "echo third")
    assert done.returncode == 0 and b"third" in done.stdout
    slower = stats.read(folder.m5out / "stats.txt")[-1]
    assert stats.total(slower, "numCycles") > stats.total(plain, "numCycles")
    assert stats.named(slower, "dcache.overallMisses::total")


@pytest.mark.usefixtures("symbols")
def test_gdb_stops_in_the_kernel(shell: Callable[..., Console], debugger: Callable[..., Debugger]) -> None:
    with shell("--wait-gdb") as guest, debugger("start_kernel") as gdb:
        gdb.wait_for(r"Breakpoint 1(\.\d)?, start_kernel")
        gdb.prompt()
        assert "start_kernel" in gdb.do("backtrace")
        assert "0xffffff" in gdb.do("print/x $pc")
        gdb.do("delete")
        gdb.go()
        guest.login()


def test_the_guest_writes_files_of_the_host(run: Run, folder: RunFolder) -> None:
    script = "echo from guest >/tmp/f; m5 writefile /tmp/f told; m5 initparam ''"
    done = run("--eval-after", script, "--", "--initparam", "42")
    assert done.returncode == 0 and b"42" in done.stdout
    assert (folder.m5out / "told").read_text() == "from guest\n"


def test_a_program_without_a_guest(run: Run, folder: RunFolder) -> None:
    done = run("--userland", "hello", "--trace", "Exec")
    assert done.returncode == 0 and b"hello" in done.stdout.splitlines()
    traced = ExecTrace.read(folder.trace_text)
    executed = stats.total(stats.read(folder.m5out / "stats.txt")[-1], "simInsts")
    # What ends in a fault, such as each system call, is in the trace, and counted only when it is done again.
    assert executed <= sum(traced.totals.values()) < 1.01 * executed


def test_the_status_of_a_program_is_its_own(run: Run) -> None:
    assert run("--userland", "false").returncode == 1


@pytest.mark.parametrize("kind", ["atomic", "timing", "minor", "o3"])
def test_every_processor_has_caches_of_the_sizes_that_are_asked_for(
        out: Output, run: Run, folder: RunFolder, kind: str) -> None:
    if kind == "minor" and out.arch == "x86_64":
        pytest.skip("an in-order x86 is none of gem5's own tests'")
    done = run("--userland", "hello", "--cpu-type", kind, "--l1i-size", "1kB", "--l1d-size", "48kB", "--l2-size", "1MB")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    config = (folder.m5out / "config.ini").read_text()
    for cache, size in (("cpus.icache", 1 << 10), ("cpus.dcache", 48 << 10), ("l2", 1 << 20)):
        assert f"\nsize={size}\n" in config.partition(f"[system.cpu_cluster.{cache}]\n")[2].partition("\n\n")[0]


def test_instructions_are_printed_when_that_is_asked_for(run: Run) -> None:
    done = run("-q", "--userland", "hello", "--trace-insts-stdout")
    assert done.returncode == 0
    assert len(re.findall(rb"^ *\d+: system\.cpu\S*: .*0x[0-9a-f]+ @_start", done.stdout, re.M)) >= 1


@pytest.fixture
def bare(out: Output) -> None:
    """Only where gem5 has a machine for programs without Linux."""
    if not machine.read(out.arch).gem5_bare:
        pytest.skip(f"gem5 has no machine for a program without Linux on {out.arch}")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("program", "code", "says"), [
    ("hello", 0, b"hello"), ("exit1", 1, b""), ("el", 0, b"19|1"), ("timer", 0, b"tick 3"), ("unhandled", 101, b""),
])
def test_a_program_without_linux(run: Run, program: str, code: int, says: bytes) -> None:
    done = run("--baremetal", program)
    assert done.returncode == code, done.stderr.decode()[-2000:]
    assert re.search(says, done.stdout)


@pytest.mark.usefixtures("bare")
def test_input_of_a_program_without_linux(options: list[str], limit: float) -> None:
    done = subprocess.run([*options, "-q", "--emulator", "gem5", "--baremetal", "interactive/prompt"], input=b"ab",
                          capture_output=True, timeout=SLOWER * limit)
    assert done.returncode == 0, done.stderr.decode()
    assert re.findall(rb"got: .", done.stdout) == [b"got: a", b"got: b"]


def has(out: Output, name: str) -> None:
    """Skip the test where the board has no such machine of gem5's."""
    if name not in [made.name for made in machine.read(out.arch).gem5]:
        pytest.skip(f"no {name} for {out.arch}")


@pytest.mark.parametrize(("name", "controller"), [("VExpress_GEM5_V1", b"GIC-0"), ("VExpress_GEM5_V2", b"GICv3")])
def test_each_machine_boots_with_its_interrupt_controller(out: Output, run: Run, name: str, controller: bytes) -> None:
    has(out, name)
    done = run("--machine", name, "--eval-after", "cat /proc/interrupts")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert re.findall(rb"GIC-0|GICv3", done.stdout)[:1] == [controller]


@pytest.mark.parametrize(("program", "says"), [
    ("hello", b"hello"), ("interrupt", b""), ("gic_v3", b""), ("timer", b"tick 3")])
def test_a_program_without_linux_on_the_other_machine(out: Output, run: Run, program: str, says: bytes) -> None:
    has(out, "VExpress_GEM5_V2")
    done = run("--baremetal", program, "--machine", "VExpress_GEM5_V2")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert says in done.stdout


@pytest.mark.parametrize(("name", "skipped"), [
    ("VExpress_GEM5_V1", {"atomic", "dmb", "dtb", "gic_v3", "multicore", "psci", "uart_interrupt", "wfe"}),
    ("VExpress_GEM5_V2", {"atomic", "dmb", "dtb", "multicore", "psci", "uart_interrupt", "wfe"}),
])
def test_every_program_without_linux_is_right(out: Output, limit: float, name: str, skipped: set[str]) -> None:
    has(out, name)
    lines = suite(out, limit, "test-baremetal", "--machine", name)
    assert skipped == {found[1] for line in lines if (found := re.search(rf"{out.arch}/(\w+) # SKIP needs ", line))}
    assert len([line for line in lines if re.fullmatch(rf"ok \d+ {out.arch}/[\w/]+", line)]) > 20


def test_every_static_program_is_right(out: Output, limit: float) -> None:
    lines = suite(out, limit, "test-user-mode")
    assert any(re.fullmatch(rf"ok \d+ {out.arch}/static/hello.out", line) for line in lines)
    assert any(line.endswith("/static/segfault.out # SKIP needs signals: gem5 ends where the kernel would send one")
               for line in lines)


def suite(out: Output, limit: float, command: str, *words: str) -> list[str]:
    """The lines that a suite of programs prints when all are right."""
    argv = [str(paths.TOP / "scripts" / command), "--output", str(out.path), "--emulator", "gem5", *words]
    done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=6 * SLOWER * limit)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return done.stdout.splitlines()


def test_the_exception_level_is_a_parameter(run: Run, out: Output) -> None:
    if out.arch != "aarch64":
        pytest.skip("levels with numbers are aarch64's")
    assert run("--baremetal", "el", "--", "--virtualization").stdout.split() == [b"2"]
    assert run("--baremetal", "el", "--", "--security").stdout.split() == [b"3"]


def test_a_guest_in_the_background_has_a_shell_for_us(out: Output, run: Run, run_id: str, limit: float) -> None:
    assert run("--background").returncode == 0
    command = [str(paths.TOP / "scripts/gem5-shell"), "--output", str(out.path), "--run-id", run_id]
    with Console(command, timeout=SLOWER * limit) as guest:
        guest.login()
        guest.child.sendline("m5 exit")
        assert guest.end() == 0
