# SPDX-License-Identifier: GPL-2.0-or-later
"""kconfig.fragment: lines become assignments, and what is none is named with file and line."""
from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lkmc.errors import UserError
from lkmc.kconfig import fragment
from lkmc.kconfig.fragment import Assignment

NAMES = st.from_regex(r"CONFIG_[A-Z0-9_]{1,8}", fullmatch=True)
VALUES = st.one_of(st.sampled_from(["y", "m", "n", '""', '"a b"', r'"a \"b\""', "0x1F", "-3"]), st.integers().map(str))


def read(text: str, prefix: str = "CONFIG_") -> list[Assignment]:
    return list(fragment.parse(text, prefix, "f").assignments)


def test_each_assignment_knows_its_line() -> None:
    assert read("# about\n\nCONFIG_A=y\n  CONFIG_B=m \n# CONFIG_C is not set\nCONFIG_D=\"a b\"\n") == [
        Assignment("CONFIG_A", "y", "f:3"), Assignment("CONFIG_B", "m", "f:4"), Assignment("CONFIG_C", "n", "f:5"),
        Assignment("CONFIG_D", '"a b"', "f:6")]


@pytest.mark.parametrize("line, said", [
    ("CONFIG_A", "f:2: 'CONFIG_A' is no assignment; write CONFIG_NAME=VALUE or # CONFIG_NAME is not set"),
    ("CONFIG_A =y", "is no assignment"), ("A=y", "is no assignment"), ("CONFIG_A=y # why", "is no value for CONFIG_A"),
    ("CONFIG_A=hello", 'f:2: \'hello\' is no value for CONFIG_A; .* in quotes \\("hello"\\)'),
    ('CONFIG_A="hello', "is no value"), ("CONFIG_A=", 'is no value for CONFIG_A; .*\\(""\\)'),
    ("BR2_A=y", "f:2: BR2_A is a symbol of Buildroot; it goes into a fragment of Buildroot's"),
    ("# BR2_A is not set", "BR2_A is a symbol of Buildroot"), ("CONFIG_A=\0", "f:2: not text"),
])
def test_a_line_that_is_no_assignment_is_named(line: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(f"\n{line}\nCONFIG_Z=y\n")


def test_what_is_no_text_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"CONFIG_A=y\n\xff\xfe\n")
    for path, said in ((tmp_path, "a folder, not a fragment"), (tmp_path / "binary", "binary:2: not text"),
                       (tmp_path / "none", "no such file or directory; ours are in linux/")):
        with pytest.raises(UserError, match=said):
            fragment.read(path, "CONFIG_")


def test_a_comment_marks_requests_as_optional() -> None:
    found = read("CONFIG_A=y\n# lkmc: optional=CONFIG_A,CONFIG_C\nCONFIG_B=y\n# lkmc: default=CONFIG_B\n")
    assert [(one.optional, one.default) for one in found] == [(True, False), (False, True)]


def test_a_setting_without_a_value_means_y() -> None:
    [one] = fragment.settings(["BR2_A"], "BR2_", "--set").assignments
    assert one == Assignment("BR2_A", "y", "--set BR2_A")


def test_the_last_assignment_wins_and_comes_last() -> None:
    """Of a choice, conf takes the last member."""
    layers = [fragment.parse(text, "CONFIG_", "f") for text in ("CONFIG_A=y\nCONFIG_B=y\n", "CONFIG_A=m\n")]
    assert fragment.text(fragment.merged(layers).values()) == "CONFIG_B=y\nCONFIG_A=m\n"


@pytest.mark.parametrize("wanted, actual, same", [
    ("y", "y", True), ("y", "m", False), ("n", None, True), ("y", None, False), ('""', None, True),
    ("0x1F", "0x1f", True), ("16", "0x10", True), ('"1"', "1", False), ("08", "8", False)])
def test_values_are_compared_as_conf_means_them(wanted: str, actual: str | None, same: bool) -> None:
    assert fragment.same(wanted, actual) is same


@given(st.dictionaries(NAMES, VALUES))
def test_what_is_written_is_read_again(values: dict[str, str]) -> None:
    text = fragment.text(Assignment(name, value, "") for name, value in values.items())
    assert fragment.values(text) == values == {one.name: one.value for one in read(text)}
