# SPDX-License-Identifier: GPL-2.0-or-later
"""configured: an output that is there already decides the architecture; a typed one is not taken for another's."""
from __future__ import annotations

from pathlib import Path

import fakes
import kconfig_trees
import pytest

from lkmc import cli, configured, paths
from lkmc.commands import build, run
from lkmc.configured import PREBUILT
from lkmc.errors import UserError


@pytest.fixture
def aarch64(tmp_path: Path) -> Path:
    return fakes.output_folder(tmp_path / "o", "aarch64").path


def test_a_folder_that_is_not_configured_is_for_no_architecture(tmp_path: Path, aarch64: Path) -> None:
    (tmp_path / ".config").write_bytes(b"\xff")
    assert [configured.arch_of(folder) for folder in (tmp_path, tmp_path / "none", aarch64)] == ["", "", "aarch64"]


def test_a_build_is_for_the_architecture_that_the_output_is_for(aarch64: Path) -> None:
    args = cli.parse(build, "build", ["--output", str(aarch64)])
    configured.settle(args)
    assert args.arch == "aarch64"


@pytest.mark.parametrize("script", ["build", "config"])
def test_an_output_does_not_become_another_architectures(
        aarch64: Path, capsys: pytest.CaptureFixture[str], script: str) -> None:
    assert cli.main(script, ["--arch", "arm", "--output", str(aarch64)]) == 125
    assert f"{aarch64} is an output for aarch64, not for arm; leave out --arch or --output" in capsys.readouterr().err
    assert configured.arch_of(aarch64) == "aarch64"


def test_a_setting_keeps_the_outputs_architecture(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    tree = kconfig_trees.buildroot(tmp_path, monkeypatch)
    (tree / "configs/lkmc_arm_defconfig").write_text("BR2_arm=y\n")
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    words = ["--buildroot", str(tree), "--output", str(tmp_path / "new")]
    assert cli.main("config", [*words, "--arch", "arm"]) == 0
    assert cli.main("config", [*words, "--set", "BR2_JOBS=2"]) == 0
    assert configured.arch_of(tmp_path / "new") == "arm", capsys.readouterr().err


@pytest.mark.parametrize("words, taken", [([], True), (["--arch", "A"], True), (["--arch", "arm"], False)])
def test_the_output_of_lkmc_toml_gives_way_to_another_architecture(
        tmp_path: Path, aarch64: Path, words: list[str], taken: bool) -> None:
    (tmp_path / "f.toml").write_text(f'output = "{aarch64}"\n')
    args = cli.parse(run, "run", ["--config-file", str(tmp_path / "f.toml"), *words])
    assert args.output == (aarch64 if taken else None)


def test_a_typed_output_does_not() -> None:
    with pytest.raises(UserError, match="/o is an output for arm, not for aarch64; leave out --arch or --output"):
        configured.refuse_other(Path("/o"), "arm", "aarch64", True)


@pytest.mark.parametrize("words", [
    ["build", "--output", "o"], ["config", "--output", "o", "--set", "BR2_JOBS=1"], ["hack", "--output", "o", "linux"],
    ["build", "--output", "new", "--base", "o"]])
def test_buildroot_is_kept_out_of_a_prebuilt_output(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    tree = kconfig_trees.buildroot(tmp_path, monkeypatch)
    config = (fakes.output_folder(tmp_path / "o", "aarch64", config=f"{PREBUILT}\n").path / ".config")
    before = config.read_text()
    monkeypatch.chdir(tmp_path)
    assert cli.main(words[0], [*words[1:], "--buildroot", str(tree)]) == 125
    said = capsys.readouterr().err
    assert "was made of the distro's packages by scripts/prebuilt" in said and "scripts/build --arch aarch64\n" in said
    assert config.read_text() == before


def test_a_prebuilt_output_of_lkmc_toml_gives_way(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(f'output = "{fakes.output_folder(tmp_path / "o", config=PREBUILT).path}"\n')
    args = cli.parse(build, "build", ["--config-file", str(tmp_path / "f.toml")])
    configured.settle(args)
    assert args.output is None and args.variant is None
