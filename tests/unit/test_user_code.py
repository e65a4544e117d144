# SPDX-License-Identifier: GPL-2.0-or-later
"""user_code, guest_programs, trace2line: from executed addresses of user space to lines of the files mapped there."""
from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import block_files
import fakes
import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from lkmc import cli, guest_programs, user_code
from lkmc.blocks import Task, Trace

KERNEL = 0xffff800000000000
SHELL, HELLO = b"/bin/busybox", b"/hello.out"
Segment = tuple[int, int, int, int]         # flags, offset in the file, address, size


def elf(path: Path, segments: Sequence[Segment], note: bytes = b"") -> Path:
    """An ELF file that is nothing but program headers, and a note that names its build."""
    headers = [struct.pack("<IIQQQQQQ", 1, flags, offset, address, address, size, size, 0x1000)
               for flags, offset, address, size in segments]
    at = 64 + 56 * (len(headers) + 1)
    headers.append(struct.pack("<IIQQQQQQ", 4, 4, at, 0, 0, len(note), len(note), 4))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9)
                     + struct.pack("<HHIQQQIHHHHHH", 3, 183, 1, 0, 64, 0, 0, 64, 56, len(headers), 64, 0, 0)
                     + b"".join(headers) + note)
    return path


def mapped(path: Path, pieces: Sequence[bytes]) -> list[str]:
    """The files of the blocks."""
    trace = Trace.read(block_files.whole(path, pieces, {0: 0}))
    return ["" if at < 0 else trace.spaces.mappings[at].path for at in user_code.mapping_of(trace).tolist()]


def test_a_block_is_of_the_file_that_was_mapped_last_when_it_was_translated(tmp_path: Path) -> None:
    assert mapped(tmp_path / "t", [
        block_files.space(1), block_files.space(2), block_files.mapping(1, 0x1000, 0x3000, 0, SHELL),
        block_files.mapping(2, 0x1000, 0x2000, 0, HELLO), block_files.blocks([(0x1000, [4]), (0x2ffc, [4])], 1),
        block_files.blocks([(0x1000, [4])], 2), block_files.mapping(1, 0x2000, 0x3000, 0, b"/lib/libc.so"),
        block_files.blocks([(0x2ffc, [4]), (0x1ffc, [4]), (0x3000, [4])], 1), block_files.blocks([(0x1000, [4])], 0),
    ]) == ["/bin/busybox", "/bin/busybox", "/hello.out", "/lib/libc.so", "/bin/busybox", "", ""]


def test_a_forked_address_space_has_the_mappings_of_the_one_it_comes_from(tmp_path: Path) -> None:
    """Whatever ran at the same address last; where the parent is not known, that is the best guess."""
    assert mapped(tmp_path / "t", [
        block_files.space(1), block_files.mapping(1, 0x1000, 0x2000, 0, SHELL),
        block_files.space(2), block_files.mapping(2, 0x1000, 0x2000, 0, HELLO), block_files.space(3, 1),
        block_files.space(4, 3), block_files.space(5), block_files.blocks([(0x1000, [4])], 4),
        block_files.blocks([(0x1000, [4])], 5), block_files.mapping(4, 0x1000, 0x2000, 0, b""),
        block_files.blocks([(0x1004, [4])], 4)]) == ["/bin/busybox", "/hello.out", ""]


def test_an_address_is_found_by_the_segment_that_its_offset_is_in(tmp_path: Path) -> None:
    file = elf(tmp_path / "lib", [(4, 0, 0, 0x100), (5, 0x1000, 0x11000, 0x200), (6, 0x1200, 0x22200, 0x100)])
    address, inside = user_code.elf_address(file, np.array([0x1000, 0x11ff, 0x1200, 0x80, 0x2000], np.uint64))
    assert inside.tolist() == [True, True, False, False, False]
    assert address[:2].tolist() == [0x11000, 0x111ff]
    (tmp_path / "data").write_bytes(b"no ELF file")
    assert not user_code.elf_address(tmp_path / "data", np.array([0], np.uint64))[1].any()


