# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU without a processor: a test does the accesses to memory and ports, by QEMU's qtest protocol."""
from __future__ import annotations

import functools
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

# The PCI registers that the tests touch.
COMMAND, STATUS, BAR0, CAPABILITIES = 0x04, 0x06, 0x10, 0x34
MEMORY, BUS_MASTER, INTERRUPT = 1 << 1, 1 << 2, 1 << 3
MSI = 0x05


@dataclass(frozen=True)
class Map:
    """Where a machine has room for a BAR, RAM, and the configuration of its PCI devices; ecam is 0 for x86's ports."""
    bar: int
    ram: int
    ecam: int


VIRT = Map(bar=0x10000000, ram=0x40000000, ecam=0x3f000000)
# By architecture: how QEMU makes the machine, and its map.
MACHINES = {"x86_64": ("q35", Map(bar=0xfe000000, ram=0x100000, ecam=0)),
            "aarch64": ("virt,highmem=off", VIRT), "arm": ("virt,highmem=off", VIRT)}


@functools.cache
def devices(program: str) -> tuple[str, ...]:
    """The names of the devices that a QEMU has."""
    text = subprocess.run([program, "-machine", "none", "-device", "help"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True, timeout=60).stdout
    return tuple(re.findall(r'^name "([^"]+)"', text, re.M))


class Qtest:
    """The conversation with one QEMU: a line asked, a line answered, lines about interrupts between."""

    def __init__(self, file: TextIO, memory_map: Map) -> None:
        self._file = file
        self.map = memory_map
        self.interrupts: list[str] = []

    def ask(self, *words: str | int) -> int:
        """The number that a command gives. Fails the test when QEMU refuses it."""
        print(*(word if isinstance(word, str) else hex(word) for word in words), file=self._file, flush=True)
        while (line := self._file.readline().strip()).startswith("IRQ "):
            self.interrupts.append(line.removeprefix("IRQ "))
        status, _, value = line.partition(" ")
        assert status == "OK", f"{words}: {line or 'QEMU has ended'}"
        return int(value or "0", 0)

    def pci(self, slot: int, register: int, value: int | None = None) -> int:
        """Read 32 bits of a device's configuration, or write them."""
        if self.map.ecam:
            address, read, write = self.map.ecam + (slot << 15) + register, "readl", "writel"
        else:
            self.ask("outl", 0xcf8, 1 << 31 | slot << 11 | register)
            address, read, write = 0xcfc, "inl", "outl"
        return self.ask(read, address) if value is None else self.ask(write, address, value)

    def status(self, slot: int) -> int:
        """The status register of a PCI device."""
        return self.pci(slot, COMMAND) >> 16


@contextmanager
def start(program: str, arch: str, folder: Path, *words: str) -> Iterator[Qtest]:
    """A QEMU of this architecture with some more words on its command line. What it writes, it writes into the
    folder."""
    machine, memory_map = MACHINES[arch]
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "qtest"))
        server.listen()
        server.settimeout(60)
        command = [program, "-machine", machine, "-accel", "qtest", "-qtest", f"unix:{folder}/qtest",
                   "-qtest-log", "/dev/null", "-nodefaults", "-display", "none", *words]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=folder) as process:
            try:
                with server.accept()[0] as connection, connection.makefile("rw") as file:
                    connection.settimeout(60)
                    yield Qtest(file, memory_map)
            finally:
                process.kill()
