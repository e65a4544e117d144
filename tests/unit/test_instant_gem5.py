# SPDX-License-Identifier: GPL-2.0-or-later
"""instant_gem5: what a checkpoint belongs to, how it is made and started from, with a gem5 that is none."""
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import fakes
import pytest

from lkmc import gem5, gem5_files, instant_gem5, machine, paths, payload_disk
from lkmc.errors import UserError
from lkmc.output import Output
from lkmc.request import Gem5Request, Payload, RunRequest, When
from lkmc.run_folder import RunFolder
from lkmc.state import State

RUN = str(paths.TOP / "scripts/run")
INSTEAD = "a normal boot instead of an instant one: "
REQUEST = RunRequest(Payload(When.AFTER, b"exit 7\n"), instant=True, gem5=Gem5Request())
OBEYS = {"says": "", "saves": True, "status": "status 0\n"}      # a guest that does as it is told


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """An output with a gem5 of its own, which is fake_gem5.py."""
    output = fakes.output_folder(tmp_path / "o", "aarch64", images=("vmlinux", "rootfs.ext4", "rootfs.cpio"))
    (output.host / "bin/gem5.opt").write_bytes(Path(__file__).with_name("fake_gem5.py").read_bytes())
    (output.host / "bin/gem5.opt").chmod(0o755)
    for path in (output.host / "share/gem5" / gem5.MARK, output.images / "gem5/boot.arm64"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return output


def boot(output: Output, request: RunRequest = REQUEST, run_id: str = "0") -> instant_gem5.Boot:
    return instant_gem5.Boot(request, machine.read("aarch64"), output, RunFolder.of(output.path, run_id))


def command(output: Output, request: RunRequest, state: State) -> tuple[str, ...]:
    return gem5.command(request, machine.read("aarch64"), output, RunFolder.of(output.path, "0"), state)


def values(argv: tuple[str, ...], option: str) -> list[str]:
    return [value for word, value in pairwise(argv) if word == option]


@pytest.fixture
def run(output: Output) -> Callable[..., subprocess.CompletedProcess[str]]:
    """scripts/run --instant, of an output whose guest does as it is told, or as `how` says."""
    def start(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run([RUN, "--emulator", "gem5", "--instant", "--output", str(output.path), *words],
                              env={**os.environ, "FAKE_GEM5": json.dumps({**OBEYS, **how})},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return start


def states(output: Output) -> list[Path]:
    return [path for path in (output.path / "instant").glob("*-*") if path.suffix != ".part"]


@pytest.mark.parametrize("other", [
    {"payload": None}, {"timeout": 3.0}, {"run_id": "1"}, {"background": True}, {"interactive": True},
    {"trace": ("Exec",)}, {"extra": ("--initparam", "13")}, {"extra": ("--initparam=13",)},
    {"gem5": Gem5Request(cpu_type="o3", caches=True, l2_size="1MB", own_arguments=("--debug-break=1",),
                         readfile=b"true\n", trace_stdout=True)},
], ids=str)
def test_what_is_the_runs_own_is_not_the_states(output: Output, other: dict[str, object]) -> None:
    assert boot(output, replace(REQUEST, **other)).key() == boot(output).key()     # type: ignore[arg-type]


@pytest.mark.parametrize("other", [
    {"cpus": 2}, {"memory": "1G"}, {"initrd": True}, {"kernel_cli": "quiet"}, {"extra": ("--disk", "/dev/null")}])
def test_another_computer_has_another_state_beside_the_first(output: Output, other: dict[str, object]) -> None:
    first, second = boot(output).key(), boot(output, replace(REQUEST, **other)).key()      # type: ignore[arg-type]
    assert first.split("-")[0] != second.split("-")[0]


@pytest.mark.parametrize("name", ["host/bin/gem5.opt", f"host/share/gem5/{gem5.MARK}", "images/vmlinux",
                                  "images/rootfs.ext4", "images/gem5/boot.arm64"])
def test_a_changed_file_makes_another_state_in_the_place_of_the_first(output: Output, name: str) -> None:
    first = boot(output).key()
    with (output.path / name).open("ab") as file:
        file.write(b"\n")
    second = boot(output).key()
    assert first != second and first.split("-")[0] == second.split("-")[0]


def test_any_processor_goes_on_from_a_checkpoint_with_the_runs_own_console_and_payload(output: Output) -> None:
    request = replace(REQUEST, gem5=Gem5Request(cpu_type="hpi", l2_size="1MB"), extra=("--initparam", "3"))
    argv = command(output, request, State(Path("/state"), ready=True))
    run = RunFolder.of(output.path, "0")
    assert values(argv, "--restore") == ["/state/checkpoint"] and "--save" not in argv
    assert values(argv, "--cpu-type") == ["hpi"] and values(argv, "--l2-size") == ["1MB"]
    assert values(argv, "--console") == [str(run.socket("console"))] and argv[-2:] == ("--initparam", "3")
    assert values(argv, "--disk")[-1] == str(run.payload) and values(argv, "--readfile") == [str(run.readfile)]


def carried(output: Output, request: RunRequest) -> bytes:
    """The beginning of what the payload's disk carries in a run."""
    folder = RunFolder.of(output.path, "0")
    folder.claim()
    assert request.gem5 is not None
    gem5_files.prepare(request, folder, ("gem5",))
    folder.finish({})
    size = folder.payload.stat()
    assert size.st_size == gem5_files.ROOM and size.st_blocks * 512 < 1 << 20
    with folder.payload.open("rb") as disk:
        assert disk.read(payload_disk.START) == bytes(payload_disk.START)
        return disk.read(4096).rstrip(b"\0")


def test_the_payloads_disk_brings_orders_and_has_one_size_whatever_it_brings(output: Output) -> None:
    first, *words = carried(output, REQUEST).decode().split("\n")
    assert re.fullmatch(r"[0-9]+\.[0-9]{9} [0-9a-f]{64} 7", first)
    assert words == ["lkmc_poweroff=", "lkmc_payload=1", "lkmc_poweroff=1", "", "exit 7", ""]
    assert carried(output, replace(REQUEST, instant=False)) == b"7\nexit 7\n"
    assert carried(output, RunRequest(gem5=Gem5Request())) == b""


def test_a_payload_that_its_disk_cannot_hold_is_refused(tmp_path: Path) -> None:
    payload_disk.write(tmp_path / "disk", bytes(100), payload_disk.START + 512)
    with pytest.raises(UserError, match="513 bytes does not fit .* leave it at 512"):
        payload_disk.write(tmp_path / "disk", bytes(513), payload_disk.START + 512)


def test_one_boot_serves_runs_with_other_processors(
        output: Output, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    first = run("--eval-after", "true", "--cpu-type", "o3", "--trace", "Exec")
    assert first.returncode == 0 and "making " in first.stderr and INSTEAD not in first.stderr
    [state] = states(output)
    made = tuple(shlex.split((state / "run.sh").read_text(), comments=True))
    assert values(made, "--save") == [f"{state}.part/checkpoint"] and values(made, "--cpu-type") == ["atomic"]
    assert "--debug-flags" not in made and "lkmc_instant=1" in values(made, "--command-line")[0].split(" - ")[1]
    second = run("--eval-after", "exit 3", "--caches", "--gem5-readfile", "ls", status="status 3\n")
    assert second.returncode == 3 and "making " not in second.stderr
    argv = tuple(json.loads((output.path / "run/0/result.json").read_text())["command"])
    assert values(argv, "--restore") == [f"{state}/checkpoint"] and "--caches" in argv
    assert (output.path / "run/0/readfile").read_bytes() == b"ls\n"
    assert run().returncode == 0 and states(output) == [state]


def test_a_state_that_cannot_be_restored_is_thrown_away(
        output: Output, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert run("--eval-after", "true").returncode == 0
    [state] = states(output)
    done = run("--eval-after", "true", stderr="fatal: no such instruction", exit=1)
    assert done.returncode == 125 and state.exists(), "it was restored, and gem5 ended later"
    (state / "checkpoint/m5.cpt").unlink()
    done = run("--eval-after", "true")
    assert done.returncode == 125 and "Can't open checkpoint" in done.stderr and not state.exists()
    assert run("--eval-after", "true").returncode == 0 and states(output) == [state]


@pytest.mark.parametrize(("words", "why"), [
    (("--eval", "true"), "--eval replaces the init"), (("--wait-gdb",), "--wait-gdb"),
    (("--kernel-cli", "init=/bin/sh"), "the init is not"), (("--", "--max-ticks", "5"), "--max-ticks counts"),
], ids=lambda value: value[0])
def test_what_no_state_can_serve_boots_and_says_why(
        output: Output, run: Callable[..., subprocess.CompletedProcess[str]], words: tuple[str, ...], why: str) -> None:
    done = run(*words)
    assert done.returncode == 0 and f"{INSTEAD}{why}" in done.stderr
    assert not (output.path / "instant").exists()
    argv = json.loads((output.path / "run/0/result.json").read_text())["command"]
    assert "--restore" not in argv and "lkmc_instant" not in " ".join(argv)


@pytest.mark.parametrize(("how", "why"), [
    ({"saves": False}, "the guest did not wait to be saved"), ({"boots": 101}, "the guest died"),
    ({"boots": 1}, "gem5: gem5 Simulator System; the command: "),
], ids=["no checkpoint", "panic", "gem5's error"])
def test_where_no_state_can_be_made_the_guest_boots(
        output: Output, run: Callable[..., subprocess.CompletedProcess[str]], how: dict[str, Any], why: str) -> None:
    done = run("--eval-after", "true", **how)
    assert done.returncode == 0 and f"{INSTEAD}{why}" in done.stderr and not states(output)


def test_what_a_boot_left_unfinished_is_not_in_the_state(
        output: Output, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    part = output.path / "instant" / f"{boot(output, RunRequest(instant=True, gem5=Gem5Request())).key()}.part"
    for left in ("checkpoint/old", "m5out/cpt.5"):
        (part / left).mkdir(parents=True)
    assert run().returncode == 0
    [state] = states(output)
    assert [path.name for path in (state / "checkpoint").iterdir()] == ["m5.cpt"]
    assert not (state / "m5out/cpt.5").exists()


def test_dry_run_makes_no_state(output: Output, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run("--dry-run", "--eval-after", "true")
    assert done.returncode == 0 and "--restore" in done.stdout and not (output.path / "instant").exists()
