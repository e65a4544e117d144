# SPDX-License-Identifier: GPL-2.0-or-later
"""The PC of scripts/gem5: what is on its buses, what the tables in its memory say, and where an initial RAM disk is."""
from __future__ import annotations

import struct
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from gem5_script import script

SIZES = {"MiB": 1 << 20, "GiB": 1 << 30, "kB": 1 << 10, "B": 1}
IMPORTED = ("BadAddr", "Bridge", "IOXBar", "PciVirtIO", "SrcClockDomain", "System", "SystemXBar", "Terminal",
            "VirtIOBlock", "VoltageDomain", "X86E820Entry", "X86IntelMPBus", "X86IntelMPBusHierarchy",
            "X86IntelMPIOAPIC", "X86IntelMPIOIntAssignment", "X86IntelMPProcessor", "X86SMBiosBiosInformation",
            "X86FsLinux")


def size(text: str) -> int:
    """As gem5 reads it."""
    unit = next(unit for unit in SIZES if text.endswith(unit))
    return int(text.removesuffix(unit)) * SIZES[unit]


class Part(SimpleNamespace):
    """An object of gem5's: what it is given, and ports of which is kept who was connected."""

    def __init__(self, **how: Any) -> None:
        name = type(self).__name__
        super().__init__(mem_side_ports=f"{name}.mem", cpu_side_ports=f"{name}.cpu", pio=f"{name}.pio", **how)


class FakeRange(Part):
    def __init__(self, start: int = 0, end: int = 0, **how: str) -> None:
        super().__init__(start=start, end=start + size(how["size"]) if how else end)

    def size(self) -> int:
        return int(self.end - self.start)


class FakePort(Part):
    """gem5's serial port: a terminal of its own stays beside another, unless it is taken away first."""
    terminal: Any = "its own"

    @property
    def device(self) -> Any:
        return self.terminal

    @device.setter
    def device(self, made: Any) -> None:
        assert made is None or self.terminal is None, "its own listens on a port of TCP"
        self.terminal = made


class FakePc(Part):
    def __init__(self) -> None:
        super().__init__(pci_host="the host of PCI", com_1=FakePort(),
                         south_bridge=Part(io_apic=Part(pio_addr=0xfec00000, apic_id=None)))

    def attachIO(self, bus: Any) -> None:
        self.at = bus


