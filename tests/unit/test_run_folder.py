# SPDX-License-Identifier: GPL-2.0-or-later
"""run_folder: one run at a time in each, and run.sh replays it."""
from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import fakes
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lkmc import run_lock
from lkmc.errors import UserError
from lkmc.request import Payload, When
from lkmc.run_folder import SOCKET_PATH_MAX, RunFolder
from lkmc.run_lock import Lock


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    """A claimed folder."""
    folder = RunFolder.of(tmp_path, "0")
    folder.claim()
    yield folder
    folder.finish({})


def test_a_second_run_of_the_same_id_is_refused_with_the_pid_of_the_first(run: RunFolder) -> None:
    with pytest.raises(UserError, match=f"run id 0 is in use by process {os.getpid()}; .*--run-id"):
        RunFolder(run.path).claim()


def test_a_refused_run_leaves_the_first_ones_files(run: RunFolder) -> None:
    run.console_log.write_text("precious")
    with pytest.raises(UserError):
        RunFolder(run.path).claim()
    assert run.console_log.read_text() == "precious"


def test_another_id_is_another_folder(run: RunFolder) -> None:
    other = RunFolder(run.path.with_name("1"))
    other.claim()
    other.finish({})


def test_a_folder_is_free_again_once_its_run_is_over(run: RunFolder) -> None:
    run.finish({"code": 7})
    assert json.loads(run.result.read_text()) == {"code": 7}
    again = RunFolder(run.path)
    again.claim()
    assert not again.result.exists()
    again.finish({})


def test_an_emulator_that_outlives_its_runner_keeps_the_folder(tmp_path: Path) -> None:
    first, second = RunFolder(tmp_path), RunFolder(tmp_path)
    first.claim()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(first.lock.fd(),)) as emulator:
        first.finish({})
        with pytest.raises(UserError, match="in use"):
            second.claim()
        emulator.communicate()
    second.claim()
    second.finish({})


def test_a_forked_supervisor_gives_its_own_pid(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 7)
    run.lock.renew()
    with pytest.raises(UserError, match="by process 7;"):
        RunFolder(run.path).claim()


def test_the_lock_says_whose_it_is_and_whether_that_is_alive(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "0")
    assert run.lock.pid() is None and not run.lock.held()
    run.claim()
    assert run.lock.pid() == os.getpid() and run.lock.held()
    run.finish({})
    assert not run.lock.held()


def test_who_looks_whether_a_run_is_alive_is_not_in_the_way_of_one(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    looker = (tmp_path / "lock").open("w")
    fcntl.flock(looker, fcntl.LOCK_SH)
    threading.Timer(run_lock.LOOK / 4, looker.close).start()
    run.claim()
    assert run.lock.pid() == os.getpid()
    run.finish({})


def test_a_full_disk_is_told_by_the_name_of_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "pwrite", full)
    lock = Lock(tmp_path / "lock")
    with pytest.raises(UserError, match="lock: No space left on device; make room there"):
        lock.take()
    lock.give_back()


def test_what_an_earlier_run_left_is_taken_away(tmp_path: Path) -> None:
    for name in ("status", "console.log", "payload", "run.sh.part"):
        (tmp_path / name).write_text("stale")
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "qmp.sock"))
    (tmp_path / "m5out").mkdir()
    run = RunFolder(tmp_path)
    run.claim()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "m5out"]
    run.finish({})


def test_sockets_are_in_the_folder(run: RunFolder) -> None:
    assert run.socket("qmp") == run.path / "qmp.sock"


def test_sockets_of_a_folder_with_a_long_path_are_reached_by_a_short_link(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.cache(monkeypatch, tmp_path)
    run = RunFolder(tmp_path / ("long" * 40) / "run/0")
    run.claim()
    path = run.socket("qmp")
    assert len(os.fsencode(path)) <= SOCKET_PATH_MAX
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    assert (run.path / "qmp.sock").is_socket()
    run.finish({})
    assert not os.path.lexists(path.parent)


def test_a_replay_in_a_folder_with_a_long_path_has_its_sockets_again(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.cache(monkeypatch, tmp_path)
    run = RunFolder(tmp_path / ("long" * 40) / "run/0")
    run.claim()
    run.write(("touch", str(run.socket("qmp"))), None)
    run.finish({})
    assert not run.socket("qmp").parent.exists()
    subprocess.run([run.script], check=True)
    assert (run.path / "qmp.sock").exists()


def test_two_long_folders_have_two_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.cache(monkeypatch, tmp_path)
    one, two = (RunFolder(tmp_path / ("long" * 40) / name) for name in ("1", "2"))
    assert one.socket("qmp") != two.socket("qmp")


def test_no_temporary_file_stays(run: RunFolder) -> None:
    run.write(("true",), Payload(When.AFTER, b"true\n"))
    assert sorted(path.name for path in run.path.iterdir()) == ["lock", "payload", "run.sh"]


def test_without_a_payload_there_is_no_file_for_one(run: RunFolder) -> None:
    run.write(("true",), None)
    assert not run.payload.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(script=st.binary(max_size=2000))
@example(script=b"x" * (512 - 4))
@example(script=b"")
def test_the_payload_is_a_disk_of_whole_sectors(run: RunFolder, script: bytes) -> None:
    run.write(("true",), Payload(When.AFTER, script))
    disk = run.payload.read_bytes()
    assert len(disk) % 512 == 0 and len(disk) - 65536 - len(script) < 2 * 512
    assert disk[:65536] == bytes(65536)
    length, _, rest = disk[65536:].partition(b"\n")
    assert int(length) == len(script)
    assert rest[:len(script)] == script
    assert not rest[len(script):].strip(b"\0")


# A program that says its arguments, each with a NUL at its end, as no argument can hold one.
SAY_ARGV = r"""printf '%s\0' "$@" """


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(words=st.lists(st.binary(max_size=20).map(lambda data: data.replace(b"\0", b"")), max_size=5))
@example(words=[b"-append", b"a 'b' \"c\" $d `e` \\", b"-x", b"", b"\n", b"\xff\xfe", b"!", b"#", b"~"])
def test_run_sh_replays_any_command(run: RunFolder, words: list[bytes]) -> None:
    program = fakes.script(run.path / "fake program", SAY_ARGV)
    run.write((str(program), *map(os.fsdecode, words)), None)
    said = subprocess.run([run.script], check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout
    assert said.split(b"\0")[:-1] == (words or [b""])
