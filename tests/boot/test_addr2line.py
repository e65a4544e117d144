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


def test_one_place(out: Output) -> None:
    _, text, error = addr2line(out, "warn_on_init+0xd [warn_on]")
    first, last = (line_of("kernel_modules/warn_on.c", words) for words in (r"warn_on_init\(void\)", "return 0"))
    found = re.search(r"/warn_on\.c:(\d+)$", text.strip())
    assert found and first <= int(found[1]) <= last, text + error
    status, _, error = addr2line(out, "no_such_function+0x1 [warn_on]")
    assert status == 125 and "module warn_on" in error and "scripts/" in error
