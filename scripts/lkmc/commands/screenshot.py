# SPDX-License-Identifier: GPL-2.0-or-later
"""Write what is on a running guest's screen into a file, as PNG, or as PPM where its name ends so.

    scripts/run --arch aarch64 --graphic --vnc --background
    scripts/screenshot --arch aarch64 screen.png

A guest has a screen when scripts/run got --graphic or --vnc; nobody needs to look at it. On gem5 it has one with
--frame-capture, and what was last on it is there when the guest has gone, too:

    scripts/run --arch aarch64 --emulator gem5 --frame-capture --eval-after true
    scripts/screenshot --arch aarch64 --emulator gem5 screen.png
"""
from __future__ import annotations

import argparse
from pathlib import Path

from lkmc import files, frames, output, qmp
from lkmc.errors import UserError
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "emulator")
FORMATS = {".png": "png", ".ppm": "ppm"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="FILE.png or FILE.ppm")


def main(args: argparse.Namespace) -> int:
    path = args.file.absolute()
    if path.suffix not in FORMATS:
        raise UserError(f"{args.file}: neither .png nor .ppm; call it {path.with_suffix('.png').name}")
    if not path.parent.is_dir():
        raise UserError(f"{path.parent}: no such folder; make it, or name a file in another one")
    built = output.find(args.output, args.arch, "arch" in args.typed)
    run = RunFolder.of(built.path, args.run_id)
    if args.emulator == "gem5":
        if path.suffix != ".png":
            raise UserError(f"{args.file}: gem5's pictures are PNG; call it {path.with_suffix('.png').name}")
        files.replace(path, frames.last(run.frames))
        return 0
    with qmp.of_run(run) as monitor:
        qmp.screenshot(monitor, path, FORMATS[path.suffix])
    return 0
