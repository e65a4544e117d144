# SPDX-License-Identifier: GPL-2.0-or-later
"""trace2line: the files of source lines that a trace becomes, with and without debug information."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import block_files
import fakes
import pytest
from block_files import FIRMWARE, INIT, KERNEL, START_KERNEL, USER

from lkmc import cli, symbol_table
from lkmc.output import Output
from lkmc.symbol_table import Symbol
from lkmc.trace_lines import Writer

Convert = Callable[..., int]
RUN = [(FIRMWARE, 1), (KERNEL, 3), (INIT, 1), (USER, 2), (KERNEL, 1)]
# An addr2line that names the file it is asked about, and a line for the addresses of a block's first half and second.
ADDR2LINE = """while read -r address; do
case $address in *[0-9]) line=1 ;; *) line=2 ;; esac
echo "in_${2##*/}"; echo "/o/build/linux-6.12.9/a.c:$line"
done"""


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """An output whose kernel has debug information, and a run that was traced."""
    built = block_files.kernel_output(tmp_path / "o", "CONFIG_DEBUG_INFO=y\n")
    fakes.script(built.host / "bin/aarch64-linux-addr2line", ADDR2LINE)
    (built.path / "run/0").mkdir(parents=True)
    block_files.trace(built.path / "run/0/blocks.bin", block_files.BOOT, [(0, RUN)])
    return built


@pytest.fixture
def convert(output: Output) -> Convert:
    return lambda *words: cli.main("trace2line", ["--output", str(output.path), *words])


def lines(output: Output, name: str = "trace-lines.txt") -> list[str]:
    return (output.path / "run/0" / name).read_text().splitlines()


def test_each_line_says_how_many_instructions_ran_there_in_a_row(
        output: Output, convert: Convert, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert() == 0
    assert capsys.readouterr().out == f"{output.path}/run/0/trace-lines.txt\n"
    one, two = "in_vmlinux a.c:1", "in_vmlinux a.c:2"
    # Of the kernel's ten instructions the fourth and the eighth end in a hexadecimal letter.
    once = [f"3 {one}", f"1 {two}", f"3 {one}", f"1 {two}", f"2 {one}"]
    again = [f"3 {one}", f"1 {two}", f"3 {one}", f"1 {two}", f"5 {one}"]
    assert lines(output) == ["6 [memory]", *again[:4], f"5 {one}", *once[1:4], f"5 {one}", *once[1:4], f"3 {one}",
                             "6 [user]", *once]


def test_only_the_functions_are_far_fewer_lines(output: Output, convert: Convert) -> None:
    assert convert("--functions") == 0
    assert lines(output) == ["6 [memory]", "31 in_vmlinux", "6 [user]", "10 in_vmlinux"]


def test_without_debug_information_there_are_functions(output: Output, convert: Convert) -> None:
    (output.linux_build / ".config").write_text("")
    assert convert() == 0
    assert lines(output) == ["6 [memory]", "30 start_kernel", "1 run_init_process", "6 [user]", "10 start_kernel"]


def test_a_module_s_code_is_looked_up_in_the_module(output: Output, convert: Convert) -> None:
    output.overlay.mkdir()
    code = [Symbol(0x1000, True, "first"), Symbol(0x1000 + 7, True, "last")]
    (output.overlay / "my-hello.ko").write_bytes(symbol_table.elf(code, "aarch64"))
    (output.path / "run/0/modules.txt").write_text(
        f"/sys/kernel/notes: 0x1\n/sys/module/my_hello/sections/.text: {START_KERNEL + 8:#x}\n"
        f"/sys/module/gone/sections/.text: 0xffff800001000000\n")
    assert convert() == 0
    # Its two instructions are at 0 and 4 in the module, at ...8 and ...c in the kernel.
    assert lines(output)[-5:-2] == ["2 in_vmlinux a.c:1", "2 in_my-hello.ko a.c:1", "3 in_vmlinux a.c:1"]


def test_each_processor_has_a_file_of_its_own(
        output: Output, convert: Convert, capsys: pytest.CaptureFixture[str]) -> None:
    block_files.trace(output.path / "run/0/blocks.bin", block_files.BOOT, [(0, [(FIRMWARE, 1)]), (2, [(USER, 1)])])
    assert convert() == 0
    assert capsys.readouterr().out.split() == [f"{output.path}/run/0/trace-lines-{number}.txt" for number in (0, 2)]
    assert (lines(output, "trace-lines-0.txt"), lines(output, "trace-lines-2.txt")) == (["6 [memory]"], ["3 [user]"])


def test_a_measurement_writes_no_lines(output: Output, convert: Convert, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert("--rate") == 0
    rate, memory = capsys.readouterr().out.splitlines()
    assert rate.endswith(" M addresses/CPU second") and memory.endswith(" MiB of memory")
    assert not (output.path / "run/0/trace-lines.txt").exists()


def test_a_trace_of_gem5_is_read_and_leaves_nothing_else_behind(output: Output, convert: Convert) -> None:
    (output.path / "run/0/trace.txt").write_text("".join(
        f"{tick}: system.cpu_cluster.cpus: A0 T0 : {address:#x} @x    : nop : IntAlu :\n"
        for tick, address in enumerate((0x40000000, START_KERNEL, START_KERNEL + 4))))
    assert convert("--emulator", "gem5") == 0
    assert lines(output) == ["1 [memory]", "2 in_vmlinux a.c:1"]
    assert not (output.path / "run/0/trace.addresses").exists()


def test_without_a_trace_the_next_command_is_named(convert: Convert, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert("--run-id", "none") == 125
    told = capsys.readouterr().err
    assert "scripts/trace-boot" in told and told.count("\n") == 1


def test_a_full_disk_is_left_as_it_was(output: Output, convert: Convert, monkeypatch: pytest.MonkeyPatch,
                                       capsys: pytest.CaptureFixture[str]) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(Writer, "add", full)
    assert convert() == 125
    [line] = capsys.readouterr().err.splitlines()
    assert line == (f"scripts/trace2line: {output.path}/run/0/trace-lines.txt: No space left on device; --functions "
                    f"needs far less room")
    assert not (output.path / "run/0/trace-lines.txt").exists()
