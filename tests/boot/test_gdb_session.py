# SPDX-License-Identifier: GPL-2.0-or-later
"""A debugging session holds: GDB comes and goes and is killed, and so is the emulator."""
from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pexpect
import pytest
from debugging import Boot, Booted, Debugger, Start, child_of, command, until

from lkmc.output import Output

PRESSES = 6
LATE = 3.0      # seconds; GDB itself asks again after 2


def test_gdb_can_come_and_go(booted: Booted, debugger: Start) -> None:
    with booted() as guest:
        for leave in ("detach", "quit", "detach"):
            with debugger("--no-continue") as gdb:
                gdb.prompt()
                assert "VM status: paused" in gdb.do("monitor info status")
                gdb.child.sendline(leave)
                gdb.wait_for("detached")
                assert guest.run("echo it''runs") == ("itruns\n", 0)
                if leave == "detach":
                    gdb.prompt()
                    gdb.child.sendline("quit")
                gdb.child.expect(pexpect.EOF)


def test_gdb_has_the_user_s_arguments_before_and_after_ours(booted: Booted, debugger: Start) -> None:
    with booted(), debugger("--no-continue", r"--after=-ex 'echo after\n' -ex 'show width'") as gdb:
        said = gdb.prompt()
        assert "after\n" in said and "unlimited" in said.partition("after\n")[2], "the width is set by --before"


def test_a_guest_goes_on_when_its_gdb_is_killed(booted: Booted, debugger: Start, symbols: None) -> None:
    with booted() as guest:
        with debugger("--no-continue") as gdb:
            gdb.prompt()
            gdb.do("break ksys_read")
            os.kill(child_of(gdb.child.pid, "gdb"), signal.SIGKILL)
            gdb.ends(r"ended by signal 9; the guest runs on")
        assert guest.run("echo it''runs") == ("itruns\n", 0)
        with debugger("--no-continue") as gdb:
            gdb.prompt()


def test_an_emulator_that_answers_late_is_waited_for(booted: Booted, debugger: Start, symbols: None) -> None:
    """If GDB asked again, each later answer would be that to the question before."""
    with booted() as guest, debugger("--no-continue") as gdb:
        gdb.prompt()
        questions = ("x/s linux_banner", "output init_task.comm", "x/2i schedule", "output/x $sp")
        answers = [gdb.do(question) for question in questions]
        emulator = child_of(guest.child.pid, "qemu")
        os.kill(emulator, signal.SIGSTOP)
        threading.Timer(LATE, os.kill, (emulator, signal.SIGCONT)).start()
        assert [gdb.do(question) for question in questions] == answers
        gdb.go()
        assert guest.run("echo it''runs") == ("itruns\n", 0)


def test_ctrl_c_stops_a_guest_that_is_about_to_load_or_remove_a_module(
        booted: Booted, debugger: Start, symbols: None) -> None:
    """It comes to breakpoints of ours all the time, where QEMU takes no interrupt."""
    with booted() as guest:
        guest.child.sendline("while insmod /hello.ko && rmmod hello; do :; done")
        with debugger("--no-continue") as gdb:
            gdb.prompt()
            for _ in range(PRESSES):
                gdb.go()
                gdb.wait_for("loading @")
                gdb.interrupt()
                assert "VM status: paused" in gdb.do("monitor info status")


@pytest.mark.parametrize("running", [True, False])
def test_gdb_ends_with_a_line_when_the_emulator_is_killed(booted: Booted, debugger: Start, running: bool) -> None:
    with booted() as guest, debugger("--no-continue") as gdb:
        gdb.prompt()
        if running:
            gdb.go()
            guest.run("true")
        os.kill(child_of(guest.child.pid, "qemu-system"), signal.SIGKILL)
        if not running:         # GDB hears of it as it next asks for something
            gdb.child.sendline("stepi")
        gdb.ends("lkmc: the emulator has gone, and with it the guest")


def test_gdb_ends_with_a_line_when_the_guest_powers_off(booted: Booted, debugger: Start) -> None:
    with booted() as guest, debugger() as gdb:
        gdb.wait_for("The guest runs")
        guest.child.sendline("poweroff -f")
        gdb.ends("lkmc: the emulator has gone, and with it the guest")


def test_the_remote_protocol_is_logged_on_demand(console: Boot, debugger: Start, out: Output, run_id: str) -> None:
    with console() as guest, debugger("--debug", "--no-continue") as gdb:
        gdb.prompt()
        log = out.path / "run" / run_id / "gdb-remote.log"
        until(log.exists, 20)
        gdb.do("detach")
        guest.login()
        assert "qSupported" in log.read_text()


def test_without_a_run_it_says_how_to_start_one(out: Output) -> None:
    with Debugger([str(Path(__file__).parents[2] / "scripts/run-gdb"), "--output", str(out.path), "--run-id", "none"],
                  20) as gdb:
        assert gdb.ends("no guest runs in .*start one with: scripts/run --wait-gdb") == 125


def test_gdb_that_expects_other_registers_says_why(booted: Booted, out: Output, run_id: str, tmp_path: Path,
                                                   limit: float) -> None:
    if out.arch != "x86_64":
        pytest.skip("GDB passes over a description of another processor here")
    description = tmp_path / "target.xml"
    description.write_text('<target version="1.0"><architecture>i386</architecture></target>')
    before = f"--before=-nx -ex 'set width 0' -ex 'set tdesc filename {description}'"
    with booted() as guest:
        with Debugger(command("run-gdb", out, run_id, before), limit) as gdb:
            why = f"GDB expects other registers than the emulator has: it takes them from {description}"
            assert gdb.ends(why) == 125
        assert guest.run("echo it''runs") == ("itruns\n", 0)
