# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs without an operating system: every example is right, and what a user asks for beside is there."""
from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from booting import RUN
from debugging import until

from lkmc import baremetal, machine, paths
from lkmc.console import EOL, Console
from lkmc.output import Output
from lkmc.run_folder import RunFolder

Program = Callable[..., subprocess.CompletedProcess[bytes]]
LEVELS = {"aarch64": ("1", "2", "3"), "arm": ("19", "26", "19")}

pytestmark = pytest.mark.usefixtures("bare_metal")


@pytest.fixture
def program(out: Output, run_id: str, limit: float) -> Program:
    """scripts/run --baremetal on the output, with standard input that is none."""
    def start(name: str, *words: str, **how: Any) -> subprocess.CompletedProcess[bytes]:
        if "input" not in how:
            how.setdefault("stdin", subprocess.DEVNULL)
        command = [RUN, "--quiet", "--output", str(out.path), "--run-id", run_id, "--timeout", str(limit),
                   "--baremetal", name, *words]
        return subprocess.run(command, capture_output=True, timeout=2 * limit, **how)
    return start


def test_every_program_is_right(out: Output, limit: float) -> None:
    done = subprocess.run([str(paths.TOP / "scripts/test-baremetal"), "--output", str(out.path), "--run-id", "every"],
                          capture_output=True, timeout=8 * limit, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert len(re.findall(rf"^ok \d+ {out.arch}/[\w/]+$", done.stdout, re.M)) > 20


def test_the_console_is_standard_input_and_output_byte_by_byte(program: Program) -> None:
    done = program("interactive/prompt", input=b"\x01xb")
    assert done.returncode == 0
    lines = done.stdout.replace(b"\r", b"").splitlines()
    assert [line for line in lines if line.startswith(b"got")] == [b"got: \x01", b"got: x", b"got: b"]
    assert done.stderr == b""


def test_a_terminal_types_into_the_serial_port(out: Output, run_id: str, limit: float) -> None:
    with Console([RUN, "--output", str(out.path), "--run-id", run_id, "--baremetal", "interactive/prompt"],
                 timeout=limit) as console:
        console.wait_for("enter a character" + EOL)
        console.child.send("a")
        console.wait_for("got: a" + EOL)
        console.child.send("b")
        console.wait_for("got: b" + EOL)


def test_a_program_is_made_anew_when_what_it_is_made_of_changes(out: Output, tmp_path: Path) -> None:
    if out.arch not in LEVELS:
        pytest.skip("the program that includes another is for Arm's interrupt controller")
    command = ["make", "-C", str(paths.TOP / "baremetal"), f"ARCH={out.arch}", f"OUT={tmp_path}", "gic_v3.elf",
               *baremetal.compiled_by(out, machine.read(out.arch))]
    subprocess.run(command, check=True, capture_output=True)
    for changed, anew in {"interrupt.c": True, f"arch/{out.arch}.make": True, "hello.c": False}.items():
        done = subprocess.run([*command, "-W", changed], check=True, capture_output=True, text=True)
        assert (f"-o {tmp_path}/gic_v3.elf" in done.stdout) == anew, changed


def test_an_assertion_names_its_file_and_line(program: Program) -> None:
    done = program("interactive/assert_fail")
    assert done.returncode == 1
    source = (paths.TOP / "baremetal/interactive/assert_fail.c").read_text().splitlines()
    line = next(number for number, text in enumerate(source, 1) if "\tassert(" in text)
    assert f"interactive/assert_fail.c:{line}: assertion failed: one == 2" in done.stdout.decode()


def test_an_exception_that_nobody_handles_shows_the_registers(program: Program) -> None:
    done = program("unhandled")
    assert done.returncode == 101
    assert len(re.findall(rb"^\w+ 0x[0-9a-f]+\r?$", done.stdout, re.M)) > 15


def test_the_time_limit_is_told_from_all_else(program: Program) -> None:
    assert program("interactive/infinite_loop", "--timeout", "1").returncode == 124


def test_a_cpu_that_is_not_there_cannot_be_switched_on(program: Program, out: Output) -> None:
    if out.arch == "x86_64":
        pytest.skip("a PC does not say that there is no such CPU; an Arm machine does")
    assert program("multicore", "--cpus", "1").returncode == 1


def test_the_exception_level_is_the_machine_s(program: Program, out: Output) -> None:
    if out.arch not in LEVELS:
        pytest.skip("only Arm machines have exception levels")
    options: tuple[list[str], ...] = ([], ["--", "-machine", "virtualization=on"], ["--", "-machine", "secure=on"])
    done = [program(f"arch/{out.arch}/el", *words) for words in options]
    assert tuple(one.stdout.decode().strip() for one in done) == LEVELS[out.arch]
    assert [one.returncode for one in done] == [0, 0, 0]


def test_firmware_is_called_by_who_may(program: Program, out: Output) -> None:
    if out.arch not in LEVELS:
        pytest.skip("only Arm machines have PSCI")
    assert program("psci", "--", "-machine", "virtualization=on").returncode == 0
    assert program("multicore", "--", "-machine", "virtualization=on").returncode == 0


def test_qemu_s_own_traces_show_the_exception(program: Program, out: Output) -> None:
    if out.arch not in LEVELS:
        pytest.skip("svc is an instruction of Arm's")
    done = program(f"arch/{out.arch}/svc_asm", "--", "-d", "in_asm,int", "-D", str(out.path / "run/svc.log"))
    assert done.returncode == 0
    trace = (out.path / "run/svc.log").read_text()
    assert re.search(r"svc\s", trace) and "Taking exception 2 [SVC]" in trace


def test_registers_are_told_instruction_by_instruction(out: Output, run_id: str, limit: float) -> None:
    words = ["--output", str(out.path), "--run-id", run_id, "--baremetal", "add"]
    subprocess.run([RUN, "--quiet", *words, "--wait-gdb", "--background"], stdin=subprocess.DEVNULL, timeout=limit,
                   check=True)
    done = subprocess.run([str(paths.TOP / "scripts/run-gdb"), *words, "--registers", "16", "main"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit)
    assert done.returncode == 0, done.stderr
    lines = Path(done.stdout.splitlines()[-1]).read_text().splitlines()
    assert re.match(r"0x[0-9a-f]+ main \S*add\.c:\d+ : ", lines[0])
    assert any(re.search(r" main \S*add\.c:\d+ : adds? .* : (.*, )?\w+ 0x[0-9a-f]+ -> 0x3\b", line) for line in lines)
    assert len(lines) == 16
    run = RunFolder.of(out.path, run_id)
    until(run.result.exists, limit)
    assert json.loads(run.result.read_text())["code"] == 0, "the program went on, to its end"
