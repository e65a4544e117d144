# SPDX-License-Identifier: GPL-2.0-or-later
"""sources and hack: where a package's source tree comes from, and the patch that comes out of it."""
from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path

import fakes
import pytest
from repository import git

from lkmc import buildroot, cli, paths, sources
from lkmc.errors import LkmcError, UserError


@pytest.fixture
def original(tmp_path: Path) -> Path:
    folder = tmp_path / "original"
    folder.mkdir()
    (folder / "main.c").write_text("one\n")
    (folder / ".gitignore").write_text("*.o\nkept.o\n")
    (folder / "kept.o").write_text("in the tarball\n")
    return folder


def test_a_tarball_becomes_a_git_tree_with_all_its_files_and_times(tmp_path: Path, original: Path) -> None:
    with tarfile.open(tmp_path / "l.tar.gz", "w:gz") as tar:
        tar.add(original, "l-1.0")
    target = tmp_path / "src/l"
    sources.fetch(str(tmp_path / "l.tar.gz"), target)
    assert git(target, "ls-files").split() == [".gitignore", "kept.o", "main.c"]
    assert (target / "main.c").stat().st_mtime == pytest.approx((original / "main.c").stat().st_mtime, abs=1)
    assert [path.name for path in target.parent.iterdir()] == ["l"]


def test_a_git_tree_comes_with_its_history_at_the_commit_asked_for(tmp_path: Path, original: Path) -> None:
    git(original, "init", "--quiet", "--initial-branch=main")
    for text in ("1", "2"):
        (original / "main.c").write_text(text)
        git(original, "add", "main.c")
        git(original, "commit", "--quiet", f"--message={text}")
    sources.fetch(f"{original}#main~1", tmp_path / "old")
    sources.fetch(str(original), tmp_path / "new")
    assert (tmp_path / "old/main.c").read_text() == "1" and (tmp_path / "new/main.c").read_text() == "2"
    assert git(tmp_path / "old", "rev-parse", sources.BASE) == git(original, "rev-parse", "main~1")


@pytest.mark.parametrize("source", ["/nonexistent", "nothing"])
def test_what_is_no_source_is_answered_with_what_is(tmp_path: Path, source: str) -> None:
    with pytest.raises(UserError, match="neither a tarball, nor a folder, nor a git tree"):
        sources.fetch(source, tmp_path / "src/x")
    assert list((tmp_path / "src").iterdir()) == [], "nothing half made is left"


def test_a_broken_tarball_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("no tarball")
    with pytest.raises(LkmcError, match="--from"):
        sources.fetch(str(tmp_path / "x.tar"), tmp_path / "src/x")
    assert list((tmp_path / "src").iterdir()) == []


def test_the_patch_holds_all_changes_and_applies_to_the_original(tmp_path: Path, original: Path) -> None:
    tree = tmp_path / "tree"
    sources.fetch(str(original), tree)
    assert sources.patch(tree, "l", "l: nothing") == ""
    (tree / "main.c").write_text("two\n")
    git(tree, "commit", "--quiet", "--all", "--message=a step")
    (tree / "new.c").write_text("new\n")
    (tree / "made.o").write_text("of a build\n")
    made = sources.patch(tree, "l", "l: say two")
    head, _, _ = made.partition("\n---\n")
    assert head.splitlines()[1] == "Subject: [PATCH] l: say two"
    assert "\nUpstream: " in head and "\nSigned-off-by: " in head
    (tmp_path / "l.patch").write_text(made)
    subprocess.run(["patch", "--quiet", "-p1", "-d", original, "-i", tmp_path / "l.patch"], check=True)
    assert (original / "main.c").read_text() == "two\n" and (original / "new.c").read_text() == "new\n"
    assert not (original / "made.o").exists()


@pytest.fixture
def hacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, original: Path) -> Path:
    """An output whose Buildroot knows linux and host-qemu, the one from `original`; paths.TOP is of the test's own."""
    info = json.dumps({"linux": {"virtual": False}, "host-qemu": {"virtual": False}, "toolchain": {"virtual": True}})
    fakes.on_path(monkeypatch, tmp_path / "bin",
                  make=f"case $* in *show-info) echo '{info}';; *) echo HOST_QEMU_OVERRIDE_SRCDIR={original};; esac")
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    monkeypatch.setattr(buildroot, "provide", lambda _: tmp_path)
    output = tmp_path / "o"
    fakes.output_folder(output)
    return output


def test_hack_takes_what_the_output_takes_and_done_prints_the_patch(
        tmp_path: Path, hacked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main("hack", ["--output", str(hacked), "qemu"]) == 0
    assert f"scripts/build --arch x86_64 --output {hacked} host-qemu-rebuild all" in capsys.readouterr().err
    tree = tmp_path / "top/src/qemu"
    assert f"\nHOST_QEMU_OVERRIDE_SRCDIR = {tree}#" in (hacked / "local.mk").read_text()
    (tree / "main.c").write_text("HACKED\n")
    (hacked / "build/host-qemu-custom").mkdir()
    assert cli.main("hack", ["--output", str(hacked), "qemu", "--done", "--subject", "qemu: be hacked"]) == 0
    printed = capsys.readouterr()
    assert "Subject: [PATCH] qemu: be hacked" in printed.out and "+HACKED" in printed.out
    assert " host-qemu-dirclean all" in printed.err and tree.exists() and not (hacked / "local.mk").exists()


@pytest.mark.parametrize("words, said", [
    (["gem5"], "builds no package 'gem5'"), (["qmeu"], "did you mean qemu"), (["toolchain"], "builds no package"),
    (["linux", "--from", "/nonexistent"], "neither a tarball"),
    (["linux", "--done"], "takes no 'linux' from src/, only: nothing; begin with scripts/hack --arch x86_64 --output"),
    (["..", "--done"], "takes no '..' from src/"),
    (["linux", "--done", "--from", "x.tar"], "--from begins a hack and --done ends one"),
    (["linux", "--subject", "x"], "--subject is the patch's, which --done prints")])
def test_hack_says_what_it_cannot_do_and_changes_nothing(
        hacked: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert cli.main("hack", ["--output", str(hacked), *words]) == 125
    printed = capsys.readouterr().err
    assert said in printed and len(printed.splitlines()) == 1
    assert not (hacked / "local.mk").exists()


def test_a_tree_that_is_there_is_not_replaced(
        tmp_path: Path, hacked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "top/src/linux").mkdir(parents=True)
    assert cli.main("hack", ["--output", str(hacked), "linux", "--from", "x.tar"]) == 125
    assert "is there already" in capsys.readouterr().err
    assert cli.main("hack", ["--output", str(hacked), "linux"]) == 0
