# SPDX-License-Identifier: GPL-2.0-or-later
"""machine: what board/ARCH/machine.toml says, and what is said of one that is broken."""
from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lkmc import gem5, machine, paths
from lkmc.errors import UserError


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A board folder of its own, with the real one's arm."""
    shutil.copytree(paths.BOARD / "arm", tmp_path / "arm")
    monkeypatch.setattr(paths, "BOARD", tmp_path)
    machine.read.cache_clear()
    machine.arches.cache_clear()
    yield tmp_path
    machine.read.cache_clear()
    machine.arches.cache_clear()


def test_there_are_three_architectures() -> None:
    assert machine.arches() == ("aarch64", "arm", "x86_64")
    assert sorted(machine.ARCH_LETTERS.values()) == sorted(machine.arches())


@pytest.mark.parametrize("arch", machine.arches())
def test_every_board_can_be_read(arch: str) -> None:
    mach = machine.read(arch)
    assert mach.arch == arch and mach.kernels
    assert mach.qemu.program == f"qemu-system-{arch}"
    assert mach.prebuilt.image in [kernel.image for kernel in mach.kernels]
    assert mach.prebuilt.compiler.endswith("-")
    assert not mach.kernels[-1].needs, "the last image is what remains when no option is set"
    hash(mach)      # frozen to the last tuple


def test_a_machine_lacks_what_its_board_says_and_what_it_says_itself() -> None:
    first, second = machine.read("aarch64").gem5
    assert dict(first.lacks).keys() - dict(second.lacks).keys() == {"gic_v3"}
    assert {"psci", "cpus"} <= dict(second.lacks).keys()
    assert {"psci", "gic_v3", "signals", "uname"} <= set(machine.lacks())


def test_gem5_runs_programs_of_every_board_and_machines_of_some() -> None:
    for arch in machine.arches():
        user = machine.read(arch).gem5_user
        assert user and (gem5.SCRIPTS / f"{user.script}.py").is_file() and "signals" in dict(user.lacks)
        for made in machine.read(arch).gem5:
            assert all((gem5.SCRIPTS / f"{script}.py").is_file() for _, script in made.scripts)
    assert machine.read("x86_64").gem5 and machine.read("x86_64").gem5_bare == ()


def test_a_new_architecture_is_a_folder_with_a_machine_toml(board: Path) -> None:
    shutil.copytree(board / "arm", board / "m68k")
    (board / "common").mkdir()
    assert machine.arches() == ("arm", "m68k")
    assert machine.read("m68k").arch == "m68k"


@pytest.mark.parametrize("old, new, said", [
    ("[qemu]", "[qemu", "machine.toml"),
    ("console =", "consul =", "'console'"),
    ("[[kernel]]", "[[kernels]]", "'kernel'"),
    ("program =", "programme =", "programme"),
    ('cpu = "cortex-a15"', "", "cpu"),
    ("[packages]", "[package]", "'packages'"),
    ('image = "zImage"\nentry', 'imago = "zImage"\nentry', "imago"),
    ("[[gem5.machine]]", "[[gem5.machines]]", "machine"),
    ("lacks = {", "lack = {", "'lacks'"),
    ("[gem5.lacks.user]", "[gem5.lacks.users]", "'user'"),
    ("memory = [[", "memory = [0, [", "machine.toml"),
])
def test_a_broken_machine_toml_is_named_with_what_is_wrong(board: Path, old: str, new: str, said: str) -> None:
    path = board / "arm/machine.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UserError) as caught:
        machine.read("arm")
    assert str(path) in str(caught.value) and said in str(caught.value)


@pytest.mark.parametrize("content", [
    b"\xff", b'console = "x"\nqemu = "y"\nkernel = []\npackages = {qemu = "z"}\n', b""])
def test_a_machine_toml_that_is_no_such_thing_is_refused(board: Path, content: bytes) -> None:
    (board / "arm/machine.toml").write_bytes(content)
    with pytest.raises(UserError, match=r"compare it with the other"):
        machine.read("arm")


def test_a_missing_machine_toml_is_refused(board: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        machine.read("vax")
