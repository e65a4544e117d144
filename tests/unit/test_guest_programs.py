# SPDX-License-Identifier: GPL-2.0-or-later
"""guest_programs: the guest's programs and libraries on the host, and the debuggers that are started for them."""
from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

import fakes
import pytest
from test_network import Usernet
from test_programs import elf

from lkmc import cli, guest_programs, qmp
from lkmc.errors import MissingOutput
from lkmc.output import Output


@pytest.fixture
def output(tmp_path: Path) -> Output:
    output = fakes.output_folder(tmp_path, "aarch64", images=["vmlinux", "rootfs.cpio"])
    fakes.script(output.host / "bin/aarch64-linux-gdb", "exit 0")
    for name in ("images/lkmc/count.out", "build/busybox-1.37.0/busybox"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        elf(tmp_path / name)
    (tmp_path / "staging").mkdir()
    return output


def test_a_program_is_found_by_its_name_or_path(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    count = output.overlay / "count.out"
    assert guest_programs.find(output, "count") == guest_programs.find(output, "count.out") == count
    assert guest_programs.find(output, str(count)) == count
    monkeypatch.chdir(output.path)
    assert guest_programs.find(output, "images/lkmc/count.out") == count
    assert guest_programs.find(output, "busybox") == output.path / "build/busybox-1.37.0/busybox"
    assert guest_programs.roots(output) == [output.path / "staging"]
    with pytest.raises(MissingOutput, match="no program 'nothing'.*scripts/build"):
        guest_programs.find(output, "nothing")


def test_run_gdb_user_tells_gdb_of_the_program(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--output", str(output.path), "--dry-run"]
    assert cli.main("run-gdb-user", [*words, "--pid", "7", "busybox", "ls_main"]) == 0
    script = capsys.readouterr().out.splitlines()
    [line] = [line for line in script if "lkmc_gdb.user.begin" in line]
    busybox = output.path / "build/busybox-1.37.0/busybox"
    assert line == f'python lkmc_gdb.user.begin("{busybox}", ["{output.path}/staging"], 7)'
    assert script.index(line) < script.index("break ls_main") < script.index("continue")
    assert cli.main("run-gdb-user", [*words, "count"]) == 0
    script = capsys.readouterr().out.splitlines()
    assert "break main" in script and any(line.endswith(", None)") for line in script)
    assert cli.main("run-gdb", words) == 0
    assert "lkmc_gdb.user" not in capsys.readouterr().out


def test_run_gdb_user_needs_the_kernel_s_debug_information(
        output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    (output.images / "vmlinux").unlink()
    assert cli.main("run-gdb-user", ["--output", str(output.path), "--dry-run", "count"]) == 125
    assert f"; make it with: {output.build}\n" in capsys.readouterr().err


def test_run_gdbserver_connects_to_a_port_of_this_host(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--output", str(output.path), "--dry-run", "--no-continue"]
    assert cli.main("run-gdbserver", [*words, "count", "sleep"]) == 0
    *script, last = capsys.readouterr().out.splitlines()
    assert f"set sysroot {output.path}/staging" in script and f"file {output.overlay}/count.out" in script
    assert 'lkmc_gdb.server.connect("127.0.0.1:45457", 60.0, "in the guest run: /gdbserver.sh /count.out")' in script
    assert "break sleep" in script and "continue" not in script
    assert shlex.split(last)[1:] == [str(output.host / "bin/aarch64-linux-gdb"), "-q", "-x",
                                     f"{output.path}/run/0/gdbinit"]


def test_run_gdbserver_takes_the_port_that_the_run_forwards_and_waits_as_long_as_it_is_told(
        output: Output, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    way = "  TCP[HOST_FORWARD]  3       127.0.0.1 34483       10.0.2.15 45457     0     0\r\n"
    monkeypatch.setattr(qmp, "of_run", lambda run: contextlib.nullcontext(Usernet(way)))
    (output.path / "run/0").mkdir(parents=True)
    fakes.script(output.host / "bin/aarch64-linux-gdb", 'cat "$3"; exit 7')
    assert cli.main("run-gdbserver", ["--output", str(output.path), "--timeout", "5", "busybox", "ls_main"]) == 7
    told = capfd.readouterr()
    assert 'connect("127.0.0.1:34483", 5.0, "in the guest run: /gdbserver.sh busybox")' in told.out
    assert "break ls_main\n" in told.out and told.err.startswith(f"+ {output.host}/bin/aarch64-linux-gdb -q -x ")


@pytest.mark.parametrize(("words", "said"), [
    (["nothing"], "no program 'nothing'"),
    (["**"], "no program '**'"),
    (["/proc/self/environ"], "/proc/self/environ: not an ELF program"),
    (["count"], "scripts/run --output {output} --run-id 0"),
])
def test_run_gdbserver_without_a_program_or_a_run_names_the_next_command(
        output: Output, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert cli.main("run-gdbserver", ["--output", str(output.path), *words]) == 125
    told = capsys.readouterr().err
    assert said.format(output=output.path) in told and told.count("\n") == 1
