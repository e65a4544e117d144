# SPDX-License-Identifier: GPL-2.0-or-later
"""trace_boot: what a traced boot prints, what the guest is asked to run, and which boots are none to count."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import block_files
import pytest
from block_files import FIRMWARE, IMAGE, INIT, KERNEL, USER, Guests

from lkmc import cli, plugin
from lkmc.commands import trace_boot
from lkmc.outcome import GUEST_DIED, TIMED_OUT, Outcome
from lkmc.request import When

Boot = Callable[..., int]
RUN = [(FIRMWARE, 1), (IMAGE, 2), (KERNEL, 1), (INIT, 1), (KERNEL, 2), (USER, 2)]


def left(*others: block_files.Executed) -> Callable[[Path], Path]:
    """A trace of RUN on the processor that boots, and of others."""
    return lambda path: block_files.trace(path, block_files.BOOT, [(0, RUN), *others])


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Boot:
    """scripts/trace-boot with these guests on an old QEMU; its exit status."""
    block_files.kernel_output(tmp_path / "a,b")
    monkeypatch.setattr(plugin, "interface", lambda emulator: 1)
    monkeypatch.setattr(plugin, "provide", lambda name, emulator, yes: Path(f"/{name}.so"))

    def start(guests: Guests, *words: str) -> int:
        monkeypatch.setattr(trace_boot, "once", guests)
        return cli.main("trace-boot", ["--output", str(tmp_path / "a,b"), *words])
    return start


def test_a_boot_is_counted_up_to_where_init_would_begin(boot: Boot, capsys: pytest.CaptureFixture[str]) -> None:
    guests = Guests(left())
    assert boot(guests, "--cpus", "2") == 0
    said = capsys.readouterr()
    assert "no task is named" in said.err
    assert said.out.splitlines() == [
        "instructions 47", "entry_address 0x40200000", "instructions_firmware 6", "instructions_kernel 35",
        "instructions_user 6"]
    [request] = guests.requests
    assert request.payload and request.payload.when is When.INIT and request.payload.script == b"/poweroff.out\n"
    assert request.cpus == 2


def test_several_processors_are_told_apart(boot: Boot, capsys: pytest.CaptureFixture[str]) -> None:
    assert boot(Guests(left((1, [(KERNEL, 3)])))) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["instructions_cpu0 47", "instructions_cpu1 30"]


def test_a_payload_s_status_is_the_exit_status_and_its_guest_says_where_modules_are(
        boot: Boot, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = "/sys/module/hello/sections/.text: 0xffff800001000000\n"
    guests = Guests(left(), outcome=Outcome(7, "the payload ended with status 7"), modules=said)
    assert boot(guests, "--eval-after", "insmod /hello.ko", "--", "-d", "nochain") == 7
    assert (tmp_path / "a,b/run/0/modules.txt").read_text() == said
    assert not (tmp_path / "a,b/9p/modules").exists()
    [request] = guests.requests
    assert request.payload and request.payload.script.endswith(b"\ninsmod /hello.ko\n")
    assert request.extra == ("-plugin", f"/blocks.so,trace={tmp_path}/a,,b/run/0/blocks.bin", "-d", "nochain")


def test_a_guest_that_died_is_counted_all_the_same(boot: Boot, capsys: pytest.CaptureFixture[str]) -> None:
    assert boot(Guests(left(), outcome=Outcome(GUEST_DIED, "the guest panicked")), "--eval-after", "x") == GUEST_DIED
    assert capsys.readouterr().out.startswith("instructions 47\n")


def test_what_was_ended_before_its_end_is_not_counted(boot: Boot, capsys: pytest.CaptureFixture[str]) -> None:
    assert boot(Guests(left(), outcome=Outcome(TIMED_OUT, "time limit")), "--timeout", "1") == 125
    told = capsys.readouterr()
    assert told.out == "" and told.err.splitlines()[-1].startswith("scripts/trace-boot: time limit; log: ")


def test_a_trace_of_another_kernel_is_refused_with_the_next_command(
        boot: Boot, capsys: pytest.CaptureFixture[str]) -> None:
    assert boot(Guests(lambda path: block_files.trace(path, block_files.BOOT, [(0, [(FIRMWARE, 1)])]))) == 125
    notice, told = capsys.readouterr().err.splitlines()
    assert "no task is named" in notice
    assert "did not start in this trace" in told and "scripts/trace-boot --arch aarch64" in told
