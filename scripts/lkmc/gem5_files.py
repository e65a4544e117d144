# SPDX-License-Identifier: GPL-2.0-or-later
"""What gem5 reads in the run folder, and the reason in what it wrote there."""
from __future__ import annotations

import re
import shutil
from pathlib import Path

from lkmc import gem5, instant, payload_disk
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

# The size of the payload's disk, in bytes. A restored guest goes on with the size that it found when it booted, and
# gem5 ends when it reads beyond.
ROOM = 1 << 30
REASON = re.compile(r"\b(?:fatal|panic): |\berror:|Assertion .* failed|^\w*(?:Error|Exception): ", re.I)
# What Python says of a script of ours in a gem5 that was built without these processors.
NO_PROCESSORS = re.compile(r"\bname '(Arm|X86)\w+'")


def prepare(request: RunRequest, run_folder: RunFolder, command: tuple[str, ...]) -> None:
    """Write what gem5 reads, and leave nothing that would be taken for what it writes."""
    assert request.gem5 is not None, "a request for QEMU"
    run_folder.write(command, None)
    payload_disk.write(run_folder.payload, _carried(request), ROOM)
    run_folder.m5out.mkdir(exist_ok=True)
    for name in (gem5.STATUS, gem5.CONSOLE_LOG):
        (run_folder.m5out / name).unlink(missing_ok=True)
    shutil.rmtree(run_folder.frames, ignore_errors=True)
    run_folder.readfile.write_bytes(request.gem5.readfile or b"")     # which may be written to while the guest runs
    run_folder.console_log.symlink_to(Path("m5out") / gem5.CONSOLE_LOG)


def _carried(request: RunRequest) -> bytes:
    if request.instant:
        return instant.orders(request)
    return payload_disk.script(request.payload) if request.payload else b""


def why(words: str) -> str:
    """The line of gem5's that says why it ended."""
    lines = words.splitlines()
    marked = [line for line in lines if REASON.search(line)]
    line = (marked or lines[-1:] or [""])[-1]
    if found := NO_PROCESSORS.search(line):
        return f"{line}: this gem5 was built without {found[1]}'s processors; name another one with --gem5 FILE"
    return line
