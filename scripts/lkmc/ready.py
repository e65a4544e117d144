# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to be there before a guest can run, an output and an emulator, made or installed where it is missing."""
from __future__ import annotations

import argparse
import sys

from lkmc import machine, output
from lkmc.machine import Machine
from lkmc.output import Output


def first_output(args: argparse.Namespace) -> bool:
    """Where there is no output for this architecture yet, make the prebuilt one."""
    if any((output.default(args.arch) / "images").glob("rootfs.*")):
        return False
    from lkmc import prebuilt
    print(f"no output for {args.arch} yet: making the prebuilt one, from the distro's packages", file=sys.stderr)
    prebuilt.make(machine.read(args.arch), output.default(args.arch), None, args.yes)
    return True


def install_emulator(which: str | None, mach: Machine, built: Output, yes: bool) -> None:
    """Have the host's QEMU, unless the output has its own or is to have it."""
    if which == "buildroot" or built.program(mach.qemu.program):
        return
    from lkmc import apt
    apt.require({mach.qemu.program: mach.qemu.package}, yes)
