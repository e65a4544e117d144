# SPDX-License-Identifier: GPL-2.0-or-later
"""From what is known of an ended run to its exit status and the reason. Pure; the console's text plays no part."""
from __future__ import annotations

import re
from dataclasses import dataclass

GUEST_DIED = 101
TIMED_OUT = 124
OUR_ERROR = 125
INTERRUPTED = 130
NO_ROOM = "the host's disk is full, and the guest writes to it"

# QMP's reasons of a SHUTDOWN event (qapi/run-state.json, ShutdownCause).
DIED = {"guest-reset": "the guest reset itself, as it does after a panic", "guest-panic": "the guest panicked"}
QUIT = {"host-qmp-quit", "host-ui", "host-signal"}


@dataclass(frozen=True)
class Ended:
    """What is known when the emulator has gone."""
    returncode: int                 # the emulator's own, negative for a signal
    status_text: str = ""           # what came through the guest's status channel
    shutdown: str | None = None     # QMP's reason; None when none was heard
    timed_out: bool = False
    answered: bool = True           # whether it came as far as to speak QMP: what ends it from then on is the guest
    no_room: bool = False           # whether it was ended because the host's disk is full


@dataclass(frozen=True)
class Outcome:
    """The exit status of the run, and why in a few words."""
    code: int
    reason: str


def outcome(ended: Ended, payload: bool) -> Outcome:
    """Decide the exit status of a run that had a payload to report on, or had none; docs/running.md is its contract."""
    status = guest_status(ended.status_text)
    if ended.no_room:
        return Outcome(OUR_ERROR, NO_ROOM)
    if ended.timed_out:
        return Outcome(TIMED_OUT, "time limit")
    if ended.shutdown is None and ended.returncode != 0:
        return Outcome(OUR_ERROR, f"the emulator failed with status {ended.returncode}")
    if ended.shutdown in DIED:
        return Outcome(GUEST_DIED, DIED[ended.shutdown])
    if status is not None:
        return Outcome(status, f"the payload ended with status {status}" if payload else "the guest's status")
    if ended.shutdown == "guest-shutdown":
        return Outcome(0, "the guest powered off")
    if ended.shutdown in QUIT:
        code = OUR_ERROR if payload else 0
        return Outcome(code, "the emulator was told to quit" + (" before the payload ended" if payload else ""))
    if not ended.answered:
        return Outcome(OUR_ERROR, "the emulator failed: it ended before it answered, as if it was no QEMU")
    return Outcome(GUEST_DIED, "the guest ended without a word")


def of_program(ended: Ended) -> Outcome:
    """Decide the exit status of a run of a program without an operating system; docs/baremetal.md is its contract."""
    status = guest_status(ended.status_text)
    if ended.timed_out:
        return Outcome(TIMED_OUT, "time limit")
    if not ended.answered or ended.returncode < 0:
        return Outcome(OUR_ERROR, f"the emulator failed with status {ended.returncode}")
    if ended.shutdown in DIED:
        return Outcome(GUEST_DIED, "the machine was reset, as by an exception in an exception")
    if status is not None:
        return Outcome(status, f"the program ended with status {status}")
    if ended.shutdown in QUIT:
        return Outcome(0, "the emulator was told to quit")
    if ended.shutdown is not None:
        return Outcome(0, "the program powered the machine off")
    return Outcome(ended.returncode, f"the program ended with status {ended.returncode}")


def of_gem5(ended: Ended, payload: bool) -> Outcome:
    """Decide the exit status of a run on gem5, whose own says how the guest ended: scripts/gem5/simulation.py."""
    status = guest_status(ended.status_text)
    if ended.timed_out:
        return Outcome(TIMED_OUT, "time limit")
    if ended.returncode == GUEST_DIED:
        return Outcome(GUEST_DIED, "the guest panicked, or waits for what cannot come")
    if ended.returncode == INTERRUPTED:
        return Outcome(INTERRUPTED, "the emulator was interrupted")
    if ended.returncode:
        return Outcome(OUR_ERROR, f"the emulator failed with status {ended.returncode}")
    if status is None:
        return Outcome(OUR_ERROR, "the emulator ended without a word")
    return Outcome(status, f"the payload ended with status {status}" if payload else "the guest's status")


def guest_status(text: str) -> int | None:
    """The number in the status channel's last whole line "status N"; None when there is none."""
    numbers = [int(number) for number in re.findall(r"^status ([0-9]{1,3})\n", text, re.M)]
    return next((number for number in reversed(numbers) if number < 256), None)
