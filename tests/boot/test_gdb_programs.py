# SPDX-License-Identifier: GPL-2.0-or-later
"""Step debugging of programs that run without a guest's Linux: on the bare machine, and in user mode."""
from __future__ import annotations

import os
import re
import signal
import subprocess

import pytest
from booting import RUN, beside
from debugging import Debugger, Start, at, child_of, command, until

from lkmc import gdb_program, machine, paths
from lkmc.errors import MissingOutput, UserError
from lkmc.output import Output

pytestmark = pytest.mark.usefixtures("bare_metal")


def steps_from_the_first_instruction(gdb: Debugger) -> None:
    assert "_start ()" in gdb.prompt()
    assert "<_start>:" in gdb.do("x/i $pc")
    gdb.do("stepi")
    assert "<_start>:" not in gdb.do("x/i $pc")


def test_gdb_goes_from_the_first_instruction_to_main(out: Output, run_id: str, debugger: Start, limit: float) -> None:
    command = [RUN, "-q", "--output", str(out.path), "--run-id", run_id, "--wait-gdb", "--baremetal", "context_switch"]
    with beside(command) as emulator:
        with debugger("--baremetal", "context_switch", "--no-continue") as gdb:
            steps_from_the_first_instruction(gdb)
            gdb.do("break main")
            assert at(gdb.do("continue"))[:2] == ("main", "context_switch.c")
            gdb.do("break thread")
            assert at(gdb.do("continue"))[0] == "thread"
            gdb.do("delete")
            gdb.child.sendline("continue")
            output = emulator.communicate(timeout=limit)[0]
        assert emulator.returncode == 0 and b"thread 2" in output


def test_gdb_sees_each_cpu(out: Output, run_id: str, debugger: Start, limit: float) -> None:
    command = [RUN, "-q", "--output", str(out.path), "--run-id", run_id, "--wait-gdb", "--baremetal", "multicore"]
    with beside(command) as emulator, debugger("--baremetal", "multicore", "other") as gdb:
        assert at(gdb.prompt())[0] == "other"
        threads = gdb.do("info threads")
        assert len(re.findall(r"Thread 1\.\d", threads)) == 2
        assert re.search(r"^\* 2 .*other", threads, re.M)
        gdb.do("delete")
        gdb.child.sendline("continue")
        assert emulator.wait(limit) == 0


def test_gdb_ends_with_a_line_when_the_emulator_is_killed(out: Output, run_id: str, debugger: Start, limit: float,
                                                          ) -> None:
    command = [RUN, "-q", "--output", str(out.path), "--run-id", run_id, "--wait-gdb", "--baremetal", "infinite_loop"]
    with beside(command) as emulator, debugger("--baremetal", "infinite_loop", "main") as gdb:
        assert at(gdb.prompt())[0] == "main"
        gdb.go()
        # GDB 13 has an internal error where the emulator goes before it is told to go on.
        status = [str(paths.TOP / "scripts/qemu-monitor"), "--output", str(out.path), "--run-id", run_id, "info status"]
        until(lambda: "running" in subprocess.run(status, capture_output=True, text=True).stdout, limit)
        os.kill(child_of(emulator.pid, "qemu-system"), signal.SIGKILL)
        gdb.ends("lkmc: the emulator has gone, and with it the program")


def test_gdb_simulates_a_program_by_itself(out: Output, run_id: str, limit: float) -> None:
    try:
        gdb_program.simulator(out, machine.read(out.arch))
    except (MissingOutput, UserError) as reason:
        pytest.skip(str(reason))
    simulate = command("run-gdb", out, run_id, "--sim", "--baremetal", "arch/arm/add")
    with Debugger([*simulate, "--no-continue"], timeout=limit) as gdb:
        assert "_start ()" in gdb.prompt()
        gdb.do("stepi")
        assert "<_start+4>:" in gdb.do("x/i $pc")
    with Debugger([*simulate, "main"], timeout=limit) as gdb:
        assert at(gdb.prompt())[:2] == ("main", "arch/arm/add.S")
        gdb.do("next")
        gdb.do("next")
        assert "= 3" in gdb.do("print $r1")


def test_gdb_follows_a_program(out: Output, run_id: str, debugger: Start, limit: float) -> None:
    run = [RUN, "-q", "--output", str(out.path), "--run-id", run_id, "--wait-gdb", "--userland"]
    with beside([*run, "print_argv", "--userland-args", "asdf 'qw er'"]) as program:
        with debugger("--userland", "print_argv", "main") as gdb:
            assert at(gdb.prompt())[:2] == ("main", "c/print_argv.c")
            assert "argc = 3" in gdb.do("info args")
            assert "exited normally" in gdb.do("continue")
        assert program.communicate(timeout=limit)[0] == b"asdf\nqw er\n"
        assert program.returncode == 0


def test_gdb_is_at_the_first_instruction_of_a_program_without_a_c_library(out: Output, run_id: str, debugger: Start,
                                                                          limit: float) -> None:
    run = [RUN, "-q", "--output", str(out.path), "--run-id", run_id, "--wait-gdb", "--userland", "hello_asm"]
    with beside(run) as program:
        with debugger("--userland", "hello_asm", "--no-continue") as gdb:
            steps_from_the_first_instruction(gdb)
            assert "exited normally" in gdb.do("continue")
        assert program.communicate(timeout=limit)[0] == b"hello\n"
