# SPDX-License-Identifier: GPL-2.0-or-later
"""User mode: one program of any of our architectures under QEMU, which hands its system calls to this host's kernel."""
from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from lkmc import apt, machine, option_types, paths, prebuilt, programs, tmux, trace_events
from lkmc.conflicts import forget, refuse
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.programs import Tree
from lkmc.request import PAYLOADS, trace_patterns
from lkmc.run_folder import RunFolder

TREE = Tree("userland", ".out")
# What only a guest has.
GUEST_ONLY = (*PAYLOADS, "kernel_cli", "kernel_cli_after_dash", "initrd", "persist", "background", "kgdb", "kdb",
              "disk2", "graphic", "vnc", "record", "replay", "debug_vm", "debug_vm_args")
NO_GUEST = "needs a guest, and --userland runs a program without one; leave out one of the two"
NOT_ON_QEMU = ("cpus", "memory", "kvm", "instant", "snapshots")     # without a guest; gem5 has its own ways
# A program of this host's architecture would else find this host's libraries first, by their cache or in a folder that
# only the host has, and mix them with its own: "stack smashing detected".
LIBRARY_PATH = "/lib64:/usr/lib64:/lib:/usr/lib"
IGNORED = (signal.SIGPIPE, signal.SIGXFSZ)      # by Python for itself, and by what it executes


@dataclass(frozen=True)
class Program:
    """A program, the folder that it sees as / where that has what it opens, and where in there its libraries are."""
    path: Path
    root: Path
    library_path: str


def run(args: Namespace) -> int:
    """Become QEMU: standard input and output, the exit status and signals are the program's own."""
    refuse(args, (*GUEST_ONLY, *NOT_ON_QEMU), NO_GUEST)
    if not args.wait_gdb:
        forget(args, tmux.OPTIONS)
    tmux_asked = args.tmux or args.tmux_args is not None
    if tmux_asked and not args.wait_gdb:
        raise UserError("--tmux needs --wait-gdb here: a program without a guest has ended before GDB comes")
    arguments = option_types.words("--userland-args", args.userland_args or "")
    built = programs.home(args)
    mach = machine.read(built.arch)
    program = Maker.of(args, built, mach, args.static).find(args.userland)
    qemu = emulator(args.qemu_which, built, mach, args.yes, args.dry_run)
    if args.trace is not None and trace_events.told(args.trace, qemu):
        return 0
    run_folder = RunFolder.of(built.path, args.run_id)
    own = (*(("-g", str(run_folder.socket("gdb"))) if args.wait_gdb else ()),
           *trace_events.words(trace_patterns(args), qemu, run_folder))
    command = argv(qemu, program, arguments, args.rest)
    command = (command[0], *own, *command[1:])
    if args.timeout:
        command = ("timeout", "--foreground", "--kill-after=3", f"{args.timeout:g}", *command)
    if args.dry_run:
        print(shlex.join(command))
        return 0
    if not args.quiet:
        print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    if own:
        _claim(run_folder, command)
    if tmux_asked:
        tmux.beside([str(paths.TOP / "scripts/run-gdb"), "--output", str(built.path), "--run-id", args.run_id,
                     "--static" if args.static else "--no-static", *gcc_which(args), "--userland", args.userland,
                     *option_types.words("--tmux-args", args.tmux_args or "")])
    if sys.stdout:      # None where it is closed
        sys.stdout.flush()
    for number in IGNORED:
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)


def gcc_which(args: Namespace) -> list[str]:
    """The option by which another command looks for the same program."""
    return ["--gcc-which", args.gcc_which] if args.gcc_which else []


def _claim(run_folder: RunFolder, command: tuple[str, ...]) -> None:
    """Have the run folder until the program's end."""
    run_folder.claim()
    run_folder.write(command, None)
    os.set_inheritable(run_folder.lock.fd(), True)


def argv(qemu: str, program: Program, arguments: list[str], extra: tuple[str, ...]) -> tuple[str, ...]:
    """QEMU's command line. extra: options of QEMU's that the user adds."""
    libraries = ("-E", f"LD_LIBRARY_PATH={program.library_path}") if program.library_path else ()
    return (qemu, "-L", str(program.root), *libraries, *extra, str(program.path), *arguments)


def emulator(which: str | None, built: Output, mach: Machine, yes: bool, dry: bool = False) -> str:
    """The QEMU for programs: the output's own where it has one, else the distro's. Raises MissingOutput."""
    own = built.program(mach.user.program)
    if own and which != "host":
        return str(own)
    if which == "buildroot":
        raise MissingOutput(f"{built.host}/bin/{mach.user.program}: not built; build it with {built.build} "
                            f"--set BR2_PACKAGE_HOST_QEMU_LINUX_USER_MODE=y, or leave out --qemu-which")
    if not dry:
        apt.require({mach.user.program: mach.user.package}, yes)
    return shutil.which(mach.user.program) or mach.user.program


