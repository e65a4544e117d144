# SPDX-License-Identifier: GPL-2.0-or-later
"""savevm and loadvm: the guest unmounts before and mounts after, whatever comes between."""
from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import fakes
import pytest
from test_qmp import Sticks

from lkmc import guest, machine, qemu, qmp, snapshots
from lkmc.errors import UserError
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder

HUMAN = "human-monitor-command"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    folder = RunFolder.of(tmp_path, "0")
    folder.claim()
    yield folder
    folder.finish({})


def listen(run: RunFolder, answers: list[str]) -> list[str]:
    """A guest's half of the pipes, which fills the list of what it heard."""
    run.write(("true",), None, listens=True)
    heard: list[str] = []

    def serve() -> None:
        # As QEMU does, which so never hears that the other end was closed.
        with open(os.open(run.shares[0], os.O_RDWR)) as orders, open(os.open(run.shares[1], os.O_RDWR), "w") as back:
            for answer in answers:
                heard.append(orders.readline().strip())
                back.write(answer + "\n")
                back.flush()
    threading.Thread(target=serve, daemon=True).start()
    return heard


def test_the_guest_unmounts_before_a_snapshot_and_mounts_after_it(run: RunFolder) -> None:
    heard = listen(run, ["", ""])
    sticks = Sticks({HUMAN: ""})
    assert snapshots.run(sticks, run, "savevm a") == ""
    assert heard == ["unmount", "mount"] and sticks.asked == [(HUMAN, {"command-line": "savevm a"})]


def test_what_cannot_be_unmounted_is_told_and_nothing_is_saved(run: RunFolder) -> None:
    heard = listen(run, ["umount: busy ", ""])
    sticks = Sticks({})
    with pytest.raises(qmp.MonitorError, match="the guest says: umount: busy$"):
        snapshots.run(sticks, run, "savevm a")
    assert heard == ["unmount", "mount"] and sticks.asked == []


def test_what_cannot_be_mounted_again_is_told(run: RunFolder) -> None:
    listen(run, ["", "mount: no such device"])
    with pytest.raises(qmp.MonitorError, match="^done, but the guest says: mount: no such device$"):
        snapshots.run(Sticks({HUMAN: ""}), run, "loadvm a")


def test_a_guest_that_does_not_answer_is_an_error(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "PATIENCE", 0.1)
    run.write(("true",), None, listens=True)
    with pytest.raises(qmp.MonitorError, match="does not answer"):
        snapshots.run(Sticks({}), run, "savevm a")


def test_a_guest_that_answers_too_late_mounts_again_and_its_answers_are_forgotten(
        run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    sticks = Sticks({HUMAN: ""})
    run.write(("true",), None, listens=True)
    with open(os.open(run.shares[0], os.O_RDWR)) as orders, open(os.open(run.shares[1], os.O_RDWR), "w") as back:
        monkeypatch.setattr(snapshots, "PATIENCE", 0.1)
        with pytest.raises(qmp.MonitorError, match="does not answer"):
            snapshots.run(sticks, run, "savevm a")
        assert [orders.readline(), orders.readline()] == ["unmount\n", "mount\n"]
        back.write("umount: busy\n\n")
        back.flush()
        monkeypatch.setattr(snapshots, "PATIENCE", 60.0)
        threading.Thread(target=lambda: (orders.readline(), os.write(back.fileno(), b"now\n")), daemon=True).start()
        assert snapshots.ask(run, "unmount") == "now"


def test_without_the_option_the_cure_is_named(run: RunFolder) -> None:
    sticks = Sticks({HUMAN: "Error: Migration is disabled when VirtFS export path '/x' is mounted in the guest"})
    with pytest.raises(qmp.MonitorError, match=r"umount /mnt/9p/\* in the guest, or .* --snapshots"):
        snapshots.run(sticks, run, "savevm a")


@pytest.mark.parametrize("request_", [
    RunRequest(Payload(When.INIT, b"true"), snapshots=True), RunRequest(kernel_cli="init=/bin/sh", snapshots=True)])
def test_a_guest_without_our_start_scripts_is_refused(tmp_path: Path, request_: RunRequest) -> None:
    output = fakes.output_folder(tmp_path)
    with pytest.raises(UserError, match="--eval-after"):
        guest.command_line(request_, machine.read("x86_64"), output, output.disk)


def test_there_is_room_for_snapshots_without_a_disk_too(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path, images=["vmlinux", "rootfs.cpio"])
    argv = qemu.command(RunRequest(snapshots=True), machine.read("x86_64"), output, RunFolder(tmp_path / "a,b"))
    assert "if=none,id=snapshots,driver=null-co,size=1M,snapshot=on" in argv
    assert f"pipe,id=shares,path={tmp_path}/a,,b/shares" in argv
    assert any(word.endswith("- lkmc_listen=1 lkmc_poweroff=1") for word in argv)
