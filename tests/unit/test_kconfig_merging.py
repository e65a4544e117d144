# SPDX-License-Identifier: GPL-2.0-or-later
"""kconfig.merging: the commands that scripts/bench compares merge the same files, and leave the output alone."""
from __future__ import annotations

from pathlib import Path

import fakes
import kconfig_trees
import pytest

from lkmc import paths
from lkmc.errors import MissingOutput
from lkmc.kconfig import fragment, linux, merging, request


@pytest.fixture
def buildroot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fakes.cache(monkeypatch, tmp_path / "cache")
    return kconfig_trees.buildroot(tmp_path, monkeypatch)


@pytest.fixture
def output(buildroot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output with kernel sources and two files for them."""
    kconfig_trees.kernel(tmp_path / "o", monkeypatch)
    (tmp_path / "base.config").write_text("CONFIG_FEATURE=y\n")
    (tmp_path / "o/linux-set.config").write_text("CONFIG_MENU=y\n")
    (tmp_path / "o/.config").write_text(
        f'BR2_ARCH="aarch64"\n{request.BASE}="{tmp_path}/base.config"\n{request.LIST}="$(BASE_DIR)/linux-set.config"\n')
    return tmp_path / "o"


def test_both_ways_merge_the_defconfig_and_what_will_be_lost(buildroot: Path) -> None:
    ours, theirs = merging.commands(buildroot, None, "arm").values()
    folder = paths.cache() / merging.SCRATCH / "buildroot"
    lost = folder / "lost.config"
    assert lost.read_text() == "BR2_PACKAGE_GDB_SERVER=y\n"
    assert ours[1:] == ["--arch", "arm", "--output", str(folder), "--fragment", str(lost)]
    assert f"{paths.TOP}/configs/lkmc_arm_defconfig {lost} && make " in theirs[-1] and theirs[:2] == ["sh", "-c"]


def test_the_kernel_s_files_are_those_of_the_output_and_one_more(buildroot: Path, output: Path) -> None:
    before = sorted(output.rglob("*"))
    for _ in range(2):      # what the first left behind is no hindrance
        found = merging.commands(buildroot, output, "x86_64")
    folder = paths.cache() / merging.SCRATCH / "linux"
    files = request.kernel_files(fragment.values(fragment.config(folder / ".config")), folder, buildroot)
    assert files == [output.parent / "base.config", output / "linux-set.config", folder / "lost.config"]
    assert [path.read_text() for path in files[1:]] == ["CONFIG_MENU=y\n", "CONFIG_NF_CONNTRACK_FTP=y\n"]
    own, copied = linux.of_output(output), linux.of_output(folder)
    assert own and copied and copied.path.samefile(own.path)
    assert found["Linux: scripts/config"][1:] == ["check", "linux", "--arch", "aarch64", "--output", str(folder)]
    assert f" {' '.join(map(str, files))} && " in found["Linux: merge_config.sh, make"][-1]
    assert len(found) == 4 and sorted(output.rglob("*")) == before


def test_an_output_without_kernel_sources_is_refused_with_the_next_command(
        buildroot: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingOutput, match="no kernel sources in build/; scripts/build linux-patch unpacks them"):
        merging.commands(buildroot, fakes.output_folder(tmp_path / "empty").path, "x86_64")
