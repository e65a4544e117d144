# SPDX-License-Identifier: GPL-2.0-or-later
"""Benchmarks on gem5: one boot with a checkpoint, from there a run for each point, and a table and a plot of them."""
from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lkmc import apt, gem5, gem5_files, gem5_run, machine, output, stats
from lkmc.errors import EmulatorFailed
from lkmc.launch import INTERRUPTED
from lkmc.output import Output
from lkmc.request import Gem5Request, Payload, RunRequest, When
from lkmc.run_folder import RunFolder

MEASURED = ("cycles", "instructions", "host_seconds")
# What gem5's restored guest is to run is what m5 readfile prints: rootfs_overlay/gem5.sh.
BOOT = Payload(When.AFTER, b"/gem5.sh\n")


@dataclass(frozen=True)
class Bench:
    """A guest that has booted, in a run folder with its checkpoint."""
    built: Output
    folder: RunFolder
    request: RunRequest

    @classmethod
    def boot(cls, args: Namespace) -> Bench:
        """Boot with the quickest processor, to the checkpoint and, with an empty script, to the end."""
        built = output.find(args.output, args.arch, "arch_given" in args)
        options = Gem5Request(program=args.gem5 and args.gem5.absolute(),
                              tree=args.gem5_tree and args.gem5_tree.absolute(), readfile=b"true\n")
        run_id = f"gem5-bench-{args.run_id}"
        request = RunRequest(memory=args.memory, run_id=run_id, timeout=args.timeout, background=True, gem5=options)
        bench = cls(built, RunFolder(built.path / "run" / run_id), request)
        shutil.rmtree(bench.folder.m5out, ignore_errors=True)       # checkpoints of other boots
        print("booting, to a checkpoint", file=sys.stderr, flush=True)
        bench._run(replace(request, payload=BOOT))
        return bench

    def measure(self, script: str, **options: object) -> dict[str, float]:
        """Run a script from the checkpoint on: what it took, of the simulated processor and of this host."""
        assert self.request.gem5 is not None
        changed = replace(self.request.gem5, restore=1, readfile=script.encode() + b"\n", **options)  # type: ignore[arg-type]
        self._run(replace(self.request, gem5=changed))
        dump = stats.read(self.folder.m5out / "stats.txt")[-1]
        seconds = json.loads(self.folder.result.read_text())["seconds"]
        return {"cycles": stats.total(dump, "numCycles"), "instructions": stats.total(dump, "simInsts"),
                "host_seconds": seconds}

    def _run(self, request: RunRequest) -> None:
        """One run to its end. Raises EmulatorFailed when that is not status 0, KeyboardInterrupt after a signal."""
        assert request.gem5 is not None
        command = gem5.command(request, machine.read(self.built.arch), self.built, self.folder)
        self.folder.claim()
        gem5_files.prepare(request, request.gem5, self.folder, command)
        result = gem5_run.supervise(request, command, self.folder)
        if result.reason == INTERRUPTED:
            raise KeyboardInterrupt
        if result.code:
            raise EmulatorFailed(f"status {result.code}: {result.reason}; see {self.folder.console_log}, and run it by "
                                 f"hand: {self.folder.script}")


def write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """A table as CSV, and on standard output."""
    rows = list(rows)
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print(path.read_text(), end="")


def plot(path: Path, x: str, y: str, lines: Mapping[str, Sequence[tuple[float, float]]], yes: bool) -> None:
    """Draw lines over each other into a PNG, with gnuplot, which is installed where it is missing."""
    apt.require({"gnuplot": "gnuplot-nox"}, yes)
    quoted = {name: json.dumps(name) for name in (str(path), x, y, *lines)}
    plots = ", ".join(f"'-' using 1:2 with linespoints title {quoted[name]}" for name in lines)
    data = "".join("".join(f"{at:g} {value:g}\n" for at, value in points) + "e\n" for points in lines.values())
    script = (f"set terminal png size 900,600\nset output {quoted[str(path)]}\nset logscale xy\nset key left\n"
              f"set xlabel {quoted[x]}\nset ylabel {quoted[y]}\nplot {plots}\n{data}")
    subprocess.run(["gnuplot"], input=script, text=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
