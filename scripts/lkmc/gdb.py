# SPDX-License-Identifier: GPL-2.0-or-later
"""GDB beside a run: which one, the script it begins with, and its life until it ends."""
from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lkmc import option_types, paths, toolchain
from lkmc.conflicts import refuse
from lkmc.errors import EmulatorFailed, MissingOutput
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.run_folder import RunFolder

DECOMPRESSOR = ("_end", "cache_clean_flush", "decompress_kernel", "extract_kernel")
INDEXES = "gdb-index"   # in the output: of debug information, as GDB keeps them
STARTING = 1.0          # seconds for scripts/run in the other terminal to get going
PATIENCE = 10.0         # seconds for the emulator's stub to answer
LISTENS = b"Waiting for connection from remote gdb"     # as the kernel says it at boot, with --kgdb
DETACH = b"+$D;1#b0"    # of GDB's remote protocol: remove all breakpoints and go on
# Why a stub does not answer, by the name of its socket, and what to do.
UNANSWERED = {"gdb": "the emulator hangs; end it",
              "kgdb": "the guest runs, with GDB's breakpoints left in its kernel: attach again with scripts/run-gdb "
                      "--kgdb, and stop it with /kgdb.sh"}
NOT_ATTACHED = 125      # GDB's exit status from scripts/gdb/lkmc_gdb/session.py, where the guest was stopped already
QEMU_SIGNALS = ("-ex", "handle SIGUSR1 nostop noprint")     # by which QEMU's threads wake each other
# All of them begin early. GDB, 13 and 16 at least, ends with "internal-error: wait returned unexpected status 0x0" when
# a thread begins as its process ends, and that is when QEMU writes out its disks.
QEMU_THREADS = ("-object", "main-loop,id=main-loop,thread-pool-min=8,thread-pool-max=8")
PASSED_ON = (signal.SIGTERM, signal.SIGHUP)


def script(template: str, **values: Any) -> str:
    """The text of a script for GDB from templates/."""
    import jinja2
    loader = jinja2.FileSystemLoader(paths.TOP / "scripts/lkmc/templates")
    environment = jinja2.Environment(loader=loader, trim_blocks=True, undefined=jinja2.StrictUndefined,
                                     keep_trailing_newline=True)
    return environment.get_template(template).render(python_path=str(paths.TOP / "scripts/gdb"), **values)


def kernel_values(output: Output, machine: Machine, symbols: Path | None) -> dict[str, Any]:
    """What a script for the kernel needs to know of an output folder. symbols: the ELF file with the kernel's."""
    commands = output.linux_build / "vmlinux-gdb.py"
    return {"arch": output.arch, "output": str(output.path), "architecture": machine.gdb_architecture,
            "symbols": str(symbols or ""), "indexes": str(output.path / INDEXES),
            "vmlinux_gdb": str(commands) if commands.exists() else "",
            "module_folders": [str(output.overlay), str(output.linux_build)]}


def forget_indexes(output: Output, symbols: Path) -> None:
    """Remove what GDB has kept of earlier kernels, some 20 MB of each. symbols: the ELF file of this one."""
    for path in (output.path / INDEXES).glob("*"):
        if path.stat().st_mtime < symbols.stat().st_mtime:
            path.unlink(missing_ok=True)    # another GDB may be here, too


def early_values(output: Output, machine: Machine, run: RunFolder, symbols: Path) -> dict[str, Any]:
    """Which files early boot is made of: which image the run started, says its command. symbols: of the kernel's."""
    images = [word for option, word in itertools.pairwise(run.command()) if option == "-kernel"]
    started = images[-1] if images else output.kernel(machine)
    decompressor = next(output.linux_build.glob("arch/*/boot/compressed/vmlinux"), None)
    return {"vmlinux": str(symbols), "started": str(started), "decompressor": str(decompressor or ""),
            "linked": addresses(decompressor, DECOMPRESSOR) if decompressor else {}}


def addresses(program: Path, names: Iterable[str]) -> dict[str, int]:
    """The addresses of those of a program's symbols that it has; one without sections that can be read has none."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile
    found: dict[str, Any] = {}
    with program.open("rb") as file, contextlib.suppress(ELFError):
        table = ELFFile(file).get_section_by_name(".symtab")
        found = {name: table.get_symbol_by_name(name) for name in names if table}
    return {name: symbols[0]["st_value"] for name, symbols in found.items() if symbols}


def argv(program: str, file: Path, args: Namespace) -> tuple[str, ...]:
    """GDB's command line. Raises UserError when what the user adds to it has an open quote."""
    batch = ("-batch",) if getattr(args, "registers", None) else ()
    return (program, "-q", *batch, *option_types.words("--before", args.before), "-x", str(file),
            *option_types.words("--after", args.after))


def window(args: Namespace, run: RunFolder) -> dict[str, Any] | None:
    """What a script has to know for --registers. Raises UserError for options that have no effect with it."""
    if args.registers is None:
        return None
    refuse(args, ("no_continue",), "and --registers do not go together: without a breakpoint the window begins where "
                                   "the guest is")
    refuse(args, ("kgdb",), "has a stub that does not step instruction by instruction; leave it or --registers out")
    return {"count": args.registers, "file": str(run.registers)}


