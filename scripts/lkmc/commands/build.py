# SPDX-License-Identifier: GPL-2.0-or-later
"""Build an output folder from source with the pinned Buildroot, which is cloned on first use.

Every command is printed: it is plain make, and you can go on without this script. What stands after the options
are Buildroot's own targets.

    scripts/build --arch aarch64
    scripts/build --arch aarch64 --linux-fragment linux/sanitize.config
    scripts/build --arch aarch64 linux-menuconfig
    scripts/build --arch aarch64 lkmc-kernel-modules-rebuild all
    scripts/build --arch aarch64 --direct lkmc-kernel-modules      an edited module, for a running guest
    scripts/build --arch aarch64 --variant v6.12 --kernel-version 6.12.30
"""
from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from lkmc import apt, baremetal, buildroot, configured, patches, paths, variant
from lkmc.conflicts import refuse
from lkmc.errors import MissingOutput, UserError
from lkmc.kconfig import request
from lkmc.kconfig.write import configure

OPTIONS = ("arch", "output", "buildroot", "direct", *request.OPTIONS, *variant.OPTIONS)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="Buildroot's targets (default: all)")


def main(args: argparse.Namespace) -> int:
    configured.settle(args)
    output = (args.output or paths.OUT / args.arch).absolute()
    if args.direct:
        refuse(args, variant.CONFIGURING, "configures, and --direct builds without Buildroot; leave out one of the two")
        return direct(output, args.direct, args.targets)
    apt.require(buildroot.TOOLS, args.yes)
    tree = buildroot.provide(args.buildroot)
    new = not (output / ".config").exists()
    if new or variant.asks(args) or _asks(args, output):
        configure(tree, output, variant.wanted(args, tree, output))
        variant.override(args, output)
    targets = args.targets or ["all"]
    if any(target == "all" or target.startswith(("lkmc-baremetal", "host-crosstool-ng")) for target in targets):
        baremetal.prepare(output, args.yes)
    buildroot.make(tree, output, *targets)
    for package, missing in patches.lacking(output).items():
        print(f"{package} was unpacked before {', '.join(missing)} came; to have it: scripts/build --arch {args.arch} "
              f"--output {shlex.quote(str(output))} {package}-dirclean all", file=sys.stderr)
    return 0


def _asks(args: argparse.Namespace, output: Path) -> bool:
    """Whether the output is to be configured anew: what lkmc.toml says is done once, not over later edits."""
    wanted = request.ConfigRequest.of(args)
    if args.typed.intersection(variant.CONFIGURING):
        return True
    return bool(args.defconfig or wanted.asks) and request.read(output) != wanted


def direct(output: Path, package: str, targets: list[str]) -> int:
    """Run the script that a package's build step left in its build folder; its exit status."""
    script = output / "build" / package / "lkmc-direct"
    if targets:
        raise UserError(f"--direct {package} builds without Buildroot, whose targets are {' '.join(targets)}; give one "
                        f"or the other")
    if not script.exists():
        found = sorted(path.parent.name for path in output.glob("build/*/lkmc-direct"))
        raise MissingOutput(f"{script}: not there; Buildroot's first build of a package writes it, for those that can: "
                            f"{', '.join(found) or 'lkmc-kernel-modules'}")
    return buildroot.run([str(script)])
