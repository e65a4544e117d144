# SPDX-License-Identifier: GPL-2.0-or-later
"""coverage, source_lines: functions and lines from executed blocks."""
from __future__ import annotations

from pathlib import Path

import block_files
import fakes
import numpy as np
import pytest

from lkmc import coverage, kernel_functions, source_lines, symbol_table
from lkmc.blocks import Trace
from lkmc.coverage import Coverage
from lkmc.source_lines import Lines
from lkmc.symbol_table import Symbol

TEXTS = ["f a.c:1", "f a.c:2", "g b.h:7", "h", "[user]", "unused a.c:9"]


def seen(path: Path, times: list[int]) -> Coverage:
    """Six blocks of two instructions, each on a line of its own, that were executed so often."""
    some = [(4096 * (i + 1), [4, 4]) for i in range(len(TEXTS))]
    lines = Lines()
    return coverage.of(Trace.read(block_files.counted(path, some, times)), np.repeat(lines.all_of(TEXTS), 2), lines)


def test_functions_are_counted_by_their_busiest_line(tmp_path: Path) -> None:
    both = seen(tmp_path / "t", [3, 5, 2, 1, 9, 0])
    assert both.functions == {"f": 5, "g": 2, "h": 1}
    assert both.lines == {("f", "a.c", 1): 3, ("f", "a.c", 2): 5, ("g", "b.h", 7): 2}
    only = both.without(seen(tmp_path / "t", [1, 0, 0, 4, 0, 0]))
    assert only.functions == {"g": 2} and list(only.lines) == [("g", "b.h", 7)]
    assert not both.without(only.and_of(seen(tmp_path / "t", [1, 0, 0, 4, 0, 0]))).functions


def test_lcov_is_told_of_files_functions_and_lines(tmp_path: Path) -> None:
    text = coverage.lcov(seen(tmp_path / "t", [3, 5, 2, 1, 9, 0]))
    first, second, rest = text.split("end_of_record\n")
    assert first.splitlines() == ["TN:", "SF:a.c", "FN:1,f", "FNDA:5,f", "FNF:1", "FNH:1", "DA:1,3", "DA:2,5", "LF:2",
                                  "LH:2"]
    assert "SF:b.h" in second and rest == ""


@pytest.mark.parametrize("said, text", [
    ("buildroot/build/linux-custom/arch/arm64/kernel/irq.c:121", "arch/arm64/kernel/irq.c:121"),
    ("/o/build/linux-6.12.9/./kernel/fork.c:7 (discriminator 3)", "kernel/fork.c:7"),
    ("/x/../y/z.c:1", "/y/z.c:1"), ("??:?", ""), ("??:0", ""), ("irq.c:?", "")])
def test_a_place_is_shown_inside_its_package(said: str, text: str) -> None:
    assert source_lines.shown(said) == text


def test_addr2line_is_asked_once_for_all(tmp_path: Path) -> None:
    tool = fakes.script(tmp_path / "addr2line", f"echo \"$@\" >>{tmp_path}/log\n"
                        "while read -r address; do echo \"f$address\"; echo \"/b/build/linux-1/a.c:3\"; done")
    addresses = np.array([16, 0xffffffff81000000], np.uint64)
    assert source_lines.ask(str(tool), Path("x.ko"), ".text", addresses) == ["f0x10 a.c:3", "f0xffffffff81000000 a.c:3"]
    assert (tmp_path / "log").read_text() == "-fe x.ko -j .text\n"


@pytest.mark.parametrize("arch", ["x86_64", "arm"])
def test_functions_are_found_by_address_and_by_name(tmp_path: Path, arch: str) -> None:
    table = [Symbol(0x80001000, True, "first"), Symbol(0x80001010, True, "second"), Symbol(0x80001010, True, "alias"),
             Symbol(0x80002000, False, "data")]
    (tmp_path / "elf").write_bytes(symbol_table.elf(table, arch))
    functions = kernel_functions.functions(tmp_path / "elf")
    assert functions.called("second") == 0x80001010 and functions.called("none") == 0
    at = np.array([0x80000fff, 0x80001000, 0x8000100f, 0x80001010, 0x80001fff, 0x90000000], np.uint64)
    assert source_lines.by_function(functions, at) == [
        "[kernel]", "first", "first", "second", "second", "[kernel]"]


def test_fewer_texts_remain_without_files_and_lines() -> None:
    lines = Lines()
    fewer, number = lines.functions(lines.all_of([*TEXTS, "f a.c:1"]))
    assert [fewer.texts[at] for at in number.tolist()] == [b"f", b"f", b"g", b"h", b"[user]", b"unused", b"f"]


def test_modules_are_where_the_guest_says(tmp_path: Path) -> None:
    assert source_lines.module_code("/sys/module/other/sections/.text: 0xffff\n", [tmp_path / "mine.ko"]) == []
