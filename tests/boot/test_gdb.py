# SPDX-License-Identifier: GPL-2.0-or-later
"""Step debugging of the kernel: at boot, after it, in modules; each test asserts what a person would see."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from booting import RUN
from debugging import Boot, Booted, Debugger, Start, at, command, line_of, said_by

from lkmc import toolchain
from lkmc.console import EOL, Console
from lkmc.gdb import INDEXES
from lkmc.output import Output

pytestmark = pytest.mark.usefixtures("symbols")


def test_the_kernel_is_followed_from_its_first_function(console: Boot, debugger: Start, out: Output) -> None:
    with console("--wait-gdb") as guest, debugger("start_kernel") as gdb:
        function, file, line = at(gdb.prompt())
        assert (function, file) == ("start_kernel", "init/main.c")
        assert "start_kernel(void)" in gdb.do(f"list {line - 8},{line + 2}")
        assert re.match(r"\d+\t", gdb.do("next"))
        assert gdb.do("bt").startswith("#0  start_kernel ()")
        assert at(gdb.do("tbreak parse_early_param") + gdb.do("continue"))[0] == "parse_early_param"
        assert re.search(r"^#1 .*\bsetup_arch\b", gdb.do("bt"), re.M)
        assert "setup_arch" in gdb.do("finish")
        assert '"swapper' in gdb.do("print init_task.comm")
        assert "pid = 0" in gdb.do("print init_task").replace("\n", " ")
        assert gdb.do("print jiffies_to_msecs(250)").strip().endswith("= 1000")
        assert "No symbol" not in gdb.do("ptype struct task_struct")
        gdb.go()
        guest.login()
    assert list((out.path / INDEXES).glob("*.gdb-index")), "kept for the next session"


@pytest.mark.parametrize("how", ["{file}:{line}", "*{address}"])
def test_a_breakpoint_is_given_as_gdb_takes_it(console: Boot, debugger: Start, out: Output, how: str) -> None:
    asked = subprocess.run([toolchain.DISTRO_GDB, "-nx", "-batch", "-ex", "info line start_kernel", str(out.symbols)],
                           capture_output=True, text=True).stdout
    found = re.search(r'Line (?P<line>\d+) of "(?P<file>\S+)" starts at address (?P<address>0x\w+)', asked)
    assert found, asked
    with console("--wait-gdb"), debugger(how.format(**found.groupdict())) as gdb:
        assert at(gdb.prompt())[:2] == ("start_kernel", "init/main.c")


def test_modules_are_not_followed_when_the_user_does_not_want_it(booted: Booted, debugger: Start) -> None:
    with booted() as guest, debugger("--no-lxsymbols", "--no-continue") as gdb:
        gdb.prompt()
        assert "--no-lxsymbols" in gdb.do("lkmc-break hello hello_init")
        gdb.go()
        assert guest.run("insmod /hello.ko")[1] == 0
        assert "loading" not in gdb.interrupt()
        assert "No symbol" in gdb.do("info symbol hello_exit")


def test_each_write_of_a_program_is_a_stop(booted: Booted, debugger: Start, out: Output) -> None:
    with booted() as guest:
        guest.child.sendline("/count.sh")
        guest.wait_for("0" + EOL)
        with debugger() as gdb:
            gdb.wait_for("The guest runs")
            said_by(guest)
            for _ in range(2):      # a Ctrl-C while GDB lets the guest go on may be lost, or count twice
                guest.wait_for(EOL)
            assert "SIGINT" in gdb.interrupt()
            assert "Breakpoint 1 at" in gdb.do("break ksys_write")
            assert at(gdb.do("continue"))[:2] == ("ksys_write", "fs/read_write.c")
            counted = []
            for _ in range(3):
                assert at(gdb.do("continue"))[:2] == ("ksys_write", "fs/read_write.c")
                counted.append(int(guest.wait_for(EOL)))
                assert "ksys_write" in gdb.do("bt")
            assert counted == [counted[0], counted[0] + 1, counted[0] + 2]
            assert gdb.do("call jiffies_to_msecs(250)").strip().endswith("= 1000")
            gdb.do("delete")
            assert re.search(r"^Value returned is \$\d+ = [1-9]", gdb.do("finish"), re.M), "as many bytes were written"
            gdb.go()
            guest.wait_for(f"{counted[-1] + 3}{EOL}")


def test_a_module_s_symbols_come_and_go_with_it(console: Boot, debugger: Start) -> None:
    with console("--eval-after", "insmod /timer.ko") as guest:      # by init, before GDB comes
        guest.login()
        with debugger() as gdb:
            assert re.search(r"loading @0x[0-9a-f]+: .*/lkmc/timer\.ko", gdb.wait_for("The guest runs"))
            assert guest.run("true") == ("", 0)
            gdb.interrupt()
            gdb.do("break lkmc_timer_callback")
            for _ in range(3):
                function, file, line = at(gdb.do("continue"))
                assert (function, file.rpartition("/")[2]) == ("lkmc_timer_callback", "timer.c")
                assert line >= line_of("kernel_modules/timer.c", r"lkmc_timer_callback\(struct")
            gdb.do("disable")
            gdb.go()
            assert guest.run("rmmod timer")[1] == 0
            gdb.interrupt()
            assert "<PENDING>" in gdb.do("info breakpoints")
            assert "timer.ko" not in gdb.do("info symbol lkmc_timer_callback")
            gdb.do("enable")
            gdb.go()
            guest.child.sendline("insmod /timer.ko")
            assert at(gdb.prompt())[0] == "lkmc_timer_callback"


def test_an_output_may_be_reached_through_a_link(out: Output, run_id: str, limit: float, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(out.path)
    link = Output.read(tmp_path / "link")
    with Console([RUN, "--output", str(link.path), "--run-id", run_id], timeout=limit) as guest:
        guest.login()
        with Debugger(command("run-gdb", link, run_id), timeout=limit) as gdb:
            gdb.wait_for("The guest runs")
            for _ in range(2):
                assert guest.run("insmod /hello.ko && rmmod hello") == ("", 0)
                gdb.wait_for(r"loading @0x[0-9a-f]+: .*/hello\.ko")


def test_a_breakpoint_in_a_module_that_is_not_loaded_yet_stops_in_its_init(booted: Booted, debugger: Start) -> None:
    line = line_of("kernel_modules/hello.c", "pr_info..hello init")
    with booted() as guest, debugger("--no-continue") as gdb:
        gdb.prompt()
        gdb.do("lkmc-break hello hello_init")
        gdb.do(f"lkmc-break hello2 {line_of('kernel_modules/hello2.c', 'pr_info..hello2 cleanup')}")
        for _ in range(2):
            gdb.go()
            guest.child.sendline("insmod /hello.ko && insmod /timer.ko && rmmod timer hello && echo do''ne")
            function, file, where = at(gdb.prompt())
            assert (function, file.rpartition("/")[2]) == ("hello_init", "hello.c")
            assert abs(where - line) <= 3
            assert "do_one_initcall" in gdb.do("bt")
            gdb.go()
            guest.wait_for("done" + EOL)
            gdb.interrupt()
        for _ in range(2):
            assert re.search(r"<PENDING> .*hello2", gdb.do("info breakpoints")), "its module is not there"
            gdb.go()
            guest.child.sendline("insmod /hello2.ko && rmmod hello2 && insmod /timer.ko && rmmod timer && echo do''ne")
            assert at(gdb.prompt())[0] == "hello2_exit"
            gdb.go()
            guest.wait_for("done" + EOL)
            gdb.interrupt()
