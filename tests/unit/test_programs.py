# SPDX-License-Identifier: GPL-2.0-or-later
"""programs: what a user's name for a program means, what is no program, and what make says."""
from __future__ import annotations

import contextlib
import struct
from argparse import Namespace
from pathlib import Path

import fakes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lkmc import paths, programs
from lkmc.errors import MissingOutput, UserError
from lkmc.output import Output
from lkmc.programs import Tree

NAMES = ("c/hello.c", "c/print.c", "cpp/hello_cpp.cpp", "posix/print.c", "lib/start.S", "arch/arm/add.S",
         "arch/aarch64/add.S", "arch/arm/svc.c")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.setattr(paths, "TOP", tmp_path)
    for name in NAMES:
        (tmp_path / "examples" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "examples" / name).touch()
    return Tree("examples", ".elf")


def elf(path: Path, machine: int = 183, kind: int = 2, interpreter: str = "") -> Path:
    """A 64-bit ELF file with headers and nothing else."""
    name = interpreter.encode() + b"\0"
    program = struct.pack("<IIQQQQQQ", 3, 4, 120, 0, 0, len(name), len(name), 1) if interpreter else b""
    path.write_bytes(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", kind, machine, 1, 0, 64, 0, 0, 64, 56,
                                 1 if interpreter else 0, 64, 0, 0) + program + (name if interpreter else b""))
    return path


@pytest.mark.parametrize("text", ["hello", "hello.c", "c/hello", "examples/c/hello.c", "hello.elf", "examples/c/hello"])
def test_a_program_has_many_names(tree: Tree, text: str) -> None:
    assert tree.name(text, "arm") == "c/hello"


def test_a_program_is_named_from_where_the_user_is(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree.path / "arch/arm")
    assert tree.name("svc.c", "arm") == tree.name(str(tree.path / "arch/arm/svc.c"), "arm") == "arch/arm/svc"


def test_an_architecture_has_its_own_programs(tree: Tree) -> None:
    assert tree.name("add", "arm") == "arch/arm/add"
    assert tree.name("add", "aarch64") == "arch/aarch64/add"
    assert not any(name.startswith("lib/") for name in tree.sources("arm"))


@pytest.mark.parametrize(("text", "said"), [
    ("print", "'print' is the name of 2 programs: write c/print or posix/print"),
    ("hallo", r"no program 'hallo' for aarch64 in examples/ \(did you mean hello"),
    ("xyzzy", "no program 'xyzzy' for aarch64 in examples/; see "),
    ("svc", "examples/ has 'svc' for arm, not for aarch64: give --arch arm"),
    ("arch/arm/add.S", "examples/ has 'arch/arm/add.S' for arm, not for aarch64: give --arch arm"),
    ("", "no program ''"),
    ("arch/aarch64/hello", r"no program 'arch/aarch64/hello' for aarch64 in examples/ \(did you mean c/hello\?\)$"),
    ("/none/hello.c", "/none/hello.c: no program of that path, and no source of examples/; see "),
    ("/", "/: no program of that path"),
])
def test_a_name_that_means_nothing_is_told_from_one_that_means_much(tree: Tree, text: str, said: str) -> None:
    with pytest.raises(UserError, match=f"^{said}"):
        tree.name(text, "aarch64")


@given(text=st.text())
def test_no_name_is_a_surprise(text: str) -> None:
    with contextlib.suppress(UserError):
        assert Tree("userland", ".out").name(text, "arm") in Tree("userland", ".out").sources("arm")


def test_a_path_is_a_program_as_it_is_unless_it_is_a_source(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "hello").touch()
    assert programs.as_it_is(f"{tmp_path}/hello") == tmp_path / "hello"
    assert programs.as_it_is("hello") is None
    assert programs.as_it_is(str(tree.path / "c/hello.c")) is None
    assert programs.as_it_is(f"{tmp_path}/none") is None


def test_a_program_says_what_it_needs(tmp_path: Path) -> None:
    assert programs.check(elf(tmp_path / "a"), "aarch64").interpreter == ""
    assert programs.check(elf(tmp_path / "b", interpreter="/lib/ld.so"), "aarch64").interpreter == "/lib/ld.so"


@pytest.mark.parametrize(("machine", "said"), [
    (62, "a program for x86_64, not for aarch64; give --arch x86_64"),
    (243, "a program for EM_RISCV, 64 bits, not for aarch64; choose one for aarch64, arm, x86_64"),
    (65000, "a program for 65000, 64 bits, not for aarch64"),
])
def test_a_program_of_another_architecture_is_refused(tmp_path: Path, machine: int, said: str) -> None:
    with pytest.raises(UserError, match=said):
        programs.check(elf(tmp_path / "a", machine), "aarch64")


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x02\x01\x01" + b"\xff" * 57,
                                  b"\x7fELF\x07" + b"\0" * 90])
def test_what_is_no_program_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(UserError, match="a: not an ELF program|a: an ELF file, but no program|a: a program for"):
        programs.check(tmp_path / "a", "aarch64")


def test_an_object_file_is_no_program(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="an ELF file, but no program"):
        programs.check(elf(tmp_path / "a.o", kind=1), "aarch64")


@given(data=st.binary(max_size=300), cut=st.integers(0, 200))
def test_no_file_is_a_surprise(tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int) -> None:
    path = elf(tmp_path_factory.getbasetemp() / "broken", interpreter="/lib/ld.so")
    path.write_bytes(path.read_bytes()[:cut] + data)
    with contextlib.suppress(UserError):
        programs.read(path)


def test_the_prebuilt_folder_is_begun_where_there_is_no_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "OUT", tmp_path)
    args = Namespace(output=None, arch="arm", typed=frozenset(("arch",)), dry_run=True)
    assert programs.home(args).arch == "arm" and not (tmp_path / "arm-prebuilt").exists()
    begun = programs.home(Namespace(output=None, arch="x86_64", typed=frozenset()), "arm")
    assert (begun.path, begun.arch, begun.prebuilt) == (tmp_path / "arm-prebuilt", "arm", True)
    assert Output.read(begun.path) == begun
    with pytest.raises(MissingOutput, match="no output folder"):
        programs.home(Namespace(output=tmp_path / "none", arch="arm", typed=frozenset()))


def test_a_build_that_fails_names_the_first_error_and_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path, make="echo ok; echo 'a.c:1: error: one'; echo 'a.c:2: error: two' >&2; exit 2")
    with pytest.raises(MissingOutput) as caught:
        programs.make(["all"], tmp_path / "log")
    assert str(caught.value) == f"a.c:1: error: one; see {tmp_path}/log"
    assert (tmp_path / "log").read_text().splitlines()[0] == "ok"


def test_a_program_that_cannot_be_linked_names_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path, make="echo 'a.c:1: undefined reference to `f'; echo 'error: ld'; exit 2")
    with pytest.raises(MissingOutput, match="^a.c:1: undefined reference to `f; see "):
        programs.make(["all"], tmp_path / "log")


def test_a_build_that_fails_without_a_word_still_names_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path, make="exit 2")
    with pytest.raises(MissingOutput, match="make failed; see "):
        programs.make(["all"], tmp_path / "log")
