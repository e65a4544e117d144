# SPDX-License-Identifier: GPL-2.0-or-later
"""Be the terminal of a guest that runs on gem5 in the background; Ctrl-A X leaves it, and the guest goes on.

    scripts/run --arch aarch64 --emulator gem5 --background
    scripts/gem5-shell --arch aarch64

gem5 has room for one terminal at a time. Its own, m5term, is the same: m5term --unix SOCKET.
"""
from __future__ import annotations

import argparse

from lkmc import gem5_console, output
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    gem5_console.visit(RunFolder.of(built.path, args.run_id))
    return 0
