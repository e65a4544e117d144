# SPDX-License-Identifier: GPL-2.0-or-later
"""request: what the user asked for, checked before anything is started."""
from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lkmc import cli
from lkmc.commands import run
from lkmc.errors import UserError
from lkmc.request import Payload, RunRequest, When


def request(*argv: str) -> RunRequest:
    return RunRequest.of(cli.parse(run, "run", list(argv)))


class Input:
    """A standard input."""

    def __init__(self, data: bytes = b"", tty: bool = False) -> None:
        self.buffer, self.tty = io.BytesIO(data), tty

    def isatty(self) -> bool:
        return self.tty


def test_no_payload_is_none() -> None:
    assert request().payload is None


@pytest.mark.parametrize("option, when", [("--eval", When.INIT), ("-E", When.INIT), ("--eval-after", When.AFTER),
                                          ("-F", When.AFTER)])
def test_a_command_becomes_a_script_of_one_line(option: str, when: When) -> None:
    assert request(option, "echo $A").payload == Payload(when, b"echo $A\n")


@pytest.mark.parametrize("option, when", [("--eval-file", When.INIT), ("--eval-after-file", When.AFTER)])
def test_a_script_is_taken_as_it_is(tmp_path: Path, option: str, when: When) -> None:
    (tmp_path / "script").write_bytes(b"\xff\r\nno newline")
    assert request(option, str(tmp_path / "script")).payload == Payload(when, b"\xff\r\nno newline")


def test_a_script_can_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Input(b"echo \xff"))
    assert request("--eval-after-file", "-").payload == Payload(When.AFTER, b"echo \xff")


def test_an_empty_command_is_still_a_payload() -> None:
    assert request("--eval-after", "").payload == Payload(When.AFTER, b"\n")


@given(st.binary().filter(lambda data: b"\0" not in data))
def test_a_command_of_any_bytes_stays_as_it_is(data: bytes) -> None:
    payload = request(f"--eval-after={os.fsdecode(data)}").payload
    assert payload is not None and payload.script == data + b"\n"


@pytest.mark.parametrize("argv", [("-E", "a", "-F", "b"), ("-F", "a", "--eval-after-file", os.devnull),
                                  ("--eval-file", os.devnull, "--eval-after-file", os.devnull)])
def test_more_than_one_payload_is_refused(argv: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="give only one of"):
        request(*argv)


def test_a_script_with_a_nul_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "script").write_bytes(b"echo \0")
    with pytest.raises(UserError, match="NUL.*base64"):
        request("--eval-file", str(tmp_path / "script"))


@pytest.mark.parametrize("name, said", [("none", "No such file"), (".", "Is a directory")])
def test_a_script_that_cannot_be_read_is_named(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UserError, match=f"{tmp_path}.*{said}.*standard input"):
        request("--eval-file", str(tmp_path / name))


@pytest.mark.parametrize("option", ["--kernel-cli", "--kernel-cli-after-dash"])
@pytest.mark.parametrize("text", ["a\nb", "a\0b"])
def test_the_kernels_command_line_is_one_line(option: str, text: str) -> None:
    with pytest.raises(UserError, match="one line; pass a script by --eval-after-file"):
        request(option, text)


@pytest.mark.parametrize("tty, argv, interactive", [
    (True, [], True), (False, [], False), (True, ["--background"], False)])
def test_a_run_is_interactive_when_somebody_can_type(
        monkeypatch: pytest.MonkeyPatch, tty: bool, argv: list[str], interactive: bool) -> None:
    monkeypatch.setattr(sys, "stdin", Input(tty=tty))
    assert request(*argv).interactive is interactive


def test_a_run_without_any_standard_input_is_not_interactive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert request().interactive is False


def test_options_go_where_they_belong() -> None:
    got = request("-c", "2", "-m", "1G", "-i", "-n", "x", "--timeout", "3", "--kernel-cli", "a", "--persist",
                  "--", "-S")
    assert (got.cpus, got.memory, got.initrd, got.run_id, got.timeout, got.kernel_cli, got.persist, got.extra) == (
        2, "1G", True, "x", 3.0, "a", True, ("-S",))
