# SPDX-License-Identifier: GPL-2.0-or-later
"""exec_trace: what gem5's processors executed, from its text."""
from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest

from lkmc import exec_trace
from lkmc.errors import MissingOutput
from lkmc.exec_trace import ExecTrace

# As gem5's src/cpu/exetrace.cc prints them, with and without the flags that add parts.
TEXT = """\
      0: system.cpu_cluster.cpus0: A0 T0 : 0x10 @_start    : movz   x0, #0            : IntAlu :  D=0x0000000000000000
    500: system.cpu_cluster.cpus1: A0 T0 : 0xffffffc080000004 @start_kernel+4    :   stp
    500: system.cpu_cluster.cpus1: A0 T0 : 0xffffffc080000004 @start_kernel+4. 0 :   addxi_uop   ureg0, sp, #-112 : IntAlu :  D=0xffffff8008913f90
    500: system.cpu_cluster.cpus1: A0 T0 : 0xffffffc080000004 @start_kernel+4.12 :   strxi_uop   x29, [ureg0] : MemWrite :  D=0x0 A=0xffffff8008913f90
   1000: system.cpu_cluster.cpus0: A0 T0 : 0x10 @_start    : movz   x0, #0            : IntAlu :  D=0x0000000000000000
   1000: system.cpu_cluster.cpus12: 0x4005d4 @lkmc::Test::run(std::string)+20    : add   x0, x1, #16 : IntAlu
   1500: system.realview.uart0: Read of 0x18 at 0x1c090018 gave 0x90
   1500: system.cpu_cluster.cpus0: T0 : 0xdeadbeef    : nop                      : No_OpClass :
warn: a line of another kind: 0x5 : x
"""     # noqa: E501


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def executed(trace: ExecTrace) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for piece in trace.sequence():
        assert (piece.times == 1).all()
        found.setdefault(piece.processor, []).extend(trace.blocks.address[piece.block].tolist())
    return found


def test_each_instruction_counts_once_whatever_it_is_made_of(tmp_path: Path) -> None:
    trace = ExecTrace.read(write(tmp_path / "trace.txt", TEXT))
    assert executed(trace) == {0: [0x10, 0x10, 0xdeadbeef], 1: [0xffffffc080000004], 12: [0x4005d4]}
    assert trace.totals == {0: 3, 1: 1, 12: 1}
    assert trace.blocks.address.tolist() == [0x10, 0x4005d4, 0xdeadbeef, 0xffffffc080000004]
    assert trace.blocks.instruction.tolist() == trace.blocks.address.tolist() and (trace.blocks.length == 1).all()
    trace.close()
    assert [path.name for path in tmp_path.iterdir()] == ["trace.txt"]


@pytest.mark.parametrize("size", [150, 333, 1 << 20])
def test_slices_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(exec_trace, "SLICE", size)
    monkeypatch.setattr(exec_trace, "STEP", 7)
    chance = random.Random(size)
    lines, wanted = [], {0: list[int](), 1: list[int]()}
    for tick in range(300):
        processor, address = chance.randrange(2), chance.choice((0x40, 0xffff800080000000 + 4 * chance.randrange(9)))
        lines.append(f"{tick}: system.cpu_cluster.cpus{processor}: T0 : {address:#x} @f+{tick}    : add : IntAlu :")
        wanted[processor].append(address)
    trace = ExecTrace.read(write(tmp_path / "trace.txt", "\n".join(lines) + "\n"))
    assert executed(trace) == wanted


def test_the_fast_way_finds_what_an_expression_does(tmp_path: Path) -> None:
    plain = re.compile(r" *\d+: \S*?(\d*): (?:A\d+ )?(?:T\d+ : )?0x([0-9a-f]+)(?: @\S.*?)?    : ")
    wanted = [(int(found[1] or 0), int(found[2], 16)) for line in TEXT.splitlines() if (found := plain.match(line))]
    assert len(wanted) == 5
    text = np.frombuffer(TEXT.encode() + exec_trace.PAD, np.uint8)
    parsed = exec_trace.parse(text, len(TEXT))
    assert list(zip(parsed["processor"].tolist(), parsed["address"].tolist(), strict=True)) == wanted


def test_a_line_that_was_cut_short_does_not_count(tmp_path: Path) -> None:
    whole = len(TEXT.splitlines()[0]) + 1
    trace = ExecTrace.read(write(tmp_path / "trace.txt", TEXT[:whole + 60]))
    assert executed(trace) == {0: [0x10]}


@pytest.mark.parametrize("text", ["", "gem5 Simulator System\n", "x", "1: a: b\n"])
def test_without_instructions_the_next_command_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(MissingOutput, match="scripts/run --emulator gem5 --trace Exec"):
        ExecTrace.read(write(tmp_path / "trace.txt", text))
    with pytest.raises(MissingOutput, match="scripts/run --emulator gem5 --trace Exec"):
        ExecTrace.read(tmp_path / "none.txt")
