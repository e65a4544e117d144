# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs linked for gem5's machine, on the board of Arm's whose map it has: QEMU's vexpress-a15."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lkmc import baremetal, machine
from lkmc.output import Output


@pytest.mark.parametrize(("name", "code", "says"), [
    ("hello", 0, "hello"), ("exit1", 1, ""), ("timer", 0, "tick 3"), ("interrupt", 0, ""), ("arch/arm/el", 0, "19"),
    ("arch/arm/mmu", 0, "fault at"),
])
def test_a_program_for_gem5_runs_on_the_same_board(
        out: Output, tmp_path: Path, limit: float, name: str, code: int, says: str) -> None:
    mach = machine.read(out.arch)
    qemu = shutil.which(mach.qemu.program)
    if out.arch != "arm" or qemu is None:
        pytest.skip("QEMU has such a board for arm only")
    maker = baremetal.Maker(out, mach, None, False, machine=mach.gem5[0].baremetal)
    done = subprocess.run([qemu, "-M", "vexpress-a15", "-display", "none", "-serial", "stdio",
                           "-monitor", "none", *mach.baremetal.options, "-kernel", str(maker.find(name, raw=False))],
                          cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit)
    assert done.returncode == code, done.stderr
    assert says in done.stdout
