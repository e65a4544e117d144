# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/qemu-monitor reaches the emulator of a run, for people and for programs."""
from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from booting import RUN

from lkmc import paths
from lkmc.console import Console
from lkmc.output import Output

Monitor = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def monitor(out: Output, run_id: str) -> Monitor:
    """scripts/qemu-monitor on the test's own run."""
    def ask(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
        if "input" not in how:
            how["stdin"] = subprocess.DEVNULL
        command = [str(paths.TOP / "scripts/qemu-monitor"), "--output", str(out.path), "--run-id", run_id, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, **how)
    return ask


@pytest.fixture
def guest(console: Callable[..., Console]) -> Iterator[Console]:
    with console("--", "-device", "virtio-gpu-pci") as guest:
        guest.login()
        yield guest


@pytest.mark.usefixtures("guest")
def test_commands_come_from_the_command_line_and_from_standard_input(monitor: Monitor) -> None:
    assert "virtio-blk-pci" in monitor("info", "qtree").stdout or "virtio-net-pci" in monitor("info", "qtree").stdout
    piped = monitor(input="stop\ninfo status\ncont\ninfo status\n")
    assert piped.returncode == 0
    assert [line for line in piped.stdout.splitlines() if line] == ["VM status: paused", "VM status: running"]
    assert json.loads(monitor("--qmp", "query-status").stdout)["running"] is True
    assert json.loads(monitor("--qmp", "qom-get", "path=/machine", "property=type").stdout).endswith("-machine")
    for words in (("no-such-command",), ("loadvm", "no-such-snapshot"), ("--qmp", "no-such-command")):
        refused = monitor(*words)
        assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1


@pytest.mark.usefixtures("guest")
def test_the_prompt_takes_what_the_command_line_takes_and_outlives_the_guest(
        out: Output, run_id: str, limit: float, tmp_path: Path) -> None:
    prompt = r"\(QEMU\) "
    typed = [("info status", "VM status: running"), (" ", ""), ("cpu", "unexpected end"), ("screendump 'a b.png'", ""),
             ("xp /1xw zz", "invalid char"), ("quit", ""), ("info status", "QEMU ended")]
    command = ["--output", str(out.path), "--run-id", run_id]
    with pexpect.spawn(str(paths.TOP / "scripts/qemu-monitor"), command, encoding="utf-8", timeout=limit,
                       cwd=str(tmp_path)) as shell:
        for line, answer in typed:
            shell.expect(prompt)
            shell.sendline(line)
            shell.expect(answer)
        shell.expect(pexpect.EOF)
        shell.close()
        assert shell.exitstatus == 0 and "Traceback" not in shell.before
    assert (tmp_path / "a b.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_memory_is_read_by_its_physical_address(guest: Console, monitor: Monitor) -> None:
    guest.run("/virt_to_phys_test.out > /tmp/v & until grep -q pid /tmp/v; do sleep 0.1; done")
    text, status = guest.run("/virt_to_phys_user.out $(sed -n 's/^pid //p; ' /tmp/v) $(sed -n 's/^vaddr //p' /tmp/v)")
    assert status == 0
    assert monitor("xp", "/1xw", text.strip()).stdout.endswith(": 0x12345678\n")


def test_the_variables_of_a_module_are_read_by_their_physical_addresses(guest: Console, monitor: Monitor) -> None:
    text, status = guest.run("insmod /virt_to_phys.ko && sed -n 's/^virt_to_phys.* = //p' "
                             "/sys/kernel/debug/lkmc_virt_to_phys")
    assert status == 0 and len(set(text.split())) == 2
    for address in text.split():
        assert monitor("xp", "/1xw", address).stdout.endswith(": 0x12345678\n")


def test_ctrl_a_c_switches_to_the_monitor_and_back(guest: Console) -> None:
    guest.child.send("\x01c")
    guest.wait_for(r"\(qemu\) ")
    guest.child.sendline("info status")
    guest.wait_for("VM status: running")
    guest.child.send("\x01c")
    assert guest.run("echo it''runs") == ("itruns\n", 0)


def test_a_screendump_is_a_png_of_the_display(guest: Console, monitor: Monitor, tmp_path: Path) -> None:
    done = monitor("screendump", "screen.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "screen.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_keys_reach_the_guest(console: Callable[..., Console], monitor: Monitor, out: Output) -> None:
    if not out.kernel_has("CONFIG_VIRTIO_INPUT"):
        pytest.skip("this kernel has no CONFIG_VIRTIO_INPUT, and this machine no other keyboard")
    with console("--", "-device", "virtio-keyboard-pci") as guest:
        guest.login()
        guest.run("modprobe -q virtio_input; modprobe -q evdev")
        # The machine may have other input devices, such as a power button.
        if guest.run("ls /dev/input/event* && grep 'QEMU Virtio Keyboard' /proc/bus/input/devices")[1]:
            pytest.skip("this guest lacks virtio_input, or evdev to read the keyboard by")
        guest.run("for f in /dev/input/event*; do cat $f >> /tmp/keys & done")
        # What is pressed before cat has opened the device is lost.
        for _ in range(50):
            assert monitor("sendkey", "a").returncode == 0
            if guest.run("[ -s /tmp/keys ]")[1] == 0:
                return
        pytest.fail("no key arrived")


def test_without_a_run_or_a_display_it_says_what_to_do(monitor: Monitor, console: Callable[..., Console],
                                                       tmp_path: Path) -> None:
    nobody = monitor("info", "status")
    assert nobody.returncode == 125
    [line] = nobody.stderr.splitlines()
    assert RUN.rpartition("/")[2] in line and "no such run is alive" in line
    with console() as guest:
        guest.login()
        blind = monitor("screendump", str(tmp_path / "no.png"))
        assert blind.returncode == 1 and "has no screen" in blind.stderr
        assert monitor("quit").returncode == 0
        guest.end()
