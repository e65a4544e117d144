# SPDX-License-Identifier: GPL-2.0-or-later
"""instant: what a saved state belongs to, when there can be none, and what a restored guest reads."""
from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fakes
import pytest

from lkmc import instant, instant_qemu, machine, qemu
from lkmc.output import Output
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder
from lkmc.state import State

MACHINE = machine.read("x86_64")
AFTER = Payload(When.AFTER, b"exit 7\n")
REQUEST = RunRequest(AFTER, instant=True)


@pytest.fixture
def output(tmp_path: Path) -> Output:
    return fakes.output_folder(tmp_path / "an,out=put")


def boot(output: Output, request: RunRequest = REQUEST, run_id: str = "0") -> instant.Boot:
    return instant_qemu.Boot(request, MACHINE, output, RunFolder.of(output.path, run_id))


def key(output: Output, request: RunRequest = REQUEST, run_id: str = "0") -> str:
    return boot(output, request, run_id).key()


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("other", [
    {"payload": None}, {"payload": Payload(When.AFTER, b"another")}, {"timeout": 3.0}, {"run_id": "1"},
    {"background": True}, {"interactive": True}])
def test_what_is_the_runs_own_is_not_the_states(output: Output, other: dict[str, object]) -> None:
    assert key(output, replace(REQUEST, **other)) == key(output)    # type: ignore[arg-type]


def test_a_file_in_the_run_folder_that_an_option_names_is_the_runs_own(output: Output) -> None:
    keys = {key(output, replace(REQUEST, extra=("-chardev", f"file,id=a,path={output.path}/run/{run_id}/a")), run_id)
            for run_id in ("0", "1")}
    assert len(keys) == 1


@pytest.mark.parametrize("other", [
    {"cpus": 2}, {"memory": "1G"}, {"initrd": True}, {"kernel_cli": "quiet"}, {"extra": ("-device", "edu")}])
def test_other_options_are_another_state_beside_the_first(output: Output, other: dict[str, object]) -> None:
    first, second = key(output), key(output, replace(REQUEST, **other))     # type: ignore[arg-type]
    assert first.split("-")[0] != second.split("-")[0]


@pytest.mark.parametrize("name", ["host/bin/qemu-system-x86_64", "images/vmlinux", "images/rootfs.ext4", "extra.img"])
def test_a_changed_file_makes_another_state_in_the_place_of_the_first(output: Output, name: str) -> None:
    (output.path / "extra.img").write_bytes(b"disk")
    request = replace(REQUEST, extra=("-drive", f"if=virtio,format=raw,file={qemu.value(output.path)}/extra.img"))
    first = key(output, request)
    change(output.path / name)
    second = key(output, request)
    assert first != second and first.split("-")[0] == second.split("-")[0]


@pytest.mark.parametrize(("other", "why"), [
    ({"persist": True}, "--persist"), ({"payload": Payload(When.INIT, b"true")}, "--eval "),
    ({"kernel_cli": "init=/bin/sh"}, "the init"), ({"kvm": True}, "--kvm"), ({"wait_gdb": True}, "--wait-gdb"),
    ({"kgdb": True}, "--kgdb"), ({"kdb": True}, "--kdb")])
def test_a_request_that_no_state_can_serve_boots_and_says_why(output: Output, capsys: pytest.CaptureFixture[str],
                                                              other: dict[str, object], why: str) -> None:
    request = replace(REQUEST, **other)     # type: ignore[arg-type]
    assert instant.plan(boot(output, request)) == (replace(request, instant=False), None)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("a normal boot instead of an instant one: ") and why in line
    assert not (output.path / "instant").exists()


