# SPDX-License-Identifier: GPL-2.0-or-later
"""trace_events, plugin: what QEMU is told to write down."""
from __future__ import annotations

import shutil
from pathlib import Path

import fakes
import pytest

from lkmc import paths, plugin, trace_events
from lkmc.commands import run
from lkmc.errors import EmulatorFailed, UserError
from lkmc.run_folder import RunFolder

KNOWN = ["pl011_read", "pl011_write", "virtio_notify"]


@pytest.fixture
def emulator(tmp_path: Path) -> Path:
    return fakes.script(tmp_path / "qemu", "printf '%s\\n' pl011_write 'not one' pl011_read virtio_notify")


def test_the_events_are_those_that_qemu_lists(emulator: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert trace_events.names(str(emulator)) == KNOWN
    assert trace_events.told("help", str(emulator))
    assert capsys.readouterr().out.splitlines() == KNOWN
    assert not trace_events.told("pl011_*", str(emulator))
    with pytest.raises(EmulatorFailed, match="--qemu-which"):
        trace_events.names(str(fakes.script(emulator.parent / "none", "exit 0")))


@pytest.mark.parametrize("wrong, said", [("virtio_notfy", "did you mean virtio_notify"), (",", "--trace help"),
                                         ("pl011_read,nothing_*", "nothing_"), ("exec_tb", "scripts/trace-boot")])
def test_an_event_that_there_is_not_is_refused(wrong: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        trace_events.chosen(wrong, KNOWN)


def test_events_go_into_the_run_folder(emulator: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "a,b")
    assert trace_events.words((), str(emulator), folder) == ()
    text = ("-trace", "enable=pl011_*", "-trace", "enable=virtio_notify", "-D", str(folder.trace_text))
    assert trace_events.words(("pl011_*", "virtio_notify"), str(emulator), folder) == text
    emulator.write_bytes(b"\x7fELF" + trace_events.RECORDS + b"\n")
    words = trace_events.words(("pl011_*", "virtio_notify"), str(emulator), folder)
    assert set(text) <= set(words) and f"file={tmp_path}/a,,b/trace.bin" in words


def test_run_takes_the_events(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from lkmc import cli
    output = fakes.output_folder(tmp_path / "out")
    fakes.script(next((tmp_path / "out/host/bin").iterdir()), "echo pl011_read")
    assert cli.main("run", ["--output", str(output.path), "--dry-run", "--trace", "pl011_read"]) == 0
    assert "-trace enable=pl011_read" in capsys.readouterr().out
    assert cli.main("run", ["--output", str(output.path), "--dry-run", "--trace", "pl012"]) == 125
    assert "trace" in run.OPTIONS


@pytest.mark.parametrize("version, interface", [("7.2.22 (Debian 1)", 1), ("8.2.9", 1), ("9.1.3", 2), ("9.2.0", 4),
                                                ("10.0.1", 4)])
def test_a_plugin_is_compiled_for_the_interface_of_the_qemu_and_only_once(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, interface: int) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this host")
    cache = fakes.cache(monkeypatch, tmp_path / "cache")
    qemu = fakes.script(tmp_path / "qemu", f"echo 'QEMU emulator version {version}'")
    assert plugin.interface(str(qemu)) == interface
    made = plugin.provide("blocks", str(qemu), yes=False)
    assert made.parent == cache / "qemu_plugins" and made.read_bytes().startswith(b"\x7fELF")
    assert (b"qemu_plugin_scoreboard_new" in made.read_bytes()) == (interface >= 2)
    assert (b"qemu_plugin_read_memory_vaddr" in made.read_bytes()) == (interface >= plugin.READS)
    before = made.stat().st_mtime_ns
    assert plugin.words("blocks", str(qemu), "trace=x", yes=False) == ("-plugin", f"{made},trace=x")
    assert made.stat().st_mtime_ns == before and len(list(made.parent.iterdir())) == 1


def test_a_qemu_that_does_not_say_its_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmulatorFailed, match="no answer"):
        plugin.interface(str(fakes.script(tmp_path / "qemu", "exit 0")))
    assert (paths.TOP / "qemu_plugins/blocks.c").exists()
