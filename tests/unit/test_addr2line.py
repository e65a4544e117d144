# SPDX-License-Identifier: GPL-2.0-or-later
"""addr2line: places in a log, and the questions to the tools."""
from __future__ import annotations

import os
import select
from pathlib import Path

import fakes
import pytest

from lkmc import addr2line, cli
from lkmc.addr2line import Place, Resolver, batches, places

X86 = """\
[    1.0] WARNING: CPU: 0 PID: 58 at ../lkmc-kernel-modules/warn_on.c:25 warn_on_init+0x9/0xff0 [warn_on]
[    1.0] RIP: 0010:warn_on_init+0x9/0xff0 [warn_on]
[    1.0] Call Trace:
[    1.0]  <TASK>
[    1.0]  ? __warn+0x81/0x130
[    1.0]  do_one_initcall+0x58/0x240
"""
READELF = """\
There are 40 section headers, starting at offset 0x5a0:
  [ 0]                   NULL            0000000000000000 000000 000000 00      0   0  0
  [ 3] .init.text        PROGBITS        0000000000000000 000040 000200 00  AX  0   0 16
Symbol table '.symtab' contains 3 entries:
   Num:    Value          Size Type    Bind   Vis      Ndx Name
     1: 0000000000000010    32 FUNC    LOCAL  DEFAULT    3 start
     2: 0000000000000080    64 FUNC    LOCAL  DEFAULT    3 start
     3: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND printk
"""


def test_a_return_address_is_one_behind_its_call() -> None:
    found = [place for line in places(X86.splitlines(), set()) for place in line]
    assert found == [Place("warn_on_init", 9, 0xff0, "warn_on"), Place("warn_on_init", 9, 0xff0, "warn_on"),
                     Place("__warn", 0x80, 0x130), Place("do_one_initcall", 0x57, 0x240)]


def test_where_the_processor_was_is_exact_in_the_backtrace_too() -> None:
    lines = ["pc : f+0x2c/0x40 [m]", "lr : g+0x10/0x40", "Call trace:", " f+0x2c/0x40 [m 0123456789abcdef]",
             " g+0x10/0x40"]
    assert [line[0].offset if line else None for line in places(lines, set())] == [0x2c, 0x0f, None, 0x2c, 0x0f]


def test_where_the_processor_was_is_exact_in_what_comes_later_too() -> None:
    exact: set[Place] = set()
    assert places(["pc : f+0x2c/0x40 [m]"], exact) == places([" f+0x2c/0x40 [m]"], exact)


def test_a_log_is_taken_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, writes = os.pipe()
    taken = batches(reads)
    os.write(writes, b"one\ntwo\n# ")
    assert next(taken) == ["one\n", "two\n", "# "]
    os.write(writes, b"three\n")
    assert next(taken) == ["three\n"]
    monkeypatch.setattr(addr2line, "LONGEST", 0.0)
    os.write(writes, b"fo")
    monkeypatch.setattr(select, "select", lambda *which: (which[0], [], []))     # it never pauses
    assert next(taken) == []
    os.write(writes, b"ur\nfi")
    assert next(taken) == ["four\n"]
    os.close(writes)
    assert list(taken) == [["fi"]]
    os.close(reads)


def test_what_looks_like_a_place_only_from_afar_is_none() -> None:
    assert list(places(["0x10+0x20", "x=+0x10", "f+10", "f + 0x10"], set())) == [[], [], [], []]


def tools(folder: Path, answer: str) -> tuple[str, str]:
    """readelf, and an addr2line that keeps its command and its input in asked."""
    (folder / "readelf.txt").write_text(READELF)
    return (str(fakes.script(folder / "readelf", f"cat {folder}/readelf.txt")),
            str(fakes.script(folder / "addr2line",
                             f"echo \"$*\" >{folder}/asked; cat >>{folder}/asked; echo '{answer}'")))


def test_of_two_functions_of_a_name_the_printed_size_decides(tmp_path: Path) -> None:
    file = tmp_path / "m.ko"
    for place, address in ((Place("start", 4, 0x40, "m"), 0x84), (Place("start", 4, 0x20, "m"), 0x14)):
        answer = f"{address:#x}\nbuildroot/build/a/../x.h:3 (discriminator 2)\n??:?\nbuildroot/build/m.c:9"
        resolver = Resolver(lambda module: file, tools(tmp_path, answer), ("buildroot", "/o"))
        assert resolver.lines([place]) == {place: "/o/build/x.h:3 in /o/build/m.c:9"}
        command, given = (tmp_path / "asked").read_text().splitlines()
        assert command == f"-aie {file} -j .init.text" and given == f"{address:#x}"


def test_what_is_not_known_stays_out(tmp_path: Path) -> None:
    asked = [Place("nothing", 4), Place("start", 0x999), Place("start", 4)]
    for file, answer in ((None, ""), (tmp_path / "vmlinux", "0x14\n??:0")):
        resolver = Resolver(dict.fromkeys(["", "m"], file).get, tools(tmp_path, answer), ("b", "/o"))
        assert resolver.lines(asked) == {}


def test_a_log_passes_through_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                            capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output = fakes.output_folder(tmp_path / "o")
    for name in ("readelf", "addr2line"):
        fakes.script(output.host / "bin" / f"x86_64-linux-{name}", "exit 0")
    log = tmp_path / "log"
    log.write_bytes(b"a\r\n\xff f+0x1/0x2 \xc3\xa9 no newline")
    with log.open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert cli.main("addr2line", ["--output", str(output.path)]) == 0
    assert capfdbinary.readouterr().out == log.read_bytes()


@pytest.mark.parametrize(("place", "said"), [("hello", "is no place"), ("f+0x1 [hello]", "the module hello of")])
def test_a_place_that_cannot_be_found_is_an_error(tmp_path: Path, place: str, said: str,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path / "o")
    for name in ("readelf", "addr2line"):
        fakes.script(output.host / "bin" / f"x86_64-linux-{name}", "exit 0")
    assert cli.main("addr2line", ["--output", str(output.path), place]) == 125
    assert said in capsys.readouterr().err
