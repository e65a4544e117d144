# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a symbol has not the value that was asked for: the leaves of its dependencies that are not met."""
from __future__ import annotations

from typing import Any

import kconfiglib

from lkmc.kconfig.state import TRISTATE, Expression, State

LETTER = "nmy"
MANY = 4        # as many names are listed; more are counted


def of(state: State, name: str, wanted: str) -> str:
    """The reason, as a phrase; `state` is at the configuration that `conf` computed."""
    symbol = state.symbol(name)
    if symbol is None:
        near = state.near(name)
        return "there is no such symbol here" + (f"; near it are {' '.join(near)}" if near else "")
    level = TRISTATE.get(wanted, 2)
    if wanted == "n":
        return _why_set(state, symbol)
    if symbol.choice and symbol.visibility >= level and symbol.choice.selection not in (None, symbol):
        return f"the choice {_title(symbol.choice)} is at {state.name(symbol.choice.selection)}"
    missing = unmet(state, prompt_condition(symbol), level) if _has_prompt(symbol) else []
    if missing:
        return f"it needs {' and '.join(missing)}"
    if not _has_prompt(symbol):
        return _why_unset(state, symbol, level)
    if wanted == "m" and symbol.tri_value == 2 and kconfiglib.expr_value(symbol.rev_dep) == 2:
        return _why_set(state, symbol)
    if wanted == "m" and not state.tree.modules.tri_value:
        return "there are no modules without MODULES=y"
    return "conf computed it so, and Kconfiglib finds no reason"


def _has_prompt(symbol: Any) -> bool:
    return any(node.prompt for node in symbol.nodes)


def prompt_condition(symbol: Any) -> Expression:
    """What must hold for one of the symbol's prompts to be seen."""
    conditions = [node.prompt[1] for node in symbol.nodes if node.prompt]
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = (kconfiglib.OR, whole, condition)
    return whole


def _why_set(state: State, symbol: Any) -> str:
    """Why a symbol is not n."""
    selecting = selectors(state, symbol)
    if selecting:
        return f"it is selected by {_list(selecting)}"
    if symbol.choice and symbol.choice.selection is symbol:
        return f"the choice {_title(symbol.choice)} has it as its only or default member"
    if not _has_prompt(symbol):
        return "it has no prompt, and its default holds"
    missing = unmet(state, prompt_condition(symbol), 1)
    if missing:
        return f"it can only be turned off where it is offered, which needs {' and '.join(missing)}"
    return "conf computed it so, and Kconfiglib finds no reason"


def _why_unset(state: State, symbol: Any, level: int) -> str:
    missing = unmet(state, symbol.direct_dep, level)
    needs = f", and it needs {' and '.join(missing)}" if missing else ""
    by = {_item(state, item) for part in alternatives(symbol.rev_dep) for item in symbols_in(parts(part)[0])}
    if by:
        return f"it has no prompt{needs}; what selects it: {_list(sorted(by))}"
    return f"it has no prompt{needs}; only its defaults set it"


def selectors(state: State, symbol: Any, implied: bool = False) -> list[str]:
    """What selects (or implies) a symbol now, as NAME=value."""
    found: list[str] = []
    for part in alternatives(symbol.weak_rev_dep if implied else symbol.rev_dep):
        if kconfiglib.expr_value(part):
            found.extend(f"{_item(state, item)}={_value(state, item)}" for item in symbols_in(parts(part)[0]))
    return sorted(set(found))


def alternatives(expression: Expression) -> list[Expression]:
    """The operands of an expression's outermost ORs."""
    if isinstance(expression, tuple) and expression[0] is kconfiglib.OR:
        return alternatives(expression[1]) + alternatives(expression[2])
    return [expression]


def parts(expression: Expression) -> list[Expression]:
    """The operands of an expression's outermost ANDs."""
    if isinstance(expression, tuple) and expression[0] is kconfiglib.AND:
        return parts(expression[1]) + parts(expression[2])
    return [expression]


def unmet(state: State, expression: Expression, level: int) -> list[str]:
    """The leaves for want of which the expression is below `level` (1: m, 2: y), each with its own value; of several
    alternatives, those of the one that lacks least."""
    if kconfiglib.expr_value(expression) >= level:
        return []
    if isinstance(expression, tuple) and expression[0] is kconfiglib.AND:
        return list(dict.fromkeys(leaf for part in parts(expression) for leaf in unmet(state, part, level)))
    if isinstance(expression, tuple) and expression[0] is kconfiglib.OR:
        return min((unmet(state, part, level) for part in alternatives(expression)), key=len)
    if isinstance(expression, kconfiglib.Choice):
        within = [unmet(state, node.prompt[1], level) for node in expression.nodes if node.prompt]
        return min(within, key=len, default=[]) or [f"{_item(state, expression)} at {LETTER[level]}"]
    return [f"{shown(state, expression)} ({leaf(state, expression)})"]


def shown(state: State, expression: Expression) -> str:
    """An expression as Kconfig files spell it, with full names."""
    return str(kconfiglib.expr_str(expression, lambda item: _item(state, item)))


def _item(state: State, item: Any) -> str:
    if isinstance(item, kconfiglib.Choice):
        return f"the choice {_title(item)}"
    plain = item.is_constant or (not item.nodes and item.name[:1].isdigit())       # a number is no symbol
    return str(kconfiglib.standard_sc_expr_str(item)) if plain else state.name(item)


def leaf(state: State, expression: Expression) -> str:
    """What a leaf is now: the value of its one symbol, or each symbol with its value."""
    items = symbols_in(expression)
    if not isinstance(expression, tuple):
        return f"it is {_value(state, items[0])}" if items else "a constant"
    return ", ".join(f"{_item(state, item)} is {_value(state, item)}" for item in items)


def _value(state: State, item: Any) -> str:
    if isinstance(item, kconfiglib.Choice):
        return LETTER[item.tri_value]
    return state.value(item) if item.nodes else "n, for no file defines it here"


def symbols_in(expression: Expression) -> list[Any]:
    """The symbols and choices that an expression names, without the constants."""
    return [item for item in sorted(kconfiglib.expr_items(expression), key=lambda item: str(item.name))
            if not getattr(item, "is_constant", False) and not str(item.name)[:1].isdigit()]


def _title(choice: Any) -> str:
    titles = [node.prompt[0] for node in choice.nodes if node.prompt]
    return f'"{titles[0]}"' if titles else str(choice.name)


def _list(names: list[str]) -> str:
    rest = len(names) - MANY
    return " ".join(names[:MANY]) + (f" and {rest} more" if rest > 0 else "")
