# SPDX-License-Identifier: GPL-2.0-or-later
"""console: a conversation with a shell of this host, in the place of a guest's."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import fakes
import pytest
from debugging import until

from lkmc.console import EOL, Console
from lkmc.errors import EmulatorFailed, GuestTimeout


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A shell with the guest's prompt, logged in to."""
    fakes.on_path(monkeypatch, tmp_path, dmesg="exit 0")
    with Console(["sh", "-i"], timeout=20, env={**os.environ, "PS1": "# ", "ENV": "", "HISTFILE": ""}) as shell:
        shell.login()
        yield shell


@pytest.mark.parametrize("command, output, status", [
    ("true", "", 0), ("false", "", 1), ("echo a; echo b", "a\nb\n", 0), ("(exit 42)", "", 42),
    ("printf 'lkmc1>0\\nlkmc9<\\n'; false", "lkmc1>0\nlkmc9<\n", 1)])
def test_a_command_gives_its_output_and_status(console: Console, command: str, output: str, status: int) -> None:
    text, got = console.run(command)
    assert (text.replace("# ", ""), got) == (output, status)


def test_commands_follow_one_another(console: Console) -> None:
    assert [console.run(f"(exit {status})")[1] for status in range(5)] == [0, 1, 2, 3, 4]


def test_a_program_goes_on_while_nobody_looks_at_what_it_says(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with Console(["sh", "-c", f"seq 100000; touch {said}; read -r answer; echo $answer; exit 4"]) as program:
        until(said.exists, 60)
        program.child.sendline("heard")
        assert len(program.wait_for("heard" + EOL).splitlines()) == 100000
        assert program.wait_for("heard" + EOL) == ""
        assert program.end() == 4


def test_a_panic_ends_any_wait(console: Console) -> None:
    with pytest.raises(EmulatorFailed, match="a kernel panic instead of 'never'"):
        console.child.sendline("echo Kernel panic - not 'syncing: fatal'")
        console.wait_for("never")


def test_the_end_of_the_emulator_ends_any_wait(console: Console) -> None:
    console.child.sendline("exit 3")
    with pytest.raises(EmulatorFailed, match="the end instead of 'never'"):
        console.wait_for("never")
    assert console.end() == 3


def test_what_does_not_come_in_time_is_a_timeout(console: Console) -> None:
    console.child.timeout = 0.1
    with pytest.raises(GuestTimeout, match="no 'never' within 0.1 s"):
        console.wait_for("never")


def test_a_child_that_is_slow_to_die_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a busy machine: pexpect looks once, and a killed process is still there."""
    with Console(["sh", "-c", "trap '' HUP INT; echo ready; while :; do sleep 60; done"]) as shell:
        shell.wait_for("ready")
        pid = shell.child.pid
        assert pid
        monkeypatch.setattr("ptyprocess.PtyProcess.terminate", lambda self, force: os.kill(pid, 9))
    assert not shell.child.isalive()
