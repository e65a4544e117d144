# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that run without a guest's Linux: what a user's name for one means, and the making of it."""
from __future__ import annotations

import fcntl
import os
import subprocess
from argparse import Namespace
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from lkmc import conflicts, ktap, machine, output, paths
from lkmc.cli import near
from lkmc.configured import PREBUILT
from lkmc.errors import MissingOutput, UserError
from lkmc.ktap import Result, Status
from lkmc.machine import Machine, arches
from lkmc.output import Output

Case = TypeVar("Case")
SUFFIXES = (".c", ".cpp", ".S")
ERRORS = ("error", "undefined reference")       # in a line of the compiler's or the linker's
NOT_EXAMPLES = ("lib", "link", "include")       # folders beside the examples
# An architecture by what ELF headers call the machine, and the bits of an address.
MACHINES = {("EM_X86_64", 64): "x86_64", ("EM_AARCH64", 64): "aarch64", ("EM_ARM", 32): "arm"}


@dataclass(frozen=True)
class Tree:
    """A folder of examples, and the suffix of the programs that are made of them."""
    folder: str
    suffix: str

    @property
    def path(self) -> Path:
        return paths.TOP / self.folder

    def sources(self, arch: str) -> dict[str, Path]:
        """The sources for an architecture, by their names below the folder: c/hello, arch/arm/add."""
        found = sorted(path for suffix in SUFFIXES for path in self.path.rglob(f"*{suffix}"))
        names = {path.relative_to(self.path).with_suffix(""): path for path in found}
        return {name.as_posix(): path for name, path in names.items() if name.parts[0] not in NOT_EXAMPLES
                and (name.parts[0] != "arch" or name.parts[1] == arch)}

    def name(self, text: str, arch: str) -> str:
        """The name below the folder that the text means: hello, c/hello, userland/c/hello.c. Raises UserError."""
        known, asked = self.sources(arch), self._bare(text)
        found = [asked] if asked in known else _ending(known, asked)
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(f"{text!r} is the name of {len(found)} programs: write {' or '.join(found)}")
        for other in arches():
            if other != arch and (asked in self.sources(other) or _ending(self.sources(other), asked)):
                raise UserError(f"{self.folder}/ has {text!r} for {other}, not for {arch}: give --arch {other}")
        if Path(asked).is_absolute():
            raise UserError(f"{text}: no program of that path, and no source of {self.folder}/; see {self.path}")
        elsewhere = [name for name in known if Path(name).name == Path(asked).name]
        hint = (f" (did you mean {' or '.join(elsewhere)}?)" if elsewhere
                else near(asked, {*known, *(Path(name).name for name in known)}) or f"; see {self.path}")
        raise UserError(f"no program {text!r} for {arch} in {self.folder}/{hint}")

    def _bare(self, text: str) -> str:
        """The text without what may stand around a name: the way to the folder, a suffix."""
        path = Path(text)
        bare = path.with_suffix("") if path.suffix in (*SUFFIXES, self.suffix) else path
        for place in (Path.cwd() / bare, paths.TOP / bare):
            inside = Path(os.path.normpath(place))
            if inside.is_relative_to(self.path):
                return inside.relative_to(self.path).as_posix()
        return bare.as_posix()


def _ending(names: dict[str, Path], asked: str) -> list[str]:
    return [name for name in names if name.endswith(f"/{asked}")]


def as_it_is(text: str) -> Path | None:
    """The file that the text is the path of, when it is a path and not a source's."""
    path = Path(text)
    return path.absolute() if "/" in text and path.is_file() and path.suffix not in SUFFIXES else None


def arches_of(args: Namespace, on_gem5: Callable[[Machine], object] = attrgetter("gem5_bare")) -> tuple[str, ...]:
    """The architecture that was asked for, or all that its emulator can be. Raises UserError.

    on_gem5: what a board has if programs run there on gem5.
    """
    if args.all_archs and args.typed & {"output", "variant"}:
        raise UserError("--all-archs takes the output of each architecture; leave out --output and --variant")
    if not args.all_archs:
        return (args.arch,)
    conflicts.forget(args, ["output"])
    return tuple(arch for arch in arches() if getattr(args, "emulator", "") != "gem5" or on_gem5(machine.read(arch)))


def home(args: Namespace, arch: str | None = None) -> Output:
    """The output folder that programs are looked for and made in; the prebuilt one is begun where there is none.

    arch: one of --all-archs, in the place of that of --arch.
    """
    where = output.default(arch or args.arch)
    if args.output is None and not (where / ".config").exists():
        config = (f'# Begun for programs without Linux.\n{PREBUILT}\nBR2_{arch or args.arch}=y\n'
                  f'BR2_ARCH="{arch or args.arch}"\n')
        if getattr(args, "dry_run", False):
            return Output(where, arch or args.arch, config)
        where.mkdir(parents=True, exist_ok=True)
        (where / ".config").write_text(config)
    return output.find(args.output, arch or args.arch, "arch" in args.typed and args.output is not None)


@dataclass(frozen=True)
class Elf:
    """What an ELF program says of itself. interpreter: of a program that is linked to shared libraries; else empty."""
    arch: str
    interpreter: str


def read(path: Path) -> Elf:
    """Read a program's headers. Raises UserError when it is none that could be started."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile
    with path.open("rb") as file:
        try:
            elf = ELFFile(file)
            kind, machine, bits = elf["e_type"], elf["e_machine"], elf.elfclass
            interpreters = [segment.get_interp_name() for segment in elf.iter_segments("PT_INTERP")]
        # The library's own errors, and those that it runs into where the headers are nonsense.
        except (ELFError, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
            why = str(error).lower() if isinstance(error, ELFError) else "broken headers"
            raise UserError(f"{path}: not an ELF program ({why}); give a program's name, or the path of one") from None
    if kind not in ("ET_EXEC", "ET_DYN"):
        raise UserError(f"{path}: an ELF file, but no program; link it first")
    return Elf(MACHINES.get((machine, bits), f"{machine}, {bits} bits"), *interpreters[:1] or [""])


def check(path: Path, arch: str) -> Elf:
    """Read a program that is to run on a machine of `arch`. Raises UserError when it is for another."""
    elf = read(path)
    if elf.arch != arch:
        cure = f"give --arch {elf.arch}" if elf.arch in arches() else f"choose one for {', '.join(arches())}"
        raise UserError(f"{path}: a program for {elf.arch}, not for {arch}; {cure}")
    return elf


def make(words: Sequence[str | Path], log: Path) -> None:
    """Run make with these words, one at a time for each log. Raises MissingOutput with the first error."""
    command = ["make", "-s", f"-j{os.cpu_count()}", *map(str, words)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
    if done.returncode:
        lines = log.read_text(errors="replace").splitlines()
        errors = [line for line in lines if any(word in line.lower() for word in ERRORS)] or lines[-1:]
        raise MissingOutput(f"{errors[0] if errors else 'make failed'}; see {log}")


def run_all(cases: Sequence[Case], run: Callable[[Case], Result], suite: str, junit: Path | None) -> int:
    """Run cases, as many at a time as there are processors; print KTAP in their order. The exit status.

    suite, junit: the name and the file of a JUnit report, where one is wanted.
    """
    results: list[Result] = []
    print(ktap.head(len(cases)), flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(run, cases):
            results.append(result)
            print(ktap.lines(len(results), result), flush=True)
    if junit:
        junit.write_bytes(ktap.junit(suite, results))
    return 1 if any(result.status is Status.FAILED for result in results) else 0
