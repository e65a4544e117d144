# SPDX-License-Identifier: GPL-2.0-or-later
"""GDB on a kernel without debug information: the guest's own symbols, and how to get more."""
from __future__ import annotations

import re

import pytest
from debugging import Boot, Start

from lkmc.output import Output


@pytest.fixture(autouse=True)
def bare(out: Output) -> None:
    if out.symbols:
        pytest.skip("this output's kernel has debug information")


def test_functions_are_found_by_name_and_the_next_command_is_said(console: Boot, debugger: Start, out: Output) -> None:
    with console("--wait-gdb") as guest, debugger("start_kernel") as gdb:
        said = gdb.prompt()
        assert f"scripts/prebuilt --arch {out.arch} --output {out.path} --debug-symbols" in said
        assert re.search(r"^Breakpoint 1, 0x[0-9a-f]+ in start_kernel \(\)$", said, re.M)
        gdb.do("delete")
        gdb.do("break ksys_read")
        gdb.go()
        guest.child.sendline("")
        assert "in ksys_read ()" in gdb.prompt()
        assert gdb.do("info symbol $pc").startswith("ksys_read")
        gdb.do("delete")
        gdb.go()
        guest.login()
        assert guest.run("insmod /timer.ko && rmmod timer; echo $?")[0].splitlines()[-1] == "0"
        assert "SIGINT" in gdb.interrupt()
        gdb.go()
        assert guest.run("true") == ("", 0)
