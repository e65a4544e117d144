# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples that can be tested, found by globbing. What is special about one stands in its header line."""
from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lkmc.errors import UserError
from lkmc.machine import arches, lacks
from lkmc.output import Output

HEADER_LINES = 15
HEADER = re.compile(r"\s*(?://|#|/?\*+)\s*lkmc:\s+(.*?)\s*(?:\*/\s*)?")
# What the kernel may report about a fault in it; rootfs_overlay/lkmc/reports.awk knows them by their words.
REPORTS = ("atomic", "bug", "fortify", "hang", "kasan", "kcsan", "kfence", "kmemleak", "lockdep", "oops", "slub",
           "ubsan", "warning")
PROGRAM_FOLDERS = ("c", "posix", "linux", "cpp", "libs")
# Key: what its value may be. Those of the compiler come last on the line and may hold spaces.
KEYS: dict[str, Callable[[], str]] = {
    "arch": lambda: rf"(?:{'|'.join(arches())})(?:,(?:{'|'.join(arches())}))*",
    "emulator": lambda: "qemu|gem5",
    "exit": lambda: "[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]",
    "user": lambda: "no",
    "needs": lambda: rf"(?:{'|'.join(lacks())})(?:,(?:{'|'.join(lacks())}))*",
    "config": lambda: r"CONFIG_\w+(?:,CONFIG_\w+)*",
    "package": lambda: r"BR2_\w+(?:,BR2_\w+)*",
    "report": lambda: rf"(?:{'|'.join(REPORTS)})(?:,(?:{'|'.join(REPORTS)}))*",
    "test": lambda: "own|host|last|none",
    "qemu": lambda: r"-[\w-]+(?:,\S+)?",
    "cpus": lambda: "[1-8]",
    "input": lambda: r"\S+",
    "image": lambda: "raw",
    "libc": lambda: "(?:newlib|picolibc|none)(?:,(?:newlib|picolibc|none))*",
    "timeout": lambda: "[1-9][0-9]*",
    "cflags": lambda: ".+",
    "ldflags": lambda: ".+",
}


@dataclass(frozen=True)
class Example:
    """A guest test, NAME.sh or NAME.out, at /NAME in the guest."""
    name: str
    path: Path
    keys: dict[str, str] = field(default_factory=dict, hash=False)

    def words(self, key: str) -> tuple[str, ...]:
        """The comma-separated values of a key."""
        return tuple(filter(None, self.keys.get(key, "").split(",")))

    @property
    def test(self) -> str:
        """Empty: beside the others in one boot; last: after them; own: in a boot of its own; host: by the host;
        none: not at all."""
        return self.keys.get("test", "")

    @property
    def shared(self) -> bool:
        """Whether it runs in one boot with others."""
        return self.test in ("", "last")

    @property
    def exit(self) -> int:
        return int(self.keys.get("exit", 0))

    @property
    def qemu(self) -> tuple[str, ...]:
        """QEMU's option that the example needs, and its value."""
        return tuple(filter(None, self.keys.get("qemu", "").split(",", 1)))

    def obstacle(self, arch: str, emulator: str, output: Output) -> str:
        """Why this output cannot run the example; empty if it can."""
        for key, have in (("arch", arch), ("emulator", emulator)):
            if self.words(key) and have not in self.words(key):
                return f"only on {self.keys[key]}"
        for symbol in self.words("package"):
            if output.symbol(symbol) != "y":
                return f"the output has no {symbol}"
        for option in self.words("config"):
            if not output.kernel_has(option):
                return f"the kernel has no {option}"
        return ""

    @property
    def needs(self) -> tuple[str, ...]:
        """What it needs and not every machine of gem5's has: what it says, and what follows from its other keys."""
        others = "cpus" if int(self.keys.get("cpus", 1)) > 1 else ""
        return tuple(filter(None, (*self.words("needs"), others)))

    def lack(self, lacking: Mapping[str, str]) -> str:
        """Why a machine that lacks these things, and why it does, cannot run the example; empty if it can."""
        return next((f"needs {need}: {lacking[need]}" for need in self.needs if need in lacking), "")

    def promised(self) -> tuple[str, ...]:
        """What the head comment of the module of the same name says that its insmod prints."""
        source = self.path.with_suffix(".c")
        if self.path.suffix != ".sh" or not source.exists():
            return ()
        shown = re.search(rf"^ \*\t# insmod /{re.escape(self.path.stem)}\.ko\n((?: \*\t[^#\n].*\n)+)",
                          source.read_text(), re.M)
        return tuple(line.removeprefix(" *\t") for line in shown[1].splitlines()) if shown else ()


def header(path: Path) -> dict[str, str]:
    """The keys of a file's header line. Raises UserError, naming the line and what is allowed there."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if number > HEADER_LINES:
                break
            found = HEADER.fullmatch(line.rstrip("\n"))
            if found:
                return parse(found[1], f"{path}:{number}")
    return {}


def parse(text: str, where: str) -> dict[str, str]:
    """The keys of a header line, checked."""
    rest, *last = re.split(r"(?:^|\s+)((?:cflags|ldflags)=)", text)
    words = rest.split() + [key + value for key, value in zip(last[::2], last[1::2], strict=True)]
    keys: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in KEYS:
            raise UserError(f"{where}: {word!r} is no key of an example: write key=value, keys are {', '.join(KEYS)}")
        if key in keys:
            raise UserError(f"{where}: the key {key} stands there twice; write its values with commas")
        if not re.fullmatch(KEYS[key](), value):
            raise UserError(f"{where}: {word!r}: a value of {key} looks like this: {KEYS[key]()}")
        keys[key] = value
    return keys


def find(top: Path, arch: str) -> tuple[Example, ...]:
    """All examples for an architecture and those for all, in the order in which they run; without those that are no
    test."""
    programs = [path for folder in (*PROGRAM_FOLDERS, f"arch/{arch}") for suffix in ("c", "cpp", "S")
                for path in (top / "userland" / folder).glob(f"*.{suffix}")]
    scripts = [*(top / "kernel_modules").glob("*.sh"), *(top / "rootfs_overlay").glob("*.sh")]
    for path in (top / "kernel_modules").glob("*.c"):
        header(path)
    found = [Example(path.name, path, header(path)) for path in scripts]
    found += [Example(f"{path.stem}.out", path, header(path)) for path in programs]
    return tuple(sorted((example for example in found if example.test != "none"),
                        key=lambda example: (example.test == "last", example.name)))


def select(examples: Iterable[Example], patterns: Iterable[str], others: Iterable[Example] = ()) -> tuple[Example, ...]:
    """The examples with these names, patterns of the shell; all without a pattern. Raises UserError.

    others: those of other architectures, whose names are right as well.
    """
    examples, patterns = tuple(examples), tuple(patterns)
    names = {example: (example.name, example.name.rsplit(".", 1)[0]) for example in (*examples, *others)}
    for pattern in patterns:
        if not any(fnmatch.filter(both, pattern) for both in names.values()):
            known = {name for both in names.values() for name in both}
            near = difflib.get_close_matches(pattern, known, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else "leave out -k to run all"
            raise UserError(f"no example {pattern!r} to test ({hint})")
    return tuple(example for example in examples
                 if not patterns or any(fnmatch.filter(names[example], pattern) for pattern in patterns))
