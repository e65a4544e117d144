# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs without an operating system: which compiler makes them, where they are, how QEMU starts one."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lkmc import apt, examples, machine, prebuilt, programs, qemu, trace_events
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.programs import Tree
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

TREE = Tree("baremetal", ".elf")
HOST = "host"           # the distro's compiler
# What a build is configured by to have the other compilers.
FRAGMENTS = {"buildroot": "configs/fragments/bare-metal.config",
             "crosstool-ng": "configs/fragments/crosstool-ng.config"}
RAW = ".bin"            # an image without an ELF header
# What crosstool-ng wants of the host beside what Buildroot has.
CROSSTOOL_NG = {"makeinfo": "texinfo", "help2man": "help2man"}


@dataclass(frozen=True)
class Maker:
    """Makes the programs of baremetal/ in an output, by the compiler of the host's distro or one of the output's."""
    built: Output
    mach: Machine
    which: str | None   # host, buildroot, crosstool-ng; None: the host's, where Buildroot did not make them already
    yes: bool
    dry: bool = False   # look, and make nothing
    machine: str = ""   # in baremetal/link, of another emulator than QEMU, whose programs are made when asked for

    @property
    def folder(self) -> Path:
        """Where the programs are."""
        return self.built.images / f"baremetal{self._suffix}"

    @property
    def _suffix(self) -> str:
        return f"-{self.machine}" if self.machine else ""

    def folder_of_compiler(self) -> str:
        """Where the compiler is, with a slash; empty where it is on PATH. Raises UserError, MissingOutput."""
        names, which = dict(self.mach.baremetal.compilers), self.which or HOST
        if which not in names:
            raise UserError(f"--gcc-which {which}: there is no such compiler for {self.built.arch} without an "
                            f"operating system; choose from {', '.join(names)}")
        if which == HOST:
            install_compilers(self.mach, self.yes)
            return ""
        gcc = self.built.program(f"{names[which]}gcc")
        if gcc is None:
            cure = f"choose it for lkmc-baremetal in the menu of {self.built.build} menuconfig"
            if self.built.prebuilt:
                cure = f"build it with scripts/build --arch {self.built.arch} --config {FRAGMENTS[which]}"
            raise MissingOutput(f"{self.built.host}/bin/{names[which]}gcc: not built; {cure}, or leave out "
                                f"--gcc-which")
        return f"{gcc.parent}/"

    def knows(self, source: Path) -> bool:
        """Whether the compiler knows the language: Buildroot's bare-metal one is for C only."""
        which = self.which or configured(self.built, self.mach)
        return source.suffix != ".cpp" or which == HOST or bool(
            self.built.program(f"{dict(self.mach.baremetal.compilers)[which]}g++"))

    def make(self, names: list[str]) -> None:
        """Compile these programs, or all where there are no names. Raises MissingOutput, UserError."""
        files = [f"{name}{suffix}" for name in names for suffix in self._suffixes(name)]
        build = self.built.path / f"build/lkmc-baremetal-scripts{self._suffix}"
        try:
            programs.make(["-C", TREE.path, f"ARCH={self.built.arch}", f"OUT={build}", f"IMAGES={self.folder}",
                           f"TOOLCHAIN={self.which or HOST}", f"BIN={self.folder_of_compiler()}",
                           *([f"MACHINE={self.machine}"] if self.machine else []), *files],
                          build.with_suffix(".log"))
        except MissingOutput as error:
            if "No rule to make target" in str(error):
                sources = TREE.sources(self.built.arch)
                why = ("as its header line says (arch=, libc=)" if all(self.knows(sources[name]) for name in names)
                       else "which is for C only")
                raise UserError(f"{' '.join(names)}: not for {self.built.arch} and this compiler, {why}; choose "
                                f"another program, or another compiler with --gcc-which") from None
            raise

    def _suffixes(self, name: str) -> list[str]:
        return [TREE.suffix, RAW] if _is_raw(TREE.sources(self.built.arch)[name]) else [TREE.suffix]

    def file(self, name: str) -> Path:
        """What QEMU gets of a program of this name below baremetal/."""
        return self.folder / f"{name}{self._suffixes(name)[-1]}"

    def find(self, text: str, raw: bool = True) -> Path:
        """The file that the text means: of a prebuilt output it is made now. raw: without ELF header, where the
        program asks for that. Raises UserError, MissingOutput."""
        path = programs.as_it_is(text)
        if path is not None:
            if path.suffix != RAW:
                programs.check(path, self.built.arch)
            return path
        name = TREE.name(text, self.built.arch)
        if (self.built.prebuilt or self.which or self.machine) and not self.dry:
            self.make([name])
        path = self.file(name) if raw else self.folder / f"{name}{TREE.suffix}"
        if not path.exists() and not (self.dry and (self.built.prebuilt or self.machine)):
            raise MissingOutput(f"{path}: not built; run {self.built.build} lkmc-baremetal, or "
                                f"scripts/build-baremetal {self.built.option}")
        return path


