# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/config check: what is wrong with a tree's defconfigs and fragments, and where conf and Kconfiglib differ."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import kconfig_trees
import pytest

from lkmc import cli, paths
from lkmc.kconfig import agreement, check, request
from lkmc.kconfig.tree import Computed, LinuxTree

HERE = "$(BR2_EXTERNAL_LKMC_PATH)"
CLEAN = {
    "configs/lkmc_aarch64_defconfig":
        f'BR2_aarch64=y\nBR2_PACKAGE_A=y\nBR2_LINUX_KERNEL_CUSTOM_CONFIG_FILE="{HERE}/board/aarch64/linux.config"\n'
        f'BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES="{HERE}/linux/base.config"\n',
    "configs/fragments/a.config": "BR2_PACKAGE_A_TOOLS=y\nBR2_JOBS=3\n",
    "configs/fragments/own.config":
        "BR2_LINUX_KERNEL_USE_ARCH_DEFAULT_CONFIG=y\n"
        f'BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES="{HERE}/linux/over-own.config"\n',
    "board/aarch64/linux.config": "CONFIG_NUMBER=3\n",
    "linux/base.config": "CONFIG_FEATURE=y\n",
    "linux/deep.config": "CONFIG_MENU=y\nCONFIG_DEEP=y\n",
    # MENU is on in the kernel's own configuration alone.
    "linux/over-own.config": "CONFIG_HOW_C=y\n",
}


class Checkout:
    def __init__(self, folder: Path, buildroot: Path, kernel: Path) -> None:
        self.folder, self.buildroot, self.kernel = folder, buildroot, kernel

    def check(self, files: dict[str, str] | None = None, arches: Sequence[str] = ("aarch64",)) -> check.Found:
        for name, text in {**CLEAN, **(files or {})}.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        return check.everything(self.buildroot, arches, self.kernel)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    tree = kconfig_trees.buildroot(tmp_path, monkeypatch)
    kernel = kconfig_trees.kernel(tmp_path / "o", monkeypatch)
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    return Checkout(tmp_path / "top", tree, kernel)


