# SPDX-License-Identifier: GPL-2.0-or-later
"""screen: a window, VNC at a socket, or nothing."""
from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import fakes
import pytest

from lkmc import cli, machine, paths, qemu
from lkmc.errors import UserError
from lkmc.machine import arches
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder


def argv(tmp_path: Path, arch: str, request: RunRequest) -> tuple[str, ...]:
    return qemu.command(request, machine.read(arch), fakes.output_folder(tmp_path, arch), RunFolder.of(tmp_path, "0"))


@pytest.mark.parametrize("arch", arches())
def test_without_a_screen_there_is_no_device_for_one(tmp_path: Path, arch: str) -> None:
    command = argv(tmp_path, arch, RunRequest())
    assert ("-display", "none") in pairwise(command)
    assert not set(machine.read(arch).qemu.screen) & set(command)
    assert not [word for word in command if "tty1" in word or "lkmc_screen" in word]


@pytest.mark.parametrize("arch", arches())
@pytest.mark.parametrize("graphic", [False, True])
def test_vnc_is_at_a_socket_of_the_run_and_only_graphic_moves_the_terminal(
        tmp_path: Path, arch: str, graphic: bool) -> None:
    command = argv(tmp_path, arch, RunRequest(vnc=True, graphic=graphic))
    assert ("-display", f"vnc=unix:{RunFolder(tmp_path / 'run/0').socket('vnc')}") in pairwise(command)
    assert set(machine.read(arch).qemu.screen) <= set(command)
    words = command[command.index("-append") + 1].split()
    assert ("console=tty1" in words) is graphic and "lkmc_screen=1" in words
    assert words.index(f"console={machine.read(arch).console}") == 0, "the kernel's messages stay on the serial port"


def emulator_with(tmp_path: Path, displays: str) -> None:
    file = tmp_path / "host/bin/qemu-system-x86_64"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\nprintf '{displays}'\n")
    file.chmod(0o755)


@pytest.mark.parametrize("displays, window", [(r"none\ngtk\nsdl\n", "gtk"), (r"none\nsdl\n", "sdl")])
def test_a_window_is_of_the_kind_that_the_emulator_has(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, displays: str, window: str) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    output = fakes.output_folder(tmp_path, "x86_64")
    emulator_with(tmp_path, displays)
    command = qemu.command(RunRequest(graphic=True), machine.read("x86_64"), output, RunFolder.of(tmp_path, "0"))
    assert ("-display", window) in pairwise(command)


def test_without_a_window_the_way_by_vnc_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = fakes.output_folder(tmp_path, "x86_64")
    emulator_with(tmp_path, r"none\n")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for said in ("no display here.*--vnc", "qemu-system-gui.*--vnc"):
        with pytest.raises(UserError, match=said):
            qemu.command(RunRequest(graphic=True), machine.read("x86_64"), output, RunFolder.of(tmp_path, "0"))
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")


@pytest.mark.parametrize("name, said", [("a.jpg", "call it a.png"), ("no/such/a.png", "no such folder")])
def test_a_picture_that_cannot_be_written_is_refused(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str,
        said: str) -> None:
    monkeypatch.setattr(paths, "OUT", tmp_path)
    assert cli.main("screenshot", [str(tmp_path / name)]) == 125
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def test_the_viewer_gets_the_socket(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path, "x86_64")
    run = ["--output", str(output.path), "--run-id", "7"]
    assert cli.main("vnc", [*run, "--dry-run"]) == 0
    assert capsys.readouterr().out == f"vncviewer {RunFolder(output.path / 'run/7').socket('vnc')}\n"
    assert cli.main("vnc", run) == 125
    assert "--run-id 7 --graphic --vnc" in capsys.readouterr().err
