# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's memory is read while the processor is in user mode, where it may not read it itself."""
from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from debugging import Booted, Debugger, Start

from lkmc.output import Output

pytestmark = pytest.mark.usefixtures("symbols")


def in_user_space(gdb: Debugger, out: Output) -> bool:
    pc = int(gdb.do("print/x $pc").split()[-1], 16)
    return pc < (0xbf000000 if out.arch == "arm" else 1 << 55)


@pytest.fixture
def gdb(booted: Booted, debugger: Start, out: Output) -> Iterator[Debugger]:
    """GDB on a guest that was stopped in a program."""
    with booted() as guest:
        guest.run("(while :; do :; done) & insmod /hello.ko")     # which the loop never needs in its page tables
        with debugger("--no-continue") as gdb:
            gdb.prompt()
            for _ in range(50):
                if in_user_space(gdb, out):
                    yield gdb
                    return
                gdb.go()
                guest.run("true")
                gdb.interrupt()
    pytest.fail("the guest was never seen in user space")


def test_the_kernel_s_commands_and_ours_work(gdb: Debugger, out: Output) -> None:
    if "Undefined" in gdb.do("help lx-ps"):
        pytest.skip("this output has no scripts of the kernel's for GDB")
    before = gdb.do("info registers")
    assert "hello.ko" in gdb.do("info symbol hello_exit"), "the module is known"
    listed, ours = gdb.do("lx-ps"), gdb.do("lkmc-threads")
    if out.arch == "arm":
        assert listed == ours and "in user mode" in listed and "tbreak schedule" in listed
        for _ in range(5):
            gdb.do("tbreak schedule")
            gdb.do("continue")
            listed, ours = gdb.do("lx-ps"), gdb.do("lkmc-threads")
            if not re.search(r"^ +2  kthreadd +runs ", ours, re.M):     # it may be what schedules
                break
    else:
        assert "Error" in gdb.do("lx-fdtdump /") or out.arch == "x86_64"
        assert gdb.do("info registers") == before
    assert "init" in listed and "kthreadd" in listed
    assert re.search(r"^ +2  kthreadd +\S+\+0x\w+ +\S+\.[cS]:\d+$", ours, re.M)
    assert re.search(r"^0x[0-9a-f]+ +hello ", gdb.do("lx-lsmod"), re.M)
    assert "norandmaps" in gdb.do("lx-cmdline") and "Linux version" in gdb.do("lx-dmesg")
