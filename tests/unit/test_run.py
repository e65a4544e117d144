# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run from its command line to its exit status, with an emulator that is none."""
from __future__ import annotations

import json
import os
import select
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import fakes
import pytest

from lkmc import launch, machine, paths, qemu
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

FAKE = Path(__file__).with_name("fake_qemu.py")


@pytest.fixture
def output(tmp_path: Path) -> Output:
    out = fakes.output_folder(tmp_path / "out")
    shutil.copy(FAKE, out.host / "bin/qemu-system-x86_64")
    return out


def run(output: Output, *words: str | bytes, **how: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([paths.TOP / "scripts/run", "--output", output.path, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, env={**os.environ, "FAKE_QEMU": json.dumps(how)}, timeout=60)


def result(output: Output) -> dict[str, object]:
    found = json.loads((output.path / "run/0/result.json").read_text())
    assert isinstance(found, dict)
    return found


def test_the_exit_status_is_the_payloads(output: Output) -> None:
    done = run(output, "--eval-after", "exit 7", status="status 7\n", reason="guest-shutdown")
    assert done.returncode == 7
    command, said = done.stderr.decode().splitlines()
    assert command.startswith("+ ") and "status 7: the payload ended with status 7" in said
    assert result(output)["code"] == 7 and result(output)["command"] == shlex.split(command)[1:]


@pytest.mark.parametrize("background, more", [(False, []), (True, ["console"])])
def test_the_result_lists_the_sockets_of_the_run(output: Output, background: bool, more: list[str]) -> None:
    folder = RunFolder.of(output.path, "0")
    command = qemu.command(RunRequest(background=background), machine.read("x86_64"), output, folder)
    assert launch.sockets(command, folder) == [
        f"{folder.path}/{name}.sock" for name in ["events", "qmp", "monitor", "gdb", *more]]


def test_a_quiet_run_that_succeeds_says_nothing(output: Output) -> None:
    done = run(output, "--quiet", "--eval-after", "true", status="status 0\n", reason="guest-shutdown")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_guest_that_a_full_disk_stopped_is_an_error(output: Output) -> None:
    done = run(output, "--quiet", "--eval-after", "true", reason="guest-shutdown", full=True)
    assert done.returncode == 125 and result(output)["code"] == 125
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("scripts/run: the host's disk is full") and "run it again" in line


def test_an_emulator_that_refuses_an_option_is_quoted(output: Output) -> None:
    done = run(output, "--quiet", "--", "-nonsense", stderr="qemu: warning\nqemu: -nonsense: invalid option", exit=1)
    assert done.returncode == 125 and done.stdout == b""
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("scripts/run: qemu: -nonsense: invalid option; the whole command: ")


def test_an_emulator_that_is_asked_for_something_else_than_a_guest_succeeds(output: Output) -> None:
    done = run(output, "--quiet", "--", "-machine", "dumpdtb=a.dtb", stderr="qemu: info: dtb dumped to a.dtb")
    assert (done.returncode, done.stderr) == (0, b"qemu: info: dtb dumped to a.dtb\n")
    assert run(output, "--quiet", "--", "-device", "help", exit=1).returncode == 125
    assert run(output, "--quiet", "--eval-after", "true", "--", "-d", "help").returncode == 125


def test_a_device_that_only_our_qemu_has_says_so(output: Output) -> None:
    done = run(output, "--quiet", "--", "-device", "lkmc_pci_min", exit=1,
               stderr="qemu: -device lkmc_pci_min: 'lkmc_pci_min' is not a valid device model name")
    assert done.returncode == 125 and b"this project's own QEMU only, which scripts/build makes" in done.stderr


def test_a_program_that_is_no_emulator_is_an_error_of_ours(output: Output) -> None:
    fakes.script(output.host / "bin/qemu-system-x86_64", "exit 0")
    done = run(output, "--eval-after", "true")
    assert done.returncode == 125 and b"it ended before it answered" in done.stderr


def test_a_background_run_that_ends_at_once_is_an_error(output: Output) -> None:
    done = run(output, "--quiet", "--background", stderr="no", exit=1)
    assert done.returncode == 125
    assert b"the emulator ended at once" in done.stderr and str(output.path).encode() in done.stderr


def test_a_background_run_that_cannot_start_is_an_error(output: Output) -> None:
    (output.host / "bin/qemu-system-x86_64").write_text("#!/nonexistent/interpreter\n")
    done = run(output, "--quiet", "--background")
    assert (done.returncode, len(done.stderr.splitlines())) == (125, 1)


def test_a_background_run_goes_on_until_it_is_killed(output: Output) -> None:
    fakes.script(output.host / "bin/qemu-system-x86_64", f"echo > {output.path}/run/0/console.sock; exec sleep 60")
    done = run(output, "--background")
    assert done.returncode == 0
    pid = int(done.stdout.split(b";")[0].removeprefix(b"process "))
    again = run(output)
    assert again.returncode == 125 and f"in use by process {pid}".encode() in again.stderr
    supervisor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGTERM)
    assert select.select([supervisor], [], [], 20)[0], "the supervisor went on"
    os.close(supervisor)
    assert result(output)["code"] == 128 + signal.SIGTERM


def test_a_dry_run_prints_the_command_and_writes_nothing(output: Output) -> None:
    before = sorted(output.path.rglob("*"))
    done = run(output, "--dry-run", "--kernel-cli", b"a=\xff", "--", "-S")
    assert (done.returncode, done.stderr) == (0, b"")
    words = shlex.split(os.fsdecode(done.stdout))
    assert words[0] == str(output.host / "bin/qemu-system-x86_64") and words[-1] == "-S"
    assert b"a=\xff" in done.stdout
    assert sorted(output.path.rglob("*")) == before


def test_a_payload_of_more_than_one_is_refused_before_anything_starts(output: Output) -> None:
    done = run(output, "--quiet", "-E", "a", "-F", "b")
    assert done.returncode == 125 and b"only one of" in done.stderr
    assert not (output.path / "run").exists()


def test_a_replay_is_held_to_what_was_recorded(output: Output) -> None:
    folder = output.path / "run/0"
    fakes.script(output.host / "bin/qemu-system-x86_64",
                 f"echo event >{folder}/recording/events; echo text >{folder}/console.log; exit 3")
    assert run(output, "--record", "--eval-after", "true").returncode == 125
    done = run(output, "--replay")
    assert done.returncode == 125 and b"as recorded: the emulator failed with status 3" in done.stderr
    (output.images / "rootfs.ext4").touch()
    assert b"rootfs.ext4 has changed since the recording" in run(output, "--replay").stderr
