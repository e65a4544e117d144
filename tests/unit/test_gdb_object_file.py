# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc_gdb.object_file: modules whose sections have addresses, and where programs were linked to."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_gdb
import pytest

from lkmc import symbol_table
from lkmc.symbol_table import HEADERS, Symbol

ARCHES = ("x86_64", "arm")      # of 64 bits and of 32
LOAD, NOTE = 1, 4


@pytest.fixture
def object_file(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with fake_gdb.inside(monkeypatch) as load:
        yield load("object_file")


def module(path: Path, arch: str, address: int) -> Path:
    """An ELF file whose .text has this address."""
    path.write_bytes(symbol_table.elf([Symbol(address, True, "hello_init")], arch))
    return path


def program(path: Path, arch: str, *segments: tuple[int, int, int]) -> Path:
    """An ELF file with program headers only: of each the kind, the offset in the file and the address."""
    size, number = symbol_table.FORMATS[arch]
    header, form = struct.calcsize(HEADERS[size]), {1: "<IIIIIIII", 2: "<IIQQQQQQ"}[size]
    head = struct.pack(HEADERS[size], b"\x7fELF" + bytes([size, 1, 1]) + bytes(9), 2, number, 1, 0, header, 0, 0,
                       header, struct.calcsize(form), len(segments), 0, 0, 0)
    path.write_bytes(head + b"".join(
        struct.pack(form, kind, *((offset, address) if size == 1 else (5, offset, address)), 0, 0, 0, 0,
                    *((5,) if size == 1 else ())) for kind, offset, address in segments))
    return path


@pytest.mark.parametrize("arch", ARCHES)
def test_a_module_that_gdb_would_take_for_linked_is_copied_without_its_addresses(
        object_file: Any, tmp_path: Path, arch: str) -> None:
    original = module(tmp_path / "hello.ko", arch, 0x28)
    before = original.read_bytes()
    copy = object_file.placeable(original, tmp_path / "work")
    assert copy == tmp_path / "work/hello.ko" and original.read_bytes() == before
    [changed] = [at for at, (old, new) in enumerate(zip(before, copy.read_bytes(), strict=True)) if old != new]
    assert before[changed] == 0x28
    assert object_file.placeable(copy, tmp_path / "again") == copy


@pytest.mark.parametrize("arch", ARCHES)
def test_a_module_without_addresses_is_taken_as_it_is(object_file: Any, tmp_path: Path, arch: str) -> None:
    path = module(tmp_path / "hello.ko", arch, 0)
    assert object_file.placeable(path, tmp_path / "work") == path and not (tmp_path / "work").exists()


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize(("segments", "address"), [
    ([(NOTE, 0, 0x9000), (LOAD, 0x1000, 0x11000), (LOAD, 0, 0x10000)], 0x10000),
    ([(LOAD, 0, 0)], 0),
    ([(LOAD, 0x1000, 0x11000)], 0),
    ([], 0),
])
def test_a_program_begins_where_the_beginning_of_its_file_is(
        object_file: Any, tmp_path: Path, arch: str, segments: list[tuple[int, int, int]], address: int) -> None:
    assert object_file.first_page(program(tmp_path / "hello", arch, *segments)) == address
