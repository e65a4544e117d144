# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys that mean something to the kernel: Ctrl-Alt-Del, Alt-SysRq, and Alt-F2 for another of its terminals."""
from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from debugging import Press, until

from lkmc.output import Output
from lkmc.run_folder import RunFolder

Start = Callable[..., RunFolder]


@pytest.fixture(autouse=True)
def keyboard(out: Output) -> None:
    """Only where the kernel has terminals and this keyboard from the start."""
    for option in ("CONFIG_VT", "CONFIG_VIRTIO_INPUT", "CONFIG_MAGIC_SYSRQ"):
        if f"{option}=y\n" not in out.linux_config:
            pytest.skip(f"the kernel of {out.path.name} has no {option}=y; linux/display.config has it")


def said(run: RunFolder) -> str:
    return run.console_log.read_text(errors="replace").replace("\r", "") if run.console_log.exists() else ""


def test_ctrl_alt_del_is_a_signal_for_an_init_that_asked_for_it(start: Start, press: Press, limit: float) -> None:
    run = start("--vnc", "--kernel-cli", "init=/ctrl_alt_del.out")
    until(lambda: "\nctrl_alt_del ready\n" in said(run), limit)
    for times in (1, 2):
        press("ctrl-alt-delete")
        until(lambda times=times: said(run).splitlines().count("cad") == times, limit)     # type: ignore[misc]


def test_ctrl_alt_del_reboots_the_ordinary_init(start: Start, press: Press, limit: float) -> None:
    run = start("--graphic", "--vnc", "--eval-after", "echo rea''dy >/dev/kmsg")
    until(lambda: "ready\n" in said(run), limit)
    press("ctrl-alt-delete")        # which waits for the end of init's scripts
    until(run.result.exists, limit)
    assert json.loads(run.result.read_text())["code"] == 101
    assert "Restarting system" in said(run)


def test_sysrq_keys_are_commands_for_the_kernel(start: Start, press: Press, limit: float) -> None:
    run = start("--vnc", "--eval-after", "echo 1 >/proc/sys/kernel/sysrq; echo rea''dy; /sleep_forever.out")
    until(lambda: "\nready\n" in said(run), limit)
    press("alt-sysrq-h")
    until(lambda: "sysrq: HELP : " in said(run), limit)
    press("alt-sysrq-c")
    until(run.result.exists, limit)
    assert json.loads(run.result.read_text())["code"] == 101
    assert "sysrq: Trigger a crash" in said(run) and "Kernel panic" in said(run)


def test_another_terminal_takes_the_keys_when_it_is_looked_at(start: Start, press: Press, limit: float) -> None:
    run = start("--vnc", "--eval-after", """
        head -n 1 </dev/tty2 >/run/line &
        head -n 1 </dev/tty3 >/dev/null &
        echo rea''dy
        until grep -q tty3 /sys/class/tty/tty0/active; do sleep 0.1; done
        echo third
        until grep -q tty2 /sys/class/tty/tty0/active; do sleep 0.1; done
        echo second
        until [ -s /run/line ]; do sleep 0.1; done
        echo "the second got $(cat /run/line)"
    """)
    until(lambda: "\nready\n" in said(run), limit)
    press("alt-f3")
    until(lambda: "\nthird\n" in said(run), limit)
    press("alt-left")
    until(lambda: "\nsecond\n" in said(run), limit)
    press("o", "k", "ret")
    until(lambda: "\nthe second got ok\n" in said(run), limit)
