# SPDX-License-Identifier: GPL-2.0-or-later
"""Step debugging of the guest's programs from outside: each test asserts what a person would see."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from debugging import LIBC_S_SLEEP, Boot, Booted, Start, at, line_of, step_into
from elftools.elf.elffile import ELFFile

from lkmc import guest_programs
from lkmc.console import EOL
from lkmc.errors import MissingOutput
from lkmc.output import Output

SCRIPT = "run-gdb-user"
# So that no breakpoint is met twice (docs/debugging.md). On arm it may be, one time in thousands.
ONE_THREAD = ("--", "-accel", "tcg,thread=single")

pytestmark = pytest.mark.usefixtures("symbols")


def program(text: str) -> tuple[str, str]:
    """(function, file's name) of where GDB stopped."""
    function, file, _ = at(text)
    return function, file.rpartition("/")[2]


@pytest.fixture
def busybox(out: Output) -> None:
    try:
        guest_programs.find(out, "busybox")
    except MissingOutput as error:
        pytest.skip(str(error))


def test_a_custom_init_is_followed_from_its_main_into_a_library(console: Boot, debugger: Start, out: Output) -> None:
    first = line_of("userland/posix/count.c", r"limit = argc")
    with console("--wait-gdb", "--kernel-cli", "init=/count.out") as guest, debugger("count", script=SCRIPT) as gdb:
        function, file, line = at(gdb.prompt())
        assert (function, file.rpartition("/")[2], line) == ("main", "count.c", first)
        assert "argc = 1" in gdb.do("info args")
        gdb.do(f"tbreak {line_of('userland/posix/count.c', 'sleep')}")
        assert program(gdb.do("continue")) == ("main", "count.c")
        assert gdb.do("print i").strip().endswith("= 1")
        gdb.do("break sleep")
        assert "sleep" in gdb.do("continue")
        if "@plt" in gdb.do("info symbol $pc"):     # the program's own stub
            assert "sleep" in gdb.do("continue")
        if guest_programs.roots(out):
            assert re.match(LIBC_S_SLEEP, gdb.do("info symbol $pc"))
        assert re.search(r"^#1 .* main \(argc=1", gdb.do("bt"), re.M)
        assert "main (argc=1" in gdb.do("finish")
        gdb.do("delete")
        if guest_programs.roots(out):
            gdb.do(f"tbreak {line_of('userland/posix/count.c', 'sleep')}")
            gdb.do("continue")
            step_into(gdb, LIBC_S_SLEEP)
        gdb.go()
        guest.wait_for("3" + EOL)


@pytest.mark.usefixtures("busybox")
@pytest.mark.parametrize("init, function", [("/bin/ls", "ls_main"), ("/sbin/init", "init_main")])
def test_busybox_as_init_stops_in_its_applet(console: Boot, debugger: Start, init: str, function: str) -> None:
    with console("--wait-gdb", "--kernel-cli", f"init={init}"), debugger("busybox", function, script=SCRIPT) as gdb:
        assert at(gdb.prompt())[0] == function
        assert f'"{init}"' in gdb.do("print argv[0]")
        assert re.search(r"^#\d+ .* main \(", gdb.do("bt"), re.M)


@pytest.mark.usefixtures("busybox")
def test_an_applet_of_a_guest_that_runs(booted: Booted, debugger: Start) -> None:
    with booted() as guest, debugger("busybox", "ls_main", script=SCRIPT) as gdb:
        gdb.wait_for("The guest runs")
        guest.run("cat /proc/uptime")
        guest.child.sendline("ls -d /lkmc; echo do''ne")
        assert at(gdb.prompt())[0] == "ls_main"
        gdb.go()
        assert "/lkmc" in guest.wait_for("done" + EOL)


def test_a_program_of_a_guest_that_boots(console: Boot, debugger: Start) -> None:
    """It has no process yet, nor has anything."""
    with console() as guest, debugger("count", script=SCRIPT) as gdb:
        gdb.wait_for("The guest runs")
        guest.login()
        guest.child.sendline("/count.out 1; echo do''ne")
        assert program(gdb.prompt()) == ("main", "count.c")
        gdb.go()
        guest.wait_for("done" + EOL)


def test_a_program_that_is_not_init(console: Boot, debugger: Start) -> None:
    line = line_of("userland/linux/myinsmod.c", "fd = open")
    with console("--wait-gdb") as guest, debugger("myinsmod", script=SCRIPT) as gdb:
        guest.login()
        guest.child.sendline("/count.out 1; /myinsmod.out /hello.ko; rmmod hello; echo do''ne")
        assert program(gdb.prompt()) == ("main", "myinsmod.c")
        gdb.do(f"tbreak {line}")
        assert program(gdb.do("continue")) == ("main", "myinsmod.c")
        assert '"/hello.ko"' in gdb.do("print argv[1]")
        gdb.do("tbreak do_init_module")
        assert at(gdb.do("continue"))[0] == "do_init_module"
        gdb.do("delete")
        gdb.go()
        guest.wait_for("done" + EOL)


def entry(path: Path) -> int:
    with path.open("rb") as opened:
        return int(ELFFile(opened)["e_entry"])


def test_a_breakpoint_holds_for_one_program_only(booted: Booted, debugger: Start, out: Output) -> None:
    """Here are two programs that begin at the same address."""
    if entry(out.overlay / "count.out") != entry(out.overlay / "virt_to_phys_test.out"):
        pytest.skip("the two programs begin at different addresses")
    other = "/virt_to_phys_test.out > /tmp/said & until grep -q vaddr /tmp/said; do sleep 0.1; done; kill $!; " \
            "rm /tmp/said; echo do''ne"
    with booted() as guest, debugger("count", "_start", script=SCRIPT) as gdb:
        gdb.wait_for("The guest runs")
        guest.child.sendline(other)
        guest.wait_for("done" + EOL)
        guest.child.sendline("/count.out 1 > /dev/null; echo do''ne")
        assert "_start" in gdb.prompt()
        gdb.do("disable")
        gdb.go()
        guest.wait_for("done" + EOL)
        gdb.interrupt()
        gdb.do("condition 1")                       # now it holds for whoever is there
        gdb.do("enable")
        assert "lkmc_mine" not in gdb.do("info breakpoints")
        gdb.go()
        guest.child.sendline(other)
        assert "_start" in gdb.prompt()
        gdb.do("delete")
        gdb.go()
        guest.wait_for("done" + EOL)


def test_a_breakpoint_holds_for_one_process_only(booted: Booted, debugger: Start) -> None:
    with booted() as guest:
        guest.run("/count.out > /tmp/first & until grep 3 /tmp/first; do sleep 0.1; done; "
                  "/count.out > /dev/null & echo $! > /tmp/pid")
        pid = guest.run("cat /tmp/pid")[0].strip()
        line = line_of("userland/posix/count.c", "printf")
        with debugger("--pid", pid, "count", f"count.c:{line}", script=SCRIPT) as gdb:
            counted = []
            for _ in range(3):
                assert program(gdb.prompt()) == ("main", "count.c")
                counted.append(int(gdb.do("print i").split()[-1]))
                gdb.go()
            assert counted == [counted[0], counted[0] + 1, counted[0] + 2]


def threads(text: str) -> dict[int, str]:
    """What `info threads` says of each processor."""
    return {int(cpu): rest for cpu, rest in re.findall(r"\(CPU#(\d+) [^)]*\)(.*)$", text, re.M)}


def test_a_program_is_on_the_processor_where_taskset_put_it(booted: Booted, debugger: Start, out: Output) -> None:
    loop = "i=0; while :; do taskset $((1 << i)) /sched_getaffinity.out > /dev/null; i=$((! i)); done"
    with booted("--cpus", "2", *(ONE_THREAD if out.arch != "arm" else ())) as guest:
        if guest.run("command -v taskset")[1]:
            pytest.skip("the guest has no taskset")
        guest.child.sendline(loop)
        with debugger("sched_getaffinity", script=SCRIPT) as gdb:
            where = []
            for _ in range(4):
                assert program(gdb.prompt()) == ("main", "sched_getaffinity.c")
                listed = threads(gdb.do("info threads"))
                where += [cpu for cpu, rest in listed.items() if "main ()" in rest]
                assert len(listed) == 2
                gdb.go()
            assert where in ([0, 1, 0, 1], [1, 0, 1, 0])


def test_two_threads_of_one_process_are_on_their_processors(booted: Booted, debugger: Start) -> None:
    with booted("--cpus", "2") as guest, debugger("sched_getaffinity_threads", script=SCRIPT) as gdb:
        gdb.wait_for("The guest runs")
        guest.child.sendline("/sched_getaffinity_threads.out 0 > /dev/null")
        gdb.prompt()
        gdb.do("delete")
        first = line_of("userland/linux/sched_getaffinity_threads.c", r"check_rounds\(0\)")
        second = line_of("userland/linux/sched_getaffinity_threads.c", r"check_rounds\(cpu\)")
        gdb.do(f"tbreak sched_getaffinity_threads.c:{first}")
        gdb.do(f"tbreak sched_getaffinity_threads.c:{second}")
        seen = {}
        for _ in range(2):
            function, _ = program(gdb.do("continue"))
            seen[function] = [cpu for cpu, rest in threads(gdb.do("info threads")).items() if function in rest]
        assert seen["main_thread_0"] == [0] and 1 in seen["main_thread_1"]
        gdb.do("break check_rounds")
        gdb.do("delete")
        both = set()
        for _ in range(50):
            gdb.do("tbreak meet")
            gdb.do("continue")
            listed = threads(gdb.do("info threads"))
            gdb.do(f"thread {1 + next(iter(cpu for cpu, rest in listed.items() if 'meet' in rest))}")
            both |= set(re.findall(r"main_thread_[01]", gdb.do("bt")))
            if len(both) == 2:
                break
        assert both == {"main_thread_0", "main_thread_1"}
