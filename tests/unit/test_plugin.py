# SPDX-License-Identifier: GPL-2.0-or-later
"""qemu_plugins: what they write of a guest that plugin_host.c makes up."""
from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lkmc import kernel_layout, machine, paths, plugin, user_code
from lkmc.blocks import Piece, Task, Trace
from lkmc.kernel_functions import Functions
from lkmc.kernel_layout import FIELDS

LAYOUT = {"word": 8} | {name: 16 * number for kind in ("task", "area", "file", "dentry") for number, name in
                        enumerate(name for name in FIELDS if name.startswith(kind))}
KERNEL = 0xffff800000000000
SWITCH, MAPPED, UNMAPPED, OTHER = (KERNEL + 0x100 * number for number in range(4))
USER = 0x400000
Play = Callable[..., Trace]


class Guest:
    """Lines for plugin_host.c."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._next = KERNEL + 0x1000000

    def structure(self, kind: str, at: int = 0, **fields: int | bytes) -> int:
        """A struct in memory, at an address of its own unless one is given; its address."""
        data = bytearray(128)
        for name, value in fields.items():
            where = LAYOUT[f"{kind}_{name}"]
            text = value if isinstance(value, bytes) else struct.pack("<Q", value)
            data[where:where + len(text)] = text
        self._next += 0 if at else 0x1000
        self.lines.append(f"memory {at or self._next:#x} {data.hex()}")
        return at or self._next

    def task(self, pid: int, comm: bytes, mm: int, parent: int = 0, at: int = 0) -> int:
        return self.structure("task", at, pid=pid, comm=comm.ljust(16, b"\0"), mm=mm, parent=parent)

    def path(self, *names: bytes) -> int:
        """A struct file."""
        dentry = self.structure("dentry", name=0, length=0)
        self.structure("dentry", dentry, parent=dentry)
        for name in names:
            self._next += 0x1000
            self.lines.append(f"memory {self._next:#x} {name.hex()}")
            dentry = self.structure("dentry", parent=dentry, name=self._next, length=len(name))
        return self.structure("file", dentry=dentry)

    def block(self, cpu: int, address: int, length: int = 2) -> None:
        self.lines.append(f"block {cpu} {address:#x} {length}")

    def call(self, cpu: int, function: int, register: str, value: int) -> None:
        self.lines.append(f"register {register} {value:#x}")
        self.block(cpu, function)

    def switch(self, cpu: int, task: int) -> None:
        self.call(cpu, SWITCH, "x1", task)

    def map(self, cpu: int, mm: int, start: int, end: int, file: int, page: int = 0) -> None:
        self.call(cpu, MAPPED, "x0", self.structure("area", mm=mm, start=start, end=end, file=file, page=page))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The programs: what makes up a guest, and the plugin."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this host")
    folder = tmp_path_factory.mktemp("plugin")
    host, made = folder / "host", folder / "plugin.so"
    define, include = f"-DQEMU_PLUGIN_VERSION={plugin.READS}", f"-I{plugin.SOURCES}"
    subprocess.run(["gcc", define, include, "-rdynamic", "-o", str(host),
                    str(paths.TOP / "tests/unit/plugin_host.c"), "-ldl"], check=True)
    subprocess.run(["gcc", *plugin.FLAGS, define, "-o", str(made), *map(str, plugin.SOURCES.glob("*.c"))], check=True)
    return str(host), str(made)


@pytest.fixture
def play(host: tuple[str, str], tmp_path: Path) -> Play:
    """Have the plugin see a guest, whose kernel's layout may differ in some numbers."""
    functions = Functions(np.array([SWITCH, MAPPED, UNMAPPED], np.uint64), list(kernel_layout.FUNCTIONS.values()))

    def start(guest: Guest, **numbers: int) -> Trace:
        trace = tmp_path / "trace"
        words, _ = kernel_layout.arguments(LAYOUT | numbers, functions, machine.read("aarch64"))
        subprocess.run([*host, f"trace={trace}", *words.split(",")[1:]],
                       input="".join(line + "\n" for line in guest.lines), text=True, check=True)
        return Trace.read(trace)
    return start


def order(trace: Trace, cpu: int) -> list[str | int]:
    """Tasks' names and blocks' addresses as they came on a processor."""
    found: list[str | int] = []
    for event in trace.events():
        if event.processor == cpu and isinstance(event, Task):
            found.append(f"{event.pid} {event.name}")
        elif event.processor == cpu and isinstance(event, Piece):
            found += np.repeat(trace.blocks.address[event.block], event.times).tolist()
    return found


