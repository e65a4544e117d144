# SPDX-License-Identifier: GPL-2.0-or-later
"""Write an output's configuration: a defconfig, fragments over it, single settings over those. Buildroot's and Linux's
own `conf` computes it; what was asked for and did not take is listed with the reason, and makes the exit status 1.

    scripts/config --arch aarch64 --fragment configs/fragments/toolchain-bootlin.config --set BR2_PACKAGE_STRACE=y
    scripts/config --arch aarch64 --linux-fragment linux/sanitize.config --linux-set CONFIG_NR_CPUS=8
"""
from __future__ import annotations

import argparse
import sys

from lkmc import apt, buildroot, paths
from lkmc.kconfig import lost, request
from lkmc.kconfig.write import write

OPTIONS = ("arch", "output", "buildroot", *request.OPTIONS)


def main(args: argparse.Namespace) -> int:
    output = (args.output or paths.OUT / args.arch).absolute()
    apt.require(buildroot.TOOLS, args.yes)
    missing, notes = write(buildroot.provide(args.buildroot), output, request.ConfigRequest.of(args))
    print(f"{output}/.config")
    return report(missing, notes)


def report(missing: list[lost.Lost], notes: list[str]) -> int:
    """Print what did not take, and what is in doubt; 1 when something is lost that nothing displaced."""
    for text in [*missing, *notes]:
        print(text, file=sys.stderr)
    return 1 if any(not one.gave_way for one in missing) else 0
