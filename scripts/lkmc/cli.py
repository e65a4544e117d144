# SPDX-License-Identifier: GPL-2.0-or-later
"""From the command line to a command's main(), and from its errors to one line and an exit status."""
from __future__ import annotations

import argparse
import importlib
import io
import shlex
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from lkmc import configured, options, output, paths
from lkmc.conflicts import forget, only_one
from lkmc.errors import LkmcError, UserError, of_system

OUR_ERROR = 125     # so that `git bisect run` skips what failed for a reason of ours
OPPOSITES = "What lkmc.toml switches on, --no-... switches off, such as --no-yes."
# The options whose value is another program's arguments.
WORDS = {f"--{name}" for name, (_, how) in options.OPTIONS.items() if how.get("metavar") == "ARGUMENTS"}


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UserError, with the nearest options for one it does not know."""

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ").split()[0] if "unrecognized" in message else ""
        unknown = unknown.split("=")[0]
        known = [flag for flag in self._option_string_actions
                 if flag.startswith("--") and flag.startswith("--no-") == unknown.startswith("--no")]
        hint = near(unknown, known) if unknown.startswith("-") else ""
        raise UserError(f"{message}{hint}; see {self.prog} --help")


def near(name: str, known: Any) -> str:
    """A phrase that offers the names nearest to one that is not known; empty where none is near."""
    import difflib
    names = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f" (did you mean {' or '.join(names)}?)" if names else ""


def defaults(file: Path | None) -> dict[str, Any]:
    """Options set in lkmc.toml, or in FILE: {"arch": "aarch64", "eval_after": "..."}, as argparse calls them."""
    path = file or paths.TOP / "lkmc.toml"
    if file is None and not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        what = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: {what}; see scripts/getvar --type input for what it can set") from None
    result = {}
    for name, value in table.items():
        if name not in options.SETTABLE:
            hint = near(name, options.SETTABLE)
            raise UserError(f"{path}: no option {name!r}{hint}; scripts/getvar --type input lists them")
        result[name.replace("-", "_")] = _value(path, name, value)
    return result


def _value(path: Path, name: str, value: Any) -> Any:
    """A value from the file, checked as argparse checks one from the command line."""
    how = options.OPTIONS[name][1]
    if how.get("action") in ("store_true", argparse.BooleanOptionalAction):
        if not isinstance(value, bool):
            raise UserError(f"{path}: {name} = {value!r}: write true or false")
        return value
    many = how.get("action") == "append"
    values = value if many and isinstance(value, list) else [value]
    try:
        checked = [how.get("type", str)(str(one)) for one in values]
    except argparse.ArgumentTypeError as error:
        raise UserError(f"{path}: {name}: {error}") from None
    plain = all(isinstance(one, (str, int, float)) and not isinstance(one, bool) for one in values)
    if not plain or any(one not in how.get("choices", [one]) for one in checked):
        raise UserError(f"{path}: {name} = {value!r}: choose from {', '.join(how.get('choices', ('text', 'number')))}")
    return checked if many else checked[0]


def parse(command: Any, name: str, argv: list[str]) -> argparse.Namespace:
    """Parse argv for one command module; what stands after a lone `--` becomes args.rest.

    args.typed: the options that were given here, and not by lkmc.toml.
    """
    parser = Parser(prog=f"scripts/{name}", description=command.__doc__, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter, epilog=OPPOSITES)
    options.add(parser, command.OPTIONS)
    if hasattr(command, "arguments"):
        command.arguments(parser)
    rest: list[str] = []
    if getattr(command, "TAKES_REST", False) and "--" in argv:
        split = argv.index("--")
        argv, rest = argv[:split], argv[split + 1:]
    preset = defaults(_config_file(argv))
    parser.set_defaults(**{key: value for key, value in preset.items() if key in taken(command)})
    words = list(_joined(argv))
    args = parser.parse_args(words)
    args.rest = tuple(rest)
    args.typed = _typed(parser, words, taken(command))
    _place(args)
    return args


def _joined(argv: list[str]) -> Iterator[str]:
    """Arguments for another program may begin with a dash: for argparse, --after -batch is --after=-batch."""
    words = iter(argv)
    for word in words:
        value = next(words, None) if word in WORDS else None
        yield word if value is None else f"{word}={value}"


def _typed(parser: Parser, words: list[str], names: set[str]) -> frozenset[str]:
    """The options that stand on the command line, where lkmc.toml may have the others."""
    found = parser.parse_args(words, argparse.Namespace(**dict.fromkeys(names)))
    return frozenset(name for name in names if getattr(found, name) is not None)


def _place(args: argparse.Namespace) -> None:
    """Make the output of --variant that of --output, which is all that commands know; an output that lkmc.toml names
    gives way to another architecture. Raises UserError."""
    only_one(args, "output", "variant")
    given = getattr(args, "output", None)
    if given and "arch" in args.typed and configured.arch_of(given) not in ("", args.arch):
        forget(args, ["output"])
    if getattr(args, "variant", None) is not None:
        args.output = output.variant(args.arch, args.variant)


def _config_file(argv: list[str]) -> Path | None:
    """What --config-file names: its values are defaults, so it is looked for before the rest is parsed."""
    file = None
    for i, word in enumerate(argv):
        if word == "--config-file" and i + 1 < len(argv):
            file = Path(argv[i + 1])
        elif word.startswith("--config-file="):
            file = Path(word.split("=", 1)[1])
    return file


def taken(command: Any) -> set[str]:
    """The option names of a command, as argparse calls them."""
    return {name.replace("-", "_") for name in command.OPTIONS + options.COMMON}


def failed(error: subprocess.CalledProcessError) -> str:
    """What a program that failed was called with, in one line, its status, and its last words where we have them."""
    words = [error.cmd] if isinstance(error.cmd, str) else [str(word) for word in error.cmd]
    last = "".join(f": {line}" for line in str(error.stderr or "").splitlines()[-1:])
    return f"{textwrap.shorten(shlex.join(words), 200)} ended with status {error.returncode}{last}"


def main(name: str, argv: list[str]) -> int:
    """Run scripts/NAME with these arguments; return its exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):    # argv may hold any bytes, and is printed as it came
        sys.stdout.reconfigure(errors="surrogateescape")
    command = importlib.import_module("lkmc.commands." + name.replace("-", "_"))
    try:
        return int(command.main(parse(command, name, argv)))
    except LkmcError as error:
        print(f"scripts/{name}: {' '.join(str(error).splitlines())}", file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        print(f"scripts/{name}: {failed(error)}", file=sys.stderr)
    except OSError as error:
        print(f"scripts/{name}: {of_system(error)}", file=sys.stderr)
    return OUR_ERROR


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
