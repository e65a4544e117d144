# SPDX-License-Identifier: GPL-2.0-or-later
"""The devices that board/patches/qemu adds, register by register: QEMU runs no guest here."""
from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import qtest
from qtest import Qtest

from lkmc import machine, qemu
from lkmc.output import Output
from lkmc.request import RunRequest

SLOT = 5
RAISE, LOWER = 0, 4
Start = Callable[..., AbstractContextManager[Qtest]]


@pytest.fixture
def emulator(out: Output) -> Callable[[str], str]:
    """The QEMU of the output, if it has the device of this name."""
    def find(name: str) -> str:
        mach = machine.read(out.arch)
        if name not in [own.partition(",")[0] for own in mach.qemu.own_devices]:
            pytest.skip(f"the {out.arch} machine has no place for {name}")
        program = qemu.program(RunRequest(), mach, out)
        if name not in qtest.devices(program):
            pytest.skip(f"{program} has no {name}: it was built without this project's patches")
        return program
    return find


@pytest.fixture
def with_device(out: Output, emulator: Callable[[str], str], tmp_path: Path) -> Start:
    """A QEMU with this device, and with more words on its command line."""
    def start(device: str, *words: str) -> AbstractContextManager[Qtest]:
        return qtest.start(emulator(device.partition(",")[0]), out.arch, tmp_path, "-device", device, *words)
    return start


def registers(guest: Qtest, base: int) -> None:
    """What the two devices have in common."""
    def both() -> tuple[int, int]:
        return guest.ask("readl", base + RAISE), guest.ask("readl", base + LOWER)
    assert both() == (0, 0)
    guest.ask("writel", base + RAISE, 0x12345678)
    assert both() == (0x12345678, 1)
    guest.ask("writel", base + RAISE, 0)
    assert both() == (0, 1), "any value raises the interrupt"
    guest.ask("writel", base + RAISE, 0xffffffff)
    guest.ask("writel", base + LOWER, 1)
    assert both() == (0xffffffff, 0), "any value lowers it"
    guest.ask("writel", base + 8, 1)
    assert both() == (0xffffffff, 0) and guest.ask("readl", base + 8) == 0, "there is no third register"
    for width in "bw":
        guest.ask(f"write{width}", base + RAISE, 1)
    assert both() == (0xffffffff, 0), "a register is written as a whole"


def test_the_pci_device_is_found_and_its_registers_interrupt(with_device: Start) -> None:
    with with_device(f"lkmc_pci_min,addr={SLOT}") as guest:
        assert guest.pci(SLOT, 0) == 0x11e91234
        assert guest.pci(SLOT, 0x3c) >> 8 & 0xff == 1, "INTA"
        assert not guest.status(SLOT) & 1 << 4, "no list of capabilities"
        guest.pci(SLOT, qtest.BAR0, 0xffffffff)
        assert guest.pci(SLOT, qtest.BAR0) == 0xfffffff0, "16 bytes of memory"
        guest.pci(SLOT, qtest.BAR0, guest.map.bar)
        guest.pci(SLOT, qtest.COMMAND, qtest.MEMORY)
        registers(guest, guest.map.bar)
        for register, raised in ((RAISE, True), (LOWER, False), (RAISE, True)):
            guest.ask("writel", guest.map.bar + register, 1)
            assert bool(guest.status(SLOT) & qtest.INTERRUPT) == raised


def test_the_pci_device_sends_messages_when_it_is_asked_to(with_device: Start) -> None:
    with with_device(f"lkmc_pci_min,addr={SLOT},msi=on") as guest:
        capability = guest.pci(SLOT, qtest.CAPABILITIES) & 0xff
        header = guest.pci(SLOT, capability)
        assert header & 0xff == qtest.MSI and header >> 16 & 0x80, "64-bit addresses"
        guest.pci(SLOT, qtest.BAR0, guest.map.bar)
        guest.pci(SLOT, qtest.COMMAND, qtest.MEMORY | qtest.BUS_MASTER)
        guest.ask("writel", guest.map.bar + RAISE, 1)
        assert guest.status(SLOT) & qtest.INTERRUPT, "a line until messages are enabled"
        guest.ask("writel", guest.map.bar + LOWER, 1)

        guest.pci(SLOT, capability + 4, guest.map.ram)
        guest.pci(SLOT, capability + 8, 0)
        guest.pci(SLOT, capability + 12, 0x4321)
        guest.pci(SLOT, capability, header | 1 << 16)
        for times in range(2):
            guest.ask("writel", guest.map.ram, 0)
            guest.ask("writel", guest.map.bar + RAISE, times)
            assert guest.ask("readl", guest.map.ram) == 0x4321, "the message"
            assert not guest.status(SLOT) & qtest.INTERRUPT
        guest.ask("writel", guest.map.ram, 0)
        guest.ask("writel", guest.map.bar + LOWER, 0)
        assert guest.ask("readl", guest.map.ram) == 0


def test_the_platform_device_has_registers_and_an_interrupt(with_device: Start) -> None:
    base = 0x0c000000
    with with_device("lkmc_platform_device,id=first", "-device", "lkmc_platform_device") as guest:
        registers(guest, base)
        registers(guest, base + 0x1000)
        guest.ask("irq_intercept_out", "/machine/peripheral/first", "sysbus-irq")
        for register in (RAISE, RAISE, LOWER, LOWER, RAISE):
            guest.ask("writel", base + register, 0)
        assert guest.interrupts == ["raise 0", "lower 0", "raise 0"], "a level, which others see when it changes"


def test_the_device_tree_tells_of_each_platform_device(
        out: Output, emulator: Callable[[str], str], tmp_path: Path) -> None:
    fdt = tmp_path / "dtb"
    subprocess.run([emulator("lkmc_platform_device"), "-machine", f"{qtest.MACHINES[out.arch][0]},dumpdtb={fdt}",
                    "-accel", "qtest", "-nodefaults", "-display", "none",
                    *["-device", "lkmc_platform_device"] * 2], stdin=subprocess.DEVNULL, check=True, timeout=60)
    for name in (b"lkmc_platform_device@0\0", b"lkmc_platform_device@1000\0", b"lkmc,platform-device\0"):
        assert name in fdt.read_bytes()


def test_the_host_sees_the_led_change(with_device: Start, tmp_path: Path) -> None:
    pl061, pin = 0x09030000, 1 << 4
    log = tmp_path / "log"
    with with_device("lkmc_platform_device", "-trace", "led_change_intensity", "-D", str(log)) as guest:
        guest.ask("writel", pl061 + 0x400, pin)
        for level, seen in ((pin, "0% -> 100%"), (0, "100% -> 0%")):
            guest.ask("writel", pl061 + (pin << 2), level)
            assert seen in log.read_text().splitlines()[-1]
        guest.ask("writel", pl061 + (1 << 5 << 2), 1 << 5)
        assert len(log.read_text().splitlines()) == 2, "another pin is none of its business"
