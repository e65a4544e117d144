# SPDX-License-Identifier: GPL-2.0-or-later
"""kconfig: later kernels' Kconfig files are read; why a request did not take, and with what it would."""
from __future__ import annotations

from pathlib import Path

import kconfig_trees
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lkmc.errors import LkmcError, UserError
from lkmc.kconfig import difference, enable, explain, fragment, lost, reason
from lkmc.kconfig.state import State

SYMBOLS = ["MODULES", "ARCH_HAS_A", "ARCH_HAS_B", "FEATURE", "HELPER", "DEEP", "MENU", "OTHER", "FOREIGN", "TRI", "OLD",
           "CONDITIONAL", "HOW_A", "HOW_B", "HOW_C"]
REQUESTS = st.dictionaries(st.sampled_from([f"CONFIG_{name}" for name in SYMBOLS]), st.sampled_from(["y", "m", "n"]))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    return kconfig_trees.linux(tmp_path_factory.mktemp("linux"))


def at(state: State, *lines: str) -> str:
    """Bring the state to what becomes of these lines; return that .config."""
    state.load("".join(f"{line}\n" for line in lines))
    return "".join(symbol.config_string for symbol in state.tree.unique_defined_syms)


@pytest.mark.parametrize("menu, tri, value", [
    ("y", "n", "n"), ("y", "m", "m"), ("y", "y", "y"), ("n", "n", "y"), ("n", "m", "y")])
def test_a_conditional_dependency_holds_only_under_its_condition(state: State, menu: str, tri: str, value: str) -> None:
    at(state, f"CONFIG_MENU={menu}", f"CONFIG_TRI={tri}", "CONFIG_CONDITIONAL=y")
    assert state.value(state.symbol("CONFIG_CONDITIONAL")) == value


@pytest.mark.parametrize("condition, values, met", [
    ("A", {"A": "y"}, False), ("A", {}, True), ("!A", {}, False), ("!A", {"A": "y"}, True), ("!T", {"T": "m"}, True),
    ("A && B", {"A": "y"}, True), ("A && B", {"A": "y", "B": "y"}, False), ("A || B", {"B": "y"}, False),
    ("!(A || B)", {}, False), ("!(A || B)", {"A": "y"}, True), ("A = B", {}, False), ("A != B", {}, True)])
def test_a_condition_is_n_as_conf_sees_it(tmp_path: Path, condition: str, values: dict[str, str], met: bool) -> None:
    """The rules of expr_trans_compare() in Linux 7.3's scripts/kconfig/expr.c; X has no way to be y."""
    text = "".join(f"config {name}\n\tbool \"{name}\"\n" for name in "AB") + 'config T\n\ttristate "T"\n'
    state = kconfig_trees.linux(tmp_path, f"{text}config MODULES\n\tdef_bool y\nconfig X\n\tbool\n"
                                          f'config IT\n\tbool "it"\n\tdepends on X if {condition}\n')
    at(state, "CONFIG_IT=y", *(f"CONFIG_{name}={value}" for name, value in values.items()))
    assert state.value(state.symbol("CONFIG_IT")) == ("y" if met else "n")


def test_a_tree_that_cannot_be_read_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(LkmcError, match="Kconfiglib cannot read this tree: Kconfig:1: .*what is this"):
        kconfig_trees.linux(tmp_path, "what is this\n")


