# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --emulator gem5: --tmux, --gem5-script and --frame-capture, with a gem5 and a tmux that are none."""
from __future__ import annotations

import json
import os
import shlex
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import fakes
import pytest
from debugging import until

from lkmc import gem5, machine, paths
from lkmc.run_folder import RunFolder

SCREEN = machine.read("aarch64").gem5[0].screen
RUN = str(paths.TOP / "scripts/run")
TMUX = r"""printf '%s\n' "$*" >>{log}
case $1 in split-window) echo %7 ;; esac"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output whose kernel draws on gem5's screen."""
    output = fakes.output_folder(tmp_path / "o", "aarch64", f"{SCREEN}=y\n",
                                 images=("vmlinux", "rootfs.ext4", "rootfs.cpio"))
    (output.host / "bin/gem5.opt").symlink_to(Path(__file__).with_name("fake_gem5.py"))
    for path in (output.host / "share/gem5" / gem5.MARK, output.images / "gem5/boot.arm64"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.delenv("TMUX_PANE", raising=False)
    return output.path


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What tmux is asked for."""
    fakes.on_path(monkeypatch, tmp_path / "bin", tmux=TMUX.format(log=tmp_path / "log"))
    monkeypatch.setenv("TMUX_PANE", "%0")
    return tmp_path / "log"


def run(folder: Path, *words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([RUN, "--emulator", "gem5", "--output", str(folder), *words], stdin=subprocess.DEVNULL,
                          env={**os.environ, "FAKE_GEM5": json.dumps(how)}, capture_output=True, text=True, timeout=60)


def dry(folder: Path, *words: str) -> list[str]:
    """gem5's command line."""
    done = run(folder, "--dry-run", *words)
    assert done.returncode == 0, done.stderr
    return shlex.split(done.stdout)


def beside(log: Path) -> str:
    """The command of the second pane."""
    [split] = [line for line in log.read_text().splitlines() if line.startswith("split-window ")]
    return split


def test_the_guests_terminal_is_in_the_second_pane_and_gem5s_words_are_here(folder: Path, tmux: Path) -> None:
    done = run(folder, "--tmux", "--run-id", "t", "--timeout", "3", says="login\r\n", stderr="warn: slow")
    assert done.returncode == 124, done.stderr
    assert f"scripts/gem5-shell --output {folder} --run-id t" in beside(tmux)
    assert {"gem5 Simulator System", "warn: slow"} <= set(done.stdout.splitlines())
    assert "login" not in done.stdout


@pytest.mark.parametrize("words", [("--tmux", "--wait-gdb"), ("--tmux-args=", "--wait-gdb"), ("--tmux-args", "panic")])
def test_the_debugger_is_there_when_it_is_asked_for(folder: Path, tmux: Path, words: tuple[str, ...]) -> None:
    done = run(folder, *words, says="login\r\n", status="status 0\n")
    assert done.returncode == 0, done.stderr
    assert f"scripts/run-gdb --output {folder} --run-id 0" in beside(tmux)
    assert ("--run-id 0 panic ||" in beside(tmux)) is ("panic" in words)
    assert "login" in done.stdout and "gem5 Simulator System" not in done.stdout


def test_outside_of_tmux_gem5_does_not_start(folder: Path) -> None:
    done = run(folder, "--tmux")
    assert done.returncode == 125 and "start one with: tmux" in done.stderr
    assert not (folder / "run").exists()


def test_the_terminal_waits_for_its_guest(folder: Path, tmux: Path) -> None:
    shell = [str(paths.TOP / "scripts/gem5-shell"), "--output", str(folder)]
    how = json.dumps({"says": "ready\r\n", "status": "status 0\n", "late": 2})
    command = [RUN, "-q", "--emulator", "gem5", "--output", str(folder), "--tmux"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          env={**os.environ, "FAKE_GEM5": how}) as guest:
        until(RunFolder.of(folder, "0").readfile.exists, 30)
        assert not RunFolder.of(folder, "0").socket("console").exists()
        done = subprocess.run(shell, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "ready" in done.stdout
        assert guest.wait(60) == 0


@pytest.mark.parametrize(("words", "cpus"), [((), "4"), (("--cpus", "2"), "2"),
                                             (("--cpus", "1", "--", "--big-cpus", "1"), "1")])
def test_there_are_processors_of_both_kinds(folder: Path, words: tuple[str, ...], cpus: str) -> None:
    command = dry(folder, "--gem5-script", "biglittle", *words)
    assert str(gem5.SCRIPTS / "biglittle.py") in command and (gem5.SCRIPTS / "biglittle.py").is_file()
    assert ("--cpus", cpus) in pairwise(command)
    plain = dry(folder, "--gem5-script", "linux")
    assert str(gem5.SCRIPTS / "linux.py") in plain and ("--cpus", "1") in pairwise(plain)


@pytest.mark.parametrize(("words", "said"), [
    (("--gem5-script", "biglittle", "--cpus", "1"), "--cpus 2 or more"),
    (("--gem5-script", "fs"), "invalid choice: 'fs'"),
    (("--gem5-script", "biglittle", "--userland", "hello"), "--gem5-script is for a guest with Linux"),
    (("--frame-capture", "--baremetal", "hello"), "--frame-capture is for a guest with Linux"),
    (("--gem5-restore", "1", "--baremetal", "hello"), "--gem5-restore is for a guest with Linux"),
    (("--userland", "hello", "--baremetal", "hello"), "give only one of --userland and --baremetal"),
    (("--trace", "Exec", "--trace-insts-stdout"), "give only one of --trace and --trace-insts-stdout"),
])
def test_what_makes_no_sense_is_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = run(folder, *words)
    assert done.returncode == 125 and said in done.stderr


@pytest.mark.parametrize("option", [("--gem5-script", "biglittle"), ("--frame-capture",)], ids=lambda words: words[0])
def test_options_of_gem5_are_refused_without_it(folder: Path, option: tuple[str, ...]) -> None:
    done = subprocess.run([RUN, "--output", str(folder), *option], capture_output=True, text=True, timeout=60)
    assert done.returncode == 125 and f"{option[0]} is gem5's; give --emulator gem5" in done.stderr


def test_a_screen_is_given_where_the_kernel_draws_on_it(folder: Path) -> None:
    assert "--frame-capture" in dry(folder, "--frame-capture") and "--frame-capture" not in dry(folder)
    (folder / "build/linux-6.12.9/.config").write_text("")
    done = run(folder, "--frame-capture")
    assert done.returncode == 125 and f"without {SCREEN}" in done.stderr
    assert "--linux-fragment linux/display.config" in done.stderr
    assert f"{SCREEN}=y\n" in (paths.TOP / "linux/display.config").read_text()


def test_pictures_of_a_run_before_are_taken_away(folder: Path) -> None:
    frames = RunFolder.of(folder, "0").frames
    frames.mkdir(parents=True)
    (frames / "fb.000000.0.png.gz").write_bytes(b"")
    assert run(folder, says="", status="status 0\n").returncode == 0
    assert not frames.exists()
