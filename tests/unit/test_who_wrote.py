# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/who-wrote: what is asked of GDB and of the replays, and what is told; GDB and QEMU are none."""
from __future__ import annotations

import argparse
import contextlib
import fcntl
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fakes
import pytest

from lkmc import cli, gdb, paths, qmp, recording, writers
from lkmc.commands import who_wrote
from lkmc.errors import EmulatorFailed
from lkmc.outcome import Outcome
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
from lkmc.writers import Found

Ask = Callable[..., int]
NEVER = Found(0, ())
# A GDB that knows where one variable is, and tells of the writes that it stops at.
GDB = """for word; do :; done
case "$*" in
*-ex*system_state*) echo "$WHERE" ;;
*-ex*) echo 'No symbol "nothing" in current context.' >&2 ;;
*) for number in $TELLS; do echo "$number: start_kernel"; done >"${word%/*}/writers.txt"; echo oh no >&2; $THEN ;;
esac"""


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Output:
    """An output with debug information and a recorded run."""
    built = fakes.output_folder(tmp_path / "o", "aarch64", "CONFIG_DEBUG_INFO=y\n")
    (built.images / "vmlinux").write_bytes(fakes.ELF)
    fakes.script(built.host / "bin/aarch64-linux-gdb", GDB)
    monkeypatch.setenv("WHERE", "4096 4")
    monkeypatch.setenv("TELLS", "6 7")
    monkeypatch.setenv("THEN", "")
    run, request = RunFolder.of(built.path, "0"), RunRequest(record=True)
    run.path.mkdir(parents=True)
    recording.prepare(request, ("/bin/true",), run)
    run.console_log.write_bytes(b"hi\n")
    (run.recording / "events").write_bytes(b"x")
    recording.keep(request, ("/bin/true",), run, Outcome(0, "so"), time.time())
    return built


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The run ids of the replays that were started; their monitor is none."""
    started: list[str] = []

    def replayed(args: argparse.Namespace, built: Output, run: RunFolder, limit: float) -> Any:
        started.append(args.run_id)
        return contextlib.nullcontext()
    monkeypatch.setattr(who_wrote, "replayed", replayed)
    monkeypatch.setattr(qmp, "of_run", lambda run: contextlib.nullcontext())
    return started


@pytest.fixture
def ask(output: Output, replays: list[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """scripts/who-wrote with replays in which the variable is written so often; its exit status."""
    def start(found: Found, *words: str) -> int:
        def find(stub: Path, monitor: Any, watch: bytes, times: int, limit: float, stops: str) -> Found:
            assert (watch, stops) == (b"2,1000,4", "before")
            return Found(found.count, found.last[-times:])
        monkeypatch.setattr(writers, "find", find)
        return cli.main("who-wrote", ["--output", str(output.path), *words])
    return start


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr()
    [line] = told.err.splitlines()
    return line


def test_the_last_writes_are_told_with_their_numbers(
        ask: Ask, replays: list[str], output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(Found(7, (100, 200, 300)), "--times", "2", "system_state") == 0
    assert capsys.readouterr().out == "system_state: written 7 times, the last 2:\n6: start_kernel\n7: start_kernel\n"
    assert replays == ["0", "0"]
    script = (output.path / "run/0/gdbinit").read_text()
    assert "[200, 300]" in script and "[100" not in script and "system_state" in script


def test_a_variable_that_nobody_wrote_is_told_of_without_a_second_replay(
        ask: Ask, replays: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(NEVER, "system_state") == 0
    assert capsys.readouterr().out == "system_state: written 0 times\n" and replays == ["0"]


def test_a_dry_run_only_says_where_the_variable_is(
        ask: Ask, replays: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(NEVER, "--dry-run", "system_state") == 0
    assert capsys.readouterr().out == "system_state: 4 bytes at 0x1000\n" and replays == []


def test_a_variable_that_gdb_does_not_know_is_refused_with_gdb_s_words(
        ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(NEVER, "nothing") == 125
    assert 'nothing: No symbol "nothing" in current context.; give a variable as GDB takes it' in refused(capsys)


def test_what_is_not_in_memory_is_refused(
        ask: Ask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "")
    assert ask(NEVER, "system_state") == 125
    assert "system_state: nothing in memory; give a variable" in refused(capsys)


def test_without_a_recording_the_next_command_is_named(
        ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(NEVER, "--run-id", "none", "system_state") == 125
    assert "record with scripts/run --record" in refused(capsys)


def test_without_debug_information_the_next_command_is_named(
        ask: Ask, output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    (output.linux_build / ".config").write_text("")
    assert ask(NEVER, "system_state") == 125
    assert f"scripts/build --arch aarch64 --output {output.path}" in refused(capsys)


def test_a_gdb_that_tells_nothing_is_quoted(
        ask: Ask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLS", "")
    assert ask(Found(1, (100,)), "system_state") == 125
    line = refused(capsys)
    assert "not all writes could be told; " in line and "-gdb -q -nx -batch -x " in line and line.endswith(": oh no")


def test_a_gdb_that_waits_for_a_replay_that_hangs_is_ended_and_what_it_told_is_kept(
        ask: Ask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLS", "1")
    monkeypatch.setenv("THEN", "exec sleep 60")
    monkeypatch.setattr(recording, "limit", lambda recorded: 0.5)
    assert ask(Found(2, (100, 200)), "system_state") == 125
    told = capsys.readouterr()
    assert told.out.endswith(":\n1: start_kernel\n") and "QEMU hangs; try another one, with --qemu-which" in told.err


def test_a_replay_that_does_not_start_is_told_with_the_runner_s_words(
        output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    fakes.script(tmp_path / "top/scripts/run", f'echo "$*" >{tmp_path}/log; echo "no such emulator" >&2; exit 125')
    words = ["--output", str(output.path), "--qemu-which", "buildroot", "system_state"]
    assert cli.main("who-wrote", words) == 125
    assert refused(capsys) == "scripts/who-wrote: no such emulator"
    assert (tmp_path / "log").read_text() == (f"--quiet --output {output.path} --run-id 0 --replay --wait-gdb "
                                              f"--background --qemu-which buildroot\n")


@pytest.mark.parametrize(("error", "kind"), [(EmulatorFailed("stands still"), EmulatorFailed), (None, EmulatorFailed),
                                             (KeyboardInterrupt(), KeyboardInterrupt)])
def test_a_replay_that_nobody_needs_any_more_is_ended(
        output: Output, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException | None,
        kind: type[BaseException]) -> None:
    run = RunFolder.of(output.path, "0")
    run.socket("gdb").touch()
    fakes.script(tmp_path / "top/scripts/run", "exit 0")
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    args = argparse.Namespace(run_id="0", qemu_which=None)
    with (run.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)        # which the process has until its end
        emulator = subprocess.Popen(["sleep", "60"], pass_fds=[lock.fileno()])
        lock.write(str(emulator.pid))
    with emulator:
        with pytest.raises(kind) as caught, who_wrote.replayed(args, output, run, 0):
            if error:
                raise error
        assert emulator.wait(60) == -signal.SIGTERM
    assert not run.lock.held() and (error or "QEMU hangs; try another one" in str(caught.value))


def test_a_replay_that_ends_by_itself_is_waited_for(output: Output, monkeypatch: pytest.MonkeyPatch,
                                                    tmp_path: Path) -> None:
    fakes.script(tmp_path / "top/scripts/run", "exit 0")
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    monkeypatch.setattr(gdb, "wait_for", lambda stub, run: None)
    with who_wrote.replayed(argparse.Namespace(run_id="0", qemu_which=None), output, RunFolder(tmp_path), 60):
        pass
