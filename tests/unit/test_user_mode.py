# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --userland, with an emulator and a compiler that are none."""
from __future__ import annotations

import argparse
import os
import signal
import subprocess
from pathlib import Path

import fakes
import pytest
from test_baremetal import refused
from test_programs import elf

from lkmc import paths, user_mode, user_vs_system
from lkmc.configured import PREBUILT
from lkmc.output import Output


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """A Buildroot output whose qemu-aarch64 prints its arguments."""
    out = fakes.output_folder(tmp_path / "out", "aarch64")
    fakes.script(out.host / "bin/qemu-aarch64", 'printf "%s\\n" "$@"; test -z "$DIE" || kill -s "$DIE" $$; exit 3')
    fakes.script(out.host / "bin/aarch64-buildroot-linux-gnu-gcc", "exit 1")
    (out.path / "staging/lib").mkdir(parents=True)
    (out.path / "staging/lib/ld.so").touch()
    out.overlay.mkdir()
    elf(out.overlay / "hello.out", interpreter="/lib/ld.so")
    return out


def run(output: Output, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([paths.TOP / "scripts/run", "--output", output.path, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, env={**os.environ, **environment})


def test_the_emulator_takes_the_place_of_the_runner(output: Output) -> None:
    done = run(output, "--userland", "hello", "--userland-args", "a 'b c'", "--", "-r", "6.1")
    assert done.returncode == 3
    assert done.stdout.splitlines() == ["-L", f"{output.path}/staging", "-E",
                                        "LD_LIBRARY_PATH=/lib64:/usr/lib64:/lib:/usr/lib", "-r", "6.1",
                                        f"{output.overlay}/hello.out", "a", "b c"]
    assert done.stderr.startswith(f"+ {output.host}/bin/qemu-aarch64 -L ") and done.stderr.count("\n") == 1
    assert not (output.path / "run").exists()


@pytest.mark.parametrize("name", ["SEGV", "PIPE", "XFSZ"])
def test_a_signal_that_ends_the_emulator_ends_the_runner(output: Output, name: str) -> None:
    """Python ignores the last two for itself."""
    status = run(output, "--quiet", "--userland", "hello", DIE=name).returncode
    assert status == -signal.Signals[f"SIG{name}"]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_stream_may_be_closed(output: Output, closed: str) -> None:
    command = [str(paths.TOP / "scripts/run"), "--quiet", "--output", str(output.path), "--userland", "hello"]
    assert subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *command], timeout=60).returncode == 3


def test_the_time_limit_ends_the_emulator(output: Output) -> None:
    fakes.script(output.host / "bin/qemu-aarch64", "exec sleep 60")
    assert run(output, "--userland", "hello", "--timeout", "0.2").returncode == 124


def test_events_are_written_and_those_there_are_not_refused(output: Output) -> None:
    fakes.script(output.host / "bin/qemu-aarch64", 'test "$*" = "-trace help" && echo guest_user_syscall || echo "$@"')
    run_folder = output.path / "run/0"
    done = run(output, "--quiet", "--userland", "hello", "--trace", "guest_*")
    assert done.stdout.startswith(f"-trace enable=guest_* -D {run_folder}/trace.txt -L "), done
    assert run_folder.exists()
    assert "no event 'x'; --trace help" in refused(run(output, "--userland", "hello", "--trace", "x"))
    assert run(output, "--userland", "hello", "--trace", "help").stdout == "guest_user_syscall\n"


def test_a_dry_run_only_prints(output: Output) -> None:
    done = run(output, "--dry-run", "--userland", "c/hello.c")
    assert done.returncode == 0 and done.stdout.endswith(f"{output.overlay}/hello.out\n") and not done.stderr


def test_a_dry_run_makes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".config").write_text('LKMC_PREBUILT=y\nBR2_ARCH="aarch64"\n')
    for option in ("--userland", "--baremetal"):
        done = subprocess.run([paths.TOP / "scripts/run", "--output", out, "--dry-run", option, "hello"],
                              capture_output=True, text=True, timeout=60)
        assert "hello." in done.stdout or "no qemu-system-aarch64 on this host" in done.stderr
    assert [path.name for path in out.iterdir()] == [".config"]


