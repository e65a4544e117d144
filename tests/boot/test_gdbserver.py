# SPDX-License-Identifier: GPL-2.0-or-later
"""Step debugging of the guest's programs through gdbserver in the guest."""
from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from debugging import LIBC_S_SLEEP, Booted, Start, at, line_of, step_into

from lkmc.console import EOL, Console
from lkmc.output import Output

SCRIPT = "run-gdbserver"
LISTENS = "Listening on port"     # GDB may come before, and then waits for some time


@pytest.fixture
def guest(out: Output, booted: Booted) -> Iterator[Console]:
    if out.symbol("BR2_PACKAGE_GDB_SERVER") != "y" and out.symbol("BR2_PACKAGE_GDB") != "y":
        pytest.skip("the guest has no gdbserver: scripts/build --config configs/fragments/gdbserver.config")
    with booted() as guest:
        yield guest


def test_a_program_is_followed_from_its_main_to_its_end(guest: Console, debugger: Start) -> None:
    guest.child.sendline("/gdbserver.sh /myinsmod.out /hello.ko; rmmod hello; echo do''ne")
    with debugger("myinsmod", script=SCRIPT) as gdb:
        function, file, _ = at(gdb.prompt())
        assert (function, file.rpartition("/")[2]) == ("main", "myinsmod.c")
        gdb.do(f"tbreak {line_of('userland/linux/myinsmod.c', 'fd = open')}")
        gdb.do("continue")
        assert '"/hello.ko"' in gdb.do("print argv[1]")
        assert "exited normally" in gdb.do("continue")
        guest.wait_for("done" + EOL)


def test_an_applet_of_busybox(guest: Console, debugger: Start) -> None:
    guest.child.sendline("/gdbserver.sh ls -d /lkmc; echo do''ne")
    guest.wait_for(LISTENS)
    with debugger("busybox", "ls_main", script=SCRIPT) as gdb:
        assert at(gdb.prompt())[0] == "ls_main"
        assert re.search(r"^#\d+ .* main \(", gdb.do("bt"), re.M)
        assert "exited normally" in gdb.do("continue")
        guest.wait_for("done" + EOL)


def test_gdb_ends_with_a_line_when_gdbserver_is_killed(guest: Console, debugger: Start) -> None:
    guest.child.sendline("/gdbserver.sh /count.out > /dev/null &")
    guest.wait_for(LISTENS)
    with debugger("count", script=SCRIPT) as gdb:
        assert at(gdb.prompt())[0] == "main"
        gdb.do("delete")
        gdb.go()
        guest.run("killall -9 gdbserver")
        gdb.ends("lkmc: gdbserver has gone, and with it the program")


def test_into_the_library_s_sleep(guest: Console, debugger: Start) -> None:
    guest.child.sendline("/gdbserver.sh /count.out")
    guest.wait_for(LISTENS)
    with debugger("count", script=SCRIPT) as gdb:
        assert at(gdb.prompt())[0] == "main"
        gdb.do("tbreak sleep")
        assert "sleep" in gdb.do("continue")
        assert re.match(LIBC_S_SLEEP, gdb.do("info symbol $pc"))
        assert re.search(r"^#1 .* main \(argc=1", gdb.do("bt"), re.M)
        assert re.search(r"/staging/.*libc\.so", gdb.do("info sharedlibrary"))
        assert "main (argc=1" in gdb.do("finish")
        gdb.do(f"tbreak {line_of('userland/posix/count.c', 'sleep')}")
        gdb.do("continue")
        step_into(gdb, LIBC_S_SLEEP)


def test_without_a_gdbserver_it_says_how_to_start_one(guest: Console, debugger: Start) -> None:
    guest.run("ifup -a")
    with debugger("--timeout", "1", "count", script=SCRIPT) as gdb:
        assert gdb.ends("no gdbserver answers .* in the guest run: /gdbserver.sh /count.out") == 125