@pytest.mark.parametrize("lines, name, wanted, why", [
    ([], "FEATURES", "y", "no such symbol here; near it are CONFIG_FEATURE"),
    ([], "FOREIGN", "y", "it needs CONFIG_ARCH_HAS_B (it is n)"),
    (["CONFIG_MENU=y"], "DEEP", "y", "it needs CONFIG_FEATURE (it is n)"),
    ([], "DEEP", "y", "it needs CONFIG_MENU (it is n) and CONFIG_FEATURE (it is n)"),
    (["CONFIG_FEATURE=y"], "HELPER", "n", "it is selected by CONFIG_FEATURE=y"),
    ([], "HELPER", "y", "it has no prompt; what selects it: CONFIG_FEATURE"),
    (["CONFIG_FEATURE=y"], "NAME", '"a"', "it needs !CONFIG_FEATURE (CONFIG_FEATURE is y)"),
    (["CONFIG_HOW_B=y"], "HOW_A", "y", 'the choice "How" is at CONFIG_HOW_B'),
    ([], "HOW_C", "y", "it needs CONFIG_MENU (it is n)"),
    (["CONFIG_TRI=m", "CONFIG_MENU=y", "CONFIG_CONDITIONAL=m"], "CONDITIONAL", "y",
     "it needs CONFIG_TRI (it is m)"),
    (["# CONFIG_MODULES is not set"], "TRI", "m", "there are no modules without MODULES=y"),
    ([], "ARCH_HAS_A", "n", "it has no prompt, and its default holds"),
])
def test_the_reason_names_what_is_not_met(state: State, lines: list[str], name: str, wanted: str, why: str) -> None:
    at(state, *lines)
    assert why in reason.of(state, f"CONFIG_{name}", wanted)


@pytest.mark.parametrize("lines, name, value, expected", [
    ([], "MENU", "y", {"CONFIG_MENU": "y"}), ([], "HELPER", "y", {"CONFIG_FEATURE": "y"}),
    ([], "DEEP", "y", {"CONFIG_MENU": "y", "CONFIG_FEATURE": "y", "CONFIG_DEEP": "y"}),
    (["CONFIG_MENU=y"], "HOW_C", "y", {"CONFIG_HOW_C": "y"}), ([], "FOREIGN", "y", None),
    ([], "HOW_C", "y", {"CONFIG_MENU": "y", "CONFIG_HOW_C": "y"}), ([], "HOW_A", "n", {"CONFIG_HOW_B": "y"}),
    (["CONFIG_FEATURE=y"], "HELPER", "n", {"CONFIG_FEATURE": "n"}),
    (["CONFIG_FEATURE=y"], "NAME", '"a"', {"CONFIG_FEATURE": "n", "CONFIG_NAME": '"a"'}),
    (["CONFIG_MENU=y"], "CONDITIONAL", "m", {"CONFIG_TRI": "m", "CONFIG_CONDITIONAL": "m"}), ([], "NONE", "y", None)])
def test_the_smallest_set_that_enables_a_symbol(
        state: State, lines: list[str], name: str, value: str, expected: dict[str, str] | None) -> None:
    assert enable.smallest(state, at(state, *lines), f"CONFIG_{name}", value) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REQUESTS, st.sampled_from(SYMBOLS))
def test_the_set_that_enables_a_symbol_takes(state: State, requests: dict[str, str], name: str) -> None:
    config = at(state, *(f"{key}={value}" for key, value in requests.items()))
    found = enable.smallest(state, config, f"CONFIG_{name}")
    if found is None:
        assert name in ("ARCH_HAS_B", "OTHER", "FOREIGN")
    else:
        state.set(found)
        assert state.value(state.symbol(f"CONFIG_{name}")) == "y"


def losses(state: State, *texts: str) -> list[lost.Lost]:
    """What these layers lose."""
    layers = [fragment.parse(text, "CONFIG_", name) for name, text in zip("abcd", texts, strict=False)]
    state.load(fragment.text(fragment.merged(layers).values()))
    config = "".join(symbol.config_string for symbol in state.tree.unique_defined_syms)
    return lost.find(state, layers, config)


def test_a_lost_request_is_told_with_its_line_reason_and_remedy(state: State) -> None:
    [one] = losses(state, "\nCONFIG_DEEP=y\n")
    assert str(one) == ("a:2: CONFIG_DEEP=y did not take (it is not set): it needs CONFIG_MENU (it is n) and "
                        "CONFIG_FEATURE (it is n); it takes with CONFIG_MENU=y CONFIG_FEATURE=y")
    assert one.fails


def test_a_request_gives_way_to_a_later_layer(state: State) -> None:
    feature, how = losses(state, "CONFIG_MENU=y\nCONFIG_FEATURE=y\nCONFIG_DEEP=y\nCONFIG_HOW_B=y\n",
                          "# CONFIG_MENU is not set\nCONFIG_HOW_A=y\n")
    assert not feature.fails and not how.fails
    assert str(how).startswith('a:4: CONFIG_HOW_B=y gave way to what is set after it (it is n): the choice "How" is at')


