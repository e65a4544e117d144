# SPDX-License-Identifier: GPL-2.0-or-later
"""The ELF file with a kernel's symbols: that of its build, else one with the addresses that a guest says, once."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lkmc import files, symbol_table
from lkmc.errors import EmulatorFailed
from lkmc.machine import Machine
from lkmc.outcome import Outcome
from lkmc.output import Output
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder

LIMIT = 300.0       # seconds of the boot in which a guest says its symbols


def table(built: Output) -> Path:
    """Where the addresses are that a guest said."""
    return built.images / "kallsyms.elf"


def provide(built: Output, mach: Machine, once: Callable[[RunRequest, Output, RunFolder], Outcome]) -> Path:
    """The file, for which a guest of a kernel without debug information is booted the first time. once: boots it."""
    made = table(built)
    if built.symbols or (made.exists() and made.stat().st_mtime > built.kernel(mach).stat().st_mtime):
        return built.symbols or made
    folder = RunFolder.of(built.path, "kallsyms")
    folder.claim()
    said = built.path / "9p/kallsyms"
    script = b"cat /proc/kallsyms >/mnt/9p/data/kallsyms"
    result = once(RunRequest(payload=Payload(When.AFTER, script), run_id="kallsyms", background=True,
                             timeout=LIMIT), built, folder)
    if result.code:
        raise EmulatorFailed(f"a guest that was to say its symbols ended with {result.code}: {result.reason}; its "
                             f"console: {folder.console_log}")
    files.replace(made, symbol_table.elf(symbol_table.read(said.read_text()), built.arch))
    said.unlink()
    return made
