# SPDX-License-Identifier: GPL-2.0-or-later
"""Instant boot: the state of a guest that has just booted, kept in $O/instant/, from which later runs start.

A state belongs to everything that the guest's memory depends on: the emulator's command line but for what is the run's
own, and the identity (size, time, inode) of the emulator, the kernel, the root file system, and whatever file an option
of the user's names. What it consists of, and how it is made, is each emulator's own: instant_qemu.py, instant_gem5.py.
"""
from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lkmc import guest
from lkmc.errors import LkmcError
from lkmc.machine import Machine
from lkmc.named_files import named
from lkmc.output import Output
from lkmc.request import RunRequest, When
from lkmc.run_folder import RunFolder
from lkmc.state import State

FORMAT = 2          # of a state's files: those of another are made anew
KEPT = 8            # states of an output, for as many different options; each takes some 50 to 150 MB
NOBODY = RunFolder(Path("/run-folder"))     # stands for the run in what the state depends on
UNBORN = State(Path("/state"), ready=False)     # and for the state


@dataclass(frozen=True)
class Boot(ABC):
    """A boot whose end can be kept. run: of the run that is to start from there; yes: install what is missing."""
    request: RunRequest
    machine: Machine
    built: Output
    run: RunFolder
    yes: bool = False

    def obstacle(self) -> str:
        """Why this request cannot start from a saved state; empty if it can."""
        return obstacle(self.request)

    def common(self, other: RunFolder) -> RunRequest:
        """The request without what may differ between runs from the same state; `other` stands for its run's folder."""
        return replace(self.request, payload=None, background=True, interactive=False, timeout=None, run_id="0",
                       extra=tuple(word.replace(str(self.run.path), str(other.path)) for word in self.request.extra))

    @abstractmethod
    def key(self) -> str:
        """The name of the state's folder: see name()."""

    @abstractmethod
    def save(self, part: RunFolder, state: State) -> None:
        """Boot in the folder `part`, and leave there what is to be the state. Raises LkmcError."""

    def make(self, state: State) -> None:
        """Have the state, which is there whole or not at all. Raises LkmcError."""
        part = beside(state)
        part.claim()
        try:
            self.save(part, state)
        finally:
            part.finish({"command": part.path.name})
        part.path.replace(state.path)


def plan(boot: Boot, make: bool = True) -> tuple[RunRequest, State | None]:
    """The request and the state that it starts from, made where there is none yet; or, after saying why on standard
    error, the request as a normal boot.
    """
    if not boot.request.instant:
        return boot.request, None
    why = boot.obstacle()
    if not why:
        try:
            state = State(boot.built.path / "instant" / boot.key(), ready=True)
            if make:
                _provide(state, boot)
            return boot.request, state
        except (LkmcError, OSError, subprocess.CalledProcessError) as error:
            why = " ".join(str(error).split())
    print(f"a normal boot instead of an instant one: {why}", file=sys.stderr, flush=True)
    return replace(boot.request, instant=False), None


def obstacle(request: RunRequest) -> str:
    """Why this request cannot start from a saved state, on whatever emulator; empty if it can."""
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


def name(command: tuple[str, ...], others: Iterable[Path | str] = ()) -> str:
    """A state's name: a part for the options, a part for the files, which are those in the command, and others."""
    files = named((*command, *map(str, others)))
    stats = [(path, stat.st_size, stat.st_mtime_ns, stat.st_ino) for path in files for stat in [os.stat(path)]]
    return f"{_hash(command)}-{_hash([FORMAT, stats])}"


def _hash(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def orders(request: RunRequest) -> bytes:
    """What userland/linux/restored.c reads when the guest comes to life: the time, a seed, what the guest would else
    find on its command line, and the payload.
    """
    script = request.payload.script if request.payload else None
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    first = f"{seconds}.{nanoseconds:09} {os.urandom(32).hex()} {-1 if script is None else len(script)}"
    words = ("lkmc_poweroff=", *guest.orders(request))
    return "".join(f"{line}\n" for line in (first, *words, "")).encode() + (script or b"")


def beside(state: State) -> RunFolder:
    """Where a state is made, to be renamed when it is whole."""
    return RunFolder(state.path.with_name(state.path.name + ".part"))


def discard(state: State) -> None:
    """Throw away a state that could not be restored."""
    shutil.rmtree(state.path, ignore_errors=True)


def _provide(state: State, boot: Boot) -> None:
    """Have the state, and none that is out of date for the same options, nor too many. Raises LkmcError."""
    if state.path.exists():
        os.utime(state.path)
        return
    state.path.parent.mkdir(exist_ok=True)
    with _one_at_a_time(state.path.parent / "lock"):
        if state.path.exists():
            return
        print(f"making {state.path}, once: a boot to its end; its console: {beside(state).console_log}",
              file=sys.stderr, flush=True)
        boot.make(state)
        states = sorted(state.path.parent.glob("*-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        same = [old for old in states if old.name.split("-")[0] == state.path.name.split("-")[0] and old != state.path]
        for old in {*same, *states[KEPT:]}:
            shutil.rmtree(old)


@contextlib.contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
