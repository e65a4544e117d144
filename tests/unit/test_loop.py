# SPDX-License-Identifier: GPL-2.0-or-later
"""loop: a source is edited only while it is measured, and a loop that did not do its work is an error, not a figure."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest

from lkmc import cli, loop, measure, overrides, paths, sources
from lkmc.errors import LkmcError


def test_an_edit_lasts_as_long_as_its_loop(tmp_path: Path) -> None:
    source = tmp_path / "hello.c"
    source.write_bytes(b"say hello; say hello; // \xff\r\n")
    with loop.edited(source, "hello", "goodbye"):
        assert source.read_bytes() == b"say goodbye; say hello; // \xff\r\n"
    assert source.read_bytes() == b"say hello; say hello; // \xff\r\n"


def test_an_edit_is_undone_when_its_loop_fails(tmp_path: Path) -> None:
    source = tmp_path / "hello.c"
    source.write_text("hello")
    with pytest.raises(LkmcError, match="no compiler"), loop.edited(source, "hello", "goodbye"):
        raise LkmcError("no compiler")
    assert source.read_text() == "hello"


@pytest.mark.parametrize("text", [None, "nothing of that"])
def test_a_source_without_the_line_is_told(tmp_path: Path, text: str | None) -> None:
    source = tmp_path / "main.c"
    if text is not None:
        source.write_text(text)
    with pytest.raises(LkmcError, match=r"main.c: there is no 'start_kernel' in it to be edited"), \
            loop.edited(source, "\tstart_kernel", ""):
        pass
    assert source.exists() == (text is not None)


def test_a_build_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    make = fakes.script(tmp_path / "make", "echo 'hello.c:1: error' >&2; exit 2")
    with pytest.raises(LkmcError, match="make all: status 2; hello.c:1: error"):
        loop._build([str(make), "all"])


def test_a_guest_that_does_not_say_it_is_an_error(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old module that is loaded says the old words."""
    class Guest:
        def __init__(self, *words: object, **how: object) -> None: ...
        def __enter__(self) -> Guest: return self
        def __exit__(self, *error: object) -> None: ...
        def login(self) -> None: ...
        def run(self, command: str) -> tuple[str, int]: return "hello init", 0
    module = tmp_path / "hello.c"
    module.write_text(f'{loop.SAYS}\\n");')
    monkeypatch.setattr(loop, "Console", Guest)
    monkeypatch.setattr(loop, "MODULE", module)
    with pytest.raises(LkmcError, match="the guest did not say 'edit [0-9]+' but 'hello init'"):
        loop.module_running(["true"], ["run"])
    assert "edit" not in module.read_text()


def test_a_boot_without_the_message_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LIMIT", 30.0)
    with pytest.raises(LkmcError):
        loop._boot(["true"], ["sh", "-c", "echo booted"], "the message")


def test_the_loop_of_the_kernel_needs_its_source(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "TOP", tmp_path)
    built = fakes.output_folder(tmp_path / "o")
    assert "init/main.c, boot" not in loop.loops(built, tmp_path, ["run"])
    assert f"comes with: scripts/hack --arch x86_64 --output {built.path} linux" in capsys.readouterr().err
    overrides.add(built.path, overrides.source("linux", sources.folder("linux")))
    assert "init/main.c, boot" in loop.loops(built, tmp_path, ["run"])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words, said", [
    (["loop", "--output", "/nonexistent"], "/nonexistent: no output folder"), (["loops"], "invalid choice: 'loops'"),
    (["boot", "--beside", "nothing"], "--beside 'nothing': write NAME=COMMAND"),
    (["loop", "--runs", "0"], "'0' is not a number from 1 to 1000")])
def test_bench_says_what_it_cannot_measure(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    built = fakes.output_folder(tmp_path / "o")
    more = [] if "--output" in words else ["--output", str(built.path)]
    assert cli.main("bench", [*words, *more]) == 125
    assert said in capsys.readouterr().err


def test_a_command_is_timed_whatever_its_status() -> None:
    assert measure.seconds(["false"])["exit"] >= 0
