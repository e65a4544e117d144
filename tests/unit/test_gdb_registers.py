# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc_gdb.registers: which registers each instruction changed, in a window of them; a GDB that is none."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_gdb
import pytest

Instruction = tuple[str, dict[str, int]]        # and what the registers are after it
ADD: list[Instruction] = [("mov    $0x1,%eax", {"rax": 1}), ("nop", {}), ("add    %edx,%eax", {"rax": 3, "eflags": 6})]
LINES = ["0x10 main add.c:8 : mov $0x1,%eax : rax 0x0 -> 0x1", "0x11 main add.c:9 : nop",
         "0x12 main add.c:10 : add %edx,%eax : rax 0x1 -> 0x3, eflags 0x2 -> 0x6"]
GROUPS = {"general": ["rax", "eflags", "rip", "al", "q0"], "float": ["st0"], "vector": ["xmm0", "st0"],
          "save": ["rax", "eflags", "rip", "q0", "st0", "xmm0", "cr8"]}


class Processor:
    """One that executes a program, of an instruction at each address from 0x10 on, whenever GDB is told to step."""

    def __init__(self, program: list[Instruction]) -> None:
        self.program = program
        self.at = 0
        self.registers = {"rax": 0, "eflags": 2, "rip": 0x10, "st0": 0, "xmm0": 0}
        self.thread: int | None = 1
        self.asked: list[str] = []
        self.after: dict[int, int | None] = {}      # the thread that GDB has after so many instructions
        self.closes = False

    def selected_thread(self) -> Any:
        return None if self.thread is None else SimpleNamespace(num=self.thread)

    def execute(self, command: str, to_string: bool = False) -> str:
        self.asked.append(command)
        if command == "detach" and self.closes:
            raise fake_gdb.error("Remote communication error.  Target disconnected.: Broken pipe.")
        if command == "stepi":
            self.registers.update(self.program[self.at][1])
            self.at += 1
            self.registers["rip"] += 1
            self.thread = self.after.get(self.at, self.thread)
            if self.closes and self.thread is None:
                raise fake_gdb.error("Remote connection closed")
        return ""

    def newest_frame(self) -> Any:
        architecture = SimpleNamespace(
            registers=lambda group: [SimpleNamespace(name=name) for name in GROUPS[group]],
            disassemble=lambda pc: [{"asm": self.program[pc - 0x10][0]}])
        line = SimpleNamespace(symtab=SimpleNamespace(filename="add.c"), line=8 + self.at)
        return SimpleNamespace(architecture=lambda: architecture, pc=lambda: 0x10 + self.at, name=lambda: "main",
                               find_sal=lambda: line, read_register=lambda name: Register(self.registers[name]))


class Register:
    """A register's value; or of a vector, by their names, the views of a union, or without names an array."""

    def __init__(self, value: int = 0, array: tuple[Register, ...] = (), **views: Register) -> None:
        self.value, self.array, self.views = value, array, views
        kind = fake_gdb.TYPE_CODE_UNION if views else fake_gdb.TYPE_CODE_ARRAY if array else fake_gdb.TYPE_CODE_INT
        self.type = SimpleNamespace(strip_typedefs=lambda: SimpleNamespace(
            code=kind, fields=lambda: [SimpleNamespace(name=name) for name in views],
            range=lambda: (0, len(array) - 1)))

    def __getitem__(self, which: Any) -> Register:
        return self.array[which] if self.array else self.views[which.name]

    def format_string(self, format: str) -> str:
        return f"{self.value:#{format}}"


@pytest.fixture
def registers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with fake_gdb.inside(monkeypatch) as load:
        yield load("registers")


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Instruction]], Processor]:
    def make(program: list[Instruction]) -> Processor:
        made = Processor(program)
        for name in ("selected_thread", "execute", "newest_frame"):
            monkeypatch.setattr(fake_gdb, name, getattr(made, name))
        return made
    return make


def test_each_line_has_the_instruction_and_what_it_changed(registers: Any, processor: Any) -> None:
    made = processor(ADD)
    registers.define()
    registers.Registers().invoke("3", True)
    assert fake_gdb.said == [f"{line}\n" for line in LINES]
    assert made.asked == ["set suppress-cli-notifications on", *["stepi"] * 3, "set suppress-cli-notifications off"]


