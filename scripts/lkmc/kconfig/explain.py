# SPDX-License-Identifier: GPL-2.0-or-later
"""All about one symbol: its value and where that comes from, what it depends on, what turns it on, its help."""
from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import kconfiglib

from lkmc.errors import UserError
from lkmc.kconfig import enable, fragment, reason
from lkmc.kconfig.fragment import Layer
from lkmc.kconfig.state import State

MANY = 8        # as many selecting symbols are listed


def symbol(state: State, name: str) -> Any:
    """The symbol of this name. Raises UserError with the nearest names."""
    found = state.symbol(name)
    if found is None:
        near = state.near(name)
        hint = f"; near it are {' '.join(near)}" if near else ""
        raise UserError(f"{name}: there is no such symbol in this tree{hint}")
    return found


def lines(state: State, name: str, layers: Sequence[Layer], config: str, what: str) -> Iterator[str]:
    """The explanation; `config` is what `conf` computed, and the state is at it."""
    item = symbol(state, name)
    kind = kconfiglib.TYPE_TO_STR[item.orig_type]
    yield f"{name}={state.value(item)}    ({what}, {kind})"
    for node in item.nodes:
        title = f'"{node.prompt[0]}"' if node.prompt else "no prompt"
        yield f"  {title}, {node.filename}:{node.linenr}"
    yield f"  value: {_origin(state, name, item, layers)}"
    actual = fragment.values(config).get(name)
    if not fragment.same(state.value(item), actual):
        yield f"  conf gives it {actual or 'no value'}, Kconfiglib {state.value(item)}: trust the former, not this"
    if item.choice:
        yield f"  choice: {' '.join(_marked(state, member) for member in item.choice.syms)}"
    yield from _dependencies(state, item)
    missing = reason.unmet(state, reason.prompt_condition(item), 1) if any(node.prompt for node in item.nodes) else []
    if missing:
        yield f"  it needs {' and '.join(missing)}"
    yield from _selected(state, item)
    if item.str_value == "n":
        yield f"  to enable it: {_how(state, config, name)}"
    for node in item.nodes:
        if node.help:
            yield ""
            yield textwrap.indent(node.help.rstrip(), "    ")


def _marked(state: State, member: Any) -> str:
    return f"[{state.name(member)}]" if member is member.choice.selection else state.name(member)


def _how(state: State, config: str, name: str) -> str:
    found = enable.smallest(state, config, name)
    return " ".join(f"{key}={value}" for key, value in found.items()) if found else "no assignments do it here"


def _origin(state: State, name: str, item: Any, layers: Sequence[Layer]) -> str:
    """Where the value comes from."""
    asked = fragment.merged(layers).get(name)
    value = state.value(item)
    if asked and fragment.same(asked.value, value):
        return f"set by {asked.where}"
    lost = f"; {asked.where} asks for {asked.value} in vain: {reason.of(state, name, asked.value)}" if asked else ""
    selecting = reason.selectors(state, item)
    if selecting and item.tri_value:
        return f"selected by {' '.join(selecting)}{lost}"
    if item.choice and item.choice.selection is item:
        return f"the choice's member in force{lost}"
    where, default = _default(item)
    if where and (default == item.str_value or default is None):
        return f"the default, {where}{lost}"
    if reason.selectors(state, item, implied=True) and item.tri_value:
        return f"implied by {' '.join(reason.selectors(state, item, implied=True))}{lost}"
    if item.user_value is not None and item.visibility and item.str_value not in ("", "n"):
        return f"set in the .config, by nothing that is known here (an editor, or a package){lost}"
    return f"nothing sets it{lost}"


def _default(item: Any) -> tuple[str, str | None]:
    """(file:line, value) of the default that holds; ("", None) when none does."""
    for node in item.nodes:
        for value, condition in node.defaults:
            if kconfiglib.expr_value(condition):
                text = value.str_value if isinstance(value, kconfiglib.Symbol) else None
                return f"{node.filename}:{node.linenr}", text
    return "", None


def _dependencies(state: State, item: Any) -> Iterator[str]:
    for node in item.nodes:
        for part in reason.parts(node.prompt[1] if node.prompt else node.dep):
            if part is not state.tree.y:
                met = reason.LETTER[kconfiglib.expr_value(part)]
                yield f"  depends on [{met}] {reason.shown(state, part)} ({reason.leaf(state, part)})"


def _selected(state: State, item: Any) -> Iterator[str]:
    for verb, expression in (("selected by", item.rev_dep), ("implied by", item.weak_rev_dep)):
        found = [part for part in reason.alternatives(expression) if part is not state.tree.n]
        found.sort(key=lambda part: -kconfiglib.expr_value(part))
        for part in found[:MANY]:
            yield f"  {verb} [{reason.LETTER[kconfiglib.expr_value(part)]}] {reason.shown(state, part)}"
        if len(found) > MANY:
            yield f"  {verb} {len(found) - MANY} more"
