# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples that need a hand: keys that are pressed, a debugger that answers, a guest that hangs."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from booting import Run
from qemu.qmp.legacy import QEMUMonitorProtocol

from lkmc import machine
from lkmc.console import EOL, Console
from lkmc.output import Output
from lkmc.run_folder import RunFolder


def press(out: Output, run_id: str, *keys: str) -> None:
    """Press these keys at once on the guest's keyboard, by QMP's names (QKeyCode)."""
    with QEMUMonitorProtocol(str(RunFolder.of(out.path, run_id).socket("qmp"))) as monitor:
        monitor.connect()
        monitor.cmd("send-key", keys=[{"type": "qcode", "data": key} for key in keys])


def test_ctrl_alt_del_reaches_an_init_that_asked_for_it(console: Callable[..., Console], out: Output,
                                                        run_id: str) -> None:
    if not out.kernel_has("CONFIG_VT"):
        pytest.skip("this kernel has no CONFIG_VT, and so no Ctrl-Alt-Del")
    if out.arch != "x86_64":
        pytest.skip("this machine has a keyboard only with a display, and no display yet")
    with console("--kernel-cli", "init=/ctrl_alt_del.out") as guest:
        guest.wait_for("ctrl_alt_del ready")
        for _ in range(2):
            press(out, run_id, "ctrl", "alt", "delete")
            guest.wait_for("cad" + EOL)


def test_irq_hears_a_key_that_is_pressed(console: Callable[..., Console], out: Output, run_id: str) -> None:
    if out.arch != "x86_64":
        pytest.skip("this machine has a keyboard only with a display, and it interrupts by messages")
    with console() as guest:
        guest.login()
        line = guest.run("awk '/i8042/ { print $1 + 0; exit }' /proc/interrupts")[0].strip()
        if not line:
            pytest.skip("this kernel has no driver for the keyboard of a PC")
        assert guest.run("insmod /irq.ko")[1] == 0
        major = guest.run("awk '$2 == \"lkmc_irq\" { print $1 }' /proc/devices")[0].strip()
        # Some come without a key as the module is loaded, and the module prints ten lines in 5 s.
        guest.run("sleep 6; dmesg -c > /dev/null")
        assert guest.run("dmesg | grep handler")[1] == 1
        press(out, run_id, "a")
        for _ in range(50):
            if guest.run(f"dmesg | grep '\\] handler irq = {line} dev = {major}$'; sleep 0.1")[0].count("handler") >= 2:
                return
        pytest.fail(f"not heard twice: {guest.run('dmesg')[0]}")


def test_a_thread_that_does_not_schedule_hangs_a_guest_with_one_processor(run: Run) -> None:
    done = run("--timeout", "15", "--eval-after", "insmod /schedule.ko schedule=0; sleep 0.1; echo still''here")
    assert done.returncode == 124
    assert b"stillhere" not in done.stdout


def test_a_minute_of_random_calls_leaves_a_kernel_that_watches_itself_without_a_report(run: Run, out: Output) -> None:
    if not out.kernel_has("CONFIG_KASAN"):
        pytest.skip("this kernel has no CONFIG_KASAN; linux/sanitize.config has it")
    done = run("--eval-after", "/fuzz_files.sh 60")
    assert done.returncode == 0, done.stdout[-3000:].decode(errors="replace")


def test_kdb_takes_the_console_and_gives_it_back(console: Callable[..., Console], out: Output) -> None:
    if not out.kernel_has("CONFIG_KGDB_KDB") or not out.kernel_has("CONFIG_KGDB_SERIAL_CONSOLE"):
        pytest.skip("this kernel has no CONFIG_KGDB_KDB")
    port = machine.read(out.arch).console
    with console("--kernel-cli", f"kgdboc={port}", "--eval-after", "/kgdb.sh; echo from''kdb") as guest:
        guest.wait_for("kdb> ")
        guest.child.send("go\r")
        guest.wait_for("fromkdb")
