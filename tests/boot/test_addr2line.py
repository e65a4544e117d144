# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/addr2line on what the guest's kernel prints of a module's fault."""
from __future__ import annotations

import re
import subprocess

import pytest
from booting import Run
from debugging import line_of

from lkmc import paths
from lkmc.output import Output
from lkmc.run_folder import RunFolder


def addr2line(out: Output, *places: str, log: bytes = b"") -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    done = subprocess.run([paths.TOP / "scripts/addr2line", "--yes", "--output", str(out.path), *places], input=log,
                          capture_output=True)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode()


@pytest.fixture
def log(run: Run) -> bytes:
    done = run("--eval-after", "dmesg -n 8; insmod /warn_on.ko; true")
    assert done.returncode == 0
    return done.stdout


def test_a_whole_log_gets_its_lines(out: Output, log: bytes) -> None:
    status, text, error = addr2line(out, log=log)
    assert status == 0, error
    line = line_of("kernel_modules/warn_on.c", r"^\tif \(WARN_ON\(")
    behind = rf" \(/[^()]*/warn_on\.c:{line}\b[^()]*\)"
    assert re.search(rf"warn_on_init\+0x\w+/0x\w+ \[warn_on\]{behind}", text)
    assert re.sub(r" \(/[^()]+:\d+\)", "", text) == log.decode(errors="replace"), "nothing else changes"


def test_the_kernel_s_own_places(out: Output, log: bytes, symbols: None) -> None:
    text = addr2line(out, log=log)[1]
    assert re.search(r" do_one_initcall\+0x\w+/0x\w+ \(/[^()]*/init/main\.c:\d+\)\r?$", text, re.M)


@pytest.mark.parametrize("module, last, statement, status", [
    ("panic", "panic_init", r"panic\(.hello panic", 101), ("oops", "oops_init", r"WRITE_ONCE\(", 0)])
def test_a_panic_and_an_oops_get_theirs_live_and_post_mortem(
        run: Run, out: Output, run_id: str, module: str, last: str, statement: str, status: int) -> None:
    done = run("--eval-after", f"dmesg -n 8; insmod /{module}.ko; true")
    assert done.returncode == status
    line = line_of(f"kernel_modules/{module}.c", statement)
    for log in (done.stdout, RunFolder.of(out.path, run_id).console_log.read_bytes()):
        text = addr2line(out, log=log)[1]
        assert re.search(rf"{last}\+0x\w+/0x\w+ \[{module}\] \(/[^()]*/{module}\.c:{line}\b", text), text[-3000:]


def test_a_log_gets_them_as_it_comes(out: Output, log: bytes) -> None:
    """Before its end, which that of a guest that runs on does not have yet."""
    command = [str(paths.TOP / "scripts/addr2line"), "--yes", "--output", str(out.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin and child.stdout
        child.stdin.write(log[log.index(b"warn_on"):])
        child.stdin.flush()
        assert any(b"/warn_on.c:" in line for line in child.stdout)
        assert child.poll() is None


def test_one_place(out: Output) -> None:
    _, text, error = addr2line(out, "warn_on_init+0xd [warn_on]")
    first, last = (line_of("kernel_modules/warn_on.c", words) for words in (r"warn_on_init\(void\)", "return 0"))
    found = re.search(r"/warn_on\.c:(\d+)$", text.strip())
    assert found and first <= int(found[1]) <= last, text + error
    status, _, error = addr2line(out, "no_such_function+0x1 [warn_on]")
    assert status == 125 and "module warn_on" in error and "scripts/" in error
