# SPDX-License-Identifier: GPL-2.0-or-later
"""Put the source of a package under src/PACKAGE as a git tree, and have Buildroot build that from now on.

    scripts/hack --arch aarch64 linux
    vim src/linux/init/main.c
    scripts/build --arch aarch64 linux-rebuild all
    scripts/run --arch aarch64
    scripts/hack --arch aarch64 linux --done > board/patches/linux/0001-init-say-hello.patch

Without --from the source is the one that Buildroot would build, its patches applied. --from takes a tarball, a folder
or a git tree (GIT or GIT#COMMIT). A tree that is there already is used as it is. --done undoes it, leaves the tree in
src/, and prints what has changed in it as a patch; scripts/build PACKAGE-dirclean all then builds the original again.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from lkmc import apt, buildroot, configured, overrides, paths, sources
from lkmc.cli import near
from lkmc.errors import LkmcError, UserError
from lkmc.output import Output

OPTIONS = ("arch", "output", "variant", "buildroot")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", metavar="PACKAGE", help="linux, qemu, busybox, glibc, or any other of Buildroot's")
    parser.add_argument("--from", dest="source", metavar="SOURCE", help="a tarball, a folder, or a git tree")
    parser.add_argument("--done", action="store_true", help="undo it, and print the changes as a patch")
    parser.add_argument("--subject", metavar="TEXT", help="the patch's subject (default: PACKAGE: local changes)")


def main(args: argparse.Namespace) -> int:
    if args.done and args.source:
        raise UserError("--from begins a hack and --done ends one; leave out one of the two")
    if args.subject and not args.done:
        raise UserError("--subject is the patch's, which --done prints; leave it out, or add --done")
    built = Output.read((args.output or paths.OUT / args.arch).absolute())
    if built.prebuilt:
        raise configured.not_buildroots(built.path)
    if args.done:
        return _done(args, built)
    apt.require(buildroot.TOOLS, args.yes)
    tree = buildroot.provide(args.buildroot)
    names = _names(args, tree, built)
    folder = sources.folder(args.package)
    if folder.exists() and args.source:
        raise UserError(f"{folder} is there already; move it away, or leave out --from to use it as it is")
    if not folder.exists():
        _provide(args.source, tree, built, names[0], folder)
    overrides.add(built.path, overrides.source(args.package, folder))
    rebuild = " ".join(f"{name}-rebuild" for name in names)
    print(f"{folder}\nAfter an edit: scripts/build {_where(built)} {rebuild} all", file=sys.stderr)
    return 0


def _where(built: Output) -> str:
    """The options with which the commands to come find this output."""
    return f"--arch {built.arch}" + ("" if built.path == paths.OUT / built.arch else f" {built.option}")


def _names(args: argparse.Namespace, tree: Path, built: Output) -> list[str]:
    """The package's names in Buildroot, of those that this output builds: for the target, for the host."""
    package = args.package
    command = buildroot.command(tree, built.path, "-s", "show-info")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise LkmcError(f"{built.path}: {(done.stderr.strip() or 'show-info failed').splitlines()[-1]}; "
                        f"try {built.build} olddefconfig")
    known = [name for name, facts in json.loads(done.stdout).items() if not facts.get("virtual", True)]
    names = [name for name in (package, f"host-{package}") if name in known]
    if not names:
        plain = sorted({name.removeprefix("host-") for name in known})
        raise UserError(f"{built.path} builds no package {package!r}{near(package, plain)}; enable it with "
                        f"scripts/build {_where(built)} menuconfig")
    return names


def _provide(source: str | None, tree: Path, built: Output, name: str, folder: Path) -> None:
    """Make the source tree: what was asked for, or what is in the place of Buildroot's source already, or that."""
    if source:
        return sources.fetch(source, folder)
    variable = overrides.variable(name) + "_OVERRIDE_SRCDIR"
    command = buildroot.command(tree, built.path, "-s", "printvars", f"VARS={variable}")
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    current = said.strip().removeprefix(f"{variable}=")
    if current:
        return sources.fetch(current, folder)
    return sources.extract(tree, built.path, name, folder)


def _done(args: argparse.Namespace, built: Output) -> int:
    folder = sources.folder(args.package)
    hacked = overrides.packages(built.path)
    if args.package not in hacked:
        raise UserError(f"{built.path} takes no {args.package!r} from src/, only: {' '.join(hacked) or 'nothing'}; "
                        f"begin with scripts/hack {_where(built)} PACKAGE")
    changed = sources.patch(folder, args.package, args.subject or f"{args.package}: local changes") \
        if folder.exists() else ""
    overrides.remove(built.path, overrides.source(args.package, folder))
    print(changed, end="")
    what = "" if changed else f"nothing has changed in {folder}; "
    clean = " ".join(f"{name}-dirclean" for name in overrides.built_names(built.path, args.package))
    print(f"{what}to build the original again: scripts/build {_where(built)} {clean} all".replace("  ", " "),
          file=sys.stderr)
    return 0