def test_where_no_state_can_be_made_the_guest_boots(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.script(output.host / "bin/qemu-img", ": > \"$9\"")
    fakes.script(output.host / "bin/qemu-system-x86_64", "echo 'no such machine' >&2; exit 1")
    request, state = instant.plan(boot(output))
    assert (request.instant, state) == (False, None)
    assert "instead of an instant one: no such machine; the command: " in capsys.readouterr().err
    assert not [path for path in (output.path / "instant").glob("*-*") if path.suffix != ".part"]


def test_a_request_for_a_normal_boot_stays_as_it_is(output: Output) -> None:
    request = RunRequest(AFTER)
    assert instant.plan(boot(output, request)) == (request, None)


@pytest.fixture
def planned(output: Output, monkeypatch: pytest.MonkeyPatch) -> Callable[[RunRequest], Path]:
    """The folder of the state for a request, made without an emulator."""
    def save(boot: instant.Boot, part: RunFolder, state: State) -> None:
        assert part.path.is_dir() and not state.path.exists()
    monkeypatch.setattr(instant_qemu.Boot, "save", save)

    def plan(request: RunRequest) -> Path:
        _, state = instant.plan(boot(output, request))
        assert state is not None and state.ready
        return state.path
    return plan


def test_a_state_is_thrown_away_when_its_kernel_is_another(output: Output,
                                                           planned: Callable[[RunRequest], Path]) -> None:
    first, beside = planned(REQUEST), planned(replace(REQUEST, memory="1G"))
    assert planned(REQUEST) == first and first.exists()
    change(output.path / "images/vmlinux")
    second = planned(REQUEST)
    assert second.exists() and beside.exists() and not first.exists()


def test_the_states_that_were_used_last_are_kept(planned: Callable[[RunRequest], Path]) -> None:
    states = []
    for number in range(instant.KEPT):
        states.append(planned(replace(REQUEST, memory=f"{number + 1}G")))
        os.utime(states[-1], (number, number))
    planned(replace(REQUEST, memory="1G"))      # used again
    newest = planned(REQUEST)
    assert [path.exists() for path in states] == [True, False, *[True] * (instant.KEPT - 2)] and newest.exists()


def test_orders_are_the_time_a_seed_assignments_and_the_payload() -> None:
    before = time.time_ns()
    first, *words, empty = instant.orders(REQUEST).removesuffix(b"exit 7\n").decode().split("\n")[:-1]
    match = re.fullmatch(r"([0-9]+)\.([0-9]{9}) ([0-9a-f]{64}) 7", first)
    assert match and before <= int(match[1] + match[2]) <= time.time_ns()
    assert (words, empty) == (["lkmc_poweroff=", "lkmc_payload=1", "lkmc_poweroff=1"], "")
    assert instant.orders(REQUEST).split()[1] != instant.orders(REQUEST).split()[1]


def test_without_a_payload_its_length_is_minus_one() -> None:
    first, *words = instant.orders(RunRequest(interactive=True, instant=True)).decode().splitlines()
    assert first.endswith(" -1") and words == ["lkmc_poweroff=", ""]


def test_of_images_that_are_in_the_memory_qemu_reads_what_the_state_has_kept(output: Output, tmp_path: Path) -> None:
    request, run, state = replace(REQUEST, initrd=True), RunFolder.of(output.path, "0"), State(tmp_path / "s", True)

    def images() -> list[str]:
        argv = qemu.command(request, MACHINE, output, run, state)
        return [argv[argv.index(option) + 1] for option in ("-kernel", "-initrd")]
    assert images() == [str(output.image("vmlinux")), str(output.image("rootfs.cpio"))]
    state.path.mkdir()
    state.kernel.touch()
    state.initrd.touch()
    assert images() == [str(state.kernel), str(state.initrd)]


def test_a_state_is_made_with_shared_memory_and_started_from_with_private(output: Output) -> None:
    run = RunFolder.of(output.path, "0")
    making, from_it = (qemu.command(REQUEST, MACHINE, output, run, State(Path("/a,b"), ready=ready))
                       for ready in (False, True))
    for argv, share, snapshot in ((making, "on", "off"), (from_it, "off", "on")):
        assert f"memory-backend-file,id=memory,size=512M,share={share},mem-path=/a,,b/memory" in argv
        assert f"if=none,id=root,format=qcow2,snapshot={snapshot},file=/a,,b/disk.qcow2" in argv
        assert not any("lkmc.payload" in word for word in argv)
        [line] = [argv[where + 1] for where, word in enumerate(argv) if word == "-append"]
        assert line.endswith("- lkmc_instant=1 lkmc_poweroff=1")
    assert "-S" in making and "-incoming" not in making
    assert "pipe,id=restore,path=/a,,b/restore" in from_it and \
        f"pipe,path={qemu.value(run.path)}/orders,id=orders" in from_it