def test_a_window_goes_into_a_file_and_gdb_leaves(registers: Any, processor: Any, tmp_path: Path) -> None:
    made = processor(ADD)
    registers.leave(2, str(tmp_path / "a file"))
    assert (tmp_path / "a file").read_text().splitlines() == LINES[:2]
    assert made.asked[-1] == "detach" and fake_gdb.said == []


def test_a_program_that_ends_as_gdb_leaves_has_left_its_window(registers: Any, processor: Any, tmp_path: Path) -> None:
    made = processor(ADD)
    made.closes = True
    registers.leave(2, str(tmp_path / "it"))
    assert (tmp_path / "it").read_text().splitlines() == LINES[:2] and made.asked[-1] == "detach"


@pytest.mark.parametrize("closes", [False, True])
def test_the_end_of_the_program_ends_the_window(registers: Any, processor: Any, tmp_path: Path, closes: bool) -> None:
    made = processor(ADD)
    made.after, made.closes = {2: None}, closes
    registers.leave(100, str(tmp_path / "it"))
    assert (tmp_path / "it").read_text().splitlines() == [LINES[0], f"{LINES[1]} : the end"]
    assert "detach" not in made.asked


def test_another_processor_that_stops_ends_the_window(registers: Any, processor: Any) -> None:
    processor(ADD).after = {1: 2}
    assert list(registers.window(3)) == ["0x10 main add.c:8 : mov $0x1,%eax : GDB stopped in thread 2; the window ends "
                                         "here"]


@pytest.mark.parametrize("code", ["hlt", "wfi", "mwait %eax,%ecx"])
def test_what_would_wait_for_an_interrupt_is_not_stepped(registers: Any, processor: Any, code: str) -> None:
    made = processor([ADD[0], (code, {})])
    assert list(registers.window(3)) == [
        LINES[0], f"0x11 main add.c:9 : {code} : waits for an interrupt; the window ends here"]
    assert made.at == 1


def test_an_instruction_of_aarch64_with_that_name_is_stepped(registers: Any, processor: Any) -> None:
    processor([("hlt    #0xf000", {})])
    assert list(registers.window(1)) == ["0x10 main add.c:8 : hlt #0xf000"]


def test_a_vector_is_one_number_where_gdb_has_it(registers: Any) -> None:
    bytes_, one = Register(array=(Register(1), Register(2))), Register(array=(Register(7),))
    wide = Register(array=(Register(8), Register(9)))
    assert registers._whole(Register(v16_int8=bytes_, uint128=Register(5))).value == 5
    assert registers._whole(Register(b=bytes_, q=Register(u=one, s=one))).value == 7
    assert registers._whole(Register(q=Register(u=wide, s=wide), b=bytes_)) is wide, "as SVE has it"
    assert registers._whole(Register(u8=bytes_, u64=Register(6))).value == 6


@pytest.mark.parametrize("argument", ["", "x", "-1", "3 file more"])
def test_a_wrong_argument_is_told_with_a_right_one(registers: Any, processor: Any, argument: str) -> None:
    processor(ADD)
    with pytest.raises(fake_gdb.GdbError, match="such as lkmc-registers 20"):
        registers.Registers().invoke(argument, True)


def test_gdb_ends_with_a_reason_where_there_is_no_window(registers: Any, processor: Any, tmp_path: Path) -> None:
    made = processor(ADD)
    made.thread = None
    registers.leave(1, f"{tmp_path}/file")
    assert made.asked == ["set suppress-cli-notifications on", "set suppress-cli-notifications off", "quit 1"]
    assert fake_gdb.said == ["lkmc: nothing is there to be stepped: it has ended before, or GDB is not attached\n"]


def test_what_cannot_be_done_is_one_line(registers: Any, processor: Any, tmp_path: Path) -> None:
    made = processor(ADD)
    with pytest.raises(fake_gdb.GdbError, match="none/file: No such file or directory"):
        registers.save(1, f"{tmp_path}/none/file")
    made.thread = None
    with pytest.raises(fake_gdb.GdbError, match="nothing is there to be stepped"):
        registers.save(1, f"{tmp_path}/file")
