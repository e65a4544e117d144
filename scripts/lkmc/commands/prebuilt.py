# SPDX-License-Identifier: GPL-2.0-or-later
"""Make an output folder from the distro's packages: its kernel and BusyBox, with this project's examples.

Nothing is compiled but our kernel modules and programs. Run it again after an edit.

    scripts/prebuilt --arch aarch64 --kernel 6.12

The folder is out/ARCH-prebuilt[-VERSION], which --variant or --output change; it is none that scripts/build made.
"""
from __future__ import annotations

import argparse

from lkmc import machine, paths, prebuilt

OPTIONS = ("arch", "output", "variant", "kernel", "debug-symbols")


def main(args: argparse.Namespace) -> int:
    name = f"{args.arch}-prebuilt" + (f"-{args.kernel}" if args.kernel else "")
    prebuilt.make(machine.read(args.arch), (args.output or paths.OUT / name).absolute(), args.kernel, args.yes,
                  args.debug_symbols)
    return 0
