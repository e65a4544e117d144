# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc_gdb: the kernel's memory past the tables a processor uses just now, on 32-bit Arm; a GDB that is none."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fake_gdb
import pytest
from fake_gdb import put

PHYSICALLY = [f"maintenance packet Qqemu.PhyMemMode:{on}" for on in (1, 0)]
TABLES, SECOND, THIRD = 0x40004000, 0x40010000, 0x40020000
ADDRESS = 0xc0123ffc        # four bytes before the end of a page


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with fake_gdb.inside(monkeypatch) as load:
        yield load


def entry(table: int, index: int, value: int, size: int = 4) -> None:
    put(table + index * size, value.to_bytes(size, "little"))


@pytest.fixture
def physical(inside: Any) -> Any:
    fake_gdb.registers.update(TTBR1_EL1=TABLES | 0x6a, TTBCR=0)
    return inside("physical")


@pytest.mark.parametrize(("first", "second", "at"), [
    (0x60000000 | 2, 0, 0x60023ffc),                        # a section of 1 MiB
    (0x61000000 | 1 << 18 | 2, 0, 0x61123ffc),              # a supersection of 16 MiB
    (SECOND | 1, 0x62005000 | 2, 0x62005ffc),               # a page
    (SECOND | 1, 0x62005000 | 3, 0x62005ffc),               # a page that is not executed
    (SECOND | 1, 0x63000000 | 1, 0x63003ffc),               # a large page of 64 KiB
])
def test_a_32_bit_kernel_s_two_levels_lead_to_memory(physical: Any, first: int, second: int, at: int) -> None:
    entry(TABLES, ADDRESS >> 20, first)
    entry(SECOND, ADDRESS >> 12 & 0xff, second)
    put(at, b"abcd")
    assert physical.read(ADDRESS, 4) == b"abcd"
    assert fake_gdb.asked == PHYSICALLY


def test_neighbouring_pages_may_be_far_from_each_other(physical: Any) -> None:
    entry(TABLES, ADDRESS >> 20, SECOND | 1)
    entry(SECOND, 0x23, 0x62005000 | 2)
    entry(SECOND, 0x24, 0x51007000 | 2)
    put(0x62005ffc, b"abcd")
    put(0x51007000, b"efgh")
    assert physical.read(ADDRESS + 1, 6) == b"bcdefg"
    assert fake_gdb.asked == PHYSICALLY


@pytest.mark.parametrize(("second", "third", "at"), [
    (0x870200000 | 1, 0, 0x870323ffc),                      # a block of 2 MiB
    (THIRD | 3, 0x871005000 | 3, 0x871005ffc),              # a page
])
@pytest.mark.parametrize(("split", "offset"), [(0, 0), (1, 16), (2, 0x4000)])
def test_three_levels_lead_above_4_gib(physical: Any, second: int, third: int, at: int, split: int,
                                       offset: int) -> None:
    fake_gdb.registers.update(TTBCR=1 << 31 | split << 16, TTBR1_EL1=TABLES + offset)
    entry(TABLES, 3, SECOND | 3, 8)
    entry(SECOND, ADDRESS >> 21 & 0x1ff, second, 8)
    entry(THIRD, ADDRESS >> 12 & 0x1ff, third, 8)
    put(at, b"abcd")
    assert physical.read(ADDRESS, 4) == b"abcd"


def test_what_is_not_mapped_is_an_error_and_addresses_are_virtual_again(physical: Any) -> None:
    entry(TABLES, ADDRESS >> 20, 0)
    with pytest.raises(fake_gdb.MemoryError, match="nothing is mapped there .entry 3073 of the table at 0x40004000"):
        physical.read(ADDRESS, 4)
    assert fake_gdb.asked == PHYSICALLY


def test_what_a_process_has_not_needed_yet_is_found_in_the_kernel_s_tables(inside: Any) -> None:
    fake_gdb.registers.update(TTBR1_EL1=TABLES | 0x6a, TTBCR=0, cpsr=0x13)
    entry(TABLES, ADDRESS >> 20, 0x60000000 | 2)
    put(0x60023ffc, b"abcd")
    kernel = inside("kernel")
    kernel.use("arm")
    assert kernel.read(ADDRESS, 4) == b"abcd"
    for other in ("aarch64", "x86_64"):
        kernel.use(other)
        with pytest.raises(fake_gdb.MemoryError):
            kernel.read(ADDRESS, 4)


