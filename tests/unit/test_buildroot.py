# SPDX-License-Identifier: GPL-2.0-or-later
"""buildroot: the pinned tree is found or cloned, and make's commands are those that are printed."""
from __future__ import annotations

import os
from pathlib import Path

import fakes
import pytest

from lkmc import buildroot, paths
from lkmc.errors import LkmcError, MissingOutput, UserError
from lkmc.machine import arches

LOG = 'echo "${0##*/} $*" >> "$LOG"; '
# A git whose clones are at the commit $HEAD.
GIT = LOG + 'case " $* " in *" clone "*) for last; do :; done; mkdir "$last";; *" rev-parse "*) echo $HEAD;; esac'


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.setenv("HEAD", buildroot.COMMIT)
    fakes.cache(monkeypatch, tmp_path / "cache")
    fakes.on_path(monkeypatch, tmp_path / "bin", git=GIT, make=LOG)
    return tmp_path / "log"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A Buildroot tree of the user's own."""
    fakes.script(tmp_path / "tree/support/kconfig/merge_config.sh", LOG)
    return tmp_path / "tree"


def ran(log: Path) -> list[str]:
    return log.read_text().splitlines()


def test_the_users_own_tree_is_used_at_any_commit(tree: Path, log: Path) -> None:
    assert buildroot.provide(tree) == tree
    assert not log.exists()


def test_a_folder_that_is_no_buildroot_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no Buildroot tree; leave out --buildroot"):
        buildroot.provide(tmp_path)


def test_the_pinned_tree_is_cloned_once(tmp_path: Path, log: Path) -> None:
    for _ in range(2):
        assert buildroot.provide(None) == tmp_path / "cache/lkmc/buildroot"
    [clone] = [line for line in ran(log) if " clone " in line]
    assert f"--branch {buildroot.TAG} {buildroot.URL}" in clone


def test_a_tree_at_another_commit_is_refused_and_left_alone(
        tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEAD", "0123456")
    kept = tmp_path / "cache/lkmc/buildroot/work"
    kept.mkdir(parents=True)
    with pytest.raises(LkmcError, match=f"is at 0123456, not at {buildroot.COMMIT}.*use it by --buildroot"):
        buildroot.provide(None)
    assert kept.exists()


def test_a_folder_that_is_no_clone_is_refused(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEAD", "")
    (tmp_path / "cache/lkmc/buildroot").mkdir(parents=True)
    with pytest.raises(LkmcError, match="is at no commit"):
        buildroot.provide(None)


def test_a_clone_that_fails_names_the_way_out_and_leaves_no_tree(
        tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path / "bin", git="for last; do :; done; mkdir $last; exit 128")
    with pytest.raises(MissingOutput, match=f"could not be cloned from {buildroot.URL}; .*--buildroot DIR"):
        buildroot.provide(None)
    assert not (tmp_path / "cache/lkmc/buildroot").exists()


def test_half_a_clone_of_an_earlier_day_is_no_obstacle(tmp_path: Path, log: Path) -> None:
    (tmp_path / "cache/lkmc/buildroot.part/old").mkdir(parents=True)
    assert not (buildroot.provide(None) / "old").exists()


def test_the_commit_and_the_tag_are_pinned() -> None:
    assert len(buildroot.COMMIT) == 40 and buildroot.TAG[:4].isdigit()


def test_make_is_told_the_output_and_this_external_tree(
        tree: Path, log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    buildroot.make(tree, Path("/o"), "linux-rebuild", "all")
    command = f"make -C {tree} O=/o BR2_EXTERNAL={paths.TOP} linux-rebuild all"
    assert ran(log) == [command]
    assert capfd.readouterr().err == f"+ {command}\n"


def test_a_make_that_fails_says_how_to_go_on(
        tmp_path: Path, tree: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path / "bin", make="exit 2")
    with pytest.raises(LkmcError, match=f"make ended with status 2.*Go on with: make -C {tree} O=/o .* all"):
        buildroot.make(tree, Path("/o"), "all")


@pytest.mark.parametrize("targets, typed", [(["linux-menuconfig"], True), (["busybox-nconfig", "all"], True),
                                            (["olddefconfig"], False), (["all"], False)])
def test_only_an_editor_is_typed_to(
        tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch, targets: list[str], typed: bool) -> None:
    """A question of Kconfig's in the midst of a build has nobody to answer it."""
    fakes.on_path(monkeypatch, tmp_path / "bin", make=f"cat >{tmp_path}/typed")
    reader, writer = os.pipe()
    os.write(writer, b"q")
    os.close(writer)
    before = os.dup(0)
    os.dup2(reader, 0)
    try:
        buildroot.make(tree, Path("/o"), *targets)
    finally:
        os.dup2(before, 0)
        for fd in (before, reader):
            os.close(fd)
    assert (tmp_path / "typed").read_text() == ("q" if typed else "")


@pytest.mark.parametrize("uid, value", [(0, "1"), (1000, "")])
def test_root_may_configure_host_packages_too(
        tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch, uid: int, value: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.delenv("FORCE_UNSAFE_CONFIGURE", raising=False)
    assert buildroot.run(["sh", "-c", 'echo "$FORCE_UNSAFE_CONFIGURE" > "$LOG"']) == 0
    assert log.read_text() == f"{value}\n"


def test_every_architecture_has_a_defconfig() -> None:
    assert [path.name for path in sorted((paths.TOP / "configs").glob("*_defconfig"))] == [
        f"lkmc_{arch}_defconfig" for arch in arches()]
