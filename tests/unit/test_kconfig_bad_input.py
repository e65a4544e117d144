# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/config with input that is none: one line with file, line and what is wrong, and the output is as before."""
from __future__ import annotations

from pathlib import Path

import kconfig_trees
import pytest

from lkmc import cli, paths
from lkmc.kconfig import fragment

KEPT = ("BR2_JOBS=4", "CONFIG_NUMBER=3")        # what the output was configured with
FILES = {
    "prose": "\nhello\n", "number": "BR2_JOBS=x\n", "range": "\n\nBR2_JOBS=100\n", "type": "BR2_PACKAGE_A=m\n",
    "linux": "CONFIG_A=y\n", "br2": "BR2_JOBS=1\n", "linux-prose": "CONFIG_A=y\nCONFIG_B\n",
    "linux-range": "CONFIG_MENU=y\nCONFIG_NUMBER=65\n", "linux-type": "CONFIG_MENU=m\n",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Buildroot, a configured output `o` with a kernel, and files to be wrong about."""
    tree = kconfig_trees.buildroot(tmp_path, monkeypatch)
    kconfig_trees.kernel(tmp_path / "o", monkeypatch)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "binary").write_bytes(b"BR2_JOBS=1\n\xff\xfe\0\n")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert config(tmp_path, "--set", KEPT[0], "--linux-set", KEPT[1]) == 0
    assert tree.is_dir()
    return tmp_path


def config(here: Path, *words: str) -> int:
    defaults = ["--buildroot", str(here / "buildroot")]
    if words[0].startswith("-"):
        defaults += ["--defconfig", "some_defconfig"]
    return cli.main("config", ["--arch", "aarch64", "--output", str(here / "o"), *defaults, *words])


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("option, value, said", [
    ("--fragment", "prose", "prose:2: 'hello' is no assignment; write BR2_NAME=VALUE"),
    ("--fragment", "number", "number:1: 'x' is no value for BR2_JOBS"),
    ("--fragment", "range", "range:3: 100 is out of range for BR2_JOBS: from 0 to 99"),
    ("--fragment", "type", "type:1: BR2_PACKAGE_A is a bool, and m is none"),
    ("--fragment", "linux", "linux:1: CONFIG_A is a symbol of Linux"),
    ("--fragment", "folder", "folder: a folder, not a fragment"), ("--fragment", "binary", "binary:2: not text"),
    ("--fragment", "none", "none: no such file or directory; ours are in configs/fragments/"),
    ("--set", "BR2_JOBS=a b", "write y, m, n, a number, or a string in quotes (--set 'BR2_JOBS=\"a b\"')"),
    ("--set", "hello=1", "--set hello=1: 'hello=1' is no assignment"),
    ("--set", "BR2_JOBS=100", "--set BR2_JOBS=100: 100 is out of range"),
    ("--set", "BR2_PACKAGE_A=3", "BR2_PACKAGE_A is a bool, and 3 is none"),
    ("--linux-fragment", "linux-prose", "linux-prose:2: 'CONFIG_B' is no assignment; write CONFIG_NAME=VALUE"),
    ("--linux-fragment", "linux-range", "linux-range:2: 65 is out of range for CONFIG_NUMBER: from 1 to 64"),
    ("--linux-fragment", "linux-type", "linux-type:1: CONFIG_MENU is a bool, and m is none"),
    ("--linux-fragment", "br2", "br2:1: BR2_JOBS is a symbol of Buildroot"),
    ("--linux-fragment", "folder", "folder: a folder, not a fragment"),
    ("--linux-fragment", "binary", "binary:1: BR2_JOBS is a symbol of Buildroot"),
    ("--linux-fragment", "none", "none: no such file or directory; ours are in linux/"),
    ("--linux-set", "CONFIG_NUMBER=0", "--linux-set CONFIG_NUMBER=0: 0 is out of range"),
    ("--linux-set", "CONFIG_NAME=y", "CONFIG_NAME is a string, and y is none"),
    ("--linux-set", "BR2_JOBS=3", "BR2_JOBS is a symbol of Buildroot"),
    ("--defconfig", "folder", "--defconfig folder: no such defconfig"),
    ("--defconfig", "binary", "binary:2: not text"), ("--defconfig", "prose", "prose:2: 'hello' is no assignment"),
])
def test_what_cannot_be_written_leaves_the_output_as_it_was(
        here: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, said: str) -> None:
    before = content(here / "o")
    capsys.readouterr()
    if value == "binary" and option == "--linux-fragment":
        (here / "binary").write_bytes(b"CONFIG_A=y\n\xff\n")
        said = "binary:2: not text"
    assert config(here, option, value) == 125
    told = capsys.readouterr()
    assert said in told.err and told.err.startswith("scripts/config: ") and told.err.count("\n") == 1
    assert told.out == "" and content(here / "o") == before


@pytest.mark.parametrize("words, said", [
    (["explain", "JOBS"], "write it as BR2_JOBS for Buildroot's symbol"),
    (["explain", "BR2_JOBBS"], "BR2_JOBBS: there is no such symbol in this tree; near it are BR2_JOBS"),
    (["explain", "CONFIG_FEATUER", "--enable"], "near it are CONFIG_FEATURE"),
    (["explain"], "is no question"), (["explain", "BR2_A", "BR2_B"], "is no question"),
    (["diff", "o", "binary"], "binary: not text; name an output folder or a .config"),
    (["diff", "o", "folder"], "folder/.config: no such file or directory; name an output folder or a .config"),
    (["diff", "none", "o"], "none: no such file or directory"), (["diff", "o"], "is no question"),
    (["save", "busybox"], "save busybox: choose buildroot or linux"), (["save"], "is no question"),
    (["check", "busybox"], "check busybox: choose buildroot or linux"),
    (["explain", "BR2_JOBS", "--set", "BR2_A"], "--set is nothing to scripts/config explain; leave it out"),
    (["save", "linux", "--linux", "folder"], "--linux is nothing to scripts/config save"),
    (["--enable"], "--enable is nothing to scripts/config without a question"),
])
def test_a_question_that_makes_no_sense_is_refused(
        here: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    before = content(here / "o")
    capsys.readouterr()
    assert config(here, *words) == 125
    told = capsys.readouterr()
    assert said in told.err and told.err.count("\n") == 1 and content(here / "o") == before


QUESTIONS = (["explain", "BR2_JOBS"], ["explain", "BR2_JOBS", "--enable"], ["save", "buildroot"], ["check"])


@pytest.mark.parametrize("words", QUESTIONS, ids="-".join)
def test_a_question_about_what_is_no_output_is_refused(
        here: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    for folder, said in (("folder", "folder: no output folder; configure one with scripts/config"),
                         ("broken", "broken/.config: not text")):
        (here / "broken").mkdir(exist_ok=True)
        (here / "broken/.config").write_bytes(b"BR2_ARCH=\xff\n")
        capsys.readouterr()
        assert config(here, *words, "--output", folder) == 125
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", QUESTIONS, ids="-".join)
def test_a_question_about_an_output_whose_fragment_was_spoiled_names_the_line(
        here: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    (here / "mine").write_text("BR2_JOBS=5\n")
    assert config(here, "--fragment", "mine") == 0
    (here / "mine").write_text("BR2_JOBS=5\nand so on\n")
    before = content(here / "o")
    capsys.readouterr()
    assert config(here, *words) == 125
    assert "mine:2: 'and so on' is no assignment" in capsys.readouterr().err and content(here / "o") == before


def test_check_names_the_line_of_a_fragment_of_ours(
        here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(paths, "TOP", here)
    (here / "configs/fragments").mkdir(parents=True)
    (here / "configs/lkmc_aarch64_defconfig").write_text("BR2_aarch64=y\n")
    (here / "configs/fragments/bad.config").write_text("BR2_PACKAGE_A=y\nhello\n")
    assert cli.main("config", ["check", "--arch", "aarch64", "--buildroot", str(here / "buildroot")]) == 125
    assert "configs/fragments/bad.config:2: 'hello' is no assignment" in capsys.readouterr().err


def test_a_lost_request_to_the_kernel_is_told_with_its_reason(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert config(here, "--linux-set", "CONFIG_DEEP") == 1
    assert capsys.readouterr().err.startswith(
        "--linux-set CONFIG_DEEP: CONFIG_DEEP=y did not take (it is not set): it needs CONFIG_MENU (it is n) and "
        "CONFIG_FEATURE (it is n); it takes with CONFIG_MENU=y CONFIG_FEATURE=y\n")


@pytest.mark.parametrize("name, option", [("BR2_PACKAGE_A_TOOLS", "--set"), ("CONFIG_DEEP", "--linux-set")])
def test_set_takes_what_enable_prints(
        here: Path, capsys: pytest.CaptureFixture[str], name: str, option: str) -> None:
    assert config(here, "--set", "BR2_PACKAGE_A=n") == 0
    capsys.readouterr()
    assert config(here, "explain", name, "--enable") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1 and f"{name}=y" in lines
    assert config(here, *(word for line in lines for word in (option, line))) == 0
    told = capsys.readouterr()
    assert "did not take" not in told.err
    file = "linux-set.config" if option == "--linux-set" else ".config"
    assert set(lines) <= set((here / "o" / file).read_text().splitlines())
    assert fragment.values((here / "o/.config").read_text())["BR2_ARCH"] == '"aarch64"'
