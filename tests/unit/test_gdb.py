# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb: which GDB is started, with which script, and what happens when it ends."""
from __future__ import annotations

import fcntl
import os
import shlex
import socket
import sys
import threading
from argparse import Namespace
from pathlib import Path

import fakes
import pytest
from test_programs import elf

from lkmc import cli, gdb, machine
from lkmc.errors import EmulatorFailed, MissingOutput, UserError
from lkmc.run_folder import RunFolder


def test_a_dry_run_shows_the_script_and_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path, "aarch64", images=["vmlinux", "rootfs.cpio"])
    own = fakes.script(output.host / "bin/aarch64-linux-gdb", "exit 0")
    words = ["--output", str(tmp_path), "--dry-run", "--run-id", "7", "--before", '-ex "set debug remote 1"']
    assert cli.main("run-gdb", [*words, "start_kernel"]) == 0
    *script, last = capsys.readouterr().out.splitlines()
    assert shlex.split(last)[1:] == [str(own), "-q", "-ex", "set debug remote 1", "-x", f"{tmp_path}/run/7/gdbinit"]
    for line in (f"file {tmp_path}/images/vmlinux", "break start_kernel", "continue", "set architecture aarch64",
                 f'python lkmc_gdb.session.connect("{tmp_path}/run/7/gdb.sock")'):
        assert line in script
    assert script.index("break start_kernel") < script.index("continue")
    assert not (tmp_path / "run").exists()


def test_options_change_the_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path)
    fakes.script(output.host / "bin/x-gdb", "exit 0")
    assert cli.main("run-gdb", ["--output", str(tmp_path), "--dry-run", "--no-continue", "--no-lxsymbols", "--kgdb",
                                "--debug"]) == 0
    text = capsys.readouterr().out
    assert "\ncontinue" not in text and "follow_modules=False" in text
    assert f'session.connect("{tmp_path}/run/0/kgdb.sock")' in text
    assert f"set remotelogfile {tmp_path}/run/0/gdb-remote.log" in text


def test_gdb_s_arguments_with_an_open_quote_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no closing quotation"):
        gdb.argv("gdb", tmp_path / "x", Namespace(before="-ex 'p 1", after=""))


