# SPDX-License-Identifier: GPL-2.0-or-later
"""gem5's command line, made from a request, a machine, an output folder and a run folder. No I/O but looking."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lkmc import guest, machine, paths
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import Gem5, Gem5User, Machine
from lkmc.output import Output
from lkmc.request import Gem5Request, Payload, RunRequest
from lkmc.run_folder import RunFolder
from lkmc.state import State

SCRIPTS = paths.TOP / "scripts/gem5"
BAREMETAL = SCRIPTS / "baremetal.py"
TYPES = ("opt", "fast", "debug")    # as gem5 is compiled; the first that is there is taken
MARK = "configs/example/arm/devices.py"     # by which a tree of gem5's is known
OTHER = "--gem5"            # the option that names another gem5
STATUS = "status"           # in m5out; rootfs_overlay/lkmc/guest.sh has it too
CONSOLE_LOG = "system.terminal"             # in m5out, by gem5's own name
M5 = "target/sbin/m5"       # of an output: what the guest has of gem5-m5
CHECKPOINT = "m5.cpt"       # the file of a checkpoint's that is always there
PACKAGE = "configs/fragments/gem5.config"
BIGLITTLE_CPUS = 4          # where nobody says how many


@dataclass(frozen=True)
class Program:
    """A gem5, and the tree of its sources or the copy of it whose configs/ are of its version."""
    path: Path
    tree: Path


def program(options: Gem5Request, output: Output) -> Program:
    """The gem5 to start: that of --gem5, else the output's own. Raises MissingOutput."""
    how = (f"build one with {output.build} --config {PACKAGE}, or name one with --gem5 FILE, or gem5 = \"FILE\" in "
           f"lkmc.toml")
    built = next((found for kind in TYPES if (found := output.program(f"gem5.{kind}"))), None)
    path = options.program or built
    if path is None:
        raise MissingOutput(f"no gem5 in {output.host}/bin: {how}")
    if not path.is_file():
        raise MissingOutput(f"{path}: there is no gem5; {how}")
    around = (options.tree,) if options.tree else (path.parents[1] / "share/gem5", *path.resolve().parents)
    tree = next((folder for folder in around if (folder / MARK).is_file()), None)
    if tree is None:
        raise MissingOutput(f"{MARK} of gem5 is not in {around[0]} nor around {path}: name its source tree with "
                            f"--gem5-tree DIR")
    return Program(path, tree)


def machine_of(mach: Machine, name: str | None = None, bare: bool = False) -> Gem5:
    """The machine of this name that the board has for gem5, or its first. bare: for a program in Linux's place.

    Raises UserError where it has none.
    """
    def machines_of(board: Machine) -> tuple[Gem5, ...]:
        return board.gem5_bare if bare else board.gem5
    machines = machines_of(mach)
    if not machines:
        others = [arch for arch in machine.arches() if machines_of(machine.read(arch))]
        raise UserError(f"there is no gem5 machine for {'a program without Linux' if bare else 'Linux'} on {mach.arch} "
                        f"yet: choose --arch {' or '.join(others)}, or leave out --emulator gem5; static programs run "
                        f"by --userland")
    names = [made.name for made in machines]
    if name is not None and name not in names:
        raise UserError(f"--machine {name}: no machine of gem5's for {mach.arch}; choose from {', '.join(names)}")
    return machines[names.index(name) if name else 0]


def user_of(mach: Machine) -> Gem5User:
    """How programs run without any machine. Raises UserError where they do not."""
    if not mach.gem5_user:
        raise UserError(f"gem5 runs no program of {mach.arch} yet: leave out --emulator gem5")
    return mach.gem5_user


def loader(made: Gem5, output: Output) -> Path | None:
    """What starts Linux, where gem5 does not do that itself. It comes with m5, without which a guest has nothing to
    report by. Raises MissingOutput."""
    path = output.images / "gem5" / made.boot_loader if made.boot_loader else output.path / M5
    if not path.is_file():
        raise MissingOutput(f"{path}: missing{', as is m5 in the guest' if made.boot_loader else ''}; make "
                            f"{'them' if made.boot_loader else 'it'} with: {output.build} --set BR2_PACKAGE_GEM5_M5=y")
    return path if made.boot_loader else None


def script(made: Gem5, name: str) -> str:
    """The file in scripts/gem5 for a name of --gem5-script. Raises UserError where the machine has no such."""
    scripts = dict(made.scripts)
    if name not in scripts:
        raise UserError(f"--gem5-script {name}: none for gem5's {made.name}; choose from {', '.join(scripts)}")
    return f"{scripts[name]}.py"


def command(request: RunRequest, mach: Machine, output: Output, run: RunFolder,
            state: State | None = None) -> tuple[str, ...]:
    """gem5's argv for this run: its own options, a script of ours, the script's options. state: of a request that is
    `instant`.
    """
    options = _options(request)
    made = machine_of(mach, options.machine)
    disk = None if request.initrd else output.disk
    # That of a payload is always there: a restored guest finds the devices that it had.
    disks = [*([output.image(disk.image)] if disk else []), run.payload]
    words = (f"mem={request.memory or made.memory}", *made.kernel_words,
             guest.command_line(request, mach, output, disk))
    return (
        *_begin(options, output, run, request.trace, script(made, options.script)),
        *_computer(request, options, made),
        "--machine", made.name, "--kernel", str(output.image("vmlinux")),
        *(("--boot-loader", str(start)) if (start := loader(made, output)) else ()),
        *(() if disk or output.root_in_kernel else ("--initrd", str(output.image("rootfs.cpio")))),
        *(word for path in disks for word in ("--disk", str(path))),
        "--command-line", " ".join(words), "--console", str(run.socket("console")),
        *_run(request, run),
        *_screen(options, made, output), *_checkpoint(options, run, state),
        *request.extra)


