# SPDX-License-Identifier: GPL-2.0-or-later
"""kconfig.write: an output's configuration is written in layers, or not at all; scripts/config and scripts/build say
what of it did not take."""
from __future__ import annotations

from pathlib import Path

import kconfig_trees
import pytest

from lkmc import buildroot, cli, paths
from lkmc.commands import build
from lkmc.errors import LkmcError, UserError
from lkmc.kconfig import fragment, request
from lkmc.kconfig.request import ConfigRequest
from lkmc.kconfig.write import configure, write

LIST = "BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kconfig_trees.buildroot(tmp_path, monkeypatch)


def written(output: Path) -> dict[str, str]:
    return fragment.values((output / ".config").read_text())


def make_fragment(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_settings_win_over_fragments_and_those_over_the_defconfig(tree: Path, tmp_path: Path) -> None:
    files = [make_fragment(tmp_path / name, text) for name, text in (
        ("1", "BR2_JOBS=1\nBR2_arm=y\nBR2_PACKAGE_A_TOOLS=y\n"), ("2", "BR2_JOBS=2\n"))]
    missing, notes = write(tree, tmp_path / "o", ConfigRequest("some_defconfig", tuple(files), ("BR2_JOBS=3",)))
    values = written(tmp_path / "o")
    assert values["BR2_JOBS"] == "3" and values["BR2_arm"] == "y" and values["BR2_PACKAGE_A_TOOLS"] == "y"
    assert values["BR2_DEFCONFIG"] == f'"{tree}/configs/some_defconfig"'
    assert [(one.request.name, one.fails) for one in missing] == [("BR2_aarch64", False)] and notes == []


def test_what_did_not_take_is_returned_and_the_rest_written(tree: Path, tmp_path: Path) -> None:
    wanted = ConfigRequest("some_defconfig", (), ("BR2_PACKAGE_A=n", "BR2_PACKAGE_A_TOOLS", "BR2_PACKAGE_X86"))
    missing, _ = write(tree, tmp_path / "o", wanted)
    assert [str(one) for one in missing] == [
        "--set BR2_PACKAGE_A_TOOLS: BR2_PACKAGE_A_TOOLS=y did not take (it is not set): it needs BR2_PACKAGE_A (it is "
        "n); it takes with BR2_PACKAGE_A=y",
        # Another architecture is no remedy.
        "--set BR2_PACKAGE_X86: BR2_PACKAGE_X86=y did not take (it is not set): it needs BR2_x86_64 (it is n)"]
    assert written(tmp_path / "o")["BR2_PACKAGE_A"] == "n"


def test_a_build_does_not_begin_when_a_request_is_lost_nor_the_next_without_it(tree: Path, tmp_path: Path) -> None:
    write(tree, tmp_path / "o", ConfigRequest("some_defconfig", (), ("BR2_JOBS=4",)))
    before = {path.name: path.read_bytes() for path in (tmp_path / "o").iterdir()}
    with pytest.raises(LkmcError, match="BR2_PACKAGE_X86=y did not take .*; nothing was built"):
        configure(tree, tmp_path / "o", ConfigRequest("some_defconfig", (), ("BR2_PACKAGE_X86",)))
    assert {path.name: path.read_bytes() for path in (tmp_path / "o").iterdir()} == before


def test_what_the_next_request_leaves_out_is_told(tree: Path, tmp_path: Path) -> None:
    mine = make_fragment(tmp_path / "mine", "BR2_PACKAGE_A_TOOLS=y\n")
    write(tree, tmp_path / "o", ConfigRequest("some_defconfig", (mine,), ("BR2_JOBS=4",), (), ("CONFIG_A=y",)))
    _, notes = write(tree, tmp_path / "o", ConfigRequest("some_defconfig", (), ("BR2_JOBS=5",)))
    assert notes == [f"{tmp_path}/o was configured with --fragment {mine} --linux-set CONFIG_A=y before, which is left "
                     f"out now; give it again to keep it (the former .config is .config.old)"]
    assert write(tree, tmp_path / "o", ConfigRequest("some_defconfig", (), ("BR2_JOBS=5",)))[1] == []


@pytest.mark.parametrize("name, absolute", [("some_defconfig", False), ("./mine", True), ("/x/mine", True)])
def test_a_defconfig_by_its_path_is_found_from_elsewhere(name: str, absolute: bool) -> None:
    wanted = ConfigRequest.of(cli.parse(build, "build", ["--defconfig", name]))
    assert wanted.defconfig == (str(Path(name).absolute()) if absolute else name)


def test_what_lkmc_toml_asks_for_is_done_once_and_not_over_an_edit(
        tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buildroot, "make", lambda *_: None)
    file = tmp_path / "f.toml"
    words = ["--yes", "--buildroot", str(tree), "--output", str(tmp_path / "o"), "--config-file", str(file), "some"]
    jobs = []
    for setting in ("BR2_JOBS=4", "BR2_JOBS=4", "BR2_JOBS=5"):
        file.write_text(f'defconfig = "some_defconfig"\nset = ["{setting}"]\n')
        assert cli.main("build", words) == 0
        jobs.append(written(tmp_path / "o")["BR2_JOBS"])
        config = (tmp_path / "o/.config").read_text()
        (tmp_path / "o/.config").write_text(config.replace("BR2_JOBS=4", "BR2_JOBS=9"))
    assert jobs == ["4", "9", "5"]


@pytest.mark.parametrize("text, said", [
    ("BR2_JOBS=x\n", "bad:1: 'x' is no value"), ("\nhello\n", "bad:2: 'hello' is no assignment"),
    ("BR2_JOBS=100\n", "bad:1: 100 is out of range for BR2_JOBS: from 0 to 99"),
    ("BR2_PACKAGE_A=m\n", "bad:1: BR2_PACKAGE_A is a bool, and m is none"), ("BR2_JOBS=y", "BR2_JOBS is an int")])
def test_bad_input_leaves_the_output_as_it_was(tree: Path, tmp_path: Path, text: str, said: str) -> None:
    output = tmp_path / "o"
    write(tree, output, ConfigRequest("some_defconfig"))
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    with pytest.raises(UserError, match=said):
        write(tree, output, ConfigRequest("some_defconfig", (make_fragment(tmp_path / "bad", text),), ("BR2_JOBS=4",)))
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


def test_kernel_fragments_are_added_to_the_list(tree: Path, tmp_path: Path) -> None:
    output, mine = tmp_path / "o", make_fragment(tmp_path / "mine", "CONFIG_A=y\n")
    base = make_fragment(tmp_path / "b", f'{LIST}="/base"\n')
    wanted = ConfigRequest("some_defconfig", (base,), (), (str(paths.TOP / "linux/kgdb.config"), mine), ("CONFIG_B=m",))
    missing, _ = write(tree, output, wanted)
    assert written(output)[LIST] == (
        f'"/base $(BR2_EXTERNAL_LKMC_PATH)/linux/kgdb.config {mine} $(BASE_DIR)/linux-set.config"')
    assert missing == []
    assert fragment.values((output / "linux-set.config").read_text()) == {"CONFIG_B": "m"}
    assert request.kernel_files(written(output), output, tree) == [
        Path("/base"), paths.TOP / "linux/kgdb.config", Path(mine), output / "linux-set.config"]
    write(tree, output, ConfigRequest("some_defconfig"))
    assert not (output / "linux-set.config").exists() and written(output)[LIST] == '""'


def test_a_kernel_fragment_that_is_in_the_list_already_is_merged_once_where_it_was_asked_for_last(
        tree: Path, tmp_path: Path) -> None:
    mine = make_fragment(tmp_path / "mine", "CONFIG_A=y\n")
    base = make_fragment(tmp_path / "b", f'{LIST}="{mine} /other"\n')
    write(tree, tmp_path / "o", ConfigRequest("some_defconfig", (base,), (), (mine,)))
    assert written(tmp_path / "o")[LIST] == f'"/other {mine}"'


def test_a_built_kernel_is_configured_anew_when_other_files_are_asked_for_and_not_otherwise(
        tree: Path, tmp_path: Path) -> None:
    output, mine = tmp_path / "o", make_fragment(tmp_path / "mine", "CONFIG_A=y\n")
    stamp, settings = output / "build/linux-6.12/.stamp_dotconfig", output / "linux-set.config"
    stamp.parent.mkdir(parents=True)

    def merges_again(*asked: tuple[str, ...]) -> bool:
        stamp.touch()
        write(tree, output, ConfigRequest("some_defconfig", *asked))
        return not stamp.exists()
    assert not merges_again()
    assert merges_again((), (), (mine,))
    assert not merges_again((), ("BR2_JOBS=5",), (mine,))
    assert merges_again((), (), (), ("CONFIG_A=y",))
    before = settings.stat().st_mtime_ns, settings.read_text()
    assert not merges_again((), (), (), ("CONFIG_A=y",)) and before[0] == settings.stat().st_mtime_ns
    merges_again((), (), (), ("CONFIG_A=n",))       # make sees that by itself
    assert settings.stat().st_mtime_ns > before[0] and settings.read_text() != before[1]


def test_the_request_is_kept_in_the_output(tree: Path, tmp_path: Path) -> None:
    wanted = ConfigRequest("some_defconfig", (), ("BR2_JOBS=4",), (), ("CONFIG_A=y",))
    assert request.read(tmp_path / "o") is None
    write(tree, tmp_path / "o", wanted)
    assert request.read(tmp_path / "o") == wanted


def test_a_defconfig_may_be_a_file_and_must_exist(tree: Path, tmp_path: Path) -> None:
    write(tree, tmp_path / "o", ConfigRequest(make_fragment(tmp_path / "d", "BR2_JOBS=7\n")))
    assert written(tmp_path / "o")["BR2_JOBS"] == "7"
    with pytest.raises(UserError, match="--defconfig none: no such defconfig; ours are configs/lkmc_"):
        write(tree, tmp_path / "o", ConfigRequest("none"))


def scripts_config(tree: Path, output: Path, *words: str) -> int:
    return cli.main("config", [*words, "--buildroot", str(tree), "--output", str(output)])


def test_the_command_writes_and_says_what_is_lost(
        tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--defconfig", "some_defconfig", "--set", "BR2_JOBS=4"]
    assert scripts_config(tree, tmp_path / "o", *words) == 0
    assert capsys.readouterr() == (f"{tmp_path}/o/.config\n", "")
    assert scripts_config(tree, tmp_path / "o", *words, "--set", "BR2_PACKAGE_X86") == 1
    assert "BR2_PACKAGE_X86=y did not take" in capsys.readouterr().err


def test_the_command_explains(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "o"
    scripts_config(tree, output, "--defconfig", "some_defconfig", "--set", "BR2_PACKAGE_A=n", "--set", "BR2_JOBS=2")
    capsys.readouterr()
    assert scripts_config(tree, output, "explain", "BR2_JOBS") == 0
    assert "value: set by --set BR2_JOBS=2" in capsys.readouterr().out
    assert scripts_config(tree, output, "explain", "BR2_PACKAGE_A_TOOLS", "--enable") == 0
    assert capsys.readouterr().out == "BR2_PACKAGE_A=y\nBR2_PACKAGE_A_TOOLS=y\n"
    for words, said in ((["explain", "BR2_PACKAGE_X86", "--enable"], "no assignments enable it here"),
                        (["explain", "BR2_PACKAGE"], "no such symbol"), (["explain", "JOBS"], "write it as BR2_JOBS"),
                        (["explain", "CONFIG_A"], "no kernel sources are unpacked here"), (["explain"], "no question"),
                        (["save", "busybox"], "choose buildroot or linux"), (["what"], "no question")):
        assert scripts_config(tree, output, *words) == 125
        assert said in capsys.readouterr().err


def test_the_command_saves_what_an_editor_changed(
        tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "o"
    scripts_config(tree, output, "--defconfig", "some_defconfig")
    config = (output / ".config").read_text()
    (output / ".config").write_text(config.replace("# BR2_PACKAGE_A_TOOLS is not set", "BR2_PACKAGE_A_TOOLS=y"))
    capsys.readouterr()
    assert scripts_config(tree, output, "save", "buildroot") == 0
    assert capsys.readouterr().out == "BR2_PACKAGE_A_TOOLS=y\n"


def test_the_command_tells_two_configurations_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (make_fragment(tmp_path / name, text) for name, text in (
        ("old", "CONFIG_A=y\nCONFIG_B=1\n"), ("new", "# CONFIG_A is not set\nCONFIG_B=1\nCONFIG_C=m\n")))
    assert cli.main("config", ["diff", old, new]) == 1
    assert capsys.readouterr().out == "CONFIG_A y -> n\nCONFIG_C - -> m\n"
    assert cli.main("config", ["diff", old, old]) == 0
    assert cli.main("config", ["diff", old, str(tmp_path / "none")]) == 125
