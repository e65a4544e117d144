# SPDX-License-Identifier: GPL-2.0-or-later
"""Benchmarks on gem5: one boot with a checkpoint, from there a run for each point, and a table and a plot of them."""
from __future__ import annotations

import argparse
import csv
import ctypes
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lkmc import apt, gem5, gem5_files, gem5_run, machine, output, process, stats
from lkmc.errors import EmulatorFailed
from lkmc.launch import INTERRUPTED
from lkmc.option_types import number
from lkmc.output import Output
from lkmc.request import Gem5Request, Payload, RunRequest, When
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "memory", "timeout", "gem5", "gem5-tree", "cpu-type", "jobs")
# What gem5's restored guest is to run is what m5 readfile prints: rootfs_overlay/gem5.sh.
BOOT = Payload(When.AFTER, b"/gem5.sh\n")
Lines = Mapping[str, Sequence[tuple[float, float]]]     # of a plot: their points by their names


def numbers(parser: argparse.ArgumentParser, name: str, default: tuple[int, ...], what: str,
            kind: Callable[[str], Any] | None = None) -> None:
    """Have the command take what is measured. kind: reads one of them (default: a number from 1 on)."""
    parser.add_argument(name, nargs="*", type=kind or number(1, 1e9, int), default=default, metavar="N",
                        help=f"{what} (default: {' '.join(map(str, default))})")


@dataclass(frozen=True)
class Point:
    """One run from the checkpoint on. name: the end of its run id. script: what the guest runs. options: Gem5Request's.
    """
    name: str
    script: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What came of a point, in its run folder. dumps: the statistics, of which the last are those of the whole script.
    seconds: of this host."""
    folder: RunFolder
    dumps: list[stats.Dump]
    seconds: float

    @property
    def figures(self) -> dict[str, float]:
        """Of the whole script."""
        dump = self.dumps[-1]
        return {"cycles": stats.total(dump, "numCycles"), "instructions": stats.total(dump, "simInsts"),
                "host_seconds": self.seconds}


@dataclass(frozen=True)
class Bench:
    """A guest that has booted, to a checkpoint in its run folder."""
    built: Output
    folder: RunFolder
    request: RunRequest
    jobs: int

    @classmethod
    def boot(cls, args: Namespace) -> Bench:
        """Boot with the quickest processor, to the checkpoint and, with an empty script, to the end."""
        built = output.find(args.output, args.arch, "arch" in args.typed)
        options = Gem5Request.of_program(args, readfile=b"true\n")
        run_id = f"gem5-bench-{args.run_id}"
        request = RunRequest(memory=args.memory, run_id=run_id, timeout=args.timeout, background=True, gem5=options)
        jobs = args.jobs or len(os.sched_getaffinity(0))
        bench = cls(built, RunFolder.of(built.path, run_id), request, jobs)
        print("booting, to a checkpoint", file=sys.stderr, flush=True)
        bench._run(replace(request, payload=BOOT))
        return bench

    def measure(self, points: Sequence[Point]) -> list[Measured]:
        """Run the points, so many at a time as --jobs says, each in a run folder of its own; the results in this order.

        Raises EmulatorFailed when the script of one ends with another status than 0.
        """
        fork = multiprocessing.get_context("fork")      # a run waits for signals, as only a process's first thread can
        with ProcessPoolExecutor(min(self.jobs, len(points)), fork, _end_with_parent, (os.getpid(),)) as pool:
            return list(pool.map(self._point, points))

    def report(self, name: str, rows: Sequence[dict[str, Any]], x: str, y: str, lines: Lines, yes: bool,
               logarithmic: str = "xy") -> None:
        """Leave the table and the plot of the benchmark of this name in the run folder, and print the table."""
        path = self.folder.path / f"gem5-bench-{name}.csv"
        write(path, rows)
        plot(path.with_suffix(".png"), x, y, lines, yes, logarithmic)

    def _point(self, point: Point) -> Measured:
        print(f"running {point.name}", file=sys.stderr, flush=True)
        assert self.request.gem5 is not None
        changed = replace(self.request.gem5, checkpoint=gem5.checkpoint(self.folder, 1),
                          readfile=point.script.encode() + b"\n", **point.options)     # type: ignore[arg-type]
        folder = self._run(replace(self.request, run_id=f"{self.request.run_id}-{point.name}", gem5=changed))
        seconds = json.loads(folder.result.read_text())["seconds"]
        return Measured(RunFolder(folder.path), stats.read(folder.m5out / "stats.txt"), seconds)

    def _run(self, request: RunRequest) -> RunFolder:
        """One run to its end. Raises EmulatorFailed when that is not status 0, KeyboardInterrupt after a signal."""
        folder = RunFolder.of(self.built.path, request.run_id)
        command = gem5.command(request, machine.read(self.built.arch), self.built, folder)
        folder.claim()
        shutil.rmtree(folder.m5out, ignore_errors=True)         # what others of this id have left
        gem5_files.prepare(request, folder, command)
        result = gem5_run.supervise(request, command, folder)
        if result.reason == INTERRUPTED:
            raise KeyboardInterrupt
        if result.code:
            raise EmulatorFailed(f"status {result.code}: {result.reason}; see {folder.console_log}, and run it by "
                                 f"hand: {folder.script}")
        return folder


def _end_with_parent(parent: int) -> None:
    """What ends the process that this one was forked from ends it too, and so its gem5."""
    ctypes.CDLL(None).prctl(process.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """A table as CSV, and on standard output."""
    rows = list(rows)
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print(path.read_text(), end="")


def plot(path: Path, x: str, y: str, lines: Lines, yes: bool, logarithmic: str = "xy") -> None:
    """Draw lines over each other into a PNG, with gnuplot, which is installed where it is missing.

    logarithmic: of which axes the scale is.
    """
    apt.require({"gnuplot": "gnuplot-nox"}, yes)
    quoted = {name: json.dumps(name) for name in (str(path), x, y, *lines)}
    plots = ", ".join(f"'-' using 1:2 with linespoints title {quoted[name]}" for name in lines)
    data = "".join("".join(f"{at:g} {value:g}\n" for at, value in points) + "e\n" for points in lines.values())
    script = (f"set terminal png size 900,600\nset output {quoted[str(path)]}\nset logscale {logarithmic}\n"
              f"set key left\nset xlabel {quoted[x]}\nset ylabel {quoted[y]}\nplot {plots}\n{data}")
    subprocess.run(["gnuplot"], input=script, text=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