def test_of_two_members_of_a_choice_in_one_layer_the_first_is_lost(state: State) -> None:
    [one] = losses(state, "CONFIG_HOW_B=y\nCONFIG_HOW_A=y\n")
    assert one.request.name == "CONFIG_HOW_B" and one.fails


def test_an_optional_request_is_mentioned_only(state: State) -> None:
    [one] = losses(state, "# lkmc: optional=CONFIG_FOREIGN\nCONFIG_FOREIGN=y\n")
    assert not one.fails and "is optional and did not take" in str(one)


@pytest.mark.parametrize("line, said", [
    ("CONFIG_MENU=m", "f:1: CONFIG_MENU is a bool, and m is none"), ("CONFIG_NUMBER=y", "CONFIG_NUMBER is an int"),
    ("CONFIG_NUMBER=65", "f:1: 65 is out of range for CONFIG_NUMBER: from 1 to 64"),
    ("CONFIG_ADDRESS=0x1001", "0x1001 is out of range for CONFIG_ADDRESS: from 0x10 to 0x1000"),
    ("CONFIG_NAME=y", "CONFIG_NAME is a string, and y is none"), ("CONFIG_TRI=2", "CONFIG_TRI is a tristate")])
def test_a_value_of_the_wrong_type_or_out_of_range_is_refused(state: State, line: str, said: str) -> None:
    at(state)
    with pytest.raises(UserError, match=said):
        lost.refuse_wrong_values(state, [fragment.parse(line, "CONFIG_", "f")])


def test_a_disagreement_with_conf_is_told(state: State) -> None:
    layers = [fragment.parse("CONFIG_MENU=y\n", "CONFIG_", "f")]
    assert lost.disagreements(state, layers, "CONFIG_MENU=y\n") == []
    [one] = lost.disagreements(state, layers, "# CONFIG_MENU is not set\n")
    assert one.startswith("f:1: conf gives CONFIG_MENU the value n, Kconfiglib y")


def test_the_explanation_tells_all(state: State) -> None:
    config = at(state, "CONFIG_FEATURE=y")
    layers = [fragment.parse("CONFIG_FEATURE=y\n", "CONFIG_", "f")]
    told = "\n".join(explain.lines(state, "CONFIG_HELPER", layers, config, "Linux"))
    assert told.startswith("CONFIG_HELPER=y    (Linux, bool)\n  no prompt, Kconfig:")
    assert "selected by CONFIG_FEATURE=y" in told and "Helps a feature." in told
    assert "set by f:1" in "\n".join(explain.lines(state, "CONFIG_FEATURE", layers, config, "Linux"))
    how = "\n".join(explain.lines(state, "CONFIG_HOW_C", layers, config, "Linux"))
    assert "choice: [CONFIG_HOW_A] CONFIG_HOW_B CONFIG_HOW_C" in how and "depends on [n] CONFIG_MENU (it is n)" in how
    assert "to enable it: CONFIG_MENU=y CONFIG_HOW_C=y" in how


def test_an_unknown_symbol_gets_the_nearest_names(state: State) -> None:
    with pytest.raises(UserError, match="CONFIG_FEATUER: there is no such symbol .*near it are CONFIG_FEATURE"):
        explain.symbol(state, "CONFIG_FEATUER")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REQUESTS, REQUESTS)
@example({}, {"CONFIG_DEEP": "y", "CONFIG_MENU": "y", "CONFIG_FEATURE": "y"})      # what it depends on comes later
def test_a_saved_fragment_makes_one_configuration_of_another(
        state: State, old: dict[str, str], new: dict[str, str]) -> None:
    base, target = (at(state, *(f"{key}={value}" for key, value in requests.items())) for requests in (old, new))
    found = difference.minimal(state, base, target)
    state.load(base)
    state.set(found)
    assert state.values() == fragment.values(target)
    for name in found:
        state.load(base)
        state.set({key: value for key, value in found.items() if key != name})
        assert state.values() != fragment.values(target)
