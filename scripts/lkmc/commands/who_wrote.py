# SPDX-License-Identifier: GPL-2.0-or-later
"""Tell who wrote a variable of the kernel in a run that was recorded: the last writes, each with the function, the
source line, the number of instructions since the machine was switched on, and the backtrace.

    scripts/run --record --eval-after 'insmod /hello.ko' </dev/null
    scripts/who-wrote --times 2 system_state

VARIABLE is what GDB takes for an object in memory: jiffies_64, init_task.flags, *(int *)0xffffffff82000000.
The run is replayed twice: once under a watchpoint, and once to stop at the last writes.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from lkmc import gdb, machine, output, paths, qmp, recording, toolchain, writers
from lkmc.errors import EmulatorFailed, MissingOutput, UserError
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.run_folder import RunFolder
from lkmc.writers import Found

TOLD = "writers.txt"
OPTIONS = ("arch", "output", "variant", "run-id", "qemu-which", "times", "dry-run")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("variable", metavar="VARIABLE", help="a variable of the kernel, as GDB takes it")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    mach = machine.read(built.arch)
    run = RunFolder.of(built.path, args.run_id)
    recorded = recording.read(run)
    if not built.debug_symbols:
        raise MissingOutput(f"who wrote a variable needs a kernel with debug information; {built.how_debug}")
    program = toolchain.tool("gdb", built, mach, args.yes)
    address, size = place(args.variable, program, built.debug_symbols)
    if args.dry_run:
        print(f"{args.variable}: {size} bytes at {address:#x}")
        return 0
    limit = recording.limit(recorded)
    with replayed(args, built, run, limit), qmp.of_run(run) as monitor:
        watch = writers.watched(address, size)
        found = writers.find(run.socket("gdb"), monitor, watch, args.times, limit, mach.qemu.watch_stops)
    print(f"{args.variable}: written {found.count} times" + (f", the last {len(found.last)}:" if found.last else ""),
          flush=True)
    if found.last:
        tell(args, built, mach, run, program, found, limit)
    return 0


def place(variable: str, program: str, symbols: Path) -> tuple[int, int]:
    """Address and size of a variable. Raises UserError with GDB's words."""
    ask = f"printf \"%lu %lu\\n\", (unsigned long)&({variable}), (unsigned long)sizeof({variable})"
    done = subprocess.run([program, "-q", "-nx", "-batch", "-ex", ask, str(symbols)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    numbers = re.fullmatch(r"(\d+) (\d+)", done.stdout.strip())
    if numbers is None:
        raise UserError(f"{variable}: {(done.stderr.strip().splitlines() or ['nothing in memory'])[-1]}; give a "
                        f"variable as GDB takes it, such as system_state")
    return int(numbers[1]), int(numbers[2])


@contextlib.contextmanager
def replayed(args: argparse.Namespace, built: Output, run: RunFolder, limit: float) -> Iterator[None]:
    """A replay, stopped before its first instruction; at the end of the block it is waited for, after an error ended.

    Nobody else would end it: it runs in the background, and stands still once nobody is at its stub.
    """
    which = ["--qemu-which", args.qemu_which] if args.qemu_which else []
    done = subprocess.run([str(paths.TOP / "scripts/run"), "--quiet", "--output", str(built.path), "--run-id",
                           args.run_id, "--replay", "--wait-gdb", "--background", *which], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    if done.returncode:
        raise EmulatorFailed(done.stderr.strip())
    try:
        gdb.wait_for(run.socket("gdb"), run)
        yield
        ended(run, limit)
    except BaseException:
        if run.lock.held() and (pid := run.lock.pid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        raise


def ended(run: RunFolder, limit: float) -> None:
    """Wait until the emulator has gone. Raises EmulatorFailed."""
    end = time.monotonic() + limit
    while run.lock.held():
        if time.monotonic() > end:
            raise EmulatorFailed(f"the replay did not end within {limit:.0f} s: QEMU hangs; try another one, with "
                                 f"--qemu-which")
        time.sleep(0.02)


def tell(args: argparse.Namespace, built: Output, mach: Machine, run: RunFolder, program: str, found: Found,
         limit: float) -> None:
    """Replay again and stop before each of the last writes. Raises EmulatorFailed."""
    with replayed(args, built, run, limit):
        text = gdb.script("gdbwriters.j2", run=str(run.path), target=str(run.socket("gdb")), expression=args.variable,
                          places=list(found.last), first=found.count - len(found.last) + 1, into=str(run.path / TOLD),
                          **gdb.kernel_values(built, mach, built.symbols))
        run.gdb_script.write_text(text)
        command = (program, "-q", "-nx", "-batch", "-x", str(run.gdb_script))
        said = _within(limit, command)
        told = (run.path / TOLD).read_text() if (run.path / TOLD).exists() else ""
        print(told, end="", flush=True)
        if len(re.findall(r"^\d+: ", told, re.M)) < len(found.last):
            raise EmulatorFailed(f"not all writes could be told; {' '.join(command)}: {' '.join(said.split())[-300:]}")


def _within(limit: float, command: tuple[str, ...]) -> str:
    """What GDB says, which is ended when the replay stands still."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"ended after {limit:.0f} s: QEMU hangs; try another one, with --qemu-which"
    return done.stdout + done.stderr
