# SPDX-License-Identifier: GPL-2.0-or-later
"""cli: command lines and lkmc.toml become values; every error is one line and exit status 125."""
from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from lkmc import cli, paths
from lkmc.commands import build, getvar, run, run_gdb
from lkmc.errors import UserError, of_system


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without a lkmc.toml, until a test writes one."""
    monkeypatch.setattr(paths, "TOP", tmp_path)
    return tmp_path


def error_line(capsys: pytest.CaptureFixture[str], name: str, *argv: str) -> str:
    """The one line that a command prints before it ends with exit status 125."""
    assert cli.main(name, list(argv)) == 125
    printed = capsys.readouterr()
    assert printed.out == ""
    [line] = printed.err.splitlines()
    assert line.startswith(f"scripts/{name}: ")
    return line


@pytest.mark.parametrize("wrong, near", [("--evl-after", "--eval-after"), ("--memry=1G", "--memory"),
                                         ("--dryrun", "--dry-run")])
def test_an_unknown_option_is_answered_with_the_nearest_ones(
        capsys: pytest.CaptureFixture[str], wrong: str, near: str) -> None:
    line = error_line(capsys, "run", wrong)
    assert "did you mean" in line and near in line and "see scripts/run --help" in line


def test_an_option_that_is_near_to_none_gets_no_guesses(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean" not in error_line(capsys, "run", "--zzzzzzzz")


@pytest.mark.parametrize("wrong, hint", [("--foo", ""), ("-Z", ""), ("--presist", " (did you mean --persist"),
                                         ("--no-presist", " (did you mean --no-persist")])
def test_only_options_of_the_same_kind_are_proposed(
        capsys: pytest.CaptureFixture[str], wrong: str, hint: str) -> None:
    line = error_line(capsys, "run", wrong)
    assert f"unrecognized arguments: {wrong}{hint or ';'}" in line
    assert ("--no-" in line) == wrong.startswith("--no-")


def test_options_cannot_be_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--eval-aft" in error_line(capsys, "run", "--eval-aft", "true")


@pytest.mark.parametrize("argv, said", [
    (["--arch", "riscv64"], "choose from aarch64, arm, x86_64"),
    (["--memory", "lots"], "512M or 2G"),
    (["--cpus", "0"], "from 1 to 64"),
    (["--run-id", "../x"], "not a run id"),
    (["--qemu-which", "mine"], "'buildroot'"),
    (["--eval"], "expected one argument"),
    (["stray\nword"], "stray"),
    (["--config-file", "/nonexistent/lkmc.toml"], "/nonexistent/lkmc.toml"),
])
def test_a_bad_command_line_is_one_line_that_says_what_would_be_right(
        capsys: pytest.CaptureFixture[str], argv: list[str], said: str) -> None:
    assert said in error_line(capsys, "run", *argv)


def test_errors_of_the_system_are_one_line_too(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(args: object) -> int:
        raise OSError(28, "No space left on device", "/somewhere")
    monkeypatch.setattr(getvar, "main", full)
    assert "/somewhere: No space left on device" in error_line(capsys, "getvar", "arch")


@pytest.mark.parametrize("number, cure", [
    (errno.EACCES, "; make it readable and writable for you, or choose another folder with --output"),
    (errno.EROFS, "; make it readable"), (errno.ENOSPC, "; make room"), (errno.EEXIST, "; move it away"),
    (errno.ENOTDIR, "; move away"), (errno.EIO, "")])
def test_errors_of_the_system_say_what_to_do_where_that_is_known(number: int, cure: str) -> None:
    assert of_system(OSError(number, os.strerror(number), "/f")).startswith(f"/f: {os.strerror(number)}{cure}")
    assert of_system(OSError(number, "Oh")).startswith(f"Oh{cure}")
    assert of_system(OSError("no number")) == "no number"


def test_a_program_that_fails_is_one_line_too(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(args: object) -> int:
        raise subprocess.CalledProcessError(3, ["depmod", "-b"], stderr="first\nlast")
    monkeypatch.setattr(getvar, "main", fails)
    line = error_line(capsys, "getvar", "arch")
    assert "depmod" in line and "status 3" in line and line.endswith("last")


def test_a_program_with_a_thousand_arguments_that_fails_is_still_one_line() -> None:
    error = subprocess.CalledProcessError(1, ["strip", *(f"/some/where/{n}.ko" for n in range(1000))])
    line = cli.failed(error)
    assert line.startswith("strip /some/where/0.ko ") and line.endswith("ended with status 1") and len(line) < 300


def test_an_interrupt_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(args: object) -> int:
        raise KeyboardInterrupt
    monkeypatch.setattr(getvar, "main", interrupted)
    assert cli.main("getvar", ["arch"]) == 130


def test_what_stands_after_a_lone_dash_dash_is_not_ours() -> None:
    args = cli.parse(run, "run", ["-a", "A", "--", "-S", "--config-file", "--", "x"])
    assert args.arch == "aarch64" and args.rest == ("-S", "--config-file", "--", "x")


@pytest.mark.parametrize("option", ["--debug-vm-args", "--tmux-args", "--userland-args"])
@pytest.mark.parametrize("words", ["-batch -ex starti", "-b", "--no-continue", "main", ""])
def test_another_programs_arguments_may_begin_with_a_dash(option: str, words: str) -> None:
    for argv in ([option, words, "-q"], [f"{option}={words}", "-q"]):
        args = cli.parse(run, "run", argv)
        assert getattr(args, option[2:].replace("-", "_")) == words and args.quiet


def test_options_that_were_not_given_have_the_defaults_of_the_help() -> None:
    args = cli.parse(run, "run", [])
    assert (args.arch, args.memory, args.cpus, args.run_id, args.rest) == ("x86_64", None, 1, "0", ())


def test_lkmc_toml_sets_defaults_that_the_command_line_overrules(checkout: Path) -> None:
    (checkout / "lkmc.toml").write_text('arch = "A"\nmemory = "1G"\ncpus = 2\ninitrd = true\nkvm = true\n')
    args = cli.parse(run, "run", ["--memory", "2G", "--no-kvm"])
    assert (args.arch, args.memory, args.cpus, args.initrd, args.kvm) == ("aarch64", "2G", 2, True, False)


def test_what_was_typed_is_told_from_what_the_file_says(checkout: Path) -> None:
    (checkout / "lkmc.toml").write_text('arch = "A"\nmemory = "1G"\nconfig = ["one"]\n')
    args = cli.parse(run, "run", ["-m", "2G", "--no-kvm", "-F", "", "--cpus=1", "--", "--quiet"])
    assert args.typed == {"memory", "kvm", "eval_after", "cpus"}
    assert cli.parse(build, "build", ["--config", "two", "linux"]).typed == {"config"}


@pytest.mark.parametrize("switch, words", [("persist", ["--no-persist"]), ("quiet", ["-q", "--no-quiet"]),
                                           ("kvm", ["--no-kvm"]), ("dry-run", ["--no-dry-run"])])
def test_a_switch_of_lkmc_toml_can_be_overruled(checkout: Path, switch: str, words: list[str]) -> None:
    (checkout / "lkmc.toml").write_text(f"{switch} = true\n")
    name = switch.replace("-", "_")
    assert (getattr(cli.parse(run, "run", []), name), getattr(cli.parse(run, "run", words), name)) == (True, False)


def test_a_switch_whose_name_says_no_has_its_opposite(checkout: Path) -> None:
    (checkout / "lkmc.toml").write_text("no-continue = true\n")
    assert not cli.parse(run_gdb, "run-gdb", ["--continue"]).no_continue


def test_the_help_has_one_line_for_all_opposites(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parse(run, "run", ["--help"])
    text = capsys.readouterr().out
    assert "--no-yes" in text and "--no-persist" not in text


def test_lkmc_toml_may_set_what_only_other_commands_take(checkout: Path) -> None:
    (checkout / "lkmc.toml").write_text('memory = "1G"\nconfig = ["one", "two"]\n')
    assert not hasattr(cli.parse(getvar, "getvar", ["arch"]), "memory")
    assert cli.parse(build, "build", []).config == [Path("one"), Path("two")]


def test_another_file_can_stand_in_for_lkmc_toml(checkout: Path) -> None:
    (checkout / "lkmc.toml").write_text('arch = "arm"\n')
    (checkout / "mine.toml").write_text('memory = "3G"\n')
    for words in (["--config-file", str(checkout / "mine.toml")], [f"--config-file={checkout}/mine.toml"]):
        args = cli.parse(run, "run", words)
        assert (args.arch, args.memory) == ("x86_64", "3G")


@pytest.mark.parametrize("text, said", [
    ('arhc = "arm"', "did you mean arch"),
    ('config-file = "x"', "no option 'config-file' (did you mean config"),
    ('[run]\narch = "arm"', "no option 'run'"),
    ('arch = "riscv64"', "choose from aarch64, arm, x86_64"),
    ("arch = 3", "no architecture '3'"),
    ('initrd = "yes"', "write true or false"),
    ("kvm = 1", "write true or false"),
    ('cpus = "many"', "from 1 to 64"),
    ("cpus = true", "not a number"),
    ("eval = true", "choose from text"),
    ('eval = ["a"]', "choose from text"),
    ("eval = {a = 1}", "choose from text"),
    ("config = [[1]]", "choose from text"),
    ("eval = 2020-01-01", "choose from text"),
    ('qemu-which = "mine"', "choose from host, buildroot"),
    ("arch = ", "Invalid value"),
    ("arch", "lkmc.toml"),
    ("\udcff", "codec"),
])
def test_what_lkmc_toml_cannot_mean_is_refused(
        checkout: Path, capsys: pytest.CaptureFixture[str], text: str, said: str) -> None:
    (checkout / "lkmc.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    line = error_line(capsys, "run", "--dry-run")
    assert said in line and "lkmc.toml" in line


def test_a_lkmc_toml_that_cannot_be_read_is_named_once(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "lkmc.toml").mkdir()
    assert f"{checkout}/lkmc.toml: Is a directory; see" in error_line(capsys, "run")


def test_near_names_come_in_a_phrase() -> None:
    assert cli.near("colour", ["color", "zebra"]) == " (did you mean color?)"
    assert cli.near("x", ["color"]) == ""


def test_a_parser_without_a_command_still_raises_instead_of_exiting() -> None:
    with pytest.raises(UserError, match="see thing --help"):
        cli.Parser(prog="thing").parse_args(["--no"])


def test_the_shell_command_passes_the_exit_status_on() -> None:
    top = Path(cli.__file__).parents[2]
    done = subprocess.run([top / "scripts/run", "--evil"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 125
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
