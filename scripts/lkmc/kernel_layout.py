# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are in a kernel's structs, asked of GDB once for each kernel: what the plugin needs to name tasks and to
know which files they have mapped. qemu_plugins/tasks.c has the same names."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

from lkmc import files, plugin, toolchain
from lkmc.kernel_functions import Functions
from lkmc.machine import Machine
from lkmc.output import Output

FIELDS = {
    "task_comm": "task_struct comm", "task_pid": "task_struct pid", "task_mm": "task_struct mm",
    "task_parent": "task_struct real_parent",
    "area_start": "vm_area_struct vm_start", "area_end": "vm_area_struct vm_end",
    "area_page": "vm_area_struct vm_pgoff", "area_mm": "vm_area_struct vm_mm", "area_file": "vm_area_struct vm_file",
    "file_dentry": "file f_path.dentry",
    "dentry_parent": "dentry d_parent", "dentry_name": "dentry d_name.name", "dentry_length": "dentry d_name.len",
}
# Where the struct thread_info is not the beginning of its task.
OPTIONAL = {"thread_task": "thread_info task"}
FUNCTIONS = {"switch_to": "__switch_to", "mapped": "perf_event_mmap", "unmapped": "exit_mmap"}
NO_MAPPINGS = "user space stays [user]: "
NOTHING = "no task is named, and " + NO_MAPPINGS

Layout = dict[str, int]


def command(gdb: str, symbols: Path) -> tuple[str, ...]:
    """GDB's words that print the offsets of all fields that there are, and the size of a pointer."""
    asked = ['printf "word %d\\n", (int)sizeof(void *)']
    for name, field in (FIELDS | OPTIONAL).items():
        struct, member = field.split()
        asked.append(f'printf "{name} %d\\n", (int)(long)&((struct {struct} *)0)->{member}')
    return (gdb, "-batch", "-nx", *(word for line in asked for word in ("-ex", line)), str(symbols))


def parse(said: str) -> Layout:
    """What GDB printed; a field that there is not is missing."""
    return {name: int(number) for name, number in re.findall(r"^(\w+) (\d+)$", said, re.M)}


def file(built: Output) -> Path:
    """Where GDB's answer is kept."""
    return built.images / "kernel-layout.txt"


def provide(built: Output, mach: Machine, symbols: Path, yes: bool) -> Layout:
    """The layout of a kernel with debug information, which takes GDB some seconds the first time; empty when GDB
    cannot read that."""
    kept = file(built)
    if not kept.exists() or kept.stat().st_mtime < symbols.stat().st_mtime:
        words = command(toolchain.tool("gdb", built, mach, yes), symbols)
        said = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
        if not parse(said).keys() & FIELDS.keys():
            return {}
        files.replace(kept, said.encode())
    return parse(kept.read_text())


def arguments(layout: Layout, functions: Functions, mach: Machine) -> tuple[str, str]:
    """The plugin's further arguments, and what will be missing and why; either may be empty."""
    if not layout:
        return "", f"{NOTHING}GDB cannot read this kernel's debug information"
    lost = [field.replace(" ", ".") for name, field in FIELDS.items() if name not in layout]
    called = {name: functions.called(function) for name, function in FUNCTIONS.items()}
    lost += [] if called["switch_to"] else [FUNCTIONS["switch_to"]]
    if lost:
        return "", f"{NOTHING}this kernel has no {', '.join(lost)}"
    numbers = {"user": mach.space.kernel} | layout | {name: at for name, at in called.items() if at}
    words = [f"next={mach.tasks.next}", f"first={mach.tasks.first}", *(f"{name}={n:#x}" for name, n in numbers.items())]
    missing = [FUNCTIONS[name] for name in ("mapped", "unmapped") if not called[name]]
    return "".join(f",{word}" for word in words), \
        f"{NO_MAPPINGS}this kernel has no {' and no '.join(missing)}; set CONFIG_PERF_EVENTS" if missing else ""


def words(built: Output, mach: Machine, emulator: str, functions: Functions, yes: bool) -> tuple[str, str]:
    """The same for an output folder and the QEMU that runs it. Raises EmulatorFailed."""
    if plugin.interface(emulator) < plugin.READS:
        since = ".".join(map(str, plugin.INTERFACES[0][0]))
        return "", f"{NOTHING}{emulator} is older than {since}; choose another QEMU with --qemu-which"
    symbols = built.debug_symbols
    if symbols is None:
        return "", f"{NOTHING}this kernel has no debug information; {built.how_debug}"
    return arguments(provide(built, mach, symbols, yes), functions, mach)
