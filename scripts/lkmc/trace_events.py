# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own events (its -trace option): their names, and the words that have them written into the run folder."""
from __future__ import annotations

import fnmatch
import mmap
import subprocess
from pathlib import Path

from lkmc.errors import EmulatorFailed, UserError
from lkmc.run_folder import RunFolder

# What QEMU has in its sources but leaves out of every build: a plugin of ours tells the same.
BLOCKS = ("exec_tb", "exec_tb_exit", "exec_tb_nocache", "guest_cpu_exec")

RECORDS = b'Trace file "%s" %s.'


def names(emulator: str) -> list[str]:
    """The events that this QEMU has. Raises EmulatorFailed."""
    done = subprocess.run([emulator, "-trace", "help"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    # Some versions print the list on standard error.
    found = [line for line in (done.stdout or done.stderr).splitlines() if line and " " not in line]
    if not found:
        raise EmulatorFailed(f"{emulator}: it has no events; choose another with --qemu-which")
    return sorted(set(found))


def told(text: str, emulator: str) -> bool:
    """Whether the list was all that was wanted, which is printed then. Raises UserError for what is not in it."""
    known = names(emulator)
    if text == "help":
        print(*known, sep="\n")
        return True
    chosen(text, known)
    return False


def chosen(text: str, known: list[str]) -> list[str]:
    """The patterns in EVENTS, each of which means some event. Raises UserError."""
    patterns = [word for word in text.split(",") if word]
    if not patterns:
        raise UserError("--trace needs EVENTS, such as 'virtio_*,blk_co_preadv'; --trace help lists them")
    for pattern in patterns:
        if pattern in BLOCKS and pattern not in known:
            raise UserError(f"no event {pattern!r}: QEMU is built without it; scripts/trace-boot writes down what is "
                            f"executed")
        if not fnmatch.filter(known, pattern):
            from lkmc.cli import near
            raise UserError(f"no event {pattern!r}{near(pattern, known)}; --trace help lists them")
    return patterns


def records(emulator: Path) -> bool:
    """Whether this QEMU writes its events as records, too: then it has the words of its command that says where to."""
    if not emulator.is_file() or not emulator.stat().st_size:
        return False
    with emulator.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as code:
        return code.find(RECORDS) >= 0


def words(patterns: tuple[str, ...], emulator: str, run: RunFolder) -> tuple[str, ...]:
    """QEMU's words for these events: as text they go to trace.txt. One that writes records needs a name for their
    file, as it would leave one in the current folder; another takes that name for its text."""
    def value(path: Path) -> str:
        return str(path).replace(",", ",,")
    enabled = [word for pattern in patterns for word in ("-trace", f"enable={pattern}")]
    if enabled and records(Path(emulator)):
        enabled += ["-trace", f"file={value(run.trace_records)}"]
    return (*enabled, "-D", str(run.trace_text)) if enabled else ()
