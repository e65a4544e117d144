# SPDX-License-Identifier: GPL-2.0-or-later
"""options: every option explains itself, and refuses values that cannot be meant."""
from __future__ import annotations

import argparse
import importlib

import pytest

from lkmc import option_types, options, paths

COMMANDS = sorted(path.stem for path in (paths.TOP / "scripts/lkmc/commands").glob("[a-z]*.py"))


@pytest.mark.parametrize("name", options.OPTIONS)
def test_every_option_has_a_help_and_is_called_as_it_is_listed(name: str) -> None:
    flags, how = options.OPTIONS[name]
    assert how["help"] and not how["help"].endswith(".")
    assert f"--{name}" in flags


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_looks_into_an_output_finds_a_variant(name: str) -> None:
    names = importlib.import_module(f"lkmc.commands.{name}").OPTIONS
    assert ("output" in names) == ("variant" in names)


def test_no_two_options_have_the_same_letter() -> None:
    flags = [flag for flags, _ in options.OPTIONS.values() for flag in flags]
    assert len(flags) == len(set(flags))


@pytest.mark.parametrize("text, name", [("x86_64", "x86_64"), ("x", "x86_64"), ("A", "aarch64"), ("a", "arm")])
def test_an_architecture_has_a_name_and_a_letter(text: str, name: str) -> None:
    assert option_types.arch(text) == name


def test_an_unknown_architecture_is_answered_with_the_known_ones() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"aarch64, arm, x86_64, or x \(x86_64\)"):
        option_types.arch("riscv64")


@pytest.mark.parametrize("text", ["1M", "512M", "2G", "9999999G"])
def test_memory_is_a_whole_number_with_its_unit(text: str) -> None:
    assert option_types.memory(text) == text


@pytest.mark.parametrize("text", ["", "0M", "512", "1.5G", "-1G", "512 M", "512m", "1T", "M", "512M\n", "512M,slots=2"])
def test_what_is_no_amount_of_memory_is_answered_with_an_example(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="512M or 2G"):
        option_types.memory(text)


@pytest.mark.parametrize("text", ["0", "a", "A.b_c-1", "x" * 64])
def test_a_run_id_can_name_a_folder(text: str) -> None:
    assert option_types.name_of("run id")(text) == text


@pytest.mark.parametrize("text", ["", ".", "..", "-a", ".a", "a/b", "a b", "a\n", "x" * 65, "é"])
def test_a_run_id_that_leads_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="up to 64 letters"):
        option_types.name_of("run id")(text)


@pytest.mark.parametrize("name, good, bad", [
    ("cpus", ["1", "64"], ["0", "65", "-1", "1.5", "two", ""]),
    ("timeout", ["0.1", "1e6", "30"], ["0", "-1", "nan", "inf", "1e7", "soon", ""]),
])
def test_numbers_have_limits(name: str, good: list[str], bad: list[str]) -> None:
    convert = options.OPTIONS[name][1]["type"]
    for text in good:
        assert convert(text) == float(text)
    for text in bad:
        with pytest.raises(argparse.ArgumentTypeError, match="not a number from"):
            convert(text)


def test_every_default_is_a_value_that_the_option_takes() -> None:
    for name, (_, how) in options.OPTIONS.items():
        if isinstance(how.get("default"), str) and "type" in how:
            assert how["type"](how["default"]) == how["default"], name