def test_a_run_is_waited_for_until_its_emulator_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunFolder.of(tmp_path, "0")
    with pytest.raises(MissingOutput, match=f"scripts/run --wait-gdb --output {tmp_path} --run-id 0"):
        gdb.wait_for(run.socket("gdb"), run)
    run.path.mkdir(parents=True)
    with (run.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        later = threading.Timer(0.1, run.socket("gdb").touch)
        later.start()
        gdb.wait_for(run.socket("gdb"), run)
        assert run.socket("gdb").exists()
        monkeypatch.setattr(gdb, "STARTING", 0)
        with pytest.raises(MissingOutput, match=f"started without --kgdb.*scripts/run --kgdb --output {tmp_path}"):
            gdb.wait_for(run.socket("kgdb"), run, option="--kgdb")


def test_the_kernel_is_waited_for_until_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder.of(tmp_path, "0")
    run.path.mkdir(parents=True)
    run.console_log.write_bytes(b"Linux version 6\n")
    with pytest.raises(EmulatorFailed, match=f"ended before its kernel listened for GDB: see {run.console_log}"):
        gdb.wait_for_kernel(run)
    monkeypatch.setattr(gdb, "STARTING", 0)
    with (run.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        later = threading.Timer(0.2, run.console_log.write_bytes, (b"KGDB: Waiting for connection from remote gdb...",))
        later.start()
        gdb.wait_for_kernel(run)
    assert capsys.readouterr().err.count("waiting for the kernel to listen for GDB; its console: ") == 1


def test_the_status_of_gdb_is_passed_on(tmp_path: Path) -> None:
    assert gdb.start((sys.executable, "-c", "raise SystemExit(7)"), tmp_path / "none") == 7


def test_what_a_killed_gdb_left_undone_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stub = tmp_path / "stub"
    heard = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(stub))
        server.listen()

        def answer() -> None:
            client, _ = server.accept()
            with client:
                heard.append(client.recv(100))
                client.sendall(b"+$OK#9a")

        thread = threading.Thread(target=answer)
        thread.start()
        status = gdb.start((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"), stub)
        thread.join()
    assert status == 128 + 9
    assert heard == [b"+$D;1#b0"]
    assert "ended by signal 9; the guest runs on" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "said"), [
    ("gdb", "the emulator hangs; end it"), ("kgdb", "the guest runs, .*scripts/run-gdb --kgdb, and stop it with")])
def test_a_stub_that_does_not_answer_says_what_to_do(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setattr(gdb, "PATIENCE", 0.1)
    stub = tmp_path / f"{name}.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(stub))
        server.listen()
        with pytest.raises(EmulatorFailed, match=said):
            gdb.release(stub)


def test_an_emulator_that_has_gone_is_not_waited_for(tmp_path: Path) -> None:
    assert gdb.release(tmp_path / "none") is False


@pytest.mark.parametrize("arch", machine.arches())
def test_gdb_is_told_the_architecture(tmp_path: Path, arch: str) -> None:
    built = fakes.output_folder(tmp_path, arch)
    values = gdb.kernel_values(built, machine.read(arch), built.symbols)
    assert values["architecture"] == machine.read(arch).gdb_architecture
    assert values["vmlinux_gdb"] == "", "the kernel was built without its own commands"


def test_indexes_of_this_kernel_stay_and_those_of_earlier_ones_go(tmp_path: Path) -> None:
    built = fakes.output_folder(tmp_path, images=["vmlinux"])
    assert built.symbols
    gdb.forget_indexes(built, built.symbols)
    folder = Path(gdb.kernel_values(built, machine.read(built.arch), built.symbols)["indexes"])
    folder.mkdir()
    for name, age in (("earlier", -1), ("later", 1)):
        (folder / name).touch()
        now = built.symbols.stat().st_mtime + age
        os.utime(folder / name, (now, now))
    gdb.forget_indexes(built, built.symbols)
    assert [path.name for path in folder.iterdir()] == ["later"]


def test_without_debug_information_it_is_said_what_gdb_knows(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path, "aarch64", images=["Image", "rootfs.cpio"])
    fakes.script(output.host / "bin/aarch64-linux-gdb", "exit 0")
    assert cli.main("run-gdb", ["--output", str(tmp_path), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert f"file {tmp_path}/images/kallsyms.elf" in told.out.splitlines()
    assert "GDB knows the addresses of its functions only; make it with: scripts/build " in told.err
    assert "--debug-symbols" not in told.err, "scripts/build has no such option"


def test_a_replay_can_go_back_and_its_modules_are_not_followed(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.script(fakes.output_folder(tmp_path).host / "bin/x-linux-gdb", "exit 0")
    script = []
    for how in ("record", "replay"):
        fakes.script(tmp_path / "run/0/run.sh", f"exec qemu-system-x86_64 -icount shift=2,rr={how},rrfile=x")
        assert cli.main("run-gdb", ["--output", str(tmp_path), "--dry-run"]) == 0
        script.append(capsys.readouterr().out)
    recorded, replayed = script
    assert "lkmc_gdb.reverse.begin" not in recorded and "follow_modules=True" in recorded
    assert "lkmc_gdb.reverse.begin" in replayed and "follow_modules=False" in replayed


def test_early_boot_is_not_passed_over_unless_a_breakpoint_is_given(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path, "aarch64", images=["vmlinux", "Image", "rootfs.cpio"])
    fakes.script(output.host / "bin/aarch64-linux-gdb", "exit 0")
    for words, goes_on, image in (([], False, "/other/Image"), (["start_kernel"], True, f"{tmp_path}/images/Image")):
        kernel = ("-kernel", image) if image.startswith("/other") else ()
        command = ("qemu-system-aarch64", *kernel, "-append", "quiet")
        RunFolder.of(tmp_path, "0").path.mkdir(parents=True, exist_ok=True)
        RunFolder.of(tmp_path, "0").write(command, None)
        assert cli.main("run-gdb", ["--output", str(tmp_path), "--dry-run", "--early", *words]) == 0
        script = capsys.readouterr().out.splitlines()
        assert f'python lkmc_gdb.begin("{tmp_path}/images/vmlinux", "{image}", "", {{}})' in script
        assert ("continue" in script) == goes_on


@pytest.mark.parametrize("name", ["run-gdb", "run-gdb-user"])
def test_a_window_of_registers_is_written_without_a_session(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    output = fakes.output_folder(tmp_path, "aarch64", images=["vmlinux", "rootfs.cpio"])
    fakes.script(output.host / "bin/aarch64-linux-gdb", "exit 0")
    (output.path / "target").mkdir(exist_ok=True)
    output.overlay.mkdir(parents=True, exist_ok=True)
    elf(output.overlay / "count.out")
    words = ["count", "main"] if name == "run-gdb-user" else ["main"]
    assert cli.main(name, ["--output", str(tmp_path), "--dry-run", "--registers", "20", *words]) == 0
    *script, command = capsys.readouterr().out.splitlines()
    assert script[-3:] == ["tbreak main", "continue",
                           f'python lkmc_gdb.registers.leave(20, "{tmp_path}/run/0/registers.txt")']
    assert "-batch" in shlex.split(command) and "break main" not in script


@pytest.mark.parametrize(("status", "said"), [(0, "{run}/registers.txt\n"), (1, "")])
def test_where_the_window_is_said_where_there_is_one(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, said: str) -> None:
    command = (sys.executable, "-c", f"raise SystemExit({status})")
    made = {"count": 20, "file": f"{tmp_path}/registers.txt"}
    assert gdb.begin("", tmp_path / "gdbinit", command, tmp_path / "none", False, made) == status
    assert capsys.readouterr().out == said.format(run=tmp_path)


@pytest.mark.parametrize(("words", "said"), [
    (["--registers", "20", "--no-continue"], "--no-continue and --registers do not go together"),
    (["--registers", "20", "--kgdb"], "--kgdb has a stub that does not step"),
    (["--registers", "0"], "'0' is not a number from 1 to 1e+06"),
    (["--baremetal", "hello", "--early"], "--early is for Linux in a guest; leave it out"),
    (["--baremetal", "hello", "--static"], "--static is for --userland; leave it out"),
    (["--static"], "--static is for a program without a guest; leave it out, or give --userland or --baremetal"),
    (["--gcc-which", "host"], "--gcc-which is for a program without a guest"),
    (["--kgdb", "--early"], "give only one of --kgdb and --early"),
    (["--kgdb"], "no guest runs in {run}; start one with: scripts/run --kgdb --output {output} --run-id 0"),
    (["--userland", "hello", "--no-lxsymbols"], "--no-lxsymbols is for Linux in a guest; leave it out"),
    (["--sim"], "--sim runs a program of --baremetal; give one"),
    (["--userland", "hello", "--sim"], "--sim runs a program of --baremetal; give one"),
    (["--baremetal", "hello", "--userland", "hello"], "give only one of --userland and --baremetal"),
    (["--baremetal", "hello", "--userland", "hello", "--sim"], "give only one of --userland and --baremetal"),
    (["--baremetal", "helo"], "no program 'helo' for aarch64 in baremetal/ (did you mean hello"),
    (["--baremetal", "hello"], "no program runs in {run}; start one with: scripts/run --wait-gdb --baremetal hello "
                               "--output {output} --run-id 0"),
    (["--userland", "{output}/images/baremetal/hello.elf", "--static", "--gcc-which", "host"],
     "start one with: scripts/run --wait-gdb --static --gcc-which host --userland {output}/images/"),
])
def test_a_program_that_cannot_be_debugged_is_one_line(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str],
        said: str) -> None:
    output = fakes.output_folder(tmp_path, "aarch64")
    fakes.script(output.host / "bin/aarch64-linux-gdb", "exit 0")
    (output.images / "baremetal").mkdir()
    elf(output.images / "baremetal/hello.elf")
    monkeypatch.setattr(gdb, "STARTING", 0)
    assert cli.main("run-gdb", ["--output", str(tmp_path), *(word.format(output=tmp_path) for word in words)]) == 125
    told = capsys.readouterr()
    assert said.format(output=tmp_path, run=tmp_path / "run/0") in told.err
    assert told.err.count("\n") == 1 and told.out == ""