@dataclass(frozen=True)
class Maker:
    """Where the programs of userland/ come from: Buildroot made them in the output, or a compiler makes them now."""
    built: Output
    mach: Machine
    static: bool
    own: bool       # the output's own compiler and libraries, not the distro's
    yes: bool
    dry: bool = False   # look, and make nothing

    @classmethod
    def of(cls, args: Namespace, built: Output, mach: Machine, static: bool) -> Maker:
        """As the options say. Raises MissingOutput."""
        if args.gcc_which == "crosstool-ng":        # in lkmc.toml for --baremetal, which has such programs
            forget(args, ["gcc_which"])
        if args.gcc_which not in (None, "host", "buildroot"):
            raise UserError(f"--gcc-which {args.gcc_which}: its programs are for no operating system; choose host or "
                            f"buildroot")
        if args.gcc_which == "buildroot" and built.prebuilt:
            raise MissingOutput(f"{built.path} has no compiler of Buildroot's; give --gcc-which host, or run "
                                f"scripts/build --arch {built.arch}")
        return cls(built, mach, static, not built.prebuilt and args.gcc_which != "host", args.yes,
                   getattr(args, "dry_run", False))

    def find(self, text: str) -> Program:
        """The program that the text means. Raises UserError, MissingOutput."""
        path = programs.as_it_is(text) or self.make([TREE.name(text, self.built.arch)])[0]
        return self.check(path)

    def check(self, path: Path) -> Program:
        """The program at this path, which this host can run. Raises UserError, MissingOutput."""
        root = staging(self.built) if self.own else distro_root(self.mach)
        if not path.exists() and self.dry and not (self.own and not self.static):
            return Program(path, root, LIBRARY_PATH if self.own else "")
        if not path.exists():
            raise MissingOutput(f"{path}: not built; run {self.built.build} lkmc-userland-rebuild")
        elf = programs.check(path, self.built.arch)
        if elf.interpreter and not any((top / elf.interpreter.lstrip("/")).exists() for top in (root, Path("/"))):
            raise MissingOutput(f"{path}: its interpreter {elf.interpreter} is not there, nor in {root}; link it "
                                f"without one: -static")
        return Program(path, root, LIBRARY_PATH if self.own else "")

    def make(self, names: list[str]) -> list[Path]:
        """The files of these programs of userland/, compiled where Buildroot did not do it. Raises MissingOutput."""
        files = [Path(name).name + TREE.suffix for name in names]
        if self.own and not self.static:
            return [self.built.overlay / file for file in files]
        build = self.built.path / "build" / f"lkmc-userland{self._kind()}"
        if self.dry:
            return [build / file for file in files]
        if not self.own:
            apt.require({"make": "make"}, self.yes)
            prebuilt.install_compilers(self.mach.prebuilt, self.yes)
        compiler = _own_compiler(self.built) if self.own else self.mach.prebuilt.compiler
        programs.make(["-C", TREE.path, f"OUT={build}", f"ARCH={self.built.arch}", f"CC={compiler}gcc",
                       f"CXX={compiler}g++", f"LDFLAGS={'-static' if self.static else ''}", *files],
                      build.with_suffix(".log"))
        return [build / file for file in files]

    def _kind(self) -> str:
        """What tells the folder apart from others; the static ones of a prebuilt output are those of its guest."""
        if self.own or (self.static and self.built.prebuilt):
            return "-static" if self.own else ""
        return "-host-static" if self.static else "-host"


def _own_compiler(built: Output) -> str:
    """The path and prefix of the compiler that Buildroot made or took. Raises MissingOutput."""
    found = [path for folder in built.programs for path in sorted(folder.glob("*-linux-*-gcc"))]
    if not found:
        raise MissingOutput(f"{built.host}/bin: no compiler; {built.how}")
    return str(found[0]).removesuffix("gcc")


def distro_root(mach: Machine) -> Path:
    """Where the distro has the libraries of the architecture: on a host of the same one where all are."""
    root = Path(mach.user.root)
    return root if (root / "lib").is_dir() else Path("/")


def staging(built: Output) -> Path:
    """The output's own libraries. Raises MissingOutput."""
    link = (built.path / "staging").resolve()
    # Buildroot makes that link at the end of a whole build.
    found = next((path for path in (link, *built.host.glob("*/sysroot")) if (path / "lib").exists()), None)
    if found is None:
        raise MissingOutput(f"{link}: no libraries; {built.how}")
    return found
