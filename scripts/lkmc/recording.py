# SPDX-License-Identifier: GPL-2.0-or-later
"""A recorded run, kept in the folder recording/ of its run folder: QEMU's file of events, what was asked for, the
console's text, and by what the emulator, the kernel and the disk are known again. The next --record replaces it.
"""
from __future__ import annotations

import dataclasses
import json
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lkmc import files
from lkmc.errors import EmulatorFailed, MissingOutput, UserError
from lkmc.named_files import named
from lkmc.outcome import OUR_ERROR, TIMED_OUT, Outcome
from lkmc.replay import EVENTS, STATUS_SIZE
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder

FACTS, CONSOLE = "recording.json", "console.log"
PATIENCE = 30.0, 20.0       # a replay may take so many seconds, and so many times as long as what was recorded
# What cannot be recorded, and why.
NOT_RECORDED = {
    "kvm": "--kvm runs the guest's instructions without QEMU, which has to count them",
    "persist": "--persist changes the disk that a replay starts from",
    "snapshots": "--snapshots listens to the host while the guest runs; a replay takes QEMU's savevm without it",
    "disk2": "--disk2 may be changed while the guest runs",
    "kgdb": "--kgdb has GDB write into the kernel, and a replay cannot; use scripts/run-gdb on the replay",
    "graphic": "a screen's device does not repeat itself exactly; leave out --graphic",
    "vnc": "a screen's device does not repeat itself exactly; leave out --vnc",
    "wait_gdb": "GDB changes the guest that it stops; record first, and give --wait-gdb to the replay",
}
# Options of a replay that are its own; all others are those of the recording.
OF_REPLAY = ("record", "replay", "qemu_which")
OWN = ("background", "wait_gdb", "timeout", "run_id", "trace")


@dataclass(frozen=True)
class Recording:
    """A recording that was read."""
    request: RunRequest
    files: list[list[Any]]
    code: int
    reason: str
    seconds: float
    console: bytes


def check(request: RunRequest) -> None:
    """Raises UserError where a request cannot be recorded."""
    for option, why in NOT_RECORDED.items():
        if request.record and getattr(request, option):
            raise UserError(f"--record: {why}")
    if request.record and request.replay:
        raise UserError("give only one of --record and --replay; scripts/qemu-rr does one after the other")


def prepare(request: RunRequest, command: tuple[str, ...], run: RunFolder, kept: Recording | None = None) -> None:
    """Before the emulator starts: the disk for its status, and room for a new recording. Raises UserError.

    kept: the recording that is replayed.
    """
    if kept:
        same_files(kept, command, run)
    run.status.write_bytes(bytes(STATUS_SIZE))
    if request.record:
        shutil.rmtree(run.recording, ignore_errors=True)
        run.recording.mkdir()


def keep(request: RunRequest, command: tuple[str, ...], run: RunFolder, result: Outcome, began: float) -> None:
    """After a run with --record."""
    shutil.copyfile(run.console_log, run.recording / CONSOLE)
    facts = {"request": _plain(request), "files": _files(command, run), "code": result.code, "reason": result.reason,
             "seconds": round(time.time() - began, 3)}
    files.replace(run.recording / FACTS, (json.dumps(facts, indent=1) + "\n").encode())


def read(run: RunFolder) -> Recording:
    """The recording of a run folder. Raises MissingOutput."""
    try:
        facts = json.loads((run.recording / FACTS).read_text())
        told = facts.pop("request")
        given = told.pop("payload")
        payload = Payload(When(given[0]), given[1].encode("utf-8", "surrogateescape")) if given else None
        lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        if not (run.recording / EVENTS).stat().st_size:
            raise MissingOutput(f"{run.recording}: the run ended before the emulator recorded anything; record again "
                                f"with more time, or without --timeout")
        console = (run.recording / CONSOLE).read_bytes()
        return Recording(RunRequest(payload, **{**told, **lists}), console=console, **facts)
    except FileNotFoundError:
        raise MissingOutput(f"{run.path}: nothing was recorded here; record with scripts/run --record "
                            f"{run.options}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MissingOutput(f"{run.recording}: not a recording of this version of the scripts ({error}); record again "
                            f"with scripts/run --record") from None


