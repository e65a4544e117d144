# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel_layout: what the plugin is told of a kernel, and what is said when it cannot be."""
from __future__ import annotations

import re
from pathlib import Path

import fakes
import numpy as np
import pytest

from lkmc import kernel_layout, machine, paths
from lkmc.kernel_functions import Functions

LAYOUT = {"word": 8} | {name: 8 * number for number, name in enumerate(kernel_layout.FIELDS)}
ALL = Functions(np.array([0x10, 0x20, 0x30], np.uint64), ["__switch_to", "perf_event_mmap", "exit_mmap"])
SAID = "".join(f"{name} {number}\n" for name, number in LAYOUT.items())
AARCH64 = machine.read("aarch64")


def test_gdb_is_asked_for_every_field_by_its_name() -> None:
    gdb, *options, symbols = kernel_layout.command("gdb", Path("vmlinux"))
    assert gdb == "gdb" and symbols == "vmlinux" and options[:2] == ["-batch", "-nx"]
    assert 'printf "file_dentry %d\\n", (int)(long)&((struct file *)0)->f_path.dentry' in options
    assert kernel_layout.parse(SAID + "There is no member named task.\n") == LAYOUT


def test_the_plugin_is_told_all_that_it_needs() -> None:
    words, missing = kernel_layout.arguments(LAYOUT | {"thread_task": 16}, ALL, AARCH64)
    told = dict(word.split("=") for word in words.split(",")[1:])
    assert missing == "" and words.startswith(",") and told["next"] == "x1" and told["first"] == "x0"
    assert (int(told["switch_to"], 0), int(told["user"], 0)) == (0x10, AARCH64.space.kernel)
    source = (paths.TOP / "qemu_plugins/tasks.c").read_text()
    assert set(told) == set(re.findall(r'^\t\{ "(\w+)", ', source, re.M))


@pytest.mark.parametrize("layout, names, told, said", [
    ({}, 3, False, "GDB cannot read"), (LAYOUT, 0, False, "no __switch_to"),
    ({name: 0 for name in LAYOUT if name != "task_mm"}, 3, False, "no task_struct.mm$"),
    (LAYOUT, 1, True, "^user space stays .*no perf_event_mmap and no exit_mmap; set CONFIG_PERF_EVENTS")])
def test_what_a_kernel_does_not_have_is_said(layout: dict[str, int], names: int, told: bool, said: str) -> None:
    functions = Functions(ALL.address[:names], ALL.name[:names])
    words, missing = kernel_layout.arguments(layout, functions, AARCH64)
    assert bool(words) == told and re.search(said, missing) and "\n" not in missing
    assert missing.startswith("no task is named") != told


def test_an_old_qemu_and_a_kernel_without_debug_information_are_said_to_be_in_the_way(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path / "out", "aarch64")
    old = fakes.script(tmp_path / "old", "echo QEMU emulator version 9.1.2")
    new = fakes.script(tmp_path / "new", "echo QEMU emulator version 10.2.2")
    assert kernel_layout.words(out, AARCH64, str(old), ALL, False) == (
        "", f"no task is named, and user space stays [user]: {old} is older than 9.2; choose another QEMU with "
            f"--qemu-which")
    words, missing = kernel_layout.words(out, AARCH64, str(new), ALL, False)
    assert words == "" and "no debug information; make it with: scripts/build" in missing


def test_gdb_is_asked_once_for_a_kernel(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path / "out", "aarch64", "CONFIG_DEBUG_INFO=y\n", images=["vmlinux", "Image"])
    qemu = fakes.script(tmp_path / "new", "echo QEMU emulator version 10.2.2")
    gdb = out.host / "bin/aarch64-linux-gdb"
    fakes.script(gdb, "exit 1")
    assert "GDB cannot read" in kernel_layout.words(out, AARCH64, str(qemu), ALL, False)[1]
    fakes.script(gdb, f"echo '{SAID}'")
    assert kernel_layout.words(out, AARCH64, str(qemu), ALL, False) == kernel_layout.arguments(LAYOUT, ALL, AARCH64)
    fakes.script(gdb, "exit 1")
    assert kernel_layout.words(out, AARCH64, str(qemu), ALL, False)[0]
