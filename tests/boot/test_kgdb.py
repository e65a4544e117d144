# SPDX-License-Identifier: GPL-2.0-or-later
"""The debuggers inside the kernel: its stub for GDB on a second serial port, and KDB on the console."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from debugging import Boot, Press, Start, at, said_by

from lkmc import machine
from lkmc.console import EOL
from lkmc.output import Output
from lkmc.run_folder import RunFolder

WRITES = 40     # of which some are not the count's own
KDB = r"\[\d+\]kdb> "


@pytest.fixture(autouse=True)
def able(out: Output) -> None:
    for option in ("CONFIG_KGDB_SERIAL_CONSOLE", "CONFIG_KGDB_KDB", machine.read(out.arch).qemu.kgdb_needs):
        if not out.kernel_has(option):
            pytest.skip(f"this kernel has no {option}; linux/kgdb.config adds it")


def counts(write: Callable[[], str]) -> None:
    """The guest counts, and other writes of its shell come between: three numbers are seen.

    write: lets it run to its next write, and returns what its console has said meanwhile.
    """
    said, numbers = "", [0]
    for _ in range(WRITES):
        said += write()
        numbers = [int(line) for line in re.findall(rf"^(\d+){EOL}", said, re.M)]
        if len(numbers) >= 3:
            break
    assert numbers[:3] == [numbers[0], numbers[0] + 1, numbers[0] + 2], said


def test_gdb_speaks_to_the_kernel_itself(console: Boot, debugger: Start, out: Output, symbols: None) -> None:
    with console("--kgdb") as guest:
        guest.wait_for("Waiting for connection from remote gdb")
        with debugger("--kgdb", "--no-continue") as gdb:
            assert "kgdb_breakpoint" in gdb.prompt()
            assert "configure_kgdboc" in gdb.do("bt")
            gdb.go()
            guest.login()
            guest.child.sendline("/count.sh & /kgdb.sh")
            assert "kgdb_breakpoint" in gdb.prompt()
            gdb.do("break ksys_write")

            def write() -> str:
                assert at(gdb.do("continue"))[:2] == ("ksys_write", "fs/read_write.c")
                assert "sys_write" in gdb.do("bt")
                return said_by(guest)
            counts(write)
            gdb.do("delete")
            gdb.go()
            assert guest.run("kill %1; echo end")[0].splitlines()[-1] == "end"


def test_a_breakpoint_of_the_boot_is_taken_away_after_it(console: Boot, debugger: Start, out: Output, run_id: str,
                                                         symbols: None) -> None:
    """GDB is there as soon as QEMU is, before the kernel waits for it."""
    with console("--kgdb") as guest, debugger("--kgdb", "--no-continue") as gdb:
        assert "kgdb_breakpoint" in gdb.prompt()
        gdb.do("break ksys_write")
        assert at(gdb.do("continue"))[:2] == ("ksys_write", "fs/read_write.c")
        gdb.do("delete")
        gdb.go()
        guest.login()
        assert guest.run("echo it''runs") == ("itruns\n", 0)
    assert "remove failed" not in RunFolder.of(out.path, run_id).console_log.read_text(errors="replace")


def test_gdb_stops_in_a_module_by_the_kernel_s_own_stub(console: Boot, debugger: Start, out: Output,
                                                        symbols: None) -> None:
    with console("--kgdb") as guest:
        guest.wait_for("Waiting for connection from remote gdb")
        with debugger("--kgdb", "--no-continue") as gdb:
            gdb.prompt()
            gdb.do("lkmc-break hello hello_init")
            gdb.do("lkmc-break hello hello_exit")
            gdb.go()
            guest.login()
            guest.child.sendline("insmod /hello.ko; rmmod hello; echo do''ne")
            function, file, _ = at(gdb.prompt())
            assert (function, file.rpartition("/")[2]) == ("hello_init", "hello.c")
            assert "do_one_initcall" in gdb.do("bt")
            assert at(gdb.do("continue"))[0] == "hello_exit"
            gdb.do("delete")
            gdb.go()
            guest.wait_for("done" + EOL)
            guest.child.sendline("insmod /timer.ko; /kgdb.sh")
            assert "kgdb_breakpoint" in gdb.prompt()
            gdb.do("break lkmc_timer_callback")
            for _ in range(3):
                assert at(gdb.do("continue"))[0] == "lkmc_timer_callback"
            gdb.do("delete")
            gdb.go()
            assert guest.run("rmmod timer; echo end")[0].splitlines()[-1] == "end"


def test_a_key_enters_kdb_in_graphic_mode_and_a_pc_s_keyboard_is_kdb_s_too(console: Boot, press: Press,
                                                                           out: Output) -> None:
    own = machine.read(out.arch).qemu.kdb_keyboard_needs
    for option in ("CONFIG_VT", "CONFIG_MAGIC_SYSRQ", *(own or ("CONFIG_VIRTIO_INPUT",))):
        if f"{option}=y\n" not in out.linux_config:
            pytest.skip(f"this kernel has no {option}=y; linux/display.config and linux/kgdb.config have them")
    with console("--kdb", "--vnc") as guest:
        def go() -> None:
            guest.wait_for(KDB)
            if own:
                for key in "go":        # as people do: of keys that come at once KDB may lose one
                    press(key)
                    guest.wait_for(key)
                press("ret")
            else:
                guest.child.sendline("go")

        go()
        guest.login()
        assert guest.run("echo 1 >/proc/sys/kernel/sysrq")[1] == 0
        press("alt-sysrq-g")
        go()
        assert guest.run("echo o''n")[0].splitlines()[-1] == "on"


def test_kdb_stops_each_write_of_a_program(console: Boot, out: Output) -> None:
    with console("--kdb") as guest:
        def kdb(command: str) -> str:
            guest.child.sendline(command)
            return guest.wait_for(KDB)

        guest.wait_for(KDB)
        kdb("set LINES=1000")
        assert re.search(r"^bp .*Set/Display breakpoints", kdb("help").replace("\r", ""), re.M)
        guest.child.sendline("go")
        guest.login()
        guest.child.sendline("/count.sh & /kgdb.sh")
        guest.wait_for(KDB)
        assert "is enabled" in kdb("bp ksys_write")

        def write() -> str:
            said = kdb("go")
            assert re.search(r"due to Breakpoint @ 0x[0-9a-f]+", said)
            return said
        counts(write)
        assert "sys_write" in kdb("bt"), "on arm the caller is the first"
        kdb("bc *")
        guest.child.sendline("go")
        assert guest.run("kill %1; echo end")[0].splitlines()[-1] == "end"
