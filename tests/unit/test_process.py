# SPDX-License-Identifier: GPL-2.0-or-later
"""process: emulators are watched to their end, and none is left behind."""
from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from debugging import until

from lkmc import paths, process
from lkmc.errors import EmulatorFailed
from lkmc.outcome import Ended
from lkmc.run_folder import RunFolder

FAKE = Path(__file__).with_name("fake_qemu.py")
SLEEPS = ("sh", "-c", "exec sleep 60")
# It tells by its console's file when nothing but SIGKILL ends it any more.
STUBBORN = "trap '' TERM; echo > $0; while :; do sleep 0.1; done"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    """A claimed folder; emulators have little time to end."""
    monkeypatch.setattr(process, "GRACE", 0.3)
    folder = RunFolder(tmp_path)
    folder.claim()
    yield folder
    folder.finish({})


def ended(run: RunFolder, *command: str, timeout: float | None = 30) -> Ended:
    return process.watch(process.start(command, run, subprocess.DEVNULL), run, timeout)


def fake_qemu(run: RunFolder, monkeypatch: pytest.MonkeyPatch, **how: object) -> Ended:
    monkeypatch.setenv("FAKE_QEMU", json.dumps(how))
    monkeypatch.setattr(process, "GRACE", 5.0)
    return ended(run, sys.executable, "-S", str(FAKE), "-qmp", f"unix:{run.socket('events')},server=on",
                 "-chardev", f"file,id=status,path={run.status}")