def configured(built: Output, mach: Machine) -> str:
    """Which compiler the package lkmc-baremetal takes in this output."""
    return next((which for which, _ in mach.baremetal.compilers if which != HOST
                 and built.symbol(f"BR2_PACKAGE_LKMC_BAREMETAL_{which.upper().replace('-', '_')}") == "y"), HOST)


def compiled_by(built: Output, mach: Machine) -> tuple[str, str]:
    """Variables of the Makefile that say so."""
    which = configured(built, mach)
    if which == HOST:
        return f"TOOLCHAIN={HOST}", "BIN="
    gcc = built.program(f"{dict(mach.baremetal.compilers)[which]}gcc") or built.host / "bin/gcc"
    return f"TOOLCHAIN={which}", f"BIN={gcc.parent}/"


def install_compilers(mach: Machine, yes: bool) -> None:
    """Have the distro's compiler and C library for programs without an operating system. Raises MissingOutput."""
    apt.require({"make": "make"}, yes)
    if dict(mach.baremetal.compilers)[HOST] == mach.prebuilt.compiler:
        prebuilt.install_compilers(mach.prebuilt, yes)
    apt.install([package for package in mach.baremetal.packages if not apt.installed(package)], yes)


def prepare(folder: Path, yes: bool) -> None:
    """Have what a build of an output folder's configuration needs of the host for them. Raises MissingOutput."""
    config = (folder / ".config").read_text().splitlines()
    if "BR2_PACKAGE_LKMC_BAREMETAL_HOST=y" in config:
        install_compilers(machine.read(Output.read(folder).arch), yes)
    if "BR2_PACKAGE_HOST_CROSSTOOL_NG=y" in config:
        apt.require(CROSSTOOL_NG, yes)


def _is_raw(source: Path) -> bool:
    return examples.header(source).get("image") == "raw"


def keys(program: Path, built: Output, folder: Path | None = None) -> dict[str, str]:
    """The header line of a program's source; empty of a program that is not ours. folder: of another machine's."""
    folder = folder or built.images / "baremetal"
    name = program.relative_to(folder).with_suffix("").as_posix() if program.is_relative_to(folder) else ""
    source = TREE.sources(built.arch).get(name)
    return examples.header(source) if source else {}


def command(request: RunRequest, mach: Machine, built: Output, run: RunFolder, program: Path) -> tuple[str, ...]:
    """QEMU's argv: the program in the place of a kernel, its serial port on standard input and output."""
    option = keys(program, built).get("qemu", "").split(",", 1)
    mux = ",mux=on" if request.interactive else ""
    where = "stdio,signal=off"
    if request.background:
        where = f"socket,server=on,wait=off,path={qemu.value(run.socket('console'))}"
    monitor = ("-mon", "chardev=console") if mux else ()
    emulator = qemu.program(request, mach, built)
    return (emulator, "-machine", mach.qemu.machine, *qemu.processor(request, mach, built),
            "-m", qemu.memory(request, mach), "-smp", str(request.cpus),
            "-nodefaults", "-display", "none", "-no-reboot", "-kernel", str(program),
            "-chardev", f"{where},id=console{mux},logfile={qemu.value(run.console_log)}",
            "-serial", "chardev:console", *monitor,
            "-chardev", f"file,id=status,path={qemu.value(run.status)}",
            *(word for name in ("events", "qmp")
              for word in ("-qmp", f"unix:{qemu.value(run.socket(name))},server=on,wait=off")),
            "-monitor", f"unix:{qemu.value(run.socket('monitor'))},server=on,wait=off",
            "-chardev", f"socket,id=gdb,server=on,wait=off,path={qemu.value(run.socket('gdb'))}",
            "-gdb", "chardev:gdb", *(["-S"] if request.wait_gdb else []),
            *mach.baremetal.options, *filter(None, option),
            *trace_events.words(request.trace, emulator, run), *request.extra)
