# SPDX-License-Identifier: GPL-2.0-or-later
"""replay and recording: QEMU's words, what cannot be recorded, and what a replay is held to."""
from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import fakes
import pytest

from lkmc import cli, instant, launch, machine, qemu, recording
from lkmc.errors import EmulatorFailed, LkmcError, MissingOutput, UserError
from lkmc.machine import arches
from lkmc.outcome import TIMED_OUT, Outcome
from lkmc.output import Output
from lkmc.recording import NOT_RECORDED
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder

PAYLOAD = Payload(When.AFTER, b"echo \xff\n")
REQUEST = RunRequest(PAYLOAD, record=True, kernel_cli="quiet", extra=("-d", "in_asm"))
COMMAND = ("/bin/true", "-kernel", "/etc/passwd")


def values(argv: tuple[str, ...], option: str) -> list[str]:
    return [value for word, value in pairwise(argv) if word == option]


def command(output: Output, request: RunRequest) -> tuple[str, ...]:
    return qemu.command(request, machine.read(output.arch), output, RunFolder.of(output.path, "0"))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run that was recorded, with four lines on its console."""
    folder = RunFolder.of(tmp_path, "0")
    folder.path.mkdir(parents=True)
    recording.prepare(REQUEST, COMMAND, folder)
    folder.console_log.write_bytes(b"a\nb\nc\nd\n")
    (folder.recording / "events").write_bytes(b"x")
    recording.keep(REQUEST, COMMAND, folder, Outcome(7, "so"), time.time())
    return folder


@pytest.mark.parametrize("arch", arches())
@pytest.mark.parametrize("mode", ["record", "replay"])
def test_all_that_answers_the_guest_is_an_event(tmp_path: Path, arch: str, mode: str) -> None:
    output = fakes.output_folder(tmp_path / "a,b", arch)
    argv = command(output, RunRequest(PAYLOAD, record=mode == "record", replay=mode == "replay"))
    assert values(argv, "-icount") == [f"shift=2,rr={mode},rrfile={tmp_path}/a,,b/run/0/recording/events"]
    drives, devices = values(argv, "-drive"), values(argv, "-device")
    used = {word[6:] for device in devices for word in device.split(",") if word.startswith("drive=")}
    assert used == {"root", "payload", "status"}
    assert {drive.split("id=")[1].split(",")[0] for drive in drives if "driver=blkreplay" in drive} == used
    assert "filter-replay,id=replay,netdev=net" in values(argv, "-object")
    assert [device for device in devices if device.startswith("virtio-net-pci") and "tx=timer" in device]
    assert not [device for device in devices if "9p" in device or "serial-pci" in device or "virtserialport" in device]
    status = next(drive for drive in drives if "id=status-image" in drive)
    assert f"snapshot={'on' if mode == 'replay' else 'off'}" in status


@pytest.mark.parametrize(("arch", "cpus", "told"), [("x86_64", 1, True), ("x86_64", 2, False), ("arm", 1, False)])
def test_the_kernel_is_told_not_to_measure_a_timer(tmp_path: Path, arch: str, cpus: int, told: bool) -> None:
    output = fakes.output_folder(tmp_path, arch)
    [line] = values(command(output, RunRequest(record=True, cpus=cpus)), "-append")
    assert ("nolapic_timer" in line.split()) == told
    [line] = values(command(output, RunRequest(cpus=cpus)), "-append")
    assert "nolapic_timer" not in line


@pytest.mark.parametrize(("arch", "told"), [("x86_64", ["apic-common.vapic=off"]), ("aarch64", [])])
def test_a_recorded_machine_lacks_what_hangs_on_the_way_back(tmp_path: Path, arch: str, told: list[str]) -> None:
    output = fakes.output_folder(tmp_path, arch)
    assert values(command(output, RunRequest(record=True)), "-global") == told
    assert values(command(output, RunRequest(replay=True)), "-global") == told
    assert values(command(output, RunRequest()), "-global") == []


@pytest.mark.parametrize("option", NOT_RECORDED)
def test_what_cannot_be_recorded_is_refused(option: str) -> None:
    on = RunRequest(record=True, **{option: Path("/x") if option == "disk2" else True})     # type: ignore[arg-type]
    with pytest.raises(UserError, match="--record: "):
        recording.check(on)
    recording.check(replace(on, record=False))


def test_only_one_of_the_two_at_a_time_and_never_instant() -> None:
    with pytest.raises(UserError, match="scripts/qemu-rr"):
        recording.check(RunRequest(record=True, replay=True))
    assert instant.obstacle(RunRequest(record=True)) and instant.obstacle(RunRequest(replay=True))


def test_a_replay_asks_for_what_was_recorded(run: RunFolder) -> None:
    again = recording.again(RunRequest(replay=True, wait_gdb=True, timeout=3, memory="1G"), recording.read(run))
    assert again == replace(REQUEST, record=False, replay=True, wait_gdb=True, timeout=3)
    more = recording.again(RunRequest(replay=True, extra=("-D", "x")), recording.read(run))
    assert more.extra == ("-d", "in_asm", "-D", "x")
    with pytest.raises(UserError, match="another payload was recorded"):
        recording.again(RunRequest(Payload(When.AFTER, b"other"), replay=True), recording.read(run))


def test_an_option_that_a_replay_could_not_follow_is_refused(run: RunFolder) -> None:
    kept, typed = recording.read(run), frozenset({"replay", "memory", "kernel_cli", "arch", "qemu_which"})
    with pytest.raises(UserError, match="--memory is as it was recorded; leave it out, or record again with it"):
        recording.again(RunRequest(replay=True, memory="1G", kernel_cli="quiet"), kept, typed)
    with pytest.raises(UserError, match="--kernel-cli is as"):
        recording.again(RunRequest(replay=True), kept, typed)
    assert recording.again(RunRequest(replay=True, kernel_cli="quiet", qemu_which="host"), kept, typed).replay


def test_the_status_starts_empty(run: RunFolder) -> None:
    assert run.status.read_bytes() == bytes(4096)


def test_without_a_recording_the_command_for_one_is_named(tmp_path: Path, run: RunFolder) -> None:
    with pytest.raises(MissingOutput, match=r"scripts/run --record .*--run-id none"):
        recording.read(RunFolder.of(tmp_path, "none"))
    (run.recording / "recording.json").write_text('{"request": {"nonsense": 1, "payload": null}}')
    with pytest.raises(MissingOutput, match="record again"):
        recording.read(run)


def test_a_recording_without_a_beginning_is_none(run: RunFolder) -> None:
    (run.recording / "events").write_bytes(b"")
    with pytest.raises(MissingOutput, match="ended before the emulator recorded anything; record again with more time"):
        recording.read(run)


def test_a_kernel_that_changed_is_refused_and_another_emulator_is_not(tmp_path: Path, run: RunFolder) -> None:
    kernel, emulator = tmp_path / "kernel", fakes.script(tmp_path / "qemu", "")
    kernel.write_text("1")
    argv = (str(emulator), "-kernel", str(kernel), "-drive", f"if=none,file={run.status}")
    recording.keep(REQUEST, argv, run, Outcome(0, ""), time.time())
    recording.same_files(recording.read(run), argv, run)
    emulator.write_text("#!/bin/sh\nexit 1\n")
    run.status.write_text("other")
    recording.same_files(recording.read(run), argv, run)
    kernel.write_text("22")
    with pytest.raises(UserError, match="kernel has changed"):
        recording.same_files(recording.read(run), argv, run)


@pytest.mark.parametrize(("console", "outcome", "limited", "wanted"), [
    (b"a\nb\nc\nd\n", Outcome(0, "powered off"), True, (7, "as recorded: so")),
    (b"a\nb\n", Outcome(125, "the emulator was told to quit"), True, (125, "before its end")),
    (b"a\nb\n", Outcome(125, "the emulator failed with status 1"), True, (125, "the emulator failed")),
    (b"a\n", Outcome(TIMED_OUT, "time limit"), False, (TIMED_OUT, "time limit")),
    (b"a\n", Outcome(TIMED_OUT, "time limit"), True, "QEMU hangs; try another one with --qemu-which"),
    (b"a\nb\nX\nd\n", Outcome(0, "powered off"), True, "differs from line 3 on"),
    (b"a\nb\nc\nd\ne\n", Outcome(0, "powered off"), True, "differs from line 5 on"),
])
def test_a_replay_is_held_to_the_recording(run: RunFolder, console: bytes, outcome: Outcome, limited: bool,
                                           wanted: tuple[int, str] | str) -> None:
    run.console_log.write_bytes(console)
    try:
        result = recording.judge(outcome, recording.read(run), run, limited)
    except LkmcError as error:
        assert isinstance(wanted, str) and wanted in str(error) and isinstance(error, EmulatorFailed)
    else:
        assert not isinstance(wanted, str)
        assert result.code == wanted[0] and wanted[1] in result.reason


def test_qemu_rr_records_and_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    def main(args: argparse.Namespace) -> int:
        request = RunRequest.of(args)
        runs.append((request.rr, request.payload and request.payload.script, request.wait_gdb))
        return 7
    monkeypatch.setattr("lkmc.commands.run.main", main)
    assert cli.main("qemu-rr", ["--eval-after", "exit 7", "--wait-gdb"]) == 7
    assert runs == [("record", b"exit 7\n", False), ("replay", None, True)]


@pytest.mark.parametrize(("reason", "times"), [(launch.INTERRUPTED, 1), ("the payload ended with status 130", 2)])
def test_qemu_rr_replays_nothing_for_whoever_interrupts_it(
        monkeypatch: pytest.MonkeyPatch, run: RunFolder, reason: str, times: int) -> None:
    facts = json.loads((run.recording / recording.FACTS).read_text())
    (run.recording / recording.FACTS).write_text(json.dumps(facts | {"reason": reason}))
    fakes.output_folder(run.path.parents[1])
    runs: list[argparse.Namespace] = []

    def main(args: argparse.Namespace) -> int:
        runs.append(args)
        return 130
    monkeypatch.setattr("lkmc.commands.run.main", main)
    words = ["--output", str(run.path.parents[1]), "--run-id", run.path.name, "--eval-after", "true"]
    assert cli.main("qemu-rr", words) == 130 and len(runs) == times


def test_qemu_rr_replays_nothing_where_nothing_could_be_recorded(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    runs = []

    def main(args: argparse.Namespace) -> int:
        runs.append(RunRequest.of(args).rr)
        raise EmulatorFailed("the emulator ended at once")
    monkeypatch.setattr("lkmc.commands.run.main", main)
    assert cli.main("qemu-rr", ["--eval-after", "true"]) == 125 and runs == ["record"]
    assert capsys.readouterr().err == "scripts/qemu-rr: the emulator ended at once\n"
