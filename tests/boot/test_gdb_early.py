# SPDX-License-Identifier: GPL-2.0-or-later
"""Before start_kernel: the first instruction, the decompressor, and the kernel at its physical addresses."""
from __future__ import annotations

import re

import pytest
from debugging import Boot, Booted, Debugger, Start, at

from lkmc.output import Output

pytestmark = pytest.mark.usefixtures("symbols")

# The first instruction's file, and then functions with the file of each.
STOPS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "x86_64": ("arch/x86/platform/pvh/head.S", [("startup_64", "head_64.S")]),
    "aarch64": ("arch/arm64/kernel/head.S", [("primary_entry", "head.S"), ("__primary_switched", "head.S")]),
    "arm": ("arch/arm/boot/compressed/head.S", [("decompress_kernel", "misc.c"), ("__create_page_tables", "head.S"),
                                                ("__mmap_switched", "head-common.S")]),
}


def stops(gdb: Debugger, function: str, file: str) -> None:
    """Go to a function; it is shown by its name and with its line."""
    gdb.do(f"tbreak {function}")
    name, found, line = at(gdb.do("continue"))
    assert (name, found.rpartition("/")[2]) == (function, file)
    assert f"{line}\t" in gdb.do(f"list {line},{line}")


def test_the_way_from_the_first_instruction_to_start_kernel(console: Boot, debugger: Start, out: Output) -> None:
    first, then = STOPS[out.arch]
    with console("--wait-gdb") as guest, debugger("--early") as gdb:
        assert at(gdb.prompt())[1].endswith(first)
        assert first.rpartition("/")[2] in gdb.do("info line *$pc")
        for function, file in then:
            stops(gdb, function, file)
        gdb.do("tbreak start_kernel")
        assert at(gdb.do("continue"))[:2] == ("start_kernel", "init/main.c")
        places = re.findall(r"\b0x([0-9a-f]+)[0-9a-f]{5} <start_kernel", gdb.do("info line start_kernel"))
        assert len(set(places)) == 1, "of the copies of the symbols none is left"
        gdb.go()
        guest.login()


def test_the_decompressor_of_a_bzimage(console: Boot, debugger: Start, out: Output) -> None:
    if not (out.images / "bzImage").exists():
        pytest.skip(f"{out.path.name} has no bzImage: that is x86_64's")
    with console("--wait-gdb", "--", "-kernel", str(out.images / "bzImage")) as guest, debugger("--early") as gdb:
        gdb.prompt()
        assert gdb.do("info symbol $pc").startswith("startup_32 in section .head.text of ")
        stops(gdb, "extract_kernel", "misc.c")
        assert "compressed/vmlinux" in gdb.do("info symbol $pc")
        stops(gdb, "start_kernel", "main.c")
        gdb.go()
        guest.login()


def test_early_boot_needs_a_guest_that_waits(booted: Booted, debugger: Start) -> None:
    with booted() as guest, debugger("--early") as gdb:
        assert "scripts/run --wait-gdb" in gdb.prompt()
        gdb.go()
        assert guest.run("echo on")[0].strip() == "on"
