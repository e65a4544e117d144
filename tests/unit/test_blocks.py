# SPDX-License-Identifier: GPL-2.0-or-later
"""blocks, trace_lines, phases: from what was executed to counts and source lines."""
from __future__ import annotations

import io
import itertools
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import block_files
import fakes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lkmc import machine, phases, trace_lines
from lkmc.blocks import Trace
from lkmc.errors import MissingOutput
from lkmc.trace_lines import Runs, Writer, slices

BLOCKS = [(0x1000, [4, 4]), (0xffff800000000000, [2, 15, 1]), (0x1000, [4])]
SOME = st.lists(st.tuples(st.integers(0, 2**63), st.lists(st.integers(1, 15), min_size=1, max_size=5)),
                min_size=1, max_size=6)


def test_a_trace_is_read_as_it_was_written(tmp_path: Path) -> None:
    runs = [(0, [(0, 1), (1, 3), (2, 1)]), (5, [(1, 2**31 - 1)])]
    trace = Trace.read(block_files.trace(tmp_path / "t", BLOCKS, runs))
    assert trace.blocks.address.tolist() == [0x1000, 0xffff800000000000, 0x1000]
    assert trace.blocks.instruction.tolist() == [0x1000, 0x1004, 0xffff800000000000, 0xffff800000000002,
                                                 0xffff800000000011, 0x1000]
    assert trace.totals == {0: 12, 5: 3 * (2**31 - 1)}
    assert [(piece.processor, piece.block.tolist(), piece.times.tolist()) for piece in trace.sequence()] == [
        (0, [0, 1, 2], [1, 3, 1]), (5, [1], [2**31 - 1])]


@pytest.mark.parametrize("data, said", [
    (b"", "not a trace"), (b"LKMCBLK1", "not of this version"), (b"LKMCBLK2", "no end"),
    (b"LKMCBLK2" + block_files.blocks(BLOCKS)[:-1], "cut short"), (b"LKMCBLK2\1\0", "cut short")])
def test_a_file_that_is_none_or_not_whole_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "t").write_bytes(data)
    with pytest.raises(MissingOutput, match=said):
        Trace.read(tmp_path / "t")
    with pytest.raises(MissingOutput, match="scripts/trace-boot"):
        Trace.read(tmp_path / "none")


@given(SOME, st.data(), st.sampled_from([1, 2, 7, 1 << 19]))
def test_lines_are_those_of_every_single_instruction(
        some: list[block_files.Block], data: st.DataObject, most: int) -> None:
    """Against the plain way: one instruction after the other, those on the same line in a row together."""
    numbers = st.tuples(st.integers(0, len(some) - 1), st.integers(1, 5))
    runs = data.draw(st.lists(st.tuples(st.just(0), st.lists(numbers, min_size=1)), min_size=1, max_size=3))
    with TemporaryDirectory() as folder:
        trace = Trace.read(block_files.trace(Path(folder, "t"), some, runs))
        pieces = list(trace.sequence())
    line = np.array(data.draw(st.lists(st.integers(0, 2), min_size=trace.blocks.instruction.size,
                                       max_size=trace.blocks.instruction.size)), np.int64)
    file = io.BytesIO()
    writer = Writer(file, [b"a", b"b", b"c"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace_lines, "SLICE", most)
        for piece in pieces:
            for lines, count in slices(piece, Runs.of(trace.blocks, line)):
                writer.add(lines, count)
    writer.end()
    each = [line[trace.blocks.first[block] + i] for _, run in runs for block, times in run for _ in range(times)
            for i in range(len(some[block][1]))]
    plain = [f"{len(list(same))} {'abc'[which]}" for which, same in itertools.groupby(each)]
    assert file.getvalue().decode().splitlines() == plain


def test_a_block_that_is_executed_without_end_takes_no_memory(tmp_path: Path) -> None:
    trace = Trace.read(block_files.trace(tmp_path / "t", [(0, [1, 1])], [(0, [(0, 2**31 - 1)])]))
    [piece] = trace.sequence()
    [(line, count)] = slices(piece, Runs.of(trace.blocks, np.array([7, 7])))
    assert (line.tolist(), count.tolist()) == ([7], [2 * (2**31 - 1)])
    first = next(iter(slices(piece, Runs.of(trace.blocks, np.array([7, 8])))))
    assert first[0].size <= trace_lines.SLICE


def test_a_boot_is_divided_at_the_kernels_entry_and_at_inits(tmp_path: Path) -> None:
    mach = replace(machine.read("aarch64"))
    output = fakes.output_folder(tmp_path / "out", "aarch64")
    entry, start = mach.kernels[0].entry, 0xffff800008000000
    some = [(0x40000000, [4] * 6), (entry, [4] * 2), (start, [4] * 10), (0x400000, [4] * 3), (start + 64, [4])]
    firmware, image, kernel, user, starts_init = range(5)
    run = [(firmware, 1), (image, 2), (user, 1), (kernel, 1), (image, 1), (user, 1), (starts_init, 1), (kernel, 2),
           (user, 2)]
    trace = Trace.read(block_files.trace(tmp_path / "t", some, [(0, run[:4]), (1, [(user, 1)]), (0, run[4:])]))
    count = phases.count(trace, mach, output, start + 64)
    assert (count.total, count.entry, count.firmware) == (6 + 6 + 3 + 10 + 3 + 1 + 20 + 6 + 3, entry, 6)
    assert count.kernel == 6 + 3 + 10 + 3 + 1 + 20, "a helper of the kernel's is no init"
    assert count.user == 3 + 6 + 3, "before the kernel is at its own addresses, others are those of memory"
    assert count.processors == {0: 55, 1: 3}


def test_a_trace_without_this_kernel_is_refused(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path / "out", "aarch64")
    trace = Trace.read(block_files.trace(tmp_path / "t", [(0x40000000, [4])], [(0, [(0, 1)])]))
    with pytest.raises(MissingOutput, match="did not start"):
        phases.count(trace, machine.read("aarch64"), output, 0)
