# SPDX-License-Identifier: GPL-2.0-or-later
"""Give a running guest its second disk anew, without a reboot: pack the folder of its --disk2, or DIR, again.

    scripts/run --disk2 benchmark/          # the guest has it at /mnt/disk2
    scripts/disk2                           # in another terminal, after a change on the host

The guest unmounts the old disk, which must not be in use there, and mounts the new one. What it wrote is gone.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from lkmc import disk2, output, qmp
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="another folder than before")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    run = RunFolder.of(built.path, args.run_id)
    folder = args.folder.absolute() if args.folder else None
    with qmp.of_run(run) as monitor:
        print(f"{disk2.exchange(folder, monitor, run, built, args.yes)} is at /mnt/disk2")
    return 0
