# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of the virt machine's GPIO chip, from both ends: the guest's drivers, and the host that looks on."""
from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest
import qtest
from booting import Run

from lkmc import machine, paths, qemu
from lkmc.console import Console
from lkmc.output import Output
from lkmc.request import RunRequest

LED = "/sys/class/leds/lkmc:green"
KEYS = "/sys/bus/platform/drivers/gpio-keys"


def needs(out: Output, *options: str) -> None:
    """Skip where the kernel lacks one of these options, or the machine the chip."""
    if out.arch == "x86_64":
        pytest.skip("the x86_64 machine has no GPIO chip")
    for option in ("CONFIG_GPIO_PL061", *options):
        if not out.kernel_has(option):
            pytest.skip(f"the kernel has no {option}")


@pytest.fixture
def press(out: Output, run_id: str) -> Callable[[], None]:
    """Press the machine's power button."""
    command = [str(paths.TOP / "scripts/qemu-monitor"), "--output", str(out.path), "--run-id", run_id,
               "system_powerdown"]

    def once() -> None:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
    return once


@pytest.fixture
def guest(out: Output, console: Callable[..., Console]) -> Iterator[Console]:
    needs(out, "CONFIG_KEYBOARD_GPIO")
    with console() as guest:
        guest.login()
        guest.run("modprobe -q gpio_keys; modprobe -q evdev")
        assert guest.run(f"ls -d {KEYS}/gpio-keys")[1] == 0, "the driver has no device"
        yield guest


def until_written(guest: Console, file: str, press: Callable[[], None]) -> None:
    """Press until the guest has noticed: what is pressed before it listens is lost."""
    for _ in range(50):
        press()
        if guest.run(f"[ -s {file} ]")[1] == 0:
            return
    pytest.fail("no press arrived")


def test_the_host_sees_the_led_that_the_guest_switches(out: Output, run: Run, run_id: str) -> None:
    needs(out, "CONFIG_LEDS_GPIO")
    program = qemu.program(RunRequest(), machine.read(out.arch), out)
    if "lkmc_platform_device" not in qtest.devices(program):
        pytest.skip(f"{program} was built without this project's patches")
    done = run("--eval-after", f"modprobe -q leds-gpio; cd {LED} && for i in 1 1 0 1 0; do echo $i > brightness; done",
               "--trace", "led_change_intensity")
    assert done.returncode == 0, done.stdout
    log = (out.path / "run" / run_id / "trace.txt").read_text().splitlines()
    assert [line.rpartition("intensity ")[2] for line in log if "led_change_intensity" in line] == \
        ["0% -> 100%", "100% -> 0%"] * 2


def test_the_power_button_is_a_key(guest: Console, press: Callable[[], None]) -> None:
    found, status = guest.run("grep -l '^gpio-keys$' /sys/class/input/event*/device/name")
    if status:
        pytest.skip("the guest has no evdev to read the key by")
    event = found.split("/")[4]
    guest.run(f"(cat /dev/input/{event} > /tmp/keys &)")
    until_written(guest, "/tmp/keys", press)
    text, _ = guest.run("hexdump -v -e '/2 \"%04x \"' /tmp/keys")
    assert "0001 0074 0001 0000" in text, "EV_KEY, KEY_POWER, pressed"


def test_gpio_event_mon_sees_the_line_of_the_power_button(guest: Console, press: Callable[[], None]) -> None:
    if guest.run("command -v gpio-event-mon")[1]:
        pytest.skip("the guest has no gpio-event-mon: scripts/build --config configs/fragments/gpio.config")
    guest.run(f"echo gpio-keys > {KEYS}/unbind")
    guest.run("(gpio-event-mon -n gpiochip0 -o 3 -r -f -c 2 > /tmp/events &)")
    until_written(guest, "/tmp/events", press)
    text, _ = guest.run("cat /tmp/events")
    assert "rising edge" in text and "falling edge" in text