def wait_for(stub: Path, run: RunFolder, what: str = "", option: str = "--wait-gdb") -> None:
    """Wait until the emulator has made the socket of its stub. Raises MissingOutput when no run with it is alive.

    what: the option of scripts/run that says what it runs; option: that for which it makes the socket."""
    begin = time.monotonic()
    start = f"scripts/run {option} {what}{' ' if what else ''}{run.options}"
    while (lives := run.lock.held()) or time.monotonic() < begin + STARTING:
        if lives and stub.exists():
            return
        if lives and run.socket("gdb").exists() and time.monotonic() > begin + STARTING:
            raise MissingOutput(f"the guest in {run.path} was started without {option}; end it, and start one with: "
                                f"{start}")
        if time.monotonic() > begin + PATIENCE:
            raise EmulatorFailed(f"{stub}: the emulator has no such socket; see {run.script} for its command")
        time.sleep(0.02)
    raise MissingOutput(f"no {'program' if what else 'guest'} runs in {run.path}; start one with: {start}")


def wait_for_kernel(run: RunFolder) -> None:
    """Wait until the kernel has its serial port and listens there: what GDB says before that is lost. Raises
    EmulatorFailed when the run ends before."""
    begin, told = time.monotonic(), False
    while LISTENS not in run.console_log.read_bytes():
        if not run.lock.held():
            raise EmulatorFailed(f"the guest ended before its kernel listened for GDB: see {run.console_log}")
        if not told and time.monotonic() > begin + STARTING:
            told = True
            print(f"waiting for the kernel to listen for GDB; its console: {run.console_log}", file=sys.stderr,
                  flush=True)
        time.sleep(0.05)


def begin(text: str, file: Path, command: tuple[str, ...], stub: Path | None, dry_run: bool,
          made: dict[str, Any] | None = None) -> int:
    """Write the script and run GDB with it; or only print both. GDB's exit status. made: a window() that it writes."""
    if dry_run:
        print(f"{text}# {shlex.join(command)}")
        return 0
    file.write_text(text)
    print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    status = start(command, stub)
    if made and not status:
        print(made["file"])
    return status


def start(command: tuple[str, ...], stub: Path | None) -> int:
    """Run GDB to its end and return its exit status. Whatever ended it, the guest is not left stopped: stub is what
    can have stopped it."""
    with _presses() as (descriptor, environment):
        status = _attended(command, descriptor, environment=environment)
    if status == NOT_ATTACHED and stub:
        release(stub)
    if status >= 0 or stub is None:
        return status if status >= 0 else 128 - status
    how = "runs on" if release(stub) else "has ended"
    print(f"scripts/run-gdb: GDB was ended by signal {-status}; the guest {how}", file=sys.stderr)
    return 128 - status


def emulator(command: tuple[str, ...], run: RunFolder, arguments: str, yes: bool) -> int:
    """Run an emulator under the host's GDB, which has the terminal; GDB's exit status. Raises UserError."""
    from lkmc import apt
    own = option_types.words("--debug-vm-args", arguments)
    apt.require({toolchain.DISTRO_GDB: toolchain.DISTRO_GDB}, yes)
    return _attended((toolchain.DISTRO_GDB, "-q", *QEMU_SIGNALS, *own, "--args", *command, *QEMU_THREADS),
                     run.lock.fd())


def _attended(command: tuple[str, ...], *keep: int, environment: dict[str, str] | None = None) -> int:
    """Run GDB in this terminal; `keep` are file descriptors for it. Minus a signal's number when that ended it."""
    with _signals_for_the_child() as children:
        children.append(subprocess.Popen(command, pass_fds=keep, env=environment))
        return children[0].wait()


@contextlib.contextmanager
def _presses() -> Iterator[tuple[int, dict[str, str]]]:
    """What scripts/gdb/lkmc_gdb/presses.py reads: a file descriptor with the numbers of signals as they come, and the
    environment that names it."""
    reads, writes = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    before = signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    try:
        yield reads, dict(os.environ, LKMC_PRESSES=str(reads))
    finally:
        signal.set_wakeup_fd(before)
        os.close(reads)
        os.close(writes)


@contextlib.contextmanager
def _signals_for_the_child() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Ctrl-C is GDB's; what would end us ends GDB first."""
    children: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, frame: object) -> None:
        for child in children:
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in PASSED_ON}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield children
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def release(stub: Path) -> bool:
    """Do what a GDB that was killed did not: take its breakpoints away and let the guest go on.

    False when the emulator has gone. Raises EmulatorFailed when it does not answer.
    """
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        try:
            client.connect(os.fspath(stub))
            client.sendall(DETACH)
            answer = b""
            while b"$OK#9a" not in answer:
                data = client.recv(1024)
                if not data:
                    return False
                answer += data
        except TimeoutError:
            raise EmulatorFailed(f"{stub}: no answer, as {UNANSWERED[stub.stem]}") from None
        except OSError:
            return False
    return True
