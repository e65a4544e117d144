# SPDX-License-Identifier: GPL-2.0-or-later
"""The facts about a machine, read from board/ARCH/machine.toml."""
from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from lkmc import paths
from lkmc.errors import UserError

ARCH_LETTERS = {"x": "x86_64", "A": "aarch64", "a": "arm"}
Lacks = tuple[tuple[str, str], ...]     # what a program may say that it needs and does not have, and why not


@dataclass(frozen=True)
class KernelImage:
    """A kernel image in images/ that the emulator can start, if the kernel option `needs` is set.

    entry: the physical address of its first instruction; 0 where it is an ELF file, which says where its code is.
    head: how many of its bytes QEMU looks at, beyond loading them; 0 where it is all.
    """
    image: str
    needs: str = ""
    entry: int = 0
    head: int = 0


@dataclass(frozen=True)
class Qemu:
    """How QEMU makes the machine: program, -M, -cpu (empty: its default), -m unless the user asks for another amount,
    -device beyond those of every machine.

    screen: the -device of a guest with a screen.
    watch_stops: whether its stub stops "before" a watched write or "after" it.
    record_cli: words for the command line of a kernel that is recorded, with one processor.
    record_properties: -global of a QEMU that records or replays.
    own_devices are added when the QEMU has them: they are of this project's patches.
    kgdb_device is a second serial port, kgdb_port what Linux calls it, kgdb_needs the kernel option of its driver,
    kgdb_osabi what GDB is told to go by there, kgdb_words what the kernel is told that is to be debugged by itself.
    kdb_keyboard_needs: the kernel options for the machine's own keyboard under KDB; none where KDB cannot read it.
    """
    program: str
    machine: str
    cpu: str
    memory: str
    devices: tuple[str, ...]
    screen: tuple[str, ...]
    record_cli: tuple[str, ...]
    record_properties: tuple[str, ...]
    watch_stops: str
    own_devices: tuple[str, ...]
    kgdb_device: str
    kgdb_port: str
    kgdb_needs: str
    kgdb_osabi: str
    kgdb_words: tuple[str, ...]
    kdb_keyboard_needs: tuple[str, ...]
    package: str


@dataclass(frozen=True)
class Prebuilt:
    """The distro's names for what the prebuilt output of this architecture consists of."""
    debian_arch: str
    kernel_package: str
    kernel_arch: str
    compiler: str
    compiler_packages: tuple[str, str]      # of gcc and of g++
    libc_package: str
    image: str
    unpacked_image: str


@dataclass(frozen=True)
class User:
    """User mode: QEMU's program, the distro's package of it, the folder with the distro's libraries."""
    program: str
    package: str
    root: str


@dataclass(frozen=True)
class Baremetal:
    """Programs without an operating system: QEMU's options by which they end, the prefixes of compilers by where those
    come from (host, buildroot, crosstool-ng), the distro's packages of the host's, and whether a GDB simulates them.
    """
    options: tuple[str, ...]
    packages: tuple[str, ...]
    gdb_simulates: bool
    compilers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Gem5:
    """One of gem5's machines: a class of its src/dev, the boot loader in images/gem5 that Linux is started by (empty:
    gem5 does that itself), what Linux is told, by which file in baremetal/link programs without Linux are linked
    (empty: it runs none), and what scripts/gem5/baremetal.py is told.

    scripts: those of scripts/gem5 that boot Linux, by the names of --gem5-script. screen: the option of the kernel that
    draws on its screen, if it has one. lacks: of programs without Linux.
    """
    name: str
    memory: str
    scripts: tuple[tuple[str, str], ...]
    screen: str
    boot_loader: str
    baremetal: str
    kernel_words: tuple[str, ...]
    baremetal_words: tuple[str, ...]
    lacks: Lacks


@dataclass(frozen=True)
class Gem5User:
    """Programs that gem5 runs without any machine: the name of the script in scripts/gem5."""
    script: str
    memory: str
    lacks: Lacks


@dataclass(frozen=True)
class Space:
    """Whose an address is: the kernel's from `kernel` on. At first it runs in `memory` as it is, in these ranges of
    [first, last + 1], and again where a processor is started; no program of user space is there."""
    kernel: int
    memory: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Tasks:
    """The registers, as QEMU calls them, that have the task that comes when the kernel's __switch_to() begins, and the
    first argument when another function does."""
    next: str
    first: str


@dataclass(frozen=True)
class Machine:
    """One architecture as board/ARCH/machine.toml describes it."""
    arch: str
    console: str
    gdb_architecture: str       # as GDB's `set architecture` takes it
    kernels: tuple[KernelImage, ...]
    qemu: Qemu
    prebuilt: Prebuilt
    user: User
    baremetal: Baremetal
    space: Space
    tasks: Tasks
    gem5: tuple[Gem5, ...] = ()     # the machines that can be simulated; first the one that is unless asked for
    gem5_user: Gem5User | None = None       # None: no program is run so

    @property
    def gem5_bare(self) -> tuple[Gem5, ...]:
        """The machines that can be simulated with a program in Linux's place."""
        return tuple(made for made in self.gem5 if made.baremetal)

    def head(self, image: str) -> int:
        """That of the kernel image of this name."""
        return next(kernel.head for kernel in self.kernels if kernel.image == image)


@cache
def arches() -> tuple[str, ...]:
    """The architectures that have a board folder with a machine.toml."""
    return tuple(sorted(path.parent.name for path in paths.BOARD.glob("*/machine.toml")))


@cache
def lacks() -> tuple[str, ...]:
    """All that a program may say that it needs: what some board lacks on gem5."""
    tables = [it.lacks for board in map(read, arches()) for it in (board.gem5_user, *board.gem5) if it]
    return tuple(sorted({need for table in tables for need, _ in table}))


@cache
def read(arch: str) -> Machine:
    """The machine of an architecture. Raises UserError when board/ARCH/machine.toml is not as it must be."""
    path = paths.BOARD / arch / "machine.toml"
    try:
        table = tomllib.loads(path.read_text())
        kernels = tuple(KernelImage(**kernel) for kernel in table["kernel"])
        return Machine(arch, table["console"], table["gdb_architecture"], kernels,
                       Qemu(package=table["packages"]["qemu"], **_frozen(table["qemu"])),
                       Prebuilt(**_frozen(table["prebuilt"])), User(**table["user"]),
                       Baremetal(**_frozen(table["baremetal"])), _space(**table["space"]),
                       Tasks(**table["tasks"]), *_gem5(**table["gem5"]) if "gem5" in table else ())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: {error}; compare it with the other board/*/machine.toml") from None


def _space(kernel: int, memory: list[list[int]]) -> Space:
    return Space(kernel, tuple((first, end) for first, end in memory))


def _gem5(memory: str, user_script: str, lacks: dict[str, dict[str, str]], machine: list[dict[str, Any]],
          **shared: Any) -> tuple[tuple[Gem5, ...], Gem5User]:
    made = tuple(Gem5(memory=memory, **_frozen({**shared, **one, "lacks": {**lacks["baremetal"], **one["lacks"]}}))
                 for one in machine)
    return made, Gem5User(user_script, memory, tuple(lacks["user"].items()))


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else tuple(value.items()) if isinstance(value, dict) else value
            for key, value in table.items()}