def test_the_kernels_own_configuration_counts_in_an_output_too(
        checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """DEEP needs MENU, which is on in `make defconfig` alone."""
    (tmp_path / "mine").write_text("CONFIG_FEATURE=y\nCONFIG_DEEP=y\n")
    words = ["--output", str(tmp_path / "o"), "--buildroot", str(checkout.buildroot)]
    settings = ["BR2_LINUX_KERNEL_USE_ARCH_DEFAULT_CONFIG", f'BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES="{tmp_path}/mine"']
    assert cli.main("config", [*words, "--defconfig", "some_defconfig", "--set", settings[0], "--set", settings[1],
                               "--linux-set", "CONFIG_NUMBER=5"]) == 0, capsys.readouterr().err
    assert cli.main("config", ["check", *words]) == 0
    assert capsys.readouterr().err == ""
    settings = [one for one in settings if "DEFAULT" not in one]
    assert cli.main("config", [*words, "--defconfig", "some_defconfig", "--set", *settings,
                               "--linux-set", "CONFIG_NUMBER=5"]) == 1
    assert "mine:2: CONFIG_DEEP=y did not take" in capsys.readouterr().err


def test_a_file_of_buildroots_own_is_found_from_anywhere(
        checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    (checkout.buildroot / "board").mkdir()
    (checkout.buildroot / "board/linux.config").write_text("CONFIG_NUMBER=3\n")
    with (checkout.buildroot / "configs/some_defconfig").open("a") as file:
        file.write('BR2_LINUX_KERNEL_CUSTOM_CONFIG_FILE="board/linux.config"\n')
    monkeypatch.chdir(tmp_path)
    words = ["--output", str(tmp_path / "o"), "--buildroot", str(checkout.buildroot)]
    assert cli.main("config", [*words, "--defconfig", "some_defconfig", "--linux-set", "CONFIG_MENU"]) == 0
    assert cli.main("config", ["check", "linux", *words]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("name, target", [("", ""), ("USE_ARCH_DEFAULT_CONFIG", "make defconfig"),
                                          ("USE_DEFCONFIG", "make multi_v7_defconfig")])
def test_the_kernels_own_configuration_is_one_of_its_targets(name: str, target: str) -> None:
    config = {f"BR2_LINUX_KERNEL_{name}": "y", "BR2_LINUX_KERNEL_DEFCONFIG": '"multi_v7"'}
    layers = request.kernel_layers(config, Path(), Path(), lambda of: f"CONFIG_A={len(of)}\n")
    assert [layer.name for layer in layers] == ([target] if target else [])


def test_nothing_is_said_of_a_clean_tree(checkout: Checkout) -> None:
    found = checkout.check()
    assert found.lines == ("checked aarch64: 3 Buildroot files, kernel fragments by linux-6.12",)
    assert not found.fails


@pytest.mark.parametrize("file, text, said, fails", [
    ("configs/fragments/a.config", "BR2_PACKAGE_X86=y\n",
     "configs/fragments/a.config: no architecture is the one that these need: BR2_PACKAGE_X86 (1)", True),
    ("configs/fragments/a.config", "# about\n# BR2_NONE is not set\n",
     "configs/fragments/a.config: no architecture has these symbols: BR2_NONE (2)", True),
    ("configs/fragments/a.config", "# lkmc: optional=BR2_NONE\n# BR2_NONE is not set\n",
     "configs/fragments/a.config: no architecture has these symbols: BR2_NONE (2)", False),
    ("configs/fragments/a.config", "# BR2_PACKAGE_A_TOOLS is not set\nBR2_JOBS=3\n",
     "configs/fragments/a.config: these only repeat the default: BR2_PACKAGE_A_TOOLS (1)", False),
    ("linux/deep.config", "CONFIG_DEEP=y\n",
     "linux/deep.config:1: CONFIG_DEEP=y did not take (it is not set): it needs CONFIG_MENU (it is n); it takes with "
     "CONFIG_MENU=y [aarch64]", True),
    ("linux/base.config", "CONFIG_FEATURE=y\nCONFIG_MODULES=y\n",
     "linux/base.config: these only repeat the default: CONFIG_MODULES (2)", False),
    ("linux/deep.config", "# lkmc: default=CONFIG_MODULES\nCONFIG_MENU=y\nCONFIG_MODULES=y\nCONFIG_ADDRESS=0x100\n",
     "linux/deep.config: these only repeat the default: CONFIG_ADDRESS (4)", False),
    ("linux/over-own.config", "CONFIG_FOREIGN=y\n",
     "linux/over-own.config:1: CONFIG_FOREIGN=y did not take (it is not set): it needs CONFIG_ARCH_HAS_B (it is n) "
     "[aarch64]", True),
    ("linux/deep.config", "CONFIG_NUMBER=100\n",
     "linux/deep.config:1: 100 is out of range for CONFIG_NUMBER: from 1 to 64 [aarch64]", True),
])
def test_what_is_wrong_with_a_line_is_named(checkout: Checkout, file: str, text: str, said: str, fails: bool) -> None:
    found = checkout.check({file: text})
    assert (found.lines[:-1], found.fails) == ((said,), fails)


def test_a_shared_line_may_be_for_one_architecture(checkout: Checkout) -> None:
    files = {"configs/fragments/a.config": "BR2_PACKAGE_X86=y\n",
             **{name.replace("aarch64", "x86_64"): text.replace("aarch64", "x86_64") for name, text in CLEAN.items()
                if "aarch64" in name}}
    found = checkout.check(files, ("aarch64", "x86_64"))
    assert not [line for line in found.lines if "BR2_PACKAGE_X86" in line]


def test_a_line_that_another_fragment_makes_the_default_is_needed(checkout: Checkout) -> None:
    """HELPER comes with FEATURE; where base.config has that, deep.config may still ask for its own."""
    assert checkout.check({"linux/deep.config": "CONFIG_FEATURE=y\n"}).lines[:-1] == ()


def test_a_difference_between_conf_and_kconfiglib_is_named(
        checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = LinuxTree.compute

    def other(self: LinuxTree, text: str) -> Computed:
        made = compute(self, text)
        return Computed(made.config.replace("CONFIG_ADDRESS=0x100\n", "CONFIG_ADDRESS=0x200\n"), made.tree)
    monkeypatch.setattr(LinuxTree, "compute", other)
    found = checkout.check()
    assert "linux/base.config: conf gives CONFIG_ADDRESS the value 0x200, Kconfiglib 0x100 [aarch64]" in found.lines
    assert found.fails
    monkeypatch.setattr(agreement, "ACCEPTED", {"CONFIG_ADDRESS": "for this test"})
    assert not checkout.check().fails


def test_the_command_ends_with_1_where_a_line_is_lost(
        checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", "--arch", "aarch64", "--buildroot", str(checkout.buildroot), "--linux", str(checkout.kernel)]
    checkout.check()
    assert cli.main("config", words) == 0
    checkout.check({"linux/deep.config": "CONFIG_DEEP=y\n"})
    assert cli.main("config", words) == 1
    assert "linux/deep.config:1: CONFIG_DEEP=y did not take" in capsys.readouterr().out
