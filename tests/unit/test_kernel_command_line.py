# SPDX-License-Identifier: GPL-2.0-or-later
"""guest: what the kernel's command line tells the guest."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import fakes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lkmc import guest, machine
from lkmc.errors import UserError
from lkmc.output import DISKS, Disk, Output
from lkmc.request import Gem5Request, Payload, RunRequest, When

AFTER, INIT = Payload(When.AFTER, b"true\n"), Payload(When.INIT, b"true\n")


@pytest.fixture
def output(tmp_path: Path) -> Output:
    return fakes.output_folder(tmp_path)


def words(output: Output, disk: Disk | None = DISKS[0], **of: object) -> list[str]:
    request = RunRequest(**of)      # type: ignore[arg-type]    # whatever the test asks for
    return guest.command_line(request, machine.read(output.arch), output, disk).split(" ")


def test_a_shell_on_a_terminal_gets_no_orders(output: Output) -> None:
    assert words(output, interactive=True) == ["console=ttyS0", "panic=-1", "norandmaps", "root=/dev/vda", "rw"]


def test_a_guest_that_nobody_can_type_to_powers_off_after_init(output: Output) -> None:
    assert words(output)[-2:] == ["-", "lkmc_poweroff=1"]


def test_on_gem5_somebody_may_come_to_a_guest_in_the_background() -> None:
    waiting = RunRequest(background=True, gem5=Gem5Request())
    assert guest.orders(waiting) == []
    assert guest.orders(replace(waiting, background=False)) == ["lkmc_poweroff=1"]
    assert guest.orders(replace(waiting, gem5=None)) == ["lkmc_poweroff=1"]
    assert guest.orders(replace(waiting, payload=AFTER)) == ["lkmc_payload=1", "lkmc_poweroff=1"]


def test_a_payload_after_init_leaves_init_as_it_is(output: Output) -> None:
    told = words(output, payload=AFTER)
    assert told[-3:] == ["-", "lkmc_payload=1", "lkmc_poweroff=1"]
    assert not any("init=" in word for word in told)


def test_a_payload_in_the_place_of_init_is_started_by_eval_sh(output: Output) -> None:
    told = words(output, payload=INIT)
    assert told.index("init=/lkmc/eval.sh") < told.index("-") < told.index("lkmc_payload=1")


def test_init_has_another_name_when_the_root_is_in_memory(output: Output) -> None:
    told = words(output, disk=None, payload=INIT)
    assert "rdinit=/lkmc/eval.sh" in told
    assert not any(word.startswith(("init=", "root=")) for word in told)


def test_the_users_own_init_also_gets_the_other_name_in_memory(output: Output) -> None:
    assert "rdinit=/bin/sh" in words(output, disk=None, kernel_cli="init=/bin/sh")


def test_an_rdinit_of_the_user_is_not_renamed_twice(output: Output) -> None:
    assert "rdinit=/bin/sh" in words(output, disk=None, kernel_cli="rdinit=/bin/sh")


def test_an_init_of_the_users_own_is_told_nothing_of_ours(output: Output) -> None:
    told = words(output, kernel_cli="init=/count.out")
    assert told[-1] == "init=/count.out" and "-" not in told


def test_words_for_init_stand_after_the_only_dash(output: Output) -> None:
    told = words(output, kernel_cli="loglevel=3 - one", kernel_cli_after_dash="two", interactive=True)
    assert told[-4:] == ["loglevel=3", "-", "one", "two"] and told.count("-") == 1


def test_our_words_of_the_command_line_can_be_overruled_by_the_users(output: Output) -> None:
    told = words(output, kernel_cli="console=ttyS1 panic=7")
    assert told.index("console=ttyS1") > told.index("console=ttyS0")
    assert told.index("panic=7") > told.index("panic=-1")


@pytest.mark.parametrize("config, there", [("CONFIG_RANDOMIZE_BASE=y\n", True), ("", False)])
def test_addresses_are_those_of_vmlinux_also_on_kernels_that_move_themselves(
        tmp_path: Path, config: str, there: bool) -> None:
    assert ("nokaslr" in words(fakes.output_folder(tmp_path, linux_config=config))) is there


@pytest.mark.parametrize("config, there", [("CONFIG_KASAN=y\n", True), ("CONFIG_KASAN_STACK=y\n", False)])
def test_the_second_fault_is_reported_as_well(tmp_path: Path, config: str, there: bool) -> None:
    assert ("kasan_multi_shot" in words(fakes.output_folder(tmp_path, linux_config=config))) is there


@pytest.mark.parametrize("arch, console", [("x86_64", "ttyS0"), ("aarch64", "ttyAMA0"), ("arm", "ttyAMA0")])
def test_the_console_is_the_machines(tmp_path: Path, arch: str, console: str) -> None:
    assert words(fakes.output_folder(tmp_path, arch))[0] == f"console={console}"


@pytest.mark.parametrize("text, before, after", [
    ("", [], []),
    ("a b", ["a", "b"], []),
    ("a - b", ["a"], ["b"]),
    ("- b - c", [], ["b", "-", "c"]),
    ("-a --", ["-a", "--"], []),
    ('"a - b" - c', ['"a - b"'], ["c"]),
    ('dyndbg="file x.c +p;  - " b', ['dyndbg="file x.c +p;  - "', "b"], []),
    ('"a b"c', ['"a b"c'], []),
    ("it's #1 a\\b", ["it's", "#1", "a\\b"], []),
    ("a\t\n b", ["a", "b"], []),
])
def test_words_are_split_where_linux_splits_them(text: str, before: list[str], after: list[str]) -> None:
    assert guest.split(text) == (before, after)


def test_an_open_quote_is_refused_as_it_would_swallow_our_words() -> None:
    with pytest.raises(UserError, match="open quote"):
        guest.split('foo="bar')


@settings(max_examples=40)
@given(st.lists(st.from_regex(r'([a-z=#\'.-]|"[a-z -]*")+', fullmatch=True)))
def test_splitting_loses_no_word_and_changes_none(some: list[str]) -> None:
    before, after = guest.split("  ".join(some))
    dash = ["-"] if "-" in some else []
    assert before + dash + after == some
