# SPDX-License-Identifier: GPL-2.0-or-later
"""The second disk: a folder of the host as a file system, which a guest that runs can get anew without a reboot."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lkmc import files, snapshots
from lkmc.errors import LkmcError, UserError
from lkmc.output import Output
from lkmc.qemu import DISK2
from lkmc.qmp import Monitor, MonitorError
from lkmc.run_folder import RunFolder

DEVICE = "/machine/peripheral/disk2"
BLOCK = 4096                        # bytes of the file system's blocks
SPARE = 16 << 20                    # bytes for the file system's own needs and for what the guest writes


class CannotChange(LkmcError):
    """The guest keeps the disk that it has."""


def provide(folder: Path, run: RunFolder, output: Output, yes: bool) -> None:
    """Make the disk that a run begins with. Raises UserError, MissingOutput."""
    _pack(folder, run.disk2(DISK2[0]), output, yes)
    files.replace(_origin(run), os.fsencode(folder))


def _origin(run: RunFolder) -> Path:
    """Where the run keeps the path of the folder."""
    return run.path / "disk2.from"


def exchange(folder: Path | None, monitor: Monitor, run: RunFolder, output: Output, yes: bool) -> Path:
    """Have the guest unmount its second disk, give it a new one, packed from the folder or from the one that it was
    packed from before, and have the guest mount it. The folder. Raises UserError, MonitorError, CannotChange.
    """
    try:
        old = str(monitor.execute("qom-get", {"path": DEVICE, "property": "drive"}))
    except MonitorError:
        raise UserError(f"this guest has no second disk; start one: scripts/run {run.options} --disk2 "
                        f"DIR") from None
    folder = folder or Path(os.fsdecode(_origin(run).read_bytes()))
    [new] = [node for node in DISK2 if node != old]
    _pack(folder, run.disk2(new), output, yes)
    said = snapshots.ask(run, "unmount disk2")
    if said:
        raise CannotChange(f"the guest says: {said}; it keeps the disk that it has")
    try:
        _connect(monitor, new, run.disk2(new))
        monitor.execute("blockdev-del", {"node-name": old})
        run.disk2(old).unlink()
        files.replace(_origin(run), os.fsencode(folder))
    finally:
        said = snapshots.ask(run, "mount disk2")
    if said:
        raise CannotChange(f"the guest has the new disk, but says: {said}")
    return folder


def _connect(monitor: Monitor, node: str, file: Path) -> None:
    """Put another node behind the guest's disk, and have the guest told of its size."""
    monitor.execute("blockdev-add", {"driver": "raw", "node-name": node,
                                     "file": {"driver": "file", "filename": str(file)}})
    monitor.execute("qom-set", {"path": DEVICE, "property": "drive", "value": node})
    monitor.execute("block_resize", {"node-name": node, "size": file.stat().st_size})


def _pack(folder: Path, file: Path, output: Output, yes: bool) -> None:
    """Make a file system with what is in the folder. It has no journal: nobody needs the disk after a crash."""
    if not folder.is_dir():
        raise UserError(f"--disk2: no such folder: {folder}")
    tool = output.program("mke2fs")
    if tool is None:
        from lkmc import apt
        apt.require({"mke2fs": "e2fsprogs"}, yes)
        tool = Path("mke2fs")
    count, size = _measured(folder)
    file.unlink(missing_ok=True)
    command = [str(tool), "-q", "-t", "ext4", "-b", str(BLOCK), "-O", "^has_journal", "-m", "0", "-N",
               str(count + 1024), "-E", "root_owner=0:0", "-L", "disk2", "-d", str(folder), str(file),
               f"{(size + SPARE) // 1024}k"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode:
        file.unlink(missing_ok=True)
        raise UserError(f"{folder}: not packed: {' '.join(done.stderr.split())}; make room in {file.parent}, or look "
                        f"at what is in the folder")


def _measured(folder: Path) -> tuple[int, int]:
    """How many files and folders there are, and how many bytes they take, with their share of the inode tables."""
    count = size = 0
    for base, folders, names in os.walk(folder):
        for name in (*folders, *names):
            count += 1
            size += -(-os.lstat(os.path.join(base, name)).st_size // BLOCK) * BLOCK + BLOCK
    return count, size + size // 8
