# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs inside GDB beside a guest's kernel: started by the script that scripts/run-gdb makes."""
from __future__ import annotations

from pathlib import Path

import gdb

# The scripts use those that this file does not.
from lkmc_gdb import (  # noqa: F401
    early,
    indexes,
    kernel,
    modules,
    points,
    presses,
    registers,
    reverse,
    server,
    session,
    tasks,
    user,
    writers,
)


def start(arch: str, work: str, vmlinux_gdb: str, module_folders: list[str], follow_modules: bool) -> None:
    """Define our commands, and the kernel's own where it was built with them, before GDB attaches.

    arch: in Buildroot's spelling. work: a folder for files of ours. vmlinux_gdb: the kernel's own script for GDB, or
    empty. module_folders: where unstripped .ko files are, the likeliest first.
    """
    kernel.use(arch)
    session.watch()
    presses.watch()
    points.watch()
    if vmlinux_gdb:
        _kernel_commands(vmlinux_gdb)
    tasks.define()
    registers.define()
    modules.define([Path(folder) for folder in module_folders], Path(work), follow_modules)


def _kernel_commands(script: str) -> None:
    """The lx- commands. They read what is not there yet as they are loaded, or their kernel may be too new for GDB."""
    try:
        gdb.execute(f"source {script}", to_string=True)
        kernel.let_in("lx-")
    except (gdb.error, ImportError) as error:
        gdb.write(f"lkmc: the kernel's own commands (lx-...) cannot be used here: {error}\n", gdb.STDERR)


def attached() -> None:
    """Once GDB is connected."""
    modules.follow()


def begin(vmlinux: str, started: str, decompressor: str, linked: dict[str, int]) -> None:
    """Stop at the kernel's first instruction, with the symbols of what comes before start_kernel; see early.Images."""
    images = early.Images(Path(vmlinux), Path(started), Path(decompressor), linked)
    try:
        first = early.first_instruction(images)
    except gdb.GdbError as error:
        gdb.write(f"lkmc: {error}\n", gdb.STDERR)
        return
    if first is None:
        gdb.write("lkmc: the kernel has begun already; early boot needs a guest that waits: scripts/run --wait-gdb\n")
        return
    gdb.execute(f"tbreak *{first:#x}")
    gdb.execute("continue")
