# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that do not go together. Only what was typed can conflict: what lkmc.toml says gives way to it."""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from lkmc import options
from lkmc.errors import UserError

# Options that say something of a program, and of one of --userland.
OF_PROGRAM = ("static", "gcc_which", "userland_args")
NO_PROGRAM = "is for a program without a guest; leave it out, or give --userland or --baremetal"
OF_USERLAND = ("static", "userland_args")
NO_USERLAND = "is for --userland; leave it out"


def only_one(args: Namespace, *names: str) -> None:
    """Leave one of these options: that which was typed, where lkmc.toml has another. Raises UserError for two."""
    if args.typed.intersection(_given(args, names)):
        forget(args, names)
    given = _given(args, names)
    if len(given) > 1:
        raise UserError(f"give only one of {' and '.join(map(_flag, given))}")


def refuse(args: Namespace, names: Iterable[str], why: str) -> None:
    """Raises UserError, saying why, where one of these options was typed; what lkmc.toml says of them is forgotten."""
    names = tuple(names)
    forget(args, names)
    for name in _given(args, names):
        raise UserError(f"{_flag(name)} {why}")


def forget(args: Namespace, names: Iterable[str]) -> None:
    """Take back what lkmc.toml says of these options, of those that the command takes."""
    for name in names:
        if name in args and name not in args.typed:
            setattr(args, name, options.default(name))


def _given(args: Namespace, names: Iterable[str]) -> list[str]:
    return [name for name in names if name in args and getattr(args, name) != options.default(name)]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