@pytest.fixture
def pc(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, in a gem5 whose objects only write down what they are given."""
    def module(name: str, **names: Any) -> None:
        made = ModuleType(name)
        made.__dict__.update(names)
        monkeypatch.setitem(sys.modules, name, made)
    objects = SimpleNamespace(Pc=FakePc, **{name: type(name, (Part,), {}) for name in IMPORTED})
    module("m5", objects=objects, options=SimpleNamespace(outdir=""))
    module("m5.objects", **vars(objects))
    module("m5.params", NULL=None, Addr=SimpleNamespace(max=(1 << 64) - 1), AddrRange=FakeRange)
    module("common.Caches", IOCache=type("IOCache", (Part,), {}))
    module("guest", disk=lambda path: f"copy on write of {path}")
    module("processor_options")
    module("processors_x86", mode=lambda args: "atomic", cached=lambda args: args.caches,
           add=lambda system, args: setattr(system, "processors", args.cpus))
    found = script("pc")
    monkeypatch.setitem(sys.modules, "pc", found)
    return found


def computer(pc: Any, **asked: Any) -> Any:
    args = {"cpus": 1, "caches": False, "memory": "512MiB", "machine": "Pc", "console": "/run/console.sock",
            "readfile": "/run/readfile", "initparam": 0, "disk": []}
    workload = Part(smbios_table=Part(), e820_table=Part(), intel_mp_table=Part())
    return pc.computer(SimpleNamespace(**(args | asked)), workload)


def entries(system: Any, kind: str) -> list[Any]:
    """Of the table of processors, buses and interrupts, those of a kind."""
    table = system.workload.intel_mp_table.base_entries
    return [entry for entry in table if type(entry).__name__ == f"X86IntelMP{kind}"]


def test_disks_are_on_the_pci_bus_with_interrupts_of_their_own(pc: Any) -> None:
    system = computer(pc, disk=["/images/rootfs.ext4", "/run/payload"])
    first, second = system.pci_devices
    assert first.vio.image == "copy on write of /images/rootfs.ext4" and first.host == "the host of PCI"
    assert (first.pio, first.dma) == ("IOXBar.mem", "IOXBar.cpu")
    assert len({first.pci_dev, second.pci_dev, 4}) == 3, "4 is the controller of IDE"
    told = {(made.source_bus_irq >> 2, made.source_bus_irq & 3): made.dest_io_apic_intin
            for made in entries(system, "IOIntAssignment") if made.source_bus_id == pc.PCI}
    assert told == {(each.pci_dev, 0): each.InterruptLine for each in (first, second)}
    assert first.InterruptLine != second.InterruptLine


def test_there_is_room_for_so_many_disks_and_so_much_memory(pc: Any) -> None:
    lines = [made.InterruptLine for made in computer(pc, disk=["a"] * pc.DISKS).pci_devices]
    assert max(lines) == pc.PINS - 1
    with pytest.raises(ValueError, match="--disk"):
        computer(pc, disk=["a"] * (pc.DISKS + 1))
    with pytest.raises(ValueError, match="--memory 4GiB: a PC of gem5's has 3 GiB at most"):
        computer(pc, memory="4GiB")


@pytest.mark.parametrize("memory", ["512MiB", "3GiB"])
def test_linux_is_told_of_all_memory_and_of_nothing_twice(pc: Any, memory: str) -> None:
    told = [(entry.addr, entry.addr + size(entry.size), entry.range_type)
            for entry in computer(pc, memory=memory).workload.e820_table.entries]
    assert told == sorted(told) and all(before[1] <= after[0] for before, after in pairwise(told))
    assert sum(end - begin for begin, end, kind in told if kind == pc.USABLE) == size(memory) - (385 << 10)
    assert not [entry for entry in told if entry[0] < pc.M5OPS and entry[1] > pc.DEVICES], "devices go there"


def test_each_processor_and_each_line_of_the_old_bus_is_told_of(pc: Any) -> None:
    system = computer(pc, cpus=3)
    processors = entries(system, "Processor")
    assert [made.local_apic_id for made in processors] == [0, 1, 2]
    assert [made.bootstrap for made in processors] == [True, False, False]
    [io_apic] = entries(system, "IOAPIC")
    assert io_apic.id == system.pc.south_bridge.io_apic.apic_id == 3
    pins = {made.source_bus_irq: made.dest_io_apic_intin for made in entries(system, "IOIntAssignment")
            if made.source_bus_id == pc.ISA and made.interrupt_type == "INT"}
    assert pins[0] == 2 and pins[4] == 4, "the timer, the serial port"
    assert system.workload.acpi_description_table_pointer is None


def test_the_serial_port_is_the_console(pc: Any) -> None:
    system = computer(pc)
    assert system.pc.com_1.device is system.terminal and system.terminal.port == "/run/console.sock"
    assert system.pc.at is system.iobus


@pytest.mark.parametrize(("caches", "crossing"), [(False, "dma_bridge"), (True, "iocache")])
def test_devices_reach_memory_and_processors(pc: Any, caches: bool, crossing: str) -> None:
    system = computer(pc, caches=caches)
    made = getattr(system, crossing)
    way = made.mem_side if caches else made.mem_side_port
    assert way == "SystemXBar.cpu" and hasattr(system, "iocache") is caches
    assert system.interrupt_bridge.mem_side_port == "SystemXBar.cpu" and system.bridge.mem_side_port == "IOXBar.cpu"


def test_linux_is_told_where_its_initial_ram_disk_is(pc: Any, tmp_path: Path) -> None:
    disk = tmp_path / "rootfs.cpio"
    disk.write_bytes(bytes(5000))
    files = script("linux_x86").initrd(disk, 1 << 20, tmp_path)
    (image, header), (at, header_at) = files["extras"], files["extras_addrs"]
    assert image == str(disk) and at % 4096 == 0 and at + 5000 <= 1 << 20
    assert header_at == 0x90410
    told = Path(header).read_bytes()
    assert struct.unpack_from("<II", told, 0x218 - 0x210) == (at, 5000), "ramdisk_image, ramdisk_size"
    assert told[0], "without a type of loader Linux looks for no RAM disk"
    assert len(told) <= 0x228 - 0x210, "cmd_line_ptr is gem5's"
    with pytest.raises(ValueError, match=r"rootfs.cpio: 5000 bytes, too large for 4096 of memory; .*--memory"):
        script("linux_x86").initrd(disk, 4096, tmp_path)