def gone(pid: int) -> bool:
    """Whether a process has ended, also where nobody has fetched its status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].startswith("Z")
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("hold", [False, True])
def test_a_guest_that_a_full_disk_stopped_is_ended_unless_somebody_can_help(
        run: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hold: bool) -> None:
    monkeypatch.setenv("FAKE_QEMU", json.dumps({"reason": "", "full": True}))
    command = (sys.executable, str(FAKE), "-qmp", f"unix:{run.socket('events')},server=on")
    child = process.start(command, run, subprocess.DEVNULL)
    found = process.watch(child, run, 2.0 if hold else 60.0, hold=hold)
    assert (found.no_room, found.timed_out) == (not hold, hold)
    assert ("cont" in capsys.readouterr().err) is hold


@pytest.mark.parametrize("said, told", [("", True), ("[    0.000000] Linux", False)])
def test_a_console_that_stays_silent_is_told_of_once(
        run: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str,
        told: bool) -> None:
    monkeypatch.setattr(process, "SILENCE", 0.2)
    command = ("sh", "-c", f"printf '{said}' >{run.console_log}; exec sleep 60")
    got = process.watch(process.start(command, run, subprocess.DEVNULL), run, 1.5, silent="KVM may not work")
    assert got.timed_out and capsys.readouterr().err == ("\rKVM may not work\n" if told else "")


def test_an_exit_status_is_the_emulators_own(run: RunFolder) -> None:
    assert ended(run, "sh", "-c", "exit 3") == Ended(3, "", None, False, answered=False)


def test_an_emulator_without_qmp_is_not_waited_for(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE", 60)
    began = time.monotonic()
    ended(run, "false")
    assert time.monotonic() - began < 30


def test_the_status_channel_is_read_as_it_is(run: RunFolder) -> None:
    assert ended(run, "sh", "-c", f"printf 'status 7\\n\\377' > '{run.status}'").status_text == "status 7\n\ufffd"


def test_what_the_emulator_says_goes_to_its_log(run: RunFolder) -> None:
    ended(run, "sh", "-c", "echo bad option >&2; exit 1")
    assert run.emulator_log.read_text() == "bad option\n"


def test_an_emulator_that_is_not_there_is_named() -> None:
    run = RunFolder(Path("/nonexistent"))
    with pytest.raises(EmulatorFailed, match="No such file"):
        process.start(("/nonexistent/qemu",), run, None)


def test_an_emulator_that_cannot_be_started_is_named(run: RunFolder) -> None:
    with pytest.raises(EmulatorFailed, match=r"/qemu: No such file or directory; choose another with --qemu-which"):
        process.start((f"{run.path}/qemu",), run, None)


def test_the_time_limit_ends_the_emulator(run: RunFolder) -> None:
    got = ended(run, *SLEEPS, timeout=0.2)
    assert got.timed_out and got.returncode == -signal.SIGTERM


def test_the_time_limit_ends_an_emulator_that_ignores_sigterm(run: RunFolder) -> None:
    got = ended(run, "sh", "-c", STUBBORN, str(run.console_log), timeout=0.6)
    assert run.console_log.exists(), "it had no time to become stubborn"
    assert got.timed_out and got.returncode == -signal.SIGKILL


def test_killing_an_emulator_that_has_gone_is_no_error(run: RunFolder) -> None:
    child = process.start(("true",), run, None)
    child.wait()
    process.kill(child)
    assert child.returncode == 0


@pytest.mark.parametrize("reason", ["guest-shutdown", "guest-reset", "guest-panic", "host-qmp-quit", "host-signal"])
def test_the_reason_of_a_shutdown_is_qmps(run: RunFolder, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    assert fake_qemu(run, monkeypatch, reason=reason, status="status 5\n") == Ended(0, "status 5\n", reason, False)


def test_a_socket_that_nobody_listens_on_yet_is_tried_again(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fake_qemu(run, monkeypatch, reason="guest-reset", deaf=0.2).shutdown == "guest-reset"


def test_trying_again_says_nothing(
        run: RunFolder, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    fake_qemu(run, monkeypatch, reason="guest-reset", deaf=0.1)
    assert capfd.readouterr() == ("", "")


# A runner of its own process: it starts an emulator that says its pid, and watches it.
RUNNER = """
import sys
from pathlib import Path
from lkmc.launch import supervise
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
run = RunFolder(Path(sys.argv[1]))
run.claim()
sys.exit(supervise(RunRequest(interactive=True), ("sh", "-c", "echo $$; read line; exec sleep 60"), run).code)
"""


def runner(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """The runner and its emulator's pid."""
    child = subprocess.Popen([sys.executable, "-c", RUNNER, folder], text=True, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={**os.environ, "PYTHONPATH": str(paths.TOP / "scripts")})
    assert child.stdout is not None
    return child, int(child.stdout.readline())


def handles(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal."""
    [caught] = [line.split()[1] for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "SigCgt" in line]
    return bool(int(caught, 16) >> (number - 1) & 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_the_runner_ends_the_emulator_and_is_the_result(tmp_path: Path, number: int) -> None:
    child, pid = runner(tmp_path)
    until(lambda: handles(child.pid, signal.SIGTERM) and handles(child.pid, signal.SIGHUP), 10)
    child.send_signal(number)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (128 + number, "", "")
    assert gone(pid)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["code"] == 128 + number and result["emulator_status"] == -signal.SIGTERM


def test_a_runner_that_is_killed_takes_its_emulator_with_it(tmp_path: Path) -> None:
    child, pid = runner(tmp_path)
    child.kill()
    child.communicate(timeout=20)       # until both have closed their standard output
    until(lambda: gone(pid), 10)


def test_the_terminal_is_put_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(terminal)
        with pytest.raises(KeyboardInterrupt), process.terminal_restored():
            tty.setraw(terminal)
            assert termios.tcgetattr(terminal) != before
            raise KeyboardInterrupt
        assert termios.tcgetattr(terminal) == before
    os.close(master)


def test_without_a_terminal_there_is_nothing_to_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for stdin in (None, open(os.devnull)):  # noqa: SIM115  closed below
        monkeypatch.setattr(sys, "stdin", stdin)
        with process.terminal_restored():
            pass
        if stdin:
            stdin.close()