def executed(trace: Trace) -> dict[int, list[str]]:
    """By address of user space: the paths of the files of the blocks that there are."""
    found: dict[int, list[str]] = {}
    for address, at in zip(trace.blocks.address.tolist(), user_code.mapping_of(trace).tolist(), strict=True):
        if address < KERNEL:
            found.setdefault(address, []).append("" if at < 0 else trace.spaces.mappings[at].path)
    return found


def test_a_task_is_named_where_it_comes_on_its_processor(play: Play) -> None:
    guest = Guest()
    one, two = guest.task(7, b"one", 0), guest.task(8, b"kworker/0:1\0ts", 0)
    guest.block(0, OTHER)
    guest.block(0, OTHER)
    guest.switch(0, one)
    guest.block(1, OTHER)
    guest.block(0, OTHER)
    guest.switch(0, two)
    guest.switch(0, two)
    guest.switch(1, one)
    guest.switch(0, 0)
    trace = play(guest)
    assert order(trace, 0) == [OTHER, OTHER, "7 one", SWITCH, OTHER, "8 kworker/0:1", SWITCH, SWITCH, SWITCH]
    assert order(trace, 1) == [OTHER, "7 one", SWITCH]
    assert trace.totals == {0: 14, 1: 4}


def test_a_program_gets_its_name_and_its_files_where_it_begins(play: Play) -> None:
    guest = Guest()
    init = guest.task(1, b"swapper", 0)
    file = guest.path(b"usr", b"bin", b"hello.out")
    guest.switch(0, init)
    guest.task(1, b"hello.out", 0x5000, at=init)
    guest.map(0, 0x5000, USER, USER + 0x2000, file, 3)
    guest.map(0, 0x5000, USER + 0x2000, USER + 0x3000, 0)
    guest.block(0, USER + 8)
    guest.block(0, USER + 0x2000)
    trace = play(guest)
    assert order(trace, 0) == ["1 swapper", SWITCH, "1 hello.out", MAPPED, MAPPED, USER + 8, USER + 0x2000]
    [first, second] = trace.spaces.mappings
    assert (first.space, first.start, first.end, first.page, first.path) == (
        1, USER, USER + 0x2000, 3, "/usr/bin/hello.out")
    assert (second.path, executed(trace)) == ("", {USER + 8: ["/usr/bin/hello.out"], USER + 0x2000: [""]})


def test_what_is_forked_is_of_its_parents_files_until_it_begins_another_program(play: Play) -> None:
    """Also where another program is at the same address, and where a struct mm_struct lies where an older one lay."""
    guest = Guest()
    shell = guest.task(1, b"sh", 0)
    sh, ls = guest.path(b"bin", b"sh"), guest.path(b"bin", b"ls")
    guest.switch(0, shell)
    guest.task(1, b"sh", 0x5000, at=shell)
    guest.map(0, 0x5000, USER, USER + 0x1000, sh)
    guest.block(0, USER)
    child = guest.task(2, b"sh", 0x6000, shell)
    guest.switch(0, child)
    guest.block(0, USER + 0x10)
    guest.task(2, b"ls", 0x7000, shell, at=child)
    guest.map(0, 0x7000, USER, USER + 0x1000, ls)
    guest.call(0, UNMAPPED, "x0", 0x6000)
    guest.lines.append("flush")
    guest.block(0, USER)
    guest.call(0, UNMAPPED, "x0", 0x7000)
    guest.switch(0, guest.task(3, b"sh", 0x7000, shell))
    guest.lines.append("flush")
    guest.block(0, USER)
    guest.block(0, USER + 0x20)
    trace = play(guest)
    assert executed(trace) == {USER: ["/bin/sh", "/bin/ls", "/bin/sh"], USER + 0x10: ["/bin/sh"],
                               USER + 0x20: ["/bin/sh"]}
    assert trace.spaces.parent == {1: 0, 2: 1, 3: 0, 4: 1}


def test_a_task_is_found_by_its_thread_info_with_pointers_of_32_bits(play: Play) -> None:
    guest = Guest()
    guest.task(7, b"one", 0, at=0x3000)
    guest.lines.append(f"memory 0x2004 {struct.pack('<I', 0x3000).hex()}")
    guest.switch(0, 0x2000)
    assert order(play(guest, thread_task=4, word=4), 0) == ["7 one", SWITCH]


def test_memory_that_cannot_be_read_names_nothing(play: Play) -> None:
    guest = Guest()
    guest.switch(0, 0x1234)
    guest.call(0, MAPPED, "x0", 0x1234)
    guest.call(0, UNMAPPED, "x0", 0x1234)
    area = guest.structure("area", mm=0x5000, start=USER, end=USER + 8, file=0x1234)
    guest.call(0, MAPPED, "x0", area)
    guest.block(0, USER)
    trace = play(guest)
    assert order(trace, 0) == [SWITCH, MAPPED, UNMAPPED, MAPPED, USER]
    assert executed(trace) == {USER: [""]}
