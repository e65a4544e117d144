# SPDX-License-Identifier: GPL-2.0-or-later
"""prebuilt: sources are copied and products refreshed so that only what changed is built again."""
from __future__ import annotations

import os
import queue
import threading
from pathlib import Path

import fakes
import pytest

from lkmc import apt, cli, machine, paths, prebuilt
from lkmc.errors import MissingOutput


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A kernel_modules/ of two modules."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("Kbuild", "Makefile", "one.c", "one.h", "one.sh", "two.c"):
        (folder / name).write_text(name)
    return folder


@pytest.fixture
def build(tmp_path: Path, source: Path) -> Path:
    """Where they were built, some time ago."""
    folder = tmp_path / "build"
    prebuilt._copy_sources(source, folder)
    for name in ("one.ko", "one.mod.c", "one.o", "two.ko", "two.mod.c", "two.o", ".two.o.cmd"):
        (folder / name).write_text("built")
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    return folder


def test_sources_that_did_not_change_are_not_touched(source: Path, build: Path) -> None:
    prebuilt._copy_sources(source, build)
    assert all(path.stat().st_mtime == 1 for path in build.iterdir())


def test_a_source_that_changed_is_newer_than_its_products(source: Path, build: Path) -> None:
    (source / "one.c").write_text("changed")
    os.utime(source / "one.c", (0, 0))     # an older file, as from another branch
    prebuilt._copy_sources(source, build)
    assert (build / "one.c").read_text() == "changed"
    assert (build / "one.c").stat().st_mtime > (build / "one.ko").stat().st_mtime


def test_a_removed_source_takes_its_products_with_it(source: Path, build: Path) -> None:
    (source / "two.c").unlink()
    prebuilt._copy_sources(source, build)
    assert not list(build.glob("two.*"))
    assert {path.name for path in build.glob("one.*")} == {"one.c", "one.h", "one.ko", "one.mod.c", "one.o", "one.sh"}


@pytest.mark.parametrize("name", ["Kbuild", "one.h", "one.sh"])
def test_a_removed_file_that_is_no_module_goes_alone(source: Path, build: Path, name: str) -> None:
    (source / name).unlink()
    prebuilt._copy_sources(source, build)
    assert not (build / name).exists() and (build / "one.ko").exists() and (build / "one.mod.c").exists()
    prebuilt._copy_sources(source, build)
    assert (build / "one.c").exists()


def test_generated_sources_are_no_sources(source: Path, build: Path) -> None:
    prebuilt._copy_sources(source, build)
    assert (build / "one.mod.c").read_text() == "built"


def test_a_refreshed_folder_holds_the_files_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "images/lkmc"
    one, two = tmp_path / "one.ko", tmp_path / "two.ko"
    one.write_text("1")
    two.write_text("2")
    prebuilt._refresh(folder, [one, two])
    two.write_text("22")
    prebuilt._refresh(folder, [two])
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"two.ko": "22"}


def test_the_kernel_link_is_the_only_one(tmp_path: Path) -> None:
    for version in ("6.1", "6.12"):
        prebuilt._link(tmp_path / f"linux-{version}", tmp_path)
    assert [path.name for path in tmp_path.glob("linux-*")] == ["linux-6.12"]


def test_a_host_that_cannot_do_it_is_told_to_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(programs: object, yes: bool) -> None:
        raise MissingOutput("no cpio")
    monkeypatch.setattr(apt, "require", missing)
    with pytest.raises(MissingOutput, match="no cpio; instead build one with: scripts/build --arch arm"):
        prebuilt.make(machine.read("arm"), tmp_path / "out", None, False)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_buildroot_made_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.output_folder(tmp_path / "o", "arm")
    before = (tmp_path / "o/.config").read_text()
    assert cli.main("prebuilt", ["--arch", "arm", "--output", str(tmp_path / "o")]) == 125
    assert "o was made by scripts/build; give scripts/prebuilt another folder" in capsys.readouterr().err
    assert (tmp_path / "o/.config").read_text() == before


@pytest.mark.parametrize("words, name", [
    ([], "arm-prebuilt"), (["--kernel", "6.12"], "arm-prebuilt-6.12"), (["--variant", "mine"], "arm-mine"),
    (["--variant", "mine", "--kernel", "6.12"], "arm-mine")])
def test_the_folder_follows_the_kernel_or_is_the_variants(
        monkeypatch: pytest.MonkeyPatch, words: list[str], name: str) -> None:
    made: list[Path] = []
    monkeypatch.setattr(prebuilt, "make", lambda machine, output, series, yes, symbols: made.append(output))
    assert cli.main("prebuilt", ["--arch", "arm", *words]) == 0
    assert made == [paths.OUT / name]


def test_two_at_once_go_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[str] = []
    said: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(prebuilt, "say", said.put)

    def second() -> None:
        with prebuilt.alone(tmp_path):
            inside.append("second")
    with prebuilt.alone(tmp_path):
        other = threading.Thread(target=second)
        other.start()
        assert "waiting for another scripts/prebuilt" in said.get(timeout=60)
        inside.append("first")
    other.join()
    assert inside == ["first", "second"]


def test_debug_information_stays_while_the_kernel_is_the_same(tmp_path: Path) -> None:
    link, debug = tmp_path / "vmlinux.debug", tmp_path / "vmlinux-6.1.0-9"
    debug.touch()
    prebuilt._link_symbols(link, None, "6.1.0-9")
    assert not link.is_symlink()
    prebuilt._link_symbols(link, debug, "6.1.0-9")
    prebuilt._link_symbols(link, None, "6.1.0-9")
    assert link.resolve() == debug
    prebuilt._link_symbols(link, None, "6.1.0-10")
    assert not link.is_symlink()
