# SPDX-License-Identifier: GPL-2.0-or-later
"""output: an output folder is read, and what it lacks is named with the command that makes it."""
from __future__ import annotations

import os
import shlex
from pathlib import Path

import fakes
import pytest

from lkmc import machine, output, paths
from lkmc.errors import MissingOutput, UserError
from lkmc.output import Output
from lkmc.run_folder import RunFolder


def test_a_folder_that_is_not_there_names_both_commands_that_make_one(tmp_path: Path) -> None:
    with pytest.raises(MissingOutput, match="no output folder.*scripts/build or scripts/prebuilt"):
        Output.read(tmp_path / "none")


def test_a_folder_without_a_config_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(MissingOutput, match="no output folder"):
        Output.read(tmp_path)


def let_nobody_in(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """Have a function of Path's refuse, as permissions do to all but root."""
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))
    monkeypatch.setattr(Path, function, refuse)


def test_a_folder_that_cannot_be_read_is_there_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = fakes.output_folder(tmp_path)
    let_nobody_in(monkeypatch, "iterdir")
    with pytest.raises(MissingOutput, match=f"^{tmp_path}/build: Permission denied; make it readable"):
        _ = out.linux_build
    let_nobody_in(monkeypatch, "read_text")
    with pytest.raises(MissingOutput, match=f"^{tmp_path} cannot be read: .*; make it readable .* with --output$"):
        Output.read(tmp_path)


def test_an_output_without_a_kernel_names_the_command_that_builds_one(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text('BR2_ARCH="arm"\n')
    with pytest.raises(MissingOutput, match="/build: no kernel was built here; make it with: scripts/build --arch arm"):
        _ = Output.read(tmp_path).linux_build


@pytest.mark.parametrize("content, said", [(b"", "not set"), (b'BR2_ARCH="mips"\n', "BR2_ARCH=mips"),
                                           (b"\xff\xfe", "not a text file"), (b"# BR2_ARCH is not set\n", "not set")])
def test_a_config_of_something_else_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / ".config").write_bytes(content)
    with pytest.raises(MissingOutput, match=said):
        Output.read(tmp_path)


def test_symbols_lose_their_quotes(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path, config='BR2_NAME="a b"\nBR2_NUMBER=3\nBR2_EMPTY=""\n# BR2_OFF is not set\n')
    assert [out.symbol(f"BR2_{name}") for name in ("NAME", "NUMBER", "EMPTY", "OFF", "NAM")] == ["a b", "3", "", "", ""]


@pytest.mark.parametrize("arch", machine.arches())
def test_an_output_knows_its_architecture(tmp_path: Path, arch: str) -> None:
    assert fakes.output_folder(tmp_path, arch).arch == arch


def test_a_missing_image_names_the_command_that_makes_it(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path, images=[])
    with pytest.raises(MissingOutput, match=f"no such file.*scripts/build --arch x86_64 --output {tmp_path}"):
        out.image("rootfs.ext4")


def test_a_prebuilt_folder_is_made_by_scripts_prebuilt(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path, images=[], config="LKMC_PREBUILT=y\n")
    with pytest.raises(MissingOutput, match="scripts/prebuilt --arch x86_64"):
        out.image("rootfs.cpio")
    assert out.how_debug == f"{out.how} --debug-symbols"
    assert out.build == "scripts/build --arch x86_64", "Buildroot refuses this folder"


def test_commands_can_be_pasted_whatever_a_folder_is_called(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path / "my out")
    assert shlex.split(out.build) == ["scripts/build", "--arch", "x86_64", "--output", str(out.path)]
    assert out.how_debug == out.how == f"make it with: {out.build}"
    assert shlex.split(RunFolder.of(out.path, "0").options) == ["--output", str(out.path), "--run-id", "0"]


def test_an_empty_image_is_as_good_as_none(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path)
    (out.images / "rootfs.ext4").write_bytes(b"")
    with pytest.raises(MissingOutput, match="is empty"):
        out.image("rootfs.ext4")


def test_an_image_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path, images=[])
    (out.images / "rootfs.ext4").mkdir()
    with pytest.raises(MissingOutput, match="is a directory"):
        out.image("rootfs.ext4")


