# SPDX-License-Identifier: GPL-2.0-or-later
"""Instant boot: the state of a guest that has just booted, kept in $O/instant/, from which later runs start.

A state belongs to everything that the guest's memory depends on: QEMU's command line but for what is the run's own, and
the identity (size, time, inode) of the emulator, the kernel, the root file system, and whatever file an option of the
user's names. It consists of the guest's memory, a layer over its disk, and what else QEMU knows of it.
"""
from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lkmc import guest, process, qemu
from lkmc.errors import EmulatorFailed, LkmcError
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.request import RunRequest, When
from lkmc.run_folder import RunFolder
from lkmc.state import State

LIMIT = 300.0       # seconds of the boot whose end is kept
KEPT = 8            # states of an output, for as many different options; each takes some 50 to 150 MB
NOBODY = RunFolder(Path("/run-folder"))     # stands for the run in what the state depends on


def plan(request: RunRequest, mach: Machine, built: Output, run: RunFolder, yes: bool = False, make: bool = True,
         ) -> tuple[RunRequest, State | None]:
    """The request and the state that it starts from, made where there is none yet; or, after saying why on standard
    error, the request as a normal boot.
    """
    if not request.instant:
        return request, None
    why = obstacle(request)
    if not why:
        try:
            state = State(built.path / "instant" / key(request, mach, built, run), ready=True)
            if make:
                _provide(state, request, mach, built, run, yes)
            return request, state
        except (LkmcError, OSError, subprocess.CalledProcessError) as error:
            why = " ".join(str(error).split())
    print(f"a normal boot instead of an instant one: {why}", file=sys.stderr, flush=True)
    return replace(request, instant=False), None


def obstacle(request: RunRequest) -> str:
    """Why this request cannot start from a saved state; empty if it can."""
    if request.persist:
        return "--persist writes to the disk itself, the saved guest to a layer over it"
    if request.payload and request.payload.when is When.INIT:
        return "--eval replaces the init that the saved guest has run"
    if guest.custom_init(request):
        return "the init is not the one that waits to be saved"
    if request.kvm:
        return "states are kept of emulated processors only, and --kvm is given"
    if request.disk2:
        return "--disk2 is a disk that the saved guest does not have"
    if request.screen:
        return "--graphic and --vnc are a screen that the saved guest does not have"
    if request.rr:
        return "a recording begins with the boot"
    if request.wait_gdb or request.kgdb or request.kdb:
        return "--wait-gdb, --kgdb and --kdb stop during the boot, which the saved guest has behind it"
    return ""


def key(request: RunRequest, mach: Machine, built: Output, run: RunFolder) -> str:
    """The folder's name: a part for the options, a part for the files."""
    common = _common(request, run, NOBODY)
    command = qemu.command(common, mach, built, NOBODY, State(Path("/state"), ready=False))
    root = () if request.initrd or not built.disk else (str(built.image(built.disk.image)),)
    words = {*root, *(part for word in command for part in re.split("[=,]", word))}
    files = sorted(filter(os.path.isfile, words))
    stats = [(path, stat.st_size, stat.st_mtime_ns, stat.st_ino) for path in files for stat in [os.stat(path)]]
    return f"{_hash(command)}-{_hash(stats)}"


def _hash(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _common(request: RunRequest, run: RunFolder, other: RunFolder) -> RunRequest:
    """The request without what may differ between runs from the same state; `other` stands for its run's folder."""
    return replace(request, payload=None, background=True, interactive=False, timeout=None, run_id="0",
                   extra=tuple(word.replace(str(run.path), str(other.path)) for word in request.extra))


def orders(request: RunRequest) -> bytes:
    """What userland/linux/restored.c reads when the guest comes to life: the time, a seed, what the guest would else
    find on its command line, and the payload.
    """
    script = request.payload.script if request.payload else None
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    first = f"{seconds}.{nanoseconds:09} {os.urandom(32).hex()} {-1 if script is None else len(script)}"
    words = ("lkmc_poweroff=", *guest.orders(request))
    return "".join(f"{line}\n" for line in (first, *words, "")).encode() + (script or b"")


def _provide(state: State, request: RunRequest, mach: Machine, built: Output, run: RunFolder, yes: bool) -> None:
    """Have the state, and none that is out of date for the same options, nor too many. Raises LkmcError."""
    if state.restore.exists():
        os.utime(state.path)
        return
    state.path.parent.mkdir(exist_ok=True)
    with _one_at_a_time(state.path.parent / "lock"):
        if state.restore.exists():
            return
        print(f"making {state.path}, once: a boot to its end", file=sys.stderr, flush=True)
        _make(state, request, mach, built, run, yes)
        states = sorted(state.path.parent.glob("*-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        same = [old for old in states if old.name.split("-")[0] == state.path.name.split("-")[0] and old != state.path]
        for old in {*same, *states[KEPT:]}:
            shutil.rmtree(old)


@contextlib.contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(state: State, request: RunRequest, mach: Machine, built: Output, run: RunFolder, yes: bool) -> None:
    part = RunFolder(state.path.with_name(state.path.name + ".part"))
    making = State(part.path, ready=False)
    common = _common(request, run, part)
    part.claim()
    try:
        if built.disk and not request.initrd:
            _layer(built.image(built.disk.image), making.disk, built, yes)
        command = qemu.command(common, mach, built, part, making)
        part.write(command, None, listens=request.listens)
        built.make_shares()
        child = process.start(command, part, subprocess.DEVNULL, mute=True)
        try:
            _save(part, child, making.path / "devices")
        finally:
            process.kill(child)
        read = f"exec:cat {shlex.quote(str(state.path / 'devices'))}"
        quoted = read.replace("\\", "\\\\").replace('"', '\\"')
        making.restore.with_suffix(".out").symlink_to(os.devnull)
        making.restore.write_text(f'migrate_set_capability x-ignore-shared on\nmigrate_incoming "{quoted}"\n')
    finally:
        part.finish({"command": part.path.name})
    part.path.replace(state.path)


def discard(state: State) -> None:
    """Throw away a state that could not be restored."""
    shutil.rmtree(state.path, ignore_errors=True)


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
