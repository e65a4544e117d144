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
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from lkmc import output, qmp, snapshots
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "qmp")
REFUSED = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND", help="a command of QEMU's monitor")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    run = RunFolder(built.path / "run" / args.run_id)
    talk = qmp.of_run(built, run)
    if not args.command and sys.stdin.isatty():
        with talk:
            pass            # one error for a run that is not there, whoever asks
        return _prompt(run.socket("qmp"), args.qmp)
    with talk as monitor:
        return _all([" ".join(args.command)] if args.command else sys.stdin,
                    (lambda line: _qmp(monitor, line)) if args.qmp else (lambda line: human(monitor, run, line)))


def _all(lines: Iterable[str], execute: Callable[[str], str]) -> int:
    """Run every command; the exit status."""
    status = 0
    for line in filter(None, map(str.strip, lines)):
        try:
            print(execute(line), end="", flush=True)
        except qmp.MonitorError as error:
            print(f"scripts/qemu-monitor: {line.split()[0]}: {error}", file=sys.stderr)
            status = REFUSED
    return status


def _qmp(monitor: qmp.Monitor, line: str) -> str:
    return json.dumps(monitor.execute(*qmp.parse(line)), indent=1) + "\n"


def human(monitor: qmp.Monitor, run: RunFolder, line: str) -> str:
    """A command for people. A screendump's file is one of the caller's folder; as PNG where its name says so."""
    name, *words = line.split()
    if name in snapshots.COMMANDS:
        return snapshots.run(monitor, run, line)
    if name != "screendump" or not words or words[0].startswith("-"):
        return monitor.human(line)
    path = Path(words[0]).absolute()
    qmp.screenshot(monitor, path, "png" if path.suffix == ".png" else "ppm", *words[1:2])
    return ""


def _prompt(socket: Path, machine_readable: bool) -> int:
    """The library's own shell, with history and completion."""
    from qemu.qmp.qmp_shell import HMPShell, QMPShell
    with (QMPShell if machine_readable else HMPShell)(str(socket), pretty=True) as shell:
        shell.connect()
        shell.show_banner("Ctrl-D leaves; QEMU goes on.")
        for _ in shell.repl():
            pass
    return 0
