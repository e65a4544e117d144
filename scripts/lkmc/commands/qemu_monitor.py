# SPDX-License-Identifier: GPL-2.0-or-later
"""Talk to the monitor of a QEMU that scripts/run started, from another terminal.

    scripts/qemu-monitor info qtree
    echo 'info registers' | scripts/qemu-monitor
    scripts/qemu-monitor screendump screen.png
    scripts/qemu-monitor --qmp query-status

Without a command: a prompt when standard input is a terminal, else one command a line of it. With --qmp a command is
JSON, or NAME KEY=VALUE…, and the answer is JSON. Exit status: 0; 1 QEMU refused a command; 125 an error of ours.
"""
from __future__ import annotations

import argparse
import functools
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from lkmc import output, qmp, snapshots
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "qmp")
REFUSED = 1
How = Callable[..., str]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND", help="a command of QEMU's monitor")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    run = RunFolder.of(built.path, args.run_id)
    how = _qmp if args.qmp else functools.partial(human, run=run)
    with qmp.of_run(run) as monitor:
        if args.command or not sys.stdin.isatty():
            return _all([tuple(args.command)] if args.command else ((line,) for line in sys.stdin), monitor, how)
    # Only one client at a time: the prompt is one of its own, after an error for a run that is not there.
    from lkmc import monitor_shell
    monitor_shell.prompt(run.socket("qmp"), args.qmp, lambda typed, line: _all([(line,)], typed, how))
    return 0


def _all(commands: Iterable[tuple[str, ...]], monitor: qmp.Monitor, how: How) -> int:
    """Run every command, which is its words or, alone, a line; the exit status."""
    status = 0
    for words in commands:
        name, *_ = " ".join(words).split() or [""]
        try:
            print(how(monitor, *words) if name else "", end="", flush=True)
        except qmp.MonitorError as error:
            print(f"scripts/qemu-monitor: {name}: {error}", file=sys.stderr)
            status = REFUSED
    return status


def _qmp(monitor: qmp.Monitor, *words: str) -> str:
    return json.dumps(monitor.execute(*qmp.parse(*words)), indent=1) + "\n"


def human(monitor: qmp.Monitor, *words: str, run: RunFolder) -> str:
    """A command for people. A screendump's file is one of the caller's folder; as PNG where its name says so."""
    line = " ".join(words).strip()
    name = line.split()[0]
    if name in snapshots.COMMANDS:
        return snapshots.run(monitor, run, line)
    if name != "screendump":
        return monitor.human(line)
    _, *rest = words if len(words) > 1 else qmp.split(line)
    if not rest or rest[0].startswith("-"):
        return monitor.human(line)
    path = Path(rest[0]).absolute()
    qmp.screenshot(monitor, path, "png" if path.suffix == ".png" else "ppm", *rest[1:2])
    return ""
