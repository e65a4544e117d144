# SPDX-License-Identifier: GPL-2.0-or-later
"""The smallest set of assignments that gives a symbol the value that somebody wants.

A search through the expressions of its dependencies yields candidates; each is tried on the tree itself, and only one
that works is an answer.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import kconfiglib

from lkmc.kconfig import fragment, reason
from lkmc.kconfig.state import TRISTATE, Expression, State

Set = dict[str, str]
KEPT = 6            # candidates that are followed up at each step
DEEP = 12           # symbols that depend on each other in a row
BUDGET = 4000       # symbols that are looked at: much is selected by hundreds of others
TRIED = 24          # candidates that are tried on the tree


def smallest(state: State, config: str, name: str, value: str = "y") -> Set | None:
    """The fewest assignments with which the symbol gets this value on top of the .config, its own among them; None when
    none was found. The state is at the .config before and after."""
    symbol = state.symbol(name)
    if symbol is None:
        return None
    search = _Search(state)
    if value == "n":
        found = search.off(symbol, ())
    elif value in TRISTATE:
        found = search.on(symbol, TRISTATE[value], ())
    else:
        found = [{**rest, name: value} for rest in search.true(reason.prompt_condition(symbol), 2, ())]
    for candidate in found[:TRIED]:
        if _works(state, config, name, value, candidate):
            return _reduced(state, config, name, value, candidate)
    return None


def _works(state: State, config: str, name: str, value: str, candidate: Mapping[str, str]) -> bool:
    state.set(candidate)
    wanted = {**candidate, name: value}
    works = all(fragment.same(one, state.value(state.symbol(other))) for other, one in wanted.items())
    state.load(config)
    return works


def _reduced(state: State, config: str, name: str, value: str, candidate: Set) -> Set:
    """The candidate without what it can do without."""
    for other in [other for other in candidate if other != name]:
        less = {key: asked for key, asked in candidate.items() if key != other}
        if _works(state, config, name, value, less):
            candidate = less
    return candidate


class _Search:
    """Candidates, the smallest first. `path` holds the symbols on the way here, which cannot depend on themselves."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.known: dict[tuple[Any, int], list[Set]] = {}
        # The architecture is what the output is for; nobody wants another to have a package.
        arch = state.symbol("BR2_x86_64")
        self.fixed = set(arch.choice.syms) if arch is not None and arch.choice else set()

    def true(self, expression: Expression, level: int, path: tuple[Any, ...]) -> list[Set]:
        """Sets that bring an expression to `level` at least."""
        if kconfiglib.expr_value(expression) >= level:
            return [{}]
        if not isinstance(expression, tuple):
            return self._item(expression, level, path)
        operator, operands = expression[0], expression[1:]
        if operator is kconfiglib.AND:
            return self._all([self.true(part, level, path) for part in reason.parts(expression)])
        if operator is kconfiglib.OR:
            return _best(one for part in reason.alternatives(expression) for one in self.true(part, level, path))
        if operator is kconfiglib.NOT:
            return self.false(operands[0], path)
        return self._relation(operator, operands[0], operands[1], path)

    def false(self, expression: Expression, path: tuple[Any, ...]) -> list[Set]:
        """Sets that bring an expression to n."""
        if not kconfiglib.expr_value(expression):
            return [{}]
        if not isinstance(expression, tuple):
            return [] if isinstance(expression, kconfiglib.Choice) else self.off(expression, path)
        operator, operands = expression[0], expression[1:]
        if operator is kconfiglib.AND:
            return _best(one for part in reason.parts(expression) for one in self.false(part, path))
        if operator is kconfiglib.OR:
            return self._all([self.false(part, path) for part in reason.alternatives(expression)])
        if operator is kconfiglib.NOT:
            return self.true(operands[0], 2, path)
        opposite = {kconfiglib.EQUAL: kconfiglib.UNEQUAL, kconfiglib.UNEQUAL: kconfiglib.EQUAL}.get(operator)
        return self._relation(opposite, operands[0], operands[1], path) if opposite is not None else []

    def _item(self, item: Any, level: int, path: tuple[Any, ...]) -> list[Set]:
        if isinstance(item, kconfiglib.Choice):
            conditions = [node.prompt[1] for node in item.nodes if node.prompt]
            return _best(one for condition in conditions for one in self.true(condition, level, path))
        return self.on(item, level, path)

    def _relation(self, operator: Any, left: Any, right: Any, path: tuple[Any, ...]) -> list[Set]:
        symbol, constant = (right, left) if left.is_constant or left.name in TRISTATE else (left, right)
        text = constant.str_value
        if operator is kconfiglib.EQUAL and text in TRISTATE:
            return self.on(symbol, TRISTATE[text], path) if text != "n" else self.off(symbol, path)
        if operator is kconfiglib.UNEQUAL and text in TRISTATE:
            return self.on(symbol, 1, path) if text == "n" else self.off(symbol, path)
        return []

    def on(self, symbol: Any, level: int, path: tuple[Any, ...]) -> list[Set]:
        """Sets that bring a symbol to `level` at least."""
        if symbol in path or symbol in self.fixed or len(path) > DEEP or not symbol.nodes:
            return []
        key = symbol, level
        if key not in self.known:
            self.known[key] = []        # on the way to itself it is no help, nor beyond the budget
            if len(self.known) < BUDGET:
                self.known[key] = _best(self._ways_on(symbol, level, (*path, symbol)))
        return self.known[key]

    def _ways_on(self, symbol: Any, level: int, path: tuple[Any, ...]) -> Iterator[Set]:
        prompts = [node.prompt[1] for node in symbol.nodes if node.prompt]
        letter = "m" if level == 1 and symbol.orig_type == kconfiglib.TRISTATE else "y"
        for condition in prompts:
            for rest in self.true(condition, 2 if symbol.choice else level, path):
                yield {**rest, self.state.name(symbol): letter}
        if not prompts:
            for part in reason.alternatives(symbol.rev_dep):
                yield from self.true(part, level, path)
            for value, condition in symbol.defaults:
                yield from self._all([self.true(value, level, path), self.true(condition, level, path)])

    def off(self, symbol: Any, path: tuple[Any, ...]) -> list[Set]:
        """Sets that bring a symbol to n."""
        if symbol in path or symbol in self.fixed or len(path) > DEEP or not symbol.nodes:
            return []
        path = (*path, symbol)
        unselected = self.false(symbol.rev_dep, path)
        if symbol.choice:
            return _best({self.state.name(other): "y"} for other in symbol.choice.syms
                         if other is not symbol and other.visibility)
        if any(kconfiglib.expr_value(node.prompt[1]) for node in symbol.nodes if node.prompt):
            return _best({**rest, self.state.name(symbol): "n"} for rest in unselected)
        defaults = [self.false((kconfiglib.AND, value, condition), path) for value, condition in symbol.defaults]
        without = self.false(symbol.direct_dep, path)
        return _best([*self._all([unselected, *defaults]), *self._all([unselected, without])])

    @staticmethod
    def _all(choices: list[list[Set]]) -> list[Set]:
        """Sets that do for all: one of each, where they agree."""
        found: list[Set] = [{}]
        for sets in choices:
            found = _best({**one, **other} for one in found for other in sets
                          if all(one.get(name, value) == value for name, value in other.items()))
        return found


def _best(sets: Iterable[Set]) -> list[Set]:
    """The smallest few of these, each once."""
    once = {tuple(sorted(one.items())): one for one in sets}
    return sorted(once.values(), key=len)[:KEPT]