def test_an_image_without_permission_is_named_with_the_reason(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = fakes.output_folder(tmp_path)

    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", path)    # root would be let in
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(MissingOutput, match="permission denied"):
        out.image("rootfs.ext4")


@pytest.mark.parametrize("linux_config, images, chosen", [
    ("CONFIG_PVH=y\n", ["vmlinux", "bzImage"], "vmlinux"),
    ("# CONFIG_PVH is not set\n", ["vmlinux", "bzImage"], "bzImage"),
    ("CONFIG_PVH=y\n", ["bzImage"], "bzImage"),
    ("CONFIG_PVHX=y\n", ["vmlinux", "bzImage"], "bzImage"),
])
def test_vmlinux_is_started_only_where_it_has_an_entry_for_it(
        tmp_path: Path, linux_config: str, images: list[str], chosen: str) -> None:
    out = fakes.output_folder(tmp_path, linux_config=linux_config, images=images)
    assert out.kernel(machine.read("x86_64")).name == chosen


def test_no_kernel_at_all_names_the_last_choice(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path, images=[])
    with pytest.raises(MissingOutput, match="bzImage: no such file"):
        out.kernel(machine.read("x86_64"))


def test_the_kernels_build_folder_is_none_of_its_neighbours(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path)
    for name in ("linux-headers-6.12.9", "linux-pam-1.6", "linux-firmware-2025", "linux-tools"):
        (tmp_path / "build" / name).mkdir()
        (tmp_path / "build" / name / ".config").touch()
    assert out.linux_build.name == "linux-6.12.9"


@pytest.mark.parametrize(("version", "name"), [
    ("b5dc6b5b54566bdd117b1fa8d10fc13f56aa19e1", "linux-b5dc6b5b54566bdd117b1fa8d10fc13f56aa19e1"),
    ("topic/speed", "linux-topic_speed"), ("pam", "linux-pam")])
def test_a_git_trees_kernel_is_called_as_its_commit_or_branch(tmp_path: Path, version: str, name: str) -> None:
    out = fakes.output_folder(tmp_path, config=f'BR2_LINUX_KERNEL_VERSION="{version}"\n')
    (tmp_path / "build/linux-6.12.9").rename(tmp_path / "build" / name)
    assert out.linux_build.name == name


def test_of_two_kernels_the_one_configured_last_counts(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path)
    (tmp_path / "build/linux-custom").mkdir()
    (tmp_path / "build/linux-custom/.config").touch()
    os.utime(tmp_path / "build/linux-6.12.9", (1, 1))
    assert out.linux_build.name == "linux-custom"


def test_an_output_without_a_kernel_says_so(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path)
    (tmp_path / "build/linux-6.12.9/.config").unlink()
    with pytest.raises(MissingOutput, match=r"no kernel was built here; make it with: scripts/build"):
        _ = out.linux_build


@pytest.mark.parametrize("line, has", [("CONFIG_A=y", True), ("CONFIG_A=m", True), ("CONFIG_A=n", False),
                                       ("CONFIG_A=yes", False), ("# CONFIG_A is not set", False),
                                       ("XCONFIG_A=y", False)])
def test_a_kernel_option_is_built_in_or_a_module(tmp_path: Path, line: str, has: bool) -> None:
    assert fakes.output_folder(tmp_path, linux_config=f"CONFIG_B=y\n{line}\n").kernel_has("CONFIG_A") is has


def test_the_default_output_is_buildroots_once_it_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "OUT", tmp_path)
    assert output.default("arm") == tmp_path / "arm-prebuilt"
    (tmp_path / "arm/images").mkdir(parents=True)
    assert output.default("arm") == tmp_path / "arm-prebuilt"
    (tmp_path / "arm/images/rootfs.ext4").touch()
    assert output.default("arm") == tmp_path / "arm"


def test_a_given_folder_decides_the_architecture(tmp_path: Path) -> None:
    fakes.output_folder(tmp_path, "arm")
    assert output.find(tmp_path, "x86_64").arch == "arm"
    with pytest.raises(UserError, match="output for arm, not for x86_64"):
        output.find(tmp_path, "x86_64", arch_given=True)


def test_a_folder_is_found_from_where_the_user_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.output_folder(tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    assert output.find(Path("here"), "x86_64").path == tmp_path / "here"
