# SPDX-License-Identifier: GPL-2.0-or-later
"""variant: an output that is another one but for what was asked, with that one's toolchain, emulator and debugger."""
from __future__ import annotations

import argparse
import importlib
from pathlib import Path

import fakes
import pytest
from repository import git

from lkmc import cli, machine, output, overrides, paths, qemu, variant
from lkmc.commands import build, run
from lkmc.errors import MissingOutput, UserError
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

# What a Buildroot configuration says of the toolchain that it builds.
BUILT = """BR2_TOOLCHAIN_BUILDROOT=y
BR2_TOOLCHAIN_USES_GLIBC=y
BR2_TOOLCHAIN_GCC_AT_LEAST="14"
BR2_TOOLCHAIN_HEADERS_AT_LEAST="6.18"
BR2_TOOLCHAIN_HAS_SSP=y
BR2_INSTALL_LIBSTDCPP=y
"""


def parse(*words: str) -> argparse.Namespace:
    return cli.parse(run, "run", list(words))


def built(path: Path, config: str = BUILT) -> Output:
    base = fakes.output_folder(path, config=config)
    fakes.script(base.host / "bin/x86_64-buildroot-linux-gnu-gcc.br_real", "")
    return base


def test_a_variant_is_an_output_beside_its_base() -> None:
    assert parse("--arch", "A", "--variant", "v6.12").output == paths.OUT / "aarch64-v6.12"


def test_a_variant_and_an_output_exclude_each_other() -> None:
    with pytest.raises(UserError, match="only one of --output and --variant"):
        parse("--variant", "a", "--output", "/o")


@pytest.mark.parametrize("command", sorted(path.stem for path in Path(run.__file__).parent.glob("[a-z]*.py")))
def test_whoever_takes_an_output_takes_a_variant(command: str) -> None:
    names = importlib.import_module(f"lkmc.commands.{command}").OPTIONS
    assert ("output" in names) == ("variant" in names)


@pytest.mark.parametrize("file, words, expected", [
    ('variant = "a"', [], paths.OUT / "x86_64-a"), ('variant = "a"', ["--output", "/o"], Path("/o")),
    ('output = "/o"', ["--variant", "a"], paths.OUT / "x86_64-a")])
def test_the_command_line_wins_over_the_file(tmp_path: Path, file: str, words: list[str], expected: Path) -> None:
    (tmp_path / "f.toml").write_text(file)
    assert parse("--config-file", str(tmp_path / "f.toml"), *words).output == expected


def test_a_file_with_both_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text('variant = "a"\noutput = "/o"')
    with pytest.raises(UserError, match="only one"):
        parse("--config-file", str(tmp_path / "f.toml"))


@pytest.mark.parametrize("name", ["", "..", "-a", "a/b", "a b"])
def test_a_variant_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="not a variant"):
        parse(f"--variant={name}")


def test_a_variant_that_is_not_there_is_answered_with_the_command_that_makes_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "OUT", tmp_path)
    with pytest.raises(MissingOutput, match="scripts/build --arch aarch64 --variant v6.12$"):
        Output.read(output.variant("aarch64", "v6.12"))


def test_a_toolchain_that_the_base_built_becomes_an_external_one(tmp_path: Path) -> None:
    lines = variant.settings(built(tmp_path))
    assert f'BR2_LKMC_BASE="{tmp_path}"' in lines
    assert f'BR2_TOOLCHAIN_EXTERNAL_PATH="{tmp_path}/host"' in lines
    assert 'BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX="x86_64-buildroot-linux-gnu"' in lines
    assert {"BR2_TOOLCHAIN_EXTERNAL_GCC_14=y", "BR2_TOOLCHAIN_EXTERNAL_HEADERS_6_18=y",
            "BR2_TOOLCHAIN_EXTERNAL_CUSTOM_GLIBC=y", "# BR2_TOOLCHAIN_EXTERNAL_CUSTOM_MUSL is not set",
            "BR2_TOOLCHAIN_EXTERNAL_HAS_SSP=y", "BR2_TOOLCHAIN_EXTERNAL_CXX=y",
            "# BR2_TOOLCHAIN_EXTERNAL_OPENMP is not set"} <= set(lines)
    assert not any("WCHAR" in line for line in lines), "asked for with uClibc only"


def test_an_external_toolchain_stays_as_it_is(tmp_path: Path) -> None:
    base = fakes.output_folder(tmp_path, config="BR2_TOOLCHAIN_EXTERNAL=y\n")
    assert not any("TOOLCHAIN" in line for line in variant.settings(base))


def test_a_base_without_a_compiler_is_answered_with_the_command_that_builds_it(tmp_path: Path) -> None:
    with pytest.raises(MissingOutput, match=f"scripts/build --arch x86_64 --output {tmp_path} toolchain"):
        variant.settings(fakes.output_folder(tmp_path, config=BUILT))


def test_the_emulator_is_the_bases_unless_a_version_of_its_own_was_asked_for(tmp_path: Path) -> None:
    base = built(tmp_path / "base")
    mine = fakes.output_folder(tmp_path / "mine", config=f'BR2_LKMC_BASE="{base.path}"\n')
    program = machine.read("x86_64").qemu.program
    assert mine.program(program) == mine.host / "bin" / program
    (mine.host / "bin" / program).unlink()
    argv = qemu.command(RunRequest(), machine.read("x86_64"), mine, RunFolder(tmp_path / "run"))
    assert argv[0] == str(base.host / "bin" / program)
    assert "# BR2_PACKAGE_HOST_QEMU is not set" in variant.settings(base)
    assert "BR2_PACKAGE_HOST_QEMU=y" in variant.settings(base, qemu="10.1.0")