def again(request: RunRequest, recording: Recording, typed: frozenset[str] = frozenset()) -> RunRequest:
    """The request for a replay. Raises UserError when what the user gives is not what was recorded.

    typed: the options that were given, where lkmc.toml may have others, which give way.
    """
    old = recording.request
    fixed = {field.name for field in dataclasses.fields(old)} - {*OWN, *OF_REPLAY}
    for name in sorted(fixed & typed):
        if getattr(request, name) != getattr(old, name):
            raise UserError(f"--replay: --{name.replace('_', '-')} is as it was recorded; leave it out, or record "
                            f"again with it")
    if request.payload not in (None, old.payload):
        raise UserError("--replay: another payload was recorded; leave it out, or record this one with --record")
    own = {name: getattr(request, name) for name in OWN}
    extra = request.extra if request.extra != old.extra else ()
    which = request.qemu_which or old.qemu_which
    return replace(old, record=False, replay=True, qemu_which=which, extra=(*old.extra, *extra), **own)


def same_files(recording: Recording, command: tuple[str, ...], run: RunFolder) -> None:
    """Raises UserError when a file that the guest depends on is not the recorded one. Another QEMU may be tried."""
    emulator = command[0]
    now = {path: rest for path, *rest in _files(command, run)}
    for path, *rest in recording.files:
        if path != emulator and path in now and now[path] != rest:
            raise UserError(f"--replay: {path} has changed since the recording; record again with --record")


def replayed(run: RunFolder) -> bool:
    """Whether the run of this folder, alive or the last one, is a replay."""
    return run.script.exists() and "rr=replay" in run.script.read_text()


def limit(recording: Recording) -> float:
    """Seconds after which a replay hangs."""
    least, times = PATIENCE
    return least + times * recording.seconds


def judge(result: Outcome, recording: Recording, run: RunFolder, limited: bool) -> Outcome:
    """The outcome of a replay: the recorded one when it came to its end and said the same. Raises EmulatorFailed.

    limited: the time limit was ours.
    """
    said = run.console_log.read_bytes()
    if result.code == TIMED_OUT and not limited:
        return result
    if result.code == TIMED_OUT:
        raise EmulatorFailed(f"the replay did not end within {limit(recording):.0f} s, what was recorded took "
                             f"{recording.seconds:.0f} s: QEMU hangs; try another one with --qemu-which, or record "
                             f"again")
    if said == recording.console:
        return Outcome(recording.code, f"as recorded: {recording.reason}")
    if result.reason.startswith("the emulator failed"):
        return result
    if recording.console.startswith(said):
        return Outcome(OUR_ERROR, "the replay was ended before its end")
    lines = list(zip(said.splitlines(), recording.console.splitlines(), strict=False))
    same = next((number for number, (mine, theirs) in enumerate(lines) if mine != theirs), len(lines))
    raise EmulatorFailed(f"the replay went another way: its console differs from line {same + 1} on, {run.console_log} "
                         f"from {run.recording / CONSOLE}; record again")


def _plain(request: RunRequest) -> dict[str, Any]:
    """A request as JSON takes it."""
    plain = {field.name: getattr(request, field.name) for field in dataclasses.fields(request)}
    if request.payload:
        plain["payload"] = (request.payload.when.value, request.payload.script.decode("utf-8", "surrogateescape"))
    return plain


def _files(command: tuple[str, ...], run: RunFolder) -> list[list[Any]]:
    """[path, size, time] of the files that a command names, but for the run's own."""
    paths = map(Path, named(command))
    return [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in paths if run.path not in path.parents]