def test_a_stripped_library_names_only_the_functions_that_it_offers(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this host")
    (tmp_path / "a.c").write_text("int offered(void) { return 1; } static __attribute__((used)) int own(void) "
                                  "{ return 2; } static __attribute__((used)) int more(void) { return 3; }")
    library = tmp_path / "a.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(tmp_path / "a.c")], check=True)
    with library.open("rb") as file:
        symbols = {symbol.name: symbol["st_value"] for symbol in
                   ELFFile(file).get_section_by_name(".symtab").iter_symbols()}
    at = np.array([symbols[name] for name in ("offered", "own", "more")], np.uint64)
    assert user_code.named(library, at).tolist() == [True, True, True]
    subprocess.run(["strip", "-s", str(library)], check=True)
    assert user_code.named(library, at).tolist() == [True, False, False]


def test_the_unstripped_file_of_the_same_build_is_found(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path / "out", "aarch64")
    code: list[Segment] = [(5, 0, 0, 0x1000)]
    stripped = elf(out.path / "target/bin/busybox", code, b"build 1 ")
    assert guest_programs.with_symbols(out, "/bin/busybox") == stripped
    elf(out.path / "build/busybox-1.35/busybox", code, b"build 0 ")
    assert guest_programs.with_symbols(out, "/bin/busybox") == stripped, "of another build"
    whole = elf(out.path / "build/busybox-1.36/busybox", code, b"build 1 ")
    assert guest_programs.with_symbols(out, "/bin/busybox") == whole
    hello = elf(out.overlay / "hello.out", code)
    assert guest_programs.with_symbols(out, "/out/hello.out") == hello, "on a file system of another"
    library = elf(out.path / "staging/usr/lib/libc.so.6", code)
    assert guest_programs.with_symbols(out, "/lib/libc.so.6") == library
    assert guest_programs.with_symbols(out, "/usr/bin/[") is None
    fakes.script(out.path / "target/init", "exit 0")
    assert guest_programs.with_symbols(out, "/init") is None, "not an ELF file"


def test_lines_of_user_space_are_written_with_the_tasks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = fakes.output_folder(tmp_path / "out", "aarch64", "CONFIG_DEBUG_INFO=y\nCONFIG_ARM64_PAGE_SHIFT=16\n",
                              images=["vmlinux", "Image"])
    fakes.script(out.host / "bin/aarch64-linux-addr2line",
                 'while read -r a; do echo "f_$a"; echo "/x/build/hello-1/src/hello.c:7 (discriminator 2)"; done')
    elf(out.overlay / "hello.out", [(5, 0x10000, 0x410000, 0x1000)])
    pieces = [block_files.space(1), block_files.mapping(1, 0x700000, 0x710000, 1, HELLO),
              block_files.blocks([(KERNEL, [4, 4])]), block_files.blocks([(0x700010, [4, 4]), (0x800000, [4])], 1),
              block_files.executed(0, [(0, 1)]), block_files.executed(1, [(0, 2)]), block_files.task(0, 57, b"hel\nlo"),
              block_files.executed(0, [(1, 1), (1, 1), (2, 2)]), block_files.task(0, 0, b"swapper/0"),
              block_files.executed(0, [(2, 1)])]
    run = out.path / "run/default"
    run.mkdir(parents=True)
    trace = Trace.read(block_files.whole(run / "blocks.bin", pieces, {0: 9, 1: 4}))
    assert [event for event in trace.events() if isinstance(event, Task)] == [
        Task(0, 57, "hel\nlo"), Task(0, 0, "swapper/0")]
    assert cli.main("trace2line", ["--output", str(out.path), "--run-id", "default"]) == 0
    assert capsys.readouterr().out.split() == [str(run / f"trace-lines-{cpu}.txt") for cpu in (0, 1)]
    first, second = f"f_{KERNEL:#x} src/hello.c:7", f"f_{KERNEL + 4:#x} src/hello.c:7"
    ours = [f"1 hello.out:f_{address:#x} src/hello.c:7" for address in (0x410010, 0x410014)]
    assert (run / "trace-lines-0.txt").read_text().splitlines() == [
        f"1 {first}", f"1 {second}", "0 [task] 57 hel?lo", *ours, *ours, "2 [user]", "0 [task] 0 swapper/0", "1 [user]"]
    assert (run / "trace-lines-1.txt").read_text().splitlines() == 2 * [f"1 {first}", f"1 {second}"]
    assert cli.main("trace2line", ["--output", str(out.path), "--run-id", "default", "--functions"]) == 0
    assert f"1 hello.out:f_{0x410010:#x}\n" in (run / "trace-lines-0.txt").read_text()