def _screen(options: Gem5Request, made: Gem5, output: Output) -> tuple[str, ...]:
    """Raises UserError where the machine has none, MissingOutput where the kernel would leave it black."""
    if options.frames and not made.screen:
        raise UserError(f"--frame-capture: gem5's {made.name} has no screen; leave it out, or choose --arch aarch64")
    if options.frames and not output.kernel_has(made.screen):
        raise MissingOutput(f"{output.linux_build}: without {made.screen}, which draws on gem5's screen; make it with: "
                            f"{output.build} --linux-fragment linux/display.config")
    return ("--frame-capture",) if options.frames else ()


def user_command(request: RunRequest, mach: Machine, output: Output, run: RunFolder, path: Path,
                 arguments: list[str]) -> tuple[str, ...]:
    """gem5's argv for one static program, without a guest."""
    options = _options(request)
    made = user_of(mach)
    return (*_begin(options, output, run, request.trace, f"{made.script}.py", "--quiet"),
            *_computer(request, options, made), *_run(request, run), *request.extra, "--", str(path), *arguments)


def baremetal_command(request: RunRequest, mach: Machine, output: Output, run: RunFolder, path: Path,
                      ) -> tuple[str, ...]:
    """gem5's argv for one program without an operating system."""
    options = _options(request)
    made = machine_of(mach, options.machine, bare=True)
    return (*_begin(options, output, run, request.trace, BAREMETAL.name), *_computer(request, options, made),
            "--machine", made.name, "--kernel", str(path), "--console", str(run.socket("console")),
            *_run(request, run), *made.baremetal_words, *request.extra)


def _options(request: RunRequest) -> Gem5Request:
    assert request.gem5 is not None, "a request for QEMU"
    return request.gem5


def _begin(options: Gem5Request, output: Output, run: RunFolder, trace: tuple[str, ...], script: str, *quiet: str,
           ) -> tuple[str, ...]:
    found = program(options, output)
    path = ":".join(str(found.tree / folder) for folder in ("configs", "configs/example/arm"))
    flags = ("--debug-flags", ",".join(trace)) if trace else ()
    where = ("--debug-file", str(run.trace_text)) if trace and not options.trace_stdout else ()
    return (str(found.path), *quiet, "--outdir", str(run.m5out), "--listener-mode", "on", "--path", path,
            *flags, *where, *options.own_arguments, str(SCRIPTS / script))


def _computer(request: RunRequest, options: Gem5Request, made: Gem5 | Gem5User) -> tuple[str, ...]:
    sizes = (("--l1i-size", options.l1i_size), ("--l1d-size", options.l1d_size), ("--l2-size", options.l2_size))
    return ("--cpus", str(request.cpus), "--cpu-type", options.cpu_type,
            "--memory", f"{request.memory or made.memory}iB", *(["--caches"] if options.caches else []),
            *(word for pair in sizes if pair[1] for word in map(str, pair)))


def _run(request: RunRequest, run: RunFolder) -> tuple[str, ...]:
    return ("--status", str(run.m5out / STATUS), "--gdb", str(run.socket("gdb")),
            "--readfile", str(run.readfile), *(["--wait-gdb"] if request.wait_gdb else []))


def _checkpoint(options: Gem5Request, run: RunFolder, state: State | None) -> tuple[str, ...]:
    """What it starts from, or saves."""
    if state:
        return ("--restore" if state.ready else "--save", str(state.checkpoint))
    found = options.checkpoint or (checkpoint(run, options.restore) if options.restore else None)
    return ("--restore", str(found)) if found else ()


def checkpoints(run: RunFolder) -> list[Path]:
    """The checkpoints of the run folder, the last one that was taken first."""
    found = [path for path in run.m5out.glob("cpt.*") if re.fullmatch(r"cpt\.[0-9]+", path.name)]
    return sorted(found, key=lambda path: (path / CHECKPOINT).stat().st_mtime_ns, reverse=True)


def checkpoint(run: RunFolder, number: int) -> Path:
    """The checkpoint that --gem5-restore means. Raises MissingOutput."""
    found = checkpoints(run)
    if number > len(found):
        raise MissingOutput(f"{run.m5out}: {len(found)} checkpoints, none of number {number}; take one in the guest "
                            f"with: m5 checkpoint")
    return found[number - 1]


def needs(payload: Payload | None, options: Gem5Request) -> None:
    """Raises UserError where a restored guest could not be given what was asked for."""
    if options.restore and payload:
        raise UserError("--gem5-restore goes on with what the guest was doing: give it a script by --gem5-readfile, "
                        "which /gem5.sh runs, and leave out --eval and the like")
