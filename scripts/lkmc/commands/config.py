# SPDX-License-Identifier: GPL-2.0-or-later
"""Write an output's configuration: a defconfig, fragments over it, single settings over those. Buildroot's and Linux's
own `conf` computes it; what was asked for and did not take is listed with the reason, and makes the exit status 1.

    scripts/config --arch aarch64 --fragment configs/fragments/toolchain-bootlin.config --set BR2_PACKAGE_STRACE=y
    scripts/config --arch aarch64 --linux-fragment linux/sanitize.config --linux-set CONFIG_NR_CPUS=8

Or ask about configurations, which changes none:

    scripts/config explain SYMBOL           a BR2_ or CONFIG_ symbol: its value, why, and how to enable it
    scripts/config explain SYMBOL --enable  only the assignments that enable it, as a fragment
    scripts/config diff A B                 symbols that differ between two outputs or .configs; status 1 if any does
    scripts/config save buildroot|linux     what menuconfig or linux-menuconfig changed, as a minimal fragment
    scripts/config check                    lines of the tree's defconfigs and fragments that do not take
    scripts/config check --output DIR       what this output asks for and did not get; `check linux`: of the kernel
"""
from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from lkmc import apt, buildroot, configured, paths, variant
from lkmc.conflicts import refuse
from lkmc.errors import UserError
from lkmc.kconfig import check, difference, enable, explain, fragment, lost, request, subject
from lkmc.kconfig.subject import Subject
from lkmc.kconfig.write import write
from lkmc.machine import arches

OPTIONS = ("arch", "output", "buildroot", *request.OPTIONS, *variant.OPTIONS, "linux", "enable")
# The options that only some of QUESTIONS have a use for, as argparse calls them.
ONLY = {**dict.fromkeys(variant.CONFIGURING, ("write",)), "enable": ("explain",), "linux": ("explain", "check")}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="*", metavar="QUESTION", help="explain, diff, save or check; see above")


def main(args: argparse.Namespace) -> int:
    what, *operands = args.question or ["write"]
    if what not in QUESTIONS or len(operands) not in QUESTIONS[what][1]:
        raise UserError(f"{' '.join(args.question)!r} is no question; see scripts/config --help for explain, diff, "
                        "save and check")
    which = f"scripts/config {what}" if args.question else "scripts/config without a question"
    refuse(args, [option for option, of in ONLY.items() if what not in of], f"is nothing to {which}; leave it out")
    configured.settle(args)
    apt.require(buildroot.TOOLS, args.yes)
    return QUESTIONS[what][0](args, *operands)


def _write(args: argparse.Namespace) -> int:
    output = (args.output or paths.OUT / args.arch).absolute()
    tree = buildroot.provide(args.buildroot)
    missing, notes = write(tree, output, variant.wanted(args, tree, output))
    variant.override(args, output)
    print(f"{output}/.config")
    return report(missing, notes)


def report(missing: list[lost.Lost], notes: list[str]) -> int:
    """Print what did not take, and what is in doubt; 1 when something is lost that nothing displaced."""
    for text in [*missing, *notes]:
        print(text, file=sys.stderr)
    return 1 if any(one.fails for one in missing) else 0


def _output(args: argparse.Namespace) -> Path | None:
    """The output that a question is about, if there is one."""
    folder: Path = (args.output or paths.OUT / args.arch).absolute()
    if args.output and not (folder / ".config").is_file():
        raise UserError(f"{folder}: no output folder; configure one with scripts/config --output "
                        f"{shlex.quote(str(folder))}")
    if not (folder / ".config").is_file():
        return None
    fragment.config(folder / ".config")
    return folder


def _subject(args: argparse.Namespace, kernel: bool) -> Subject:
    tree = buildroot.provide(args.buildroot)
    if kernel:
        return subject.kernel(tree, _output(args), args.arch, args.linux)
    return subject.buildroot(tree, _output(args), args.arch)


def _explain(args: argparse.Namespace, name: str) -> int:
    if not name.startswith(("BR2_", "CONFIG_")):
        raise UserError(f"{name}: write it as BR2_{name} for Buildroot's symbol, as CONFIG_{name} for Linux's")
    about = _subject(args, name.startswith("CONFIG_"))
    state, config = about.state()
    if not args.enable:
        print(*explain.lines(state, name, about.layers, config, about.tree.what), sep="\n")
        return 0
    explain.symbol(state, name)
    found = enable.smallest(state, config, name)
    if found is None:
        raise UserError(f"{name}: no assignments enable it here; scripts/config explain {name} says what it lacks")
    print(fragment.text(fragment.Assignment(key, value, "") for key, value in found.items()), end="")
    return 0


def _diff(args: argparse.Namespace, old: str, new: str) -> int:
    found = list(difference.lines(Path(old), Path(new)))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def _save(args: argparse.Namespace, which: str) -> int:
    if which not in ("buildroot", "linux"):
        raise UserError(f"save {which}: choose buildroot or linux")
    about = _subject(args, which == "linux")
    if about.config is None:
        raise UserError(f"{args.output or paths.OUT / args.arch}: not configured yet; there is nothing to save")
    state, base = about.state(about.before or about.asked)
    for name, value in difference.minimal(state, base, about.config).items():
        if name != "BR2_DEFCONFIG":
            print(fragment.Assignment(name, value, "").line)
    return 0


def _check(args: argparse.Namespace, of: str = "") -> int:
    if of not in ("", "buildroot", "linux") or (of and not args.output):
        raise UserError(f"check {of}: choose buildroot or linux, of the output that --output names")
    tree = buildroot.provide(args.buildroot)
    folder = _output(args) if args.output else None
    if folder:
        return report(*check.output(tree, folder, args.arch, of))
    found = check.everything(tree, [args.arch] if "arch" in args.typed else list(arches()), args.linux)
    print(*found.lines, sep="\n")
    return 1 if found.fails else 0


# What to call, with how many operands.
QUESTIONS: dict[str, tuple[Callable[..., int], tuple[int, ...]]] = {
    "write": (_write, (0,)), "explain": (_explain, (1,)), "diff": (_diff, (2,)), "save": (_save, (1,)),
    "check": (_check, (0, 1))}
