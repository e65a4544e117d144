# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn what scripts/trace-boot left into source lines: `count function file:line`, count being how many instructions
were executed there in a row. Each processor has a file of its own in the run folder.

    scripts/trace-boot --arch aarch64
    scripts/trace2line --arch aarch64
    less "$(scripts/getvar --arch aarch64 run_dir)/trace-lines.txt"

Functions of user space are FILE:FUNCTION, and `0 [task] PID NAME` says which task comes on the processor, where
scripts/trace-boot could tell; else [user] is user space. [memory] is what ran before the kernel was at its own
addresses. The lines of a boot are gigabytes; with --functions they are `count function`, and far fewer.

With --emulator gem5 it reads what scripts/run --emulator gem5 --trace Exec left.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import resource
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from lkmc import kernel_functions, kernel_symbols, machine, output, phases, source_lines, toolchain, user_code
from lkmc.blocks import Addresses, Numbers, Piece, Trace
from lkmc.errors import UserError
from lkmc.exec_trace import ExecTrace
from lkmc.launch import once
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.run_folder import RunFolder
from lkmc.source_lines import MEMORY, USER, Lines
from lkmc.trace_lines import Runs, Writer, slices

OPTIONS = ("arch", "output", "variant", "run-id", "functions", "rate", "emulator")


@dataclass(frozen=True)
class Source:
    """The output whose source lines are asked for. yes: packages that this needs are installed."""
    built: Output
    mach: Machine
    yes: bool

    @cached_property
    def addr2line(self) -> str:
        """The tool, looked for where there is a file to ask it about. Raises MissingOutput."""
        return toolchain.tool("addr2line", self.built, self.mach, self.yes)


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    run = RunFolder.of(built.path, args.run_id)
    if args.emulator == "gem5":
        with contextlib.closing(ExecTrace.read(run.trace_text)) as executed:
            return tell(executed, run, built, args)
    return tell(Trace.read(run.blocks), run, built, args)


def tell(trace: Trace | ExecTrace, run: RunFolder, built: Output, args: argparse.Namespace) -> int:
    """Write the lines of a trace, or only measure how fast that is; the exit status."""
    lines, source = Lines(), Source(built, machine.read(built.arch), args.yes)
    number = numbers(trace, run, source, lines)
    if isinstance(trace, Trace):
        user_numbers(trace, source, lines, number)
    if args.functions:
        lines, number = lines.functions(number)
    runs = Runs.of(trace.blocks, number)
    several = len(trace.totals) > 1
    paths = {number: run.path / (f"trace-lines-{number}.txt" if several else "trace-lines.txt")
             for number in sorted(trace.totals)}
    if args.rate:
        write(trace, runs, lines, dict.fromkeys(paths, Path(os.devnull)))
        print(*_rate(sum(trace.totals.values())), sep="\n")
        return 0
    write(trace, runs, lines, paths)
    print(*paths.values(), sep="\n")
    return 0


def _rate(addresses: int) -> list[str]:
    """What this process and addr2line took: figures for scripts/bench trace."""
    of = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(usage.ru_utime + usage.ru_stime for usage in of)
    return [f"{addresses / seconds / 1e6:.3f} M addresses/CPU second", f"{of[0].ru_maxrss / 1024:.0f} MiB of memory"]


def numbers(trace: Trace | ExecTrace, run: RunFolder, source: Source, lines: Lines) -> Numbers:
    """The number of the source line of each instruction of the blocks; each address is asked for once."""
    address, which = np.unique(trace.blocks.instruction, return_inverse=True)
    number = np.full(address.size, lines.number(MEMORY), np.int64)
    number[phases.can_be_user(address, source.mach.space)] = lines.number(USER)
    todo = phases.is_kernel(address, source.mach.space)
    if run.modules.exists():
        said, files = run.modules.read_text(errors="replace"), source.built.overlay.rglob("*.ko")
        for code in source_lines.module_code(said, files):
            here = todo & (address >= np.uint64(code.start)) & (address < np.uint64(code.end))
            if here.any():
                texts = source_lines.ask(source.addr2line, code.path, code.section,
                                         address[here] - np.uint64(code.start))
                number[here] = lines.all_of(texts)
                todo &= ~here
    number[todo] = lines.all_of(_kernel(address[todo], source))
    return number[which]


def user_numbers(trace: Trace, source: Source, lines: Lines, number: Numbers) -> None:
    """Give each instruction of user space, as far as it is known which file it is of, the number of its source line."""
    if trace.spaces.mappings:
        for code in user_code.of(trace, source.built):
            address, which = np.unique(code.address, return_inverse=True)
            number[code.instruction] = lines.all_of(user_code.ask(source.addr2line, code, address))[which]


def _kernel(address: Addresses, source: Source) -> list[str]:
    built = source.built
    if built.debug_symbols:
        return source_lines.ask(source.addr2line, built.debug_symbols, "", address)
    functions = kernel_functions.functions(kernel_symbols.provide(built, source.mach, once))
    return source_lines.by_function(functions, address)


def write(trace: Trace | ExecTrace, runs: Runs, lines: Lines, paths: Mapping[int, Path]) -> None:
    """Write each processor's file."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(_whole_or_not(paths.values()))
        writers = {number: Writer(stack.enter_context(path.open("wb")), lines.texts)
                   for number, path in paths.items()}
        for event in trace.events():
            if not isinstance(event, Piece):
                writers[event.processor].task(event.pid, event.name)
                continue
            for line, count in slices(event, runs):
                writers[event.processor].add(line, count)
        for writer in writers.values():
            writer.end()


@contextlib.contextmanager
def _whole_or_not(paths: Iterable[Path]) -> Iterator[None]:
    """Take the files away when the disk is full, which leaves it full for all."""
    try:
        yield
    except OSError as error:
        for path in paths:
            path.unlink(missing_ok=True)
        raise UserError(f"{next(iter(paths))}: {error.strerror}; --functions needs far less room") from None
