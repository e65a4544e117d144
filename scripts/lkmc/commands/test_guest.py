# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the examples in the guest, all in one boot but for those that would harm it, and print KTAP.

    scripts/test-guest --arch aarch64
    scripts/test-guest --arch aarch64 -k hello -k 'kthread*' --junit results.xml
    scripts/test-guest --arch aarch64 --instant         each in a guest of its own, which has just booted

One line per example; before that of one that failed, what it and the kernel said meanwhile. What
failed runs once more under record, and a line says how to replay that into GDB. Exit status: 0 when none
failed, else 1; 125 an error of ours. --timeout is that of each boot. The same in the guest: /test_all.sh
"""
from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from lkmc import examples, flight_recorder, ktap, launch, machine, output, paths, ready, suite
from lkmc.examples import Example
from lkmc.ktap import Result, Status
from lkmc.output import Output
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "keyword", "junit", "run-id", "timeout", "memory", "cpus", "kvm", "qemu-which",
           "instant", "quiet", "record-failed")
EMULATOR = "qemu"
LIMIT = 600.0           # seconds of one boot, unless --timeout says otherwise
BEAT = 0.1              # seconds between two looks at what came from the guest


def main(args: argparse.Namespace) -> int:
    if args.output is None:
        ready.first_output(args)
    built = output.find(args.output, args.arch, "arch" in args.typed)
    chosen = examples.select(examples.find(paths.TOP, built.arch), args.keyword)
    ready.install_emulator(args.qemu_which, machine.read(built.arch), built, args.yes)
    results: list[Result] = []

    def tell(result: Result) -> None:
        results.append(result)
        print(ktap.lines(len(results), result), flush=True)

    print(ktap.head(len(chosen)), flush=True)
    _run(chosen, built, Boots(args, built), tell, alone=args.instant)
    if args.junit:
        args.junit.write_bytes(ktap.junit(f"lkmc.{built.path.name}", results))
    faulty = {result.name for result in results if result.status is Status.FAILED}
    if args.record_failed:
        flight_recorder.record([example for example in chosen if example.name in faulty], args, built)
    failed = faulty or len(results) != len(chosen)
    return 1 if failed else 0


def _run(chosen: tuple[Example, ...], built: Output, boot: suite.Boot, tell: suite.Tell,
         alone: bool) -> None:
    """Run the examples; alone: also each of those that could share a guest has one of its own."""
    obstacles = {example: example.obstacle(built.arch, EMULATOR, built) or _left_out(example) for example in chosen}
    able = [example for example in chosen if not obstacles[example]]
    together = [] if alone else [example for example in able if example.shared]
    suite.together("guest", together, boot, tell, built.how)
    for example in able:
        if example.test != "host" and example not in together:
            suite.together(example.name, [example], boot, tell, built.how)
        elif example.test == "host":
            tell(suite.by_host(example, boot))
    for example in chosen:
        if obstacles[example]:
            tell(Result(example.name, Status.SKIPPED, obstacles[example]))


def _left_out(example: Example) -> str:
    """Why this command does not run an example that needs more than a boot and an exit status; empty if it does."""
    if example.test != "host" or "exit" in example.keys:
        return ""
    for path in sorted((paths.TOP / "tests/boot").glob("test_*.py")):
        if f"/{example.name}" in path.read_text():
            return f"tested by {path.relative_to(paths.TOP)}"
    return "needs more than a boot, and no test in tests/boot does it"


class Boots:
    """Boots guests of one output, one after the other, each in a run folder of its own."""

    def __init__(self, args: argparse.Namespace, built: Output) -> None:
        self.args = args
        self.built = built

    def __call__(self, name: str, payload: str, options: tuple[str, ...], heard: suite.Heard) -> suite.Ended:
        folder = RunFolder.of(self.built.path, f"test-{self.args.run_id}-{name}")
        report = folder.path / "ktap"
        port = ("-chardev", f"file,id=ktap,path={str(report).replace(',', ',,')}",
                "-device", f"virtserialport,chardev=ktap,name={suite.PORT}")
        request = RunRequest(Payload(When.AFTER, payload.encode()), cpus=self.args.cpus, memory=self.args.memory,
                             kvm=self.args.kvm, background=True, qemu_which=self.args.qemu_which,
                             timeout=self.args.timeout or LIMIT, instant=self.args.instant,
                             extra=(*port, *options))
        marks = [0, 0]      # in the console's log, at the last two times that something was heard

        def noted(text: str) -> None:
            marks[:] = marks[1], len(_text(folder.console_log))
            heard(text)

        if not self.args.quiet:
            print(f"+ {folder.script}", file=sys.stderr, flush=True)
        folder.claim()
        with Follower(report, noted):
            result = launch.once(request, self.built, folder)
        return suite.Ended(result, _text(report), _text(folder.console_log)[marks[0]:].replace("\r", ""))


class Follower(threading.Thread):
    """Tells what a file holds, whenever it has grown, until the end of the `with`."""

    def __init__(self, path: Path, heard: suite.Heard) -> None:
        super().__init__()
        self._path = path
        self._heard = heard
        self._over = threading.Event()

    def __enter__(self) -> Follower:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        known = ""
        while not self._over.wait(BEAT):
            text = _text(self._path)
            if text != known:
                self._heard(text)
                known = text


def _text(path: Path) -> str:
    """The text of a file as it is, carriage returns and all; empty where there is none."""
    return path.read_bytes().decode(errors="replace") if path.exists() else ""
