# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc_gdb: commands in a kernel without debug information, and places in modules; a GDB that is none."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_gdb
import pytest


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with fake_gdb.inside(monkeypatch) as load:
        yield load


def test_without_debug_information_it_is_said_that_there_is_none(inside: Any) -> None:
    commands = inside("tasks").Threads(), inside("modules").LxSymbols()
    for command in commands:
        with pytest.raises(fake_gdb.GdbError, match="no debug information.*scripts/run-gdb says how to get it"):
            command.invoke("", False)


@pytest.mark.parametrize(("names", "where", "location"), [
    ("hello.c", "hello_init", "-source mine/hello.c -function hello_init"),
    ("hello.c", "12", "-source mine/hello.c -line 12"),
    ("super.c", "super.c:12", "-source mine/super.c -line 12"),
    ("super.c", "fill_super", "-function fill_super"),
    ("super.c", "12", "hello.ko is made of several files; write FILE:LINE"),
])
def test_a_module_may_have_several_files(inside: Any, tmp_path: Path, names: str, where: str, location: str) -> None:
    (tmp_path / "hello.ko").write_bytes(f"\0{names}\0hello.mod.c\0".encode())
    try:
        told = inside("modules")._location(tmp_path / "hello.ko", where, "mine")
    except fake_gdb.GdbError as error:
        told = str(error)
    assert told == location
