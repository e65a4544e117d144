# SPDX-License-Identifier: GPL-2.0-or-later
"""It holds: no emulator is left behind, nothing listens to the outside, bad input loses nothing."""
from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from booting import RUN, Run
from debugging import until

from lkmc.console import Console
from lkmc.output import Output


def emulators(run_folder: Path) -> list[int]:
    """Processes whose command line names this run folder, other than scripts/run itself."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if os.fsencode(run_folder) in words and b"qemu-system" in words.split(b"\0")[0]:
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def forever(options: list[str], out: Output, run_id: str) -> Callable[..., subprocess.Popen[bytes]]:
    """scripts/run with a guest that does not end; returned once the guest runs."""
    def start(*words: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([*options, *words, "--eval-after", "echo it''runs; /sleep_forever.out"],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        log = out.path / "run" / run_id / "console.log"
        until(lambda: child.poll() is not None or (emulators(log.parent) and
              log.exists() and b"itruns" in log.read_bytes()), 60)
        assert child.poll() is None
        return child
    return start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_emulator_outlives_its_runner(forever: Callable[..., subprocess.Popen[bytes]], out: Output, run_id: str,
                                         number: int) -> None:
    folder = out.path / "run" / run_id
    child = forever()
    child.send_signal(number)
    child.wait(20)
    until(lambda: not emulators(folder), 20)


def test_no_emulator_outlives_its_terminal(console: Callable[..., Console], out: Output, run_id: str) -> None:
    with console("--eval-after", "echo it''runs; /sleep_forever.out") as guest:
        guest.wait_for("itruns")
        assert emulators(out.path / "run" / run_id)
        guest.child.hang_up()      # nothing but the terminal goes: no signal of ours
        until(lambda: not emulators(out.path / "run" / run_id), 20)


def test_a_second_run_with_the_same_id_is_refused(forever: Callable[..., subprocess.Popen[bytes]], run: Run) -> None:
    first = forever()
    try:
        second = run("--eval-after", "true")
        assert second.returncode == 125
        assert str(first.pid).encode() in second.stderr.splitlines()[-1]
    finally:
        first.terminate()
        first.wait(20)


def test_nothing_listens_outside_of_this_host(forever: Callable[..., subprocess.Popen[bytes]], out: Output,
                                              run_id: str) -> None:
    child = forever()
    try:
        [pid] = emulators(out.path / "run" / run_id)
        sockets = {os.readlink(fd)[8:-1] for fd in Path(f"/proc/{pid}/fd").iterdir()
                   if os.readlink(fd).startswith("socket:")}
        bound = []
        for table in ("tcp", "tcp6", "udp", "udp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[9] in sockets:
                    bound.append((table, fields[1]))
        assert sockets, "an emulator has sockets, if only the monitor's"
        assert [where for where in bound if not where[1].startswith("0100007F:")] == []
    finally:
        child.terminate()
        child.wait(20)


def test_in_the_background_it_runs_on_and_can_be_ended(run: Run, out: Output, run_id: str) -> None:
    done = run("--background", "--eval-after", "echo it''runs; /sleep_forever.out")
    folder = out.path / "run" / run_id
    assert done.returncode == 0 and str(folder / "console.log").encode() in done.stdout
    until(lambda: b"itruns" in (folder / "console.log").read_bytes(), 60)
    pid = int((folder / "lock").read_text())
    os.kill(pid, signal.SIGTERM)
    until(lambda: not emulators(folder), 20)
    until((folder / "result.json").exists, 20)
    assert json.loads((folder / "result.json").read_text())["code"] == 128 + signal.SIGTERM


def ours(*words: str) -> str:
    """The one line that an error of ours prints."""
    done = subprocess.run([RUN, "--quiet", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 125, done.stderr
    [line] = done.stderr.splitlines()
    return line


@pytest.fixture
def copy(out: Output, tmp_path: Path) -> Path:
    """A folder like the output, of links, to break."""
    folder = tmp_path / "copy"
    (folder / "images").mkdir(parents=True)
    (folder / ".config").write_text(out.config)
    for name in ("build", "host"):
        if (out.path / name).exists():
            (folder / name).symlink_to(out.path / name)
    for image in out.images.iterdir():
        (folder / "images" / image.name).symlink_to(image)
    return folder


def replace(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def test_a_truncated_image_is_one_line(copy: Path) -> None:
    for image in [*(copy / "images").glob("*[Ii]mage"), *(copy / "images").glob("rootfs.*")]:
        size = 2 * image.stat().st_size // 3
        with image.open("rb") as file:
            replace(image, file.read(size))
    (copy / "images/vmlinux").unlink(missing_ok=True)
    assert "is cut short; make it with: scripts/" in ours("--output", str(copy), "--eval-after", "true")


def test_a_kernel_that_is_none_is_one_line(copy: Path) -> None:
    for image in (*(copy / "images").glob("*[Ii]mage"), copy / "images/vmlinux"):
        if image.exists():
            replace(image, b"no kernel at all\n" * 100)
    assert " is no " in ours("--output", str(copy), "--eval-after", "true").replace(":", "")


def test_a_full_disk_is_one_line_and_leaves_no_half_file(copy: Path) -> None:
    (copy / "run/0").mkdir(parents=True)
    (copy / "run/0/payload.part").mkdir()
    ours("--output", str(copy), "--eval-after", "true")
    (copy / "run/0/payload.part").rmdir()
    full = copy.parent / "full"
    full.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", full], capture_output=True).returncode:
        pytest.skip("only root can mount a small file system to fill")
    try:
        (copy / "run").rename(copy / "old")
        (copy / "run").symlink_to(full)
        line = ours("--output", str(copy), "--eval-after", "x" * 100000)
        assert "no space left" in line and not list(full.glob("*/payload*"))
    finally:
        subprocess.run(["umount", full], check=True)


def test_an_emulator_that_is_missing_is_one_line(out: Output, run_id: str) -> None:
    assert "scripts/build" in ours("--output", str(out.path), "--run-id", run_id, "--qemu-which", "buildroot")


def test_an_option_that_the_emulator_does_not_know_is_one_line(out: Output, run_id: str) -> None:
    said = ours("--output", str(out.path), "--run-id", run_id, "--", "-device", "no-such-device")
    assert "no-such-device" in said
