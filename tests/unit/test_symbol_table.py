# SPDX-License-Identifier: GPL-2.0-or-later
"""symbol_table: what a guest says of its symbols, as an ELF file that others read."""
from __future__ import annotations

import io

import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st

from lkmc import machine, symbol_table
from lkmc.symbol_table import Symbol

KALLSYMS = """\
0000000000000000 A fixed_percpu_data
ffffffff81000000 T _text
ffffffff81000200 t do_it
ffffffff82000000 D jiffies
ffffffff81000100 W weak
ffffffffc0000000 t hello_init	[hello]
"""


def test_the_kernel_s_own_names_are_read() -> None:
    assert symbol_table.read(KALLSYMS) == [
        Symbol(0xffffffff81000000, True, "_text"), Symbol(0xffffffff81000100, True, "weak"),
        Symbol(0xffffffff81000200, True, "do_it"), Symbol(0xffffffff82000000, False, "jiffies")]


@pytest.mark.parametrize("arch", machine.arches())
@given(st.lists(st.builds(Symbol, st.integers(1, 2 ** 32 - 1), st.booleans(), st.text("ab_.", min_size=1)), max_size=9))
def test_the_file_says_the_same(arch: str, symbols: list[Symbol]) -> None:
    file = ELFFile(io.BytesIO(symbol_table.elf(symbols, arch)))
    assert file.get_machine_arch() == {"x86_64": "x64", "aarch64": "AArch64", "arm": "ARM"}[arch]
    text, table = file.get_section(1), file.get_section_by_name(".symtab")
    read = [Symbol(symbol["st_value"], symbol["st_shndx"] == 1, symbol.name) for symbol in table.iter_symbols()][1:]
    assert read == symbols and text.name == ".text"
    covered = range(text["sh_addr"], text["sh_addr"] + text["sh_size"])
    assert all(symbol.address in covered for symbol in symbols if symbol.code)


def test_a_guest_that_hides_its_addresses_says_nothing() -> None:
    assert symbol_table.read("0000000000000000 T _text\n") == []
    assert ELFFile(io.BytesIO(symbol_table.elf([], "arm"))).get_section_by_name(".symtab").num_symbols() == 1
