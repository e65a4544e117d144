# SPDX-License-Identifier: GPL-2.0-or-later
"""What options take: each converts a word, or raises argparse.ArgumentTypeError with the valid choices."""
from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable

from lkmc.errors import UserError
from lkmc.machine import ARCH_LETTERS, arches

CACHE_LINE = 64         # bytes, on gem5


def arch(text: str) -> str:
    """An architecture by its name or its letter."""
    name = ARCH_LETTERS.get(text, text)
    if name not in arches():
        letters = ", ".join(f"{letter} ({name})" for letter, name in ARCH_LETTERS.items())
        raise argparse.ArgumentTypeError(f"no architecture {text!r}: choose from {', '.join(arches())}, or {letters}")
    return name


def memory(text: str) -> str:
    """An amount of memory as QEMU takes it: a whole number with M or G."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}[MG]", text):
        raise argparse.ArgumentTypeError(f"not an amount of memory: {text!r}; write for example 512M or 2G")
    return text


def size(text: str) -> str:
    """A cache's size as gem5 takes it."""
    if not (found := re.fullmatch(r"([1-9][0-9]{0,9})(kB|KiB|MB|MiB)?", text)):
        raise argparse.ArgumentTypeError(f"not the size of a cache: {text!r}; write for example 1024, 32kB or 1MB")
    if not found[2] and int(found[1]) % CACHE_LINE:
        raise argparse.ArgumentTypeError(f"not the size of a cache: {text!r}; its lines have {CACHE_LINE} bytes: "
                                         f"write a multiple of that")
    return text if text[-1] == "B" else f"{text}B"


def name_of(what: str) -> Callable[[str], str]:
    """A name that can be a folder's, or a part of one's."""
    def convert(text: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
            raise argparse.ArgumentTypeError(
                f"not a {what}: {text!r}; use up to 64 letters, digits and . _ -, a letter or digit first")
        return text
    return convert


def number(low: float, high: float, of: Callable[[str], float]) -> Callable[[str], float]:
    """A number from `low` to `high`."""
    def convert(text: str) -> float:
        try:
            value = of(text)
        except ValueError:
            value = high + 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value
    return convert


def words(option: str, text: str) -> list[str]:
    """The words of an option's value. Raises UserError when it has an open quote."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UserError(f"{option}: {str(error).lower()}: {text}") from None
