# SPDX-License-Identifier: GPL-2.0-or-later
"""Record a run, then replay it: scripts/run --record, and --replay, with the same options.

    scripts/qemu-rr --eval-after /rand_check.out </dev/null
    scripts/qemu-rr --eval-after /rand_check.out --wait-gdb     the replay waits for scripts/run-gdb

Without a payload you record a shell session, to its end (poweroff). The replay prints the same, byte for byte, or this
fails with status 125; else the exit status is that of scripts/run.
"""
from __future__ import annotations

import argparse

from lkmc import options
from lkmc.commands import run

OPTIONS = ("arch", "output", "variant", "eval", "eval-after", "eval-file", "eval-after-file", "kernel-cli",
           "kernel-cli-after-dash", "initrd", "cpus", "memory", "qemu-which", "quiet", "verbose", "run-id", "timeout",
           "background", "wait-gdb", "tmux", "tmux-args")
TAKES_REST = True
REPLAY_ONLY = {"background": False, "wait_gdb": False, "tmux": False, "tmux_args": None}
NO_PAYLOAD = {"eval": None, "eval_after": None, "eval_file": None, "eval_after_file": None}


def main(args: argparse.Namespace) -> int:
    parser = argparse.ArgumentParser()
    options.add(parser, tuple(name for name in run.OPTIONS if name not in OPTIONS))
    given = {**vars(parser.parse_args([])), **vars(args)}
    run.main(argparse.Namespace(**{**given, **REPLAY_ONLY, "record": True, "replay": False}))
    return run.main(argparse.Namespace(**{**given, **NO_PAYLOAD, "rest": (), "record": False, "replay": True}))
