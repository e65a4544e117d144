# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest test that failed runs once more, alone and recorded, so that its failure can be looked at again and again."""
from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence

from lkmc import launch, recording
from lkmc.errors import LkmcError
from lkmc.examples import Example
from lkmc.outcome import TIMED_OUT
from lkmc.output import Output
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder

MOST = 5            # examples of a suite that are recorded, should everything fail
LIMIT = 120.0       # seconds for each, unless --timeout says otherwise


def record(failed: Sequence[Example], args: argparse.Namespace, built: Output) -> None:
    """Record each, and print KTAP's comments on what came of it."""
    for example in failed[:MOST]:
        print("\n".join(f"# {line}" for line in _record(example, args, built)), flush=True)
    if len(failed) > MOST:
        print(f"# {len(failed) - MOST} more failed and were not recorded; name them with -k")


def _record(example: Example, args: argparse.Namespace, built: Output) -> list[str]:
    name = f"test-{args.run_id}-{example.name}"[:61] + "-rr"
    folder = RunFolder.of(built.path, name)
    request = RunRequest(Payload(When.AFTER, script(example).encode()), cpus=args.cpus, memory=args.memory,
                         background=True, qemu_which=args.qemu_which, run_id=name, timeout=args.timeout or LIMIT,
                         record=True, extra=example.qemu)
    try:
        folder.claim()
        result = launch.once(request, built, folder)
        recording.read(folder)
    except LkmcError as error:
        return [f"{example.name}: not recorded: {error}"]
    again = "the time limit again" if result.code == TIMED_OUT else \
        "it did not fail this time" if result.code == example.exit else f"status {result.code}, {result.reason}"
    return [f"{example.name}: recorded in {folder.recording}: {again}",
            f"  scripts/run {folder.options} --replay --wait-gdb --background && scripts/run-gdb "
            f"{folder.options} --no-continue"]


def script(example: Example) -> str:
    """The payload whose exit status is the example's outcome."""
    return f"exec /{example.name}\n" if example.test == "host" else f"exec /test_all.sh {shlex.quote(example.name)}\n"
