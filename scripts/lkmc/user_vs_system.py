# SPDX-License-Identifier: GPL-2.0-or-later
"""One program's work in user mode and in a guest, by the host's clock: what the emulated system costs beside it."""
from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from lkmc import measure, paths
from lkmc.errors import EmulatorFailed
from lkmc.measure import Sample
from lkmc.output import Output

RUN = str(paths.TOP / "scripts/run")
TURNS = {"dhrystone": 20_000_000, "mix": 10_000_000}
LIMIT = 600.0           # seconds after which a run is given up
BEGIN, END = "works''now", "has''worked"        # in two words, so that the command itself is no mark


def subjects(built: Output) -> dict[str, Callable[[], Sample]]:
    """Buildroot's dhrystone where the output has it, else mix of userland/."""
    dhrystone = built.path / "target/usr/bin/dhrystone"
    name = "dhrystone" if dhrystone.exists() else "mix"
    host, guest = (str(dhrystone), "dhrystone") if dhrystone.exists() else ("mix", "/mix.out")
    turns = str(TURNS[name])
    options = [RUN, "--quiet", "--output", str(built.path), "--run-id", "bench"]
    return {f"{built.path.name} {name}, user mode": lambda: _user(options, host, turns, built),
            f"{built.path.name} {name}, system": lambda: _system(options, f"{guest} {turns}")}


def _user(options: list[str], program: str, turns: str, built: Output) -> Sample:
    """The same program that the guest has: of a prebuilt output the static one."""
    command = [*options, "--static" if built.prebuilt else "--no-static", "--userland", program,
               "--userland-args", turns]
    began = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        raise EmulatorFailed(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()[-300:]}")
    seconds = time.monotonic() - began
    return {"program": seconds, "all": seconds}


def _system(options: list[str], command: str) -> Sample:
    payload = f"echo {BEGIN}; {command} && echo {END}"
    marks = {"begin": BEGIN.replace("'", ""), "end": END.replace("'", "")}
    sample = measure.until(["sh", "-c", 'exec "$@" </dev/null', "sh", *options, "--eval-after", payload], marks, LIMIT)
    return {"program": sample["end"] - sample["begin"], "all": sample["exit"]}