def test_a_run_for_gdb_has_a_socket_and_keeps_others_out(output: Output) -> None:
    fakes.script(output.host / "bin/qemu-aarch64", 'printf "%s\\n" "$@"; read -r line')
    command = [str(paths.TOP / "scripts/run"), "--output", str(output.path), "--userland", "hello", "--wait-gdb"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as first:
        assert first.stdin and first.stdout
        assert [first.stdout.readline(), first.stdout.readline()] == ["-g\n", f"{output.path}/run/0/gdb.sock\n"]
        assert f"run id 0 is in use by process {first.pid}" in run(output, "--userland", "hello", "--wait-gdb").stderr
        first.communicate("\n", timeout=60)
    assert f"{output.host}/bin/qemu-aarch64" in (output.path / "run/0/run.sh").read_text()


@pytest.mark.parametrize(("words", "said"), [
    (["--userland", "hell"], "no program 'hell' for aarch64 in userland/ (did you mean hello"),
    (["--userland", "rdtsc"], "userland/ has 'rdtsc' for x86_64, not for aarch64: give --arch x86_64"),
    (["--userland", str(paths.TOP / "README.md")], "README.md: not an ELF program"),
    (["--userland", "add"], "add.out: not built; run scripts/build --arch aarch64 --output"),
    (["--userland", "hello", "--eval-after", "true"], "--eval-after needs a guest"),
    (["--userland", "hello", "--kgdb"], "--kgdb needs a guest"),
    (["--userland", "hello", "--cpus", "2"], "--cpus needs a guest"),
    (["--userland", "hello", "--kvm"], "--kvm needs a guest"),
    (["--static", "--dry-run"], "--static is for a program without a guest; leave it out, or give --userland or "),
    (["--gcc-which", "host"], "--gcc-which is for a program without a guest"),
    (["--userland-args", "a b"], "--userland-args is for a program without a guest"),
    (["--userland", "hello", "--userland-args", "'"], "--userland-args: no closing quotation: '"),
    (["--userland", "hello", "--gcc-which", "gcc"], "invalid choice: 'gcc'"),
    (["--userland", "hello", "--gcc-which", "crosstool-ng"], "its programs are for no operating system; choose host "),
    (["--userland", "hello", "--tmux"], "--tmux needs "),
])
def test_a_request_that_cannot_be_is_refused_in_a_line(output: Output, words: list[str], said: str) -> None:
    assert said in refused(run(output, *words, TMUX_PANE=""))


def test_a_program_without_its_interpreter_is_refused(output: Output, tmp_path: Path) -> None:
    path = elf(tmp_path / "lost", interpreter="/lib/no-such-ld.so")
    assert f"{path}: its interpreter /lib/no-such-ld.so is not there" in refused(run(output, "--userland", str(path)))
    path = elf(tmp_path / "other", machine=62)
    assert "a program for x86_64, not for aarch64; give --arch x86_64" in refused(run(output, "--userland", str(path)))


def test_a_missing_emulator_of_the_output_s_own_is_named(output: Output) -> None:
    (output.host / "bin/qemu-aarch64").unlink()
    done = run(output, "--userland", "hello", "--qemu-which", "buildroot")
    assert "BR2_PACKAGE_HOST_QEMU_LINUX_USER_MODE=y" in refused(done)


def test_gdb_is_told_what_runs_and_where_its_libraries_are(output: Output) -> None:
    fakes.script(output.host / "bin/aarch64-buildroot-linux-gnu-gdb", "exit 0")
    command = [str(paths.TOP / "scripts/run-gdb"), "--output", str(output.path), "--userland", "hello", "--dry-run"]
    done = subprocess.run([*command, "main"], capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert f"set sysroot {output.path}/staging" in lines and f"file {output.overlay}/hello.out" in lines
    assert lines.index("break main") < lines.index("continue")
    stopped = subprocess.run([*command, "--no-continue"], capture_output=True, text=True, timeout=60)
    assert "continue" not in stopped.stdout.splitlines()
    refusal = subprocess.run([*command, "--kgdb"], capture_output=True, text=True, timeout=60)
    assert refusal.returncode == 125 and "--kgdb is for Linux in a guest" in refusal.stderr


def test_the_comparison_has_buildroot_s_benchmark_where_that_is(output: Output) -> None:
    assert list(user_vs_system.subjects(output)) == ["out mix, user mode", "out mix, system"]
    fakes.script(output.path / "target/usr/bin/dhrystone", "exit 0")
    assert list(user_vs_system.subjects(output)) == ["out dhrystone, user mode", "out dhrystone, system"]


@pytest.mark.parametrize(("option", "elsewhere"), [("--userland", "--no-static --userland hello"),
                                                   ("--baremetal", "--baremetal hello")])
def test_in_tmux_gdb_comes_beside_the_program(output: Output, tmp_path: Path, option: str, elsewhere: str) -> None:
    fakes.script(output.host / "bin/qemu-system-aarch64", "exit 0")
    (output.images / "baremetal").mkdir()
    elf(output.images / "baremetal/hello.elf")
    fakes.script(tmp_path / "bin/tmux", f'echo "$*" >> {tmp_path}/tmux.log; echo %1')
    run(output, option, "hello", "--wait-gdb", "--tmux-args", "main", "--timeout", "5", TMUX_PANE="%0",
        PATH=f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    said = (tmp_path / "tmux.log").read_text()
    assert f"scripts/run-gdb --output {output.path} --run-id 0 {elsewhere} main" in said


def test_another_command_is_told_of_the_compiler() -> None:
    assert user_mode.gcc_which(argparse.Namespace(gcc_which="host")) == ["--gcc-which", "host"]
    assert user_mode.gcc_which(argparse.Namespace(gcc_which=None)) == []


@pytest.mark.parametrize(("words", "folder"), [
    ([], "images/lkmc"),
    (["--static"], "build/lkmc-userland-static"),
    (["--gcc-which", "host"], "build/lkmc-userland-host"),
    (["--gcc-which", "host", "--static"], "build/lkmc-userland-host-static"),
])
def test_each_way_of_linking_has_a_folder_of_its_own(output: Output, words: list[str], folder: str) -> None:
    done = run(output, "--dry-run", "--userland", "hello", *words)
    assert done.stdout.split()[-1] == f"{output.path}/{folder}/hello.out"
    assert ("LD_LIBRARY_PATH" in done.stdout) == ("host" not in words), "the distro's libraries are where they are"


def test_a_prebuilt_output_has_no_compiler_of_buildroot_s(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path / "out", "aarch64", config=f"{PREBUILT}\n")
    said = refused(run(out, "--userland", "hello", "--gcc-which", "buildroot"))
    assert "has no compiler of Buildroot's; give --gcc-which host, or run scripts/build --arch aarch64" in said


def test_crosstool_ng_in_lkmc_toml_is_for_other_programs(output: Output, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text('gcc-which = "crosstool-ng"\n')
    done = run(output, "--dry-run", "--userland", "hello", "--config-file", str(tmp_path / "f.toml"))
    assert done.returncode == 0 and done.stdout.split()[-1] == f"{output.path}/images/lkmc/hello.out", done.stderr


def test_the_libraries_are_those_of_the_toolchain_before_the_end_of_a_build(output: Output) -> None:
    (output.path / "staging/lib/ld.so").unlink()
    (output.path / "staging/lib").rmdir()
    assert f"{output.path}/staging: no libraries; make it with: scripts/build" in refused(
        run(output, "--userland", "hello"))
    (output.host / "aarch64-buildroot-linux-gnu/sysroot/lib").mkdir(parents=True)
    (output.host / "aarch64-buildroot-linux-gnu/sysroot/lib/ld.so").touch()
    done = run(output, "--dry-run", "--userland", "hello")
    assert f" -L {output.host}/aarch64-buildroot-linux-gnu/sysroot " in done.stdout


def test_gdb_comes_beside_a_program_that_waits_for_it_only(output: Output, tmp_path: Path) -> None:
    fakes.script(tmp_path / "bin/tmux", f"echo $* >>{tmp_path}/tmux.log")
    said = refused(run(output, "--userland", "hello", "--tmux", TMUX_PANE="%0",
                       PATH=f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}"))
    assert "--tmux needs --wait-gdb here" in said and not (tmp_path / "tmux.log").exists()
