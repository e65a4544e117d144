# SPDX-License-Identifier: GPL-2.0-or-later
"""Instant boot on QEMU. A state is the guest's memory, a layer over its disk, and what else QEMU knows of it."""
from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from pathlib import Path
from typing import Any

from lkmc import instant, process, qemu
from lkmc.errors import EmulatorFailed
from lkmc.instant import NOBODY, UNBORN
from lkmc.output import Output
from lkmc.run_folder import RunFolder
from lkmc.state import State

LIMIT = 300.0       # seconds of the boot whose end is kept


class Boot(instant.Boot):
    """A boot on QEMU."""

    def key(self) -> str:
        common = self.common(NOBODY)
        disk = None if common.initrd else self.built.disk
        return instant.name(qemu.command(common, self.machine, self.built, NOBODY, UNBORN),
                            [self.built.image(disk.image)] if disk else [])

    def save(self, part: RunFolder, state: State) -> None:
        making = State(part.path, ready=False)
        common = self.common(part)
        if self.built.disk and not common.initrd:
            _layer(self.built.image(self.built.disk.image), making.disk, self.built, self.yes)
        command = qemu.command(common, self.machine, self.built, part, making)
        part.write(command, None, listens=common.listens)
        self.built.make_shares()
        child = process.start(command, part, subprocess.DEVNULL, mute=True)
        try:
            _save(part, child, making.path / "devices")
        finally:
            process.kill(child)
        making.restore.with_suffix(".out").symlink_to(os.devnull)
        commands = _restoring(state.path / "devices")
        making.restore.write_text("".join(f"{json.dumps(command)}\n" for command in commands))
        if size := self.machine.head(self.built.kernel(self.machine).name):
            _keep_head(command, "-kernel", making.kernel, size)
            _keep_head(command, "-initrd", making.initrd, size)


def _restoring(devices: Path) -> list[dict[str, Any]]:
    """What QMP is told to read a state. Told by its human monitor, a QEMU from 9.1 on that cannot would wait."""
    capability = {"capability": "x-ignore-shared", "state": True}
    return [{"execute": "qmp_capabilities"},
            {"execute": "migrate-set-capabilities", "arguments": {"capabilities": [capability]}},
            {"execute": "migrate-incoming", "arguments": {"uri": f"exec:cat {shlex.quote(str(devices))}"}}]


def _keep_head(command: tuple[str, ...], option: str, head: Path, size: int) -> None:
    """Spare the QEMU of a restored guest to load what is in its memory: of an image that an option names."""
    if option in command:
        with open(command[command.index(option) + 1], "rb") as image:
            head.write_bytes(image.read(size))


def _layer(disk: Path, layer: Path, built: Output, yes: bool) -> None:
    """An empty layer over a disk image, for what the guest writes."""
    tool = built.program("qemu-img")
    if tool is None:
        from lkmc import apt
        apt.require({"qemu-img": "qemu-utils"}, yes)
        tool = Path("qemu-img")
    subprocess.run([str(tool), "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(disk), str(layer)], check=True,
                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _save(run: RunFolder, child: subprocess.Popen[bytes], devices: Path) -> None:
    """Boot the guest until it waits for orders, and write all but its memory, which is in a file already."""
    from lkmc import qmp
    while not run.socket("qmp").exists() and child.poll() is None:
        time.sleep(0.01)
    if child.poll() is not None:
        raise EmulatorFailed(f"{run.emulator_log.read_text(errors='replace').strip()}; the command: {run.script}")
    with qmp.Monitor(run.socket("qmp"), f"sh {run.script}") as monitor:
        monitor.execute("cont")
        try:
            monitor.wait("VSERPORT_CHANGE", lambda data: data == {"id": "orders", "open": True}, LIMIT)
        except qmp.MonitorError as error:
            raise EmulatorFailed(f"the guest did not wait to be saved ({error}): is the output of this version of the "
                                 f"scripts? see {run.console_log}") from None
        monitor.execute("migrate-set-capabilities", {"capabilities": [
            {"capability": name, "state": True} for name in ("x-ignore-shared", "events")]})
        monitor.execute("migrate", {"uri": f"exec:cat > {shlex.quote(str(devices))}"})
        ended = monitor.wait("MIGRATION", lambda data: data["status"] in ("completed", "failed"), LIMIT)
        if ended["status"] == "failed":
            raise qmp.MonitorError(monitor.execute("query-migrate").get("error-desc", "the state was not written"))
        monitor.execute("quit")
