# SPDX-License-Identifier: GPL-2.0-or-later
"""Record a run, then replay it: scripts/run --record, and --replay, with the same options.

    scripts/qemu-rr --eval-after /rand_check.out </dev/null
    scripts/qemu-rr --eval-after /rand_check.out --wait-gdb     the replay waits for scripts/run-gdb

Without a payload you record a shell session, to its end (poweroff). The replay prints the same, byte for byte, or this
fails with status 125; else the exit status is that of scripts/run.
"""
from __future__ import annotations

import argparse

from lkmc.commands import run

OPTIONS = ("arch", "output", "variant", "eval", "eval-after", "eval-file", "eval-after-file", "kernel-cli",
           "kernel-cli-after-dash", "initrd", "cpus", "memory", "qemu-which", "quiet", "verbose", "run-id", "timeout",
           "background", "wait-gdb", "tmux", "tmux-args")
TAKES_REST = True
REPLAY_ONLY = {"background": False, "wait_gdb": False, "tmux": False, "tmux_args": None}
NOT_GIVEN = {"kvm": False, "persist": False, "dry_run": False, "kgdb": False, "kdb": False, "instant": False,
             "snapshots": False, "disk2": None, "graphic": False, "vnc": False, "debug_vm": False,
             "debug_vm_args": None, "userland": None, "baremetal": None, "trace": None}
NO_PAYLOAD = {"eval": None, "eval_after": None, "eval_file": None, "eval_after_file": None}


def main(args: argparse.Namespace) -> int:
    given = {**NOT_GIVEN, **vars(args)}
    run.main(argparse.Namespace(**{**given, **REPLAY_ONLY, "record": True, "replay": False}))
    return run.main(argparse.Namespace(**{**given, **NO_PAYLOAD, "rest": (), "record": False, "replay": True}))
