# SPDX-License-Identifier: GPL-2.0-or-later
"""From the first tick to the last: checkpoints on the way, and how it ended. Runs inside gem5.

The status goes into a file of the run, as a line "status N", for scripts/lkmc/gem5_run.py; gem5's own exit status says
whether the guest came to an end by itself.
"""
import argparse
import os
import sys
from pathlib import Path

import m5

ENDED, DIED, INTERRUPTED, UNKNOWN = 0, 101, 130, 125
CHECKPOINT = "checkpoint"
# What only says that something has begun or ended: the simulation goes on.
GOES_ON = ("workbegin", "workend", "switchcpu", "work started count reach", "performance counter")
FAILED = "m5_fail instruction encountered"
# By m5 fail, by a program's exit, by semihosting.
SAYS_STATUS = (FAILED, "exiting with last active thread context",
               "semi:ADP_Stopped_ApplicationExit")
# How long it is simulated when nobody says so: as long as something can still happen.
NOTHING_LEFT = "simulate() limit reached"


def time(text: str) -> int:
    """A time in ticks, which are picoseconds."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of picoseconds from 1 on")
    return int(text)


def run(status: Path, ticks: int | None = None, save: str = "") -> None:
    """Simulate to the end, and leave gem5. ticks: no further than that. save: up to a checkpoint, into this folder."""
    if ticks and ticks <= m5.curTick():
        print(f"error: --max-ticks {ticks} is over at the checkpoint, tick {m5.curTick()}", file=sys.stderr, flush=True)
        sys.exit(UNKNOWN)
    while True:
        event = m5.simulate(ticks - m5.curTick()) if ticks else m5.simulate()
        cause, number = event.getCause(), event.getCode()
        if cause == CHECKPOINT:
            m5.checkpoint(save or os.path.join(m5.options.outdir, f"cpt.{m5.curTick()}"))
            if save:
                break
        elif not cause.startswith(GOES_ON):
            break
    code = end(cause, number, status, ticks)
    print(f"{cause} (code {number}) at tick {m5.curTick()}", file=sys.stderr, flush=True)
    sys.exit(code)


def end(cause: str, code: int, status: Path, ticks: int | None) -> int:
    """Note the guest's status where it has one; return that of gem5."""
    if cause == "m5_exit instruction encountered":
        if not status.exists():     # else the guest has already said it
            note(status, 0)
        return ENDED
    if cause == CHECKPOINT:         # the guest is to live on in other runs, and has no status yet
        return ENDED
    if cause in SAYS_STATUS:
        note(status, min(code, 255) if cause == FAILED else code)       # no failure is to look like none
        return ENDED
    if cause == NOTHING_LEFT:       # without a limit: all processors wait for an event that cannot come
        if ticks:
            note(status, 0)
        return ENDED if ticks else DIED
    if cause.startswith("Kernel panic"):
        return DIED
    return INTERRUPTED if cause == "user interrupt received" else UNKNOWN


def note(status: Path, code: int) -> None:
    status.write_text(f"status {code & 255}\n")