OWN, OWN_SECOND = 0x40008000, 0x40030000
TEXT = 0xc0208000           # where the kernel begins, so that its modules are from 0xbf000000 on
MODULES = 0xbf000000


def fill(*tables: int, size: int = 0x1000) -> None:
    for table in tables:
        put(table, bytes(size))


@pytest.fixture
def lx(inside: Any) -> Any:
    """What runs before the kernel's commands, in a process whose tables, of two levels, are empty, as the kernel's."""
    fake_gdb.registers.update(TTBR0_EL1=OWN | 0x6a, TTBR1_EL1=TABLES | 0x6a, TTBCR=0, cpsr=0x13)
    fake_gdb.symbols["&_text"] = TEXT
    fill(TABLES, OWN, size=0x4000)
    kernel = inside("kernel")
    kernel.use("arm")
    return kernel


def test_a_command_of_the_kernel_s_finds_what_the_process_has_not_needed_and_leaves_no_trace(lx: Any) -> None:
    module, text = MODULES >> 20, TEXT >> 20
    entry(TABLES, 5, 0x60000000 | 2)                # below the kernel, which a process never gets
    entry(TABLES, module, SECOND | 1)
    entry(TABLES, text, 0x61000000 | 2)
    entry(OWN, text, 0x61000000 | 2)
    before = dict(fake_gdb.memory)
    lx.Enter().invoke("", False)
    changed = {at for at, byte in fake_gdb.memory.items() if before[at] != byte}
    assert changed <= set(range(OWN + 4 * module, OWN + 4 * module + 4)) and changed
    assert fake_gdb.memory[OWN + 4 * module + 1] == SECOND >> 8 & 0xff
    lx.leave()
    assert fake_gdb.memory == before
    assert fake_gdb.asked == PHYSICALLY * 3, "looked, written, put back"
    lx.leave()
    assert fake_gdb.asked == PHYSICALLY * 3


@pytest.mark.parametrize(("split", "offset", "lent"), [
    (0, 0, {OWN_SECOND + 8 * 504: THIRD | 3, OWN + 8 * 3: 0x40050000 | 3}),
    (1, 16, {}),                                                # the processor uses the kernel's from 0x80000000 on
    (2, 0x4000, {OWN_SECOND + 8 * 504: THIRD | 3}),             # ... from 0xc0000000 on
])
def test_with_three_levels_a_module_s_entry_is_in_the_second(lx: Any, split: int, offset: int,
                                                             lent: dict[int, int]) -> None:
    fake_gdb.registers.update(TTBCR=1 << 31 | split << 16, TTBR0_EL1=OWN, TTBR1_EL1=TABLES + offset)
    fill(SECOND, OWN_SECOND)
    entry(TABLES, 2, SECOND | 3, 8)
    entry(TABLES, 3, 0x40050000 | 3, 8)
    entry(OWN, 2, OWN_SECOND | 3, 8)
    entry(SECOND, 7, 0x62000000 | 1, 8)             # below the modules
    entry(SECOND, 504, THIRD | 3, 8)
    entry(SECOND, 505, 0x63000000 | 1, 8)
    entry(OWN_SECOND, 505, 0x64000000 | 1, 8)       # there already
    found = lx.physical.lacking(MODULES)
    assert {at: int.from_bytes(data, "little") for at, data in found.items()} == lent


def test_the_stub_in_the_kernel_sees_to_it_by_itself(lx: Any) -> None:
    for name in ("TTBR0_EL1", "TTBR1_EL1", "TTBCR"):
        del fake_gdb.registers[name]
    lx.Enter().invoke("", False)
    assert not fake_gdb.asked
    with pytest.raises(fake_gdb.MemoryError, match="the stub does not say where the page tables are"):
        lx.read(ADDRESS, 4)


def test_in_user_mode_a_command_of_the_kernel_s_says_where_to_go(lx: Any) -> None:
    fake_gdb.registers["cpsr"] = 0x10
    with pytest.raises(fake_gdb.GdbError, match="in user mode.*tbreak schedule, continue"):
        lx.Enter().invoke("", False)
