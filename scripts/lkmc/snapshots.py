# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's snapshots of a whole machine, which cannot be taken while the guest has a folder of the host mounted."""
from __future__ import annotations

import os
import select

from lkmc.qmp import Monitor, MonitorError
from lkmc.run_folder import RunFolder

COMMANDS = ("savevm", "loadvm")
PATIENCE = 60.0     # seconds for the guest's answer, which may still be booting
MOUNTED = "VirtFS export path"
CURE = "a folder of the host is mounted: umount /mnt/9p/* in the guest, or start it with scripts/run --snapshots"


def run(monitor: Monitor, folder: RunFolder, line: str) -> str:
    """The answer to savevm or loadvm. In a run with --snapshots the guest unmounts before what is to be saved, and
    mounts after, in both: a guest that comes back is one that had unmounted. Raises MonitorError.
    """
    if not folder.shares[0].exists():
        try:
            return monitor.human(line)
        except MonitorError as error:
            raise MonitorError(CURE if MOUNTED in str(error) else str(error)) from None
    said = ask(folder, "unmount")
    try:
        if said:
            raise MonitorError(f"the guest says: {said}")
        text = monitor.human(line)
    finally:
        said = ask(folder, "mount")
    if said:
        raise MonitorError(f"done, but the guest says: {said}")
    return text


def ask(folder: RunFolder, order: str) -> str:
    """What the guest says to an order: nothing when all went well. Raises MonitorError when it does not answer; when it
    comes to an order to unmount after all, it mounts again.
    """
    to, back = (os.open(pipe, os.O_RDWR | os.O_NONBLOCK) for pipe in folder.shares)
    try:
        while _readable(back, 0):
            os.read(back, 4096)         # what came too late to an earlier order
        os.write(to, f"{order}\n".encode())
        answer = b""
        while not answer.endswith(b"\n"):
            if not _readable(back, PATIENCE):
                if order.startswith("un"):
                    os.write(to, f"{order.removeprefix('un')}\n".encode())
                raise MonitorError("the guest does not answer: it has not booted yet, it is stopped, or it died")
            answer += os.read(back, 4096)
        return answer.decode(errors="replace").strip()
    finally:
        os.close(to)
        os.close(back)


def _readable(pipe: int, limit: float) -> bool:
    return bool(select.select([pipe], [], [], limit)[0])
