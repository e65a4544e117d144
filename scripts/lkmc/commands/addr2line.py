# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn what the kernel prints of its code into source lines.

    scripts/addr2line 'panic_init+0x1d/0x1000 [panic]'
    scripts/addr2line < "$(scripts/getvar console_log)"       a whole log, each place with its line behind it
    scripts/run --eval-after 'insmod /warn_on.ko' </dev/null | scripts/addr2line        as it comes

A place in a backtrace is where a call returns to: the line is that of the call.
"""
from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path

from lkmc import machine, output, toolchain
from lkmc.addr2line import PLACE, Place, Resolver, batches, places
from lkmc.errors import UserError
from lkmc.output import Output

OPTIONS = ("arch", "output", "variant")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", nargs="*", metavar="PLACE", help="FUNCTION+0xOFFSET[/0xSIZE] [MODULE]; without any, "
                                                                  "standard input is a log")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    mach = machine.read(built.arch)
    tools = (toolchain.tool("readelf", built, mach, args.yes), toolchain.tool("addr2line", built, mach, args.yes))
    resolver = Resolver(functools.cache(lambda module: _file(built, module)), tools, ("buildroot", str(built.path)))
    if args.place:
        return _each(args.place, resolver, built)
    exact: set[Place] = set()
    for lines in batches(sys.stdin.fileno()):
        named = places(lines, exact)
        known = resolver.lines(place for found in named for place in found)
        for line, found in zip(lines, named, strict=True):
            sys.stdout.buffer.write(_annotated(line, found, known).encode(errors="surrogateescape"))
        sys.stdout.buffer.flush()
    return 0


def _each(texts: list[str], resolver: Resolver, built: Output) -> int:
    for text in texts:
        [found] = places([text], set())
        if not found:
            raise UserError(f"{text!r} is no place in the kernel's code; write one such as 'panic_init+0x1d [panic]'")
        known = resolver.lines(found)
        for place in found:
            if place not in known:
                what = f"module {place.module}" if place.module else "kernel"
                raise UserError(f"{text!r}: the {what} of {built.path} has no debug information for it; "
                                f"{built.how if place.module else built.how_debug}")
            print(known[place])
    return 0


def _annotated(line: str, found: list[Place], known: dict[Place, str]) -> str:
    """The line with each known place's source line behind it."""
    one_by_one = iter(found)
    return PLACE.sub(lambda match: match[0] + _behind(known.get(next(one_by_one))), line)


def _behind(text: str | None) -> str:
    return f" ({text})" if text else ""


def _file(built: Output, module: str) -> Path | None:
    """The unstripped kernel or module."""
    if not module:
        return built.symbols
    names = {f"{module}.ko", f"{module.replace('_', '-')}.ko"}
    return next((path for folder in (built.overlay, built.linux_build) for path in folder.rglob("*.ko")
                 if path.name in names), None)
