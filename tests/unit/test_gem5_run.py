# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --emulator gem5 with a gem5 that is none: console, exit status, run folder."""
from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import fakes
import pexpect
import pytest
from test_programs import elf

from lkmc import gem5, outcome, paths
from lkmc.configured import PREBUILT
from lkmc.gem5_terminal import Keys
from lkmc.outcome import Ended, Outcome

RUN = str(paths.TOP / "scripts/run")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    output = fakes.output_folder(tmp_path / "o", "aarch64", images=("vmlinux", "rootfs.ext4", "rootfs.cpio"))
    (output.host / "bin/gem5.opt").symlink_to(Path(__file__).with_name("fake_gem5.py"))
    for path in (output.host / "share/gem5" / gem5.MARK, output.images / "gem5/boot.arm64"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return output.path


def environment(**how: Any) -> dict[str, str]:
    return {**os.environ, "FAKE_GEM5": json.dumps(how)}


def run(folder: Path, *words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([RUN, "--emulator", "gem5", "--output", str(folder), *words], env=environment(**how),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("how", "words", "code", "says"), [
    ({"says": "hi\r\n", "status": "status 0\n"}, ("--eval", "true"), 0, ""),
    ({"says": "", "status": "status 7\n"}, ("--eval", "exit 7"), 7, "the payload ended with status 7"),
    ({"says": "", "exit": 101}, (), 101, "the guest panicked"),
    ({"says": "", "exit": 101, "status": "status 0\n"}, (), 101, "the guest panicked"),
    ({"exit": 1, "stderr": "warn: x\nfatal: no disk\nMemory Usage: 5"}, (), 125, "gem5: fatal: no disk"),
    ({}, (), 125, "without a word"),
    ({"hangs": True}, ("--timeout", "1"), 124, "time limit"),
], ids=["0", "7", "panic", "panic after a status", "gem5's error", "no word", "time limit"])
def test_the_exit_status_is_the_guests(folder: Path, how: dict[str, Any], words: tuple[str, ...], code: int, says: str,
                                       ) -> None:
    done = run(folder, *words, **how)
    assert done.returncode == code, done.stderr
    assert says in done.stderr and how.get("says", "").strip() in done.stdout
    assert json.loads((folder / "run/0/result.json").read_text())["code"] == code


def test_the_console_is_shown_and_kept_and_gem5s_own_words_are_apart(folder: Path) -> None:
    done = run(folder, says="login\r\n", status="status 0\n", late=0.3)
    assert done.stdout == "login\n" and "+ " in done.stderr
    assert (folder / "run/0/console.log").read_text() == "login\n"
    assert "gem5 Simulator System" in (folder / "run/0/emulator.log").read_text()
    assert run(folder, "-q", says="", status="status 0\n").stderr == ""


def test_what_gem5_says_itself_is_not_the_guests(folder: Path) -> None:
    assert run(folder, says="login\r\n", status="status 0\n", greets=True).stdout == "login\n"


def test_a_guest_that_ends_at_once_is_heard_as_well(folder: Path) -> None:
    assert run(folder, says="hello\r\n", status="status 0\n", quick=True).stdout == "hello\n"
    assert run(folder, exit=1, stderr="fatal: no").stdout == "", "what the run before has left"


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_standard_input_is_the_serial_port_of_a_program(folder: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "typed").write_bytes(b"ab\x01xq")
    command = shlex.join([RUN, "--emulator", "gem5", "--output", str(folder), "--baremetal",
                          str(elf(tmp_path / "hello.elf"))])
    how = {"pipe": f"cat {tmp_path}/typed | {command}", "file": f"{command} <{tmp_path}/typed"}
    done = subprocess.run(how[kind], env=environment(says="ready\n", greets=True, listens=True, status="status 0\n"),
                          capture_output=True, text=True, timeout=60, shell=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ready\n[ab\x01xq]"


@pytest.mark.parametrize(("name", "words"), [("wfe", ()), ("hello", ("--cpus", "2"))])
def test_a_program_with_more_than_one_cpu_is_refused(folder: Path, name: str, words: tuple[str, ...]) -> None:
    (folder / "images/baremetal-vexpress_gem5_v2").mkdir()
    program = elf(folder / f"images/baremetal-vexpress_gem5_v2/{name}.elf")
    done = run(folder, "--machine", "VExpress_GEM5_V2", *words, "--baremetal", str(program))
    assert done.returncode == 125
    assert "with more than one CPU of gem5's VExpress_GEM5_V2: all of them begin at once" in done.stderr


@pytest.mark.parametrize("emulator", ["gem5", "qemu"])
def test_a_program_without_a_guest_has_no_machine(folder: Path, emulator: str) -> None:
    done = run(folder, "--emulator", emulator, "--userland", "hello", "--machine", "VExpress_GEM5_V2")
    assert done.returncode == 125 and done.stderr.startswith("scripts/run: --machine ")


@pytest.mark.parametrize("option", ["--gem5-exe-args", "--userland-args"])
def test_an_open_quote_is_refused_in_a_line(folder: Path, tmp_path: Path, option: str) -> None:
    done = run(folder, "--userland", str(elf(tmp_path / "hello")), option, "'a")
    assert (done.returncode, done.stderr) == (125, f"scripts/run: {option}: no closing quotation: 'a\n")


def test_no_status_of_a_run_before_counts(folder: Path) -> None:
    assert run(folder, says="", status="status 3\n").returncode == 3
    assert run(folder, says="").returncode == 125


def test_what_m5_readfile_reads_is_in_the_run_folder(folder: Path) -> None:
    assert run(folder, "--gem5-readfile", "echo $HOME", says="", status="status 0\n").returncode == 0
    assert (folder / "run/0/readfile").read_bytes() == b"echo $HOME\n"
    assert run(folder, says="", status="status 0\n").returncode == 0
    assert (folder / "run/0/readfile").read_bytes() == b""


def test_a_program_without_a_guest_is_of_the_right_kind(folder: Path) -> None:
    with (folder / ".config").open("a") as config:
        config.write(f"{PREBUILT}\n")
    done = run(folder, "--userland", sys.executable, status="status 4\n")
    assert done.returncode == 125 and "a program for x86_64, not for aarch64" in done.stderr


@pytest.mark.parametrize("option", [("--kgdb",), ("--vnc",), ("--persist",), ("--kdb",), ("--qemu-which", "host")])
def test_what_only_qemu_has_is_refused(folder: Path, option: tuple[str, ...]) -> None:
    done = run(folder, *option, says="")
    assert done.returncode == 125 and f"{option[0]} is QEMU's" in done.stderr


@pytest.mark.parametrize("words", [(), ("--trace", "help")])
def test_a_gem5_that_is_no_program_is_refused_in_a_line(folder: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    none = tmp_path / "gem5.opt"
    none.write_text("")
    done = run(folder, "-q", "--gem5", str(none), "--gem5-tree", str(folder / "host/share/gem5"), *words)
    assert done.returncode == 125
    assert done.stderr == f"scripts/run: {none}: Permission denied; choose another with --gem5\n"


@pytest.mark.parametrize("flags", ["", ","])
def test_a_trace_of_nothing_is_refused(folder: Path, flags: str) -> None:
    done = run(folder, "--trace", flags)
    assert done.returncode == 125 and "--trace needs debug flags" in done.stderr


def test_dry_run_prints_one_line_and_makes_nothing(folder: Path) -> None:
    done = run(folder, "--dry-run")
    assert done.returncode == 0 and done.stdout.count("\n") == 1 and "scripts/gem5/linux.py" in done.stdout
    assert not (folder / "run").exists()


def test_somebody_types_to_the_guest_and_leaves_by_ctrl_a_x(folder: Path) -> None:
    with pexpect.spawn(RUN, ["-q", "--emulator", "gem5", "--output", str(folder)], timeout=60,
                       env=environment(says="ready\r\n", listens=True)) as child:
        child.expect_exact("ready")
        child.send("a\x03")
        child.expect_exact("[a\x03]")
        child.send("\x01\x01b")
        child.expect_exact("[\x01b]")
        child.send("\x01x")
        child.expect(pexpect.EOF)
    assert child.exitstatus == 0


def test_a_background_guest_has_its_console_at_gem5_shell(folder: Path) -> None:
    done = run(folder, "--background", says="ready\r\n", listens=True, status="status 0\n")
    assert done.returncode == 0 and "scripts/gem5-shell" in done.stdout
    with pexpect.spawn(str(paths.TOP / "scripts/gem5-shell"), ["--output", str(folder)], timeout=60) as child:
        child.expect_exact("ready")
        child.send("q")
        child.expect_exact("[q]")
        child.expect(pexpect.EOF)
    assert child.exitstatus == 0
    command = [str(paths.TOP / "scripts/gem5-shell"), "--output", str(folder), "--run-id", "none"]
    none = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert none.returncode == 125 and "--emulator gem5 --background" in none.stderr


def test_a_signal_ends_gem5_too(folder: Path) -> None:
    with pexpect.spawn(RUN, ["--emulator", "gem5", "--output", str(folder)], timeout=60,
                       env=environment(says="ready\r\n", hangs=True)) as child:
        child.expect_exact("ready")
        child.kill(signal.SIGTERM)
        child.expect(pexpect.EOF)
    assert child.exitstatus == 128 + signal.SIGTERM
    assert json.loads((folder / "run/0/result.json").read_text())["emulator_status"] == -signal.SIGTERM


@pytest.mark.parametrize(("typed", "kept", "left"), [
    ([b"ab"], b"ab", False), ([b"\x01", b"x"], b"", True), ([b"a\x01Xb"], b"ab", True),
    ([b"\x01\x01"], b"\x01", False), ([b"\x01c"], b"", False), ([b"x\x03\x04"], b"x\x03\x04", False),
])
def test_only_ctrl_a_is_ours(typed: list[bytes], kept: bytes, left: bool) -> None:
    keys = Keys()
    assert b"".join(map(keys.take, typed)) == kept and keys.quit is left


@pytest.mark.parametrize(("ended", "code"), [
    (Ended(0, "status 0\n"), 0), (Ended(0, "status 200\n"), 200), (Ended(101, "status 0\n"), 101),
    (Ended(130), 130), (Ended(-11, "status 0\n"), 125), (Ended(1), 125), (Ended(0), 125),
    (Ended(0, "status 300\n"), 125),
    (Ended(-9, "status 0\n", timed_out=True), 124),
])
def test_gem5s_own_status_says_how_the_guest_ended(ended: Ended, code: int) -> None:
    result = outcome.of_gem5(ended, payload=True)
    assert isinstance(result, Outcome) and result.code == code and result.reason
