# SPDX-License-Identifier: GPL-2.0-or-later
"""Record a run, then replay it: scripts/run --record, and --replay, with the same options.

    scripts/qemu-rr --eval-after /rand_check.out </dev/null
    scripts/qemu-rr --eval-after /rand_check.out --wait-gdb     the replay waits for scripts/run-gdb

Without a payload you record a shell session, to its end (poweroff). The replay prints the same, byte for byte, or this
fails with status 125; else the exit status is that of scripts/run.
"""
from __future__ import annotations

import argparse

from lkmc import launch, options, output, process, recording
from lkmc.commands import run
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "eval", "eval-after", "eval-file", "eval-after-file", "kernel-cli",
           "kernel-cli-after-dash", "initrd", "cpus", "memory", "qemu-which", "quiet", "verbose", "run-id", "timeout",
           "background", "wait-gdb", "tmux", "tmux-args", "tmux-program")
TAKES_REST = True
REPLAY_ONLY = {"background": False, "wait_gdb": False, "tmux": False, "tmux_args": None, "tmux_program": None}
SIGNALLED = {128 + number for number in process.ENDING_SIGNALS}
NO_PAYLOAD = {"eval": None, "eval_after": None, "eval_file": None, "eval_after_file": None}


def main(args: argparse.Namespace) -> int:
    parser = argparse.ArgumentParser()
    options.add(parser, tuple(name for name in run.OPTIONS if name not in OPTIONS))
    given = {**vars(parser.parse_args([])), **vars(args)}
    code = run.main(argparse.Namespace(**{**given, **REPLAY_ONLY, "record": True, "replay": False}))
    if code in SIGNALLED and _interrupted(args):
        return code
    return run.main(argparse.Namespace(**{**given, **NO_PAYLOAD, "rest": (), "record": False, "replay": True}))


def _interrupted(args: argparse.Namespace) -> bool:
    """Whether it was the recording that a signal ended, and not a payload that has such a status."""
    built = output.find(args.output, args.arch, "arch" in args.typed)
    return recording.read(RunFolder.of(built.path, args.run_id)).reason == launch.INTERRUPTED
