# SPDX-License-Identifier: GPL-2.0-or-later
"""One program without a guest: what a shell sees of it is what it would see of a program of this computer."""
from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from booting import RUN

from lkmc import machine, paths, prebuilt, user_mode
from lkmc.output import Output

User = Callable[..., subprocess.CompletedProcess[bytes]]
LINKED = pytest.mark.parametrize("linked", ["--no-static", "--static"])


@pytest.fixture
def user(out: Output, run_id: str, limit: float) -> User:
    """scripts/run --userland on the output."""
    def start(program: str, *words: str, **how: Any) -> subprocess.CompletedProcess[bytes]:
        how.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([RUN, "--quiet", "--output", str(out.path), "--run-id", run_id, "--userland", program,
                               *words], capture_output=True, timeout=limit, **how)
    return start


def said(done: subprocess.CompletedProcess[bytes]) -> tuple[int, str]:
    return done.returncode, done.stdout.decode()


@LINKED
def test_arguments_arrive_as_they_are(user: User, linked: str) -> None:
    assert said(user("print_argv", linked, "--userland-args", "asdf \"qw er\" '' '$x'")) == (0, "asdf\nqw er\n\n$x\n")


@LINKED
def test_exit_status_and_signals_are_what_a_shell_would_see(out: Output, linked: str, limit: float) -> None:
    command = shlex.join([RUN, "-q", "--output", str(out.path), linked, "--userland"])
    each = "; ".join(f"{command} {program}; echo $?" for program in ("true", "false", "segfault"))
    done = subprocess.run(["sh", "-c", each], capture_output=True, timeout=limit, text=True, stdin=subprocess.DEVNULL)
    assert done.stdout.split() == ["0", "1", "139"]


def test_a_program_stands_in_a_pipe_and_touches_no_byte(out: Output, limit: float) -> None:
    command = shlex.join([RUN, "-q", "--output", str(out.path), "--userland", "toupper"])
    done = subprocess.run(["bash", "-c", f"{command} | {command}"], input=b"asdf\0\xff\r\n\x01x", capture_output=True,
                          timeout=limit)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"ASDF\0\xff\r\n\x01X", b"")


def test_a_time_limit_ends_the_program(user: User) -> None:
    assert said(user("sleep_forever", "--timeout", "1"))[0] == 124


def test_the_libraries_are_those_that_the_program_was_linked_to(user: User, out: Output) -> None:
    """The seed's "stack smashing detected": libraries of the host beside the program's own."""
    root = Path(machine.read(out.arch).user.root) if out.prebuilt else user_mode.staging(out)
    status, text = said(user("hello", "--", "-E", "LD_TRACE_LOADED_OBJECTS=1"))
    libraries = re.findall(r"(/\S+) \(0x", text)
    assert status == 0 and len(libraries) == 2
    if (root / "lib").exists():
        assert [library for library in libraries if not (root / library.lstrip("/")).exists()] == []
    assert said(user("hello")) == (0, "hello\n")


@LINKED
def test_a_program_may_be_told_of_another_kernel(user: User, linked: str) -> None:
    """The seed's "kernel too old": of glibc, older than 2.36, when it was built for newer kernels."""
    for release in ("v4.17.0", "2.6.18"):
        status, text = said(user("uname", linked, "--", "-r", release))
        assert (status, f"release = {release}" in text) in ((0, True), (127, False))
        assert status == 0 or release == "2.6.18"


def test_every_program_that_needs_no_guest_is_right(out: Output, limit: float) -> None:
    done = subprocess.run([str(paths.TOP / "scripts/test-user-mode"), "--output", str(out.path)], capture_output=True,
                          timeout=6 * limit, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert len(re.findall(rf"^ok \d+ {out.arch}/(?:dynamic|static)/[\w.]+$", done.stdout, re.M)) > 25


def test_a_32_bit_program_runs_beside_64_bit_ones(out: Output, run: User, run_id: str, limit: float,
                                                  tmp_path: Path) -> None:
    """The seed's "syntax error: unexpected word": a kernel without CONFIG_COMPAT."""
    if out.arch != "aarch64":
        pytest.skip("an arm program in an aarch64 guest")
    assert out.kernel_has("CONFIG_COMPAT")
    prebuilt.install_compilers(machine.read("arm").prebuilt, True)
    subprocess.run(["make", "-s", "-C", paths.TOP / "userland", f"OUT={tmp_path}", "ARCH=arm", "LDFLAGS=-static",
                    f"CC={machine.read('arm').prebuilt.compiler}gcc", "uname.out"], check=True, timeout=limit)
    shutil.copy(tmp_path / "uname.out", out.path / f"9p/{run_id}.out")
    done = run("--eval-after", f"/mnt/9p/data/{run_id}.out")
    (out.path / f"9p/{run_id}.out").unlink()
    assert done.returncode == 0 and re.search(rb"machine = (armv8l|aarch64)\r?\n", done.stdout)
    there = subprocess.run([RUN, "-q", "--arch", "arm", "--userland", str(tmp_path / "uname.out")], capture_output=True,
                           timeout=limit)
    assert there.returncode == 0 and b"machine = armv7l" in there.stdout