@pytest.mark.parametrize("source, lines", [
    ("6.12.30", ["BR2_LINUX_KERNEL_CUSTOM_VERSION=y", 'BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE="6.12.30"']),
    ("7.0-rc1", ['BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE="7.0-rc1"']),
    ("https://x.org/l-6.1.tar.xz", ["BR2_LINUX_KERNEL_CUSTOM_TARBALL=y",
                                    'BR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION="https://x.org/l-6.1.tar.xz"']),
    ("https://x.org/linux.git#v6.12", ["BR2_LINUX_KERNEL_CUSTOM_GIT=y",
                                       'BR2_LINUX_KERNEL_CUSTOM_REPO_URL="https://x.org/linux.git"',
                                       'BR2_LINUX_KERNEL_CUSTOM_REPO_VERSION="v6.12"'])])
def test_a_kernel_is_a_version_a_tarball_or_a_git_tree(source: str, lines: list[str]) -> None:
    made = variant.linux(source)
    assert set(lines) <= set(made)
    assert len([line for line in made if line.endswith("=y")]) == 1
    assert len([line for line in made if "is not set" in line]) == len(variant.KERNEL_SOURCES) - 1


def test_a_local_tarball_is_named_by_its_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "linux.tar.gz").touch()
    monkeypatch.chdir(tmp_path)
    assert f'BR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION="file://{tmp_path}/linux.tar.gz"' in variant.linux("linux.tar.gz")
    with pytest.raises(UserError, match=r"none.tar: no such tarball"):
        variant.linux("none.tar")


def test_a_branch_of_a_local_tree_is_pinned_to_its_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=one")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert variant.git(f"{tmp_path}#main", "--kernel-version") == (f"file://{tmp_path}", head)
    with pytest.raises(UserError, match=r"has no v9.*git -C .* tag"):
        variant.git(f"{tmp_path}#v9", "--kernel-version")


@pytest.mark.parametrize("source", ["six", "/nonexistent", "https://x.org/linux.git", "#v6"])
def test_what_is_no_kernel_is_answered_with_what_is(source: str) -> None:
    with pytest.raises(UserError, match="a version such as 6.12.30"):
        variant.linux(source)


def test_a_qemu_of_the_same_name_from_elsewhere_is_not_taken_for_this_one(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "TOP", tmp_path)
    for place in ("a/mine", "b/mine"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "file").touch()
    for _ in range(2):
        assert variant.qemu(f"{tmp_path}/a/mine") == overrides.source("qemu", tmp_path / "src/qemu-mine")
    with pytest.raises(UserError, match="/src/qemu-mine is there already, made of .*/a/mine; move it away"):
        variant.qemu(f"{tmp_path}/b/mine")


@pytest.mark.parametrize("words, told", [
    ([], ["--kernel-version", "--qemu-version"]), (["--kernel-version", "6.1", "--qemu-version", "10.1.0"], []),
    (["--kernel-version", "6.1"], ["--qemu-version"])])
def test_a_version_that_the_next_request_leaves_out_is_told(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str],
        told: list[str]) -> None:
    base = built(tmp_path / "base")
    monkeypatch.setattr(variant, "_saved", lambda *_: "")
    for given in (["--kernel-version", "6.12", "--qemu-version", "10.1.0"], words):
        args = cli.parse(build, "build", ["--base", str(base.path), "--output", str(tmp_path / "o"), *given])
        capsys.readouterr()
        variant.wanted(args, tmp_path, tmp_path / "o")
    assert [line.split()[4] for line in capsys.readouterr().err.splitlines()] == told


def test_a_variant_has_no_defconfig_and_that_of_lkmc_toml_gives_way(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text('defconfig = "mine"\n')
    words = ["--config-file", str(tmp_path / "f.toml"), "--variant", "a", "--base", str(tmp_path / "none")]
    with pytest.raises(MissingOutput):
        variant.wanted(cli.parse(build, "build", words), tmp_path, tmp_path / "o")
    with pytest.raises(UserError, match="--defconfig is not for a variant, which has its base's"):
        variant.wanted(cli.parse(build, "build", [*words, "--defconfig", "x"]), tmp_path, tmp_path / "o")


def test_nobodys_checksum_is_asked_of_a_version_of_ones_own(tmp_path: Path) -> None:
    base = built(tmp_path)
    unset = "# BR2_DOWNLOAD_FORCE_CHECK_HASHES is not set"
    assert unset in variant.settings(base, kernel="6.12.30") and unset not in variant.settings(base)


def test_a_qemu_version_is_set_over_the_packages_own() -> None:
    assert variant.qemu("10.1.0") == {"override QEMU_VERSION": "10.1.0"}


def test_another_qemu_is_put_into_src(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "TOP", tmp_path)
    (tmp_path / "src/qemu-mine-1").mkdir(parents=True)
    assert variant.qemu("/x/mine#1") == overrides.source("qemu", tmp_path / "src/qemu-mine-1")
