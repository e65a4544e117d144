# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfiglib's tree at one configuration, and questions to it in the words of a .config."""
from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import kconfiglib

from lkmc.kconfig import fragment

Expression = Any        # Kconfiglib's: a Symbol, a Choice, or a tuple of an operator and its operands
TRISTATE = {"n": 0, "m": 1, "y": 2}


class State:
    """The symbols of a tree, each with its value."""

    def __init__(self, tree: Any, prefix: str) -> None:
        self.tree = tree
        self.prefix = prefix
        self.cut = "" if tree.config_prefix == "" else prefix       # Buildroot's symbols have their prefix as name

    def load(self, config: str) -> None:
        """Take the values of this .config and defaults for what it does not have."""
        with tempfile.NamedTemporaryFile("w", prefix="lkmc-config-") as file:
            file.write(config)
            file.flush()
            self.tree.order = {name: turn for turn, name in enumerate(fragment.values(config))}
            self.tree.load_config(file.name)
            self.tree.warnings.clear()

    def symbol(self, name: str) -> Any:
        """The symbol of this name with its prefix, or None."""
        found = self.tree.syms.get(name.removeprefix(self.cut))
        return found if found is not None and found.nodes else None

    def name(self, symbol: Any) -> str:
        return str(self.cut + symbol.name)

    def value(self, symbol: Any) -> str:
        """A symbol's value as a .config has it."""
        text = str(symbol.str_value)
        return f'"{kconfiglib.escape(text)}"' if symbol.orig_type == kconfiglib.STRING else text

    def values(self) -> dict[str, str]:
        """{name: value} of what Kconfiglib would write into a .config."""
        return fragment.values("".join(symbol.config_string for symbol in self.tree.unique_defined_syms))

    def set(self, values: Mapping[str, str]) -> None:
        """Ask for these values."""
        for name, value in values.items():
            symbol = self.symbol(name)
            if symbol is not None:
                self.tree.order[name] = 1 + max(self.tree.order.values(), default=0)
                symbol.set_value(kconfiglib.unescape(value[1:-1]) if value.startswith('"') else value)

    def near(self, name: str) -> list[str]:
        """The names nearest to one that does not exist."""
        names = [symbol.name for symbol in self.tree.unique_defined_syms]
        bare = name.removeprefix(self.cut)
        return [self.cut + near for near in difflib.get_close_matches(bare, names, n=3, cutoff=0.7)]

    def wrong_value(self, name: str, value: str) -> str:
        """What is wrong with a value for this symbol's type and range; empty when nothing is."""
        symbol = self.symbol(name)
        if symbol is None:
            return ""
        kind = kconfiglib.TYPE_TO_STR[symbol.orig_type]
        right = {"bool": value in ("y", "n"), "tristate": value in TRISTATE, "string": value.startswith('"'),
                 "int": value.lstrip("-").isdigit(), "hex": value[:2] in ("0x", "0X") or _is_hex(value)}
        if not right.get(kind, True):
            return f"{name} is {'an' if kind == 'int' else 'a'} {kind}, and {value} is none"
        for low, high in self.ranges(symbol) if symbol.visibility else ():    # else it is lost, whatever its value
            base = 16 if kind == "hex" else 10
            if not low <= int(value, base) <= high:
                shown = (f"{low:#x}", f"{high:#x}") if kind == "hex" else (str(low), str(high))
                return f"{value} is out of range for {name}: from {shown[0]} to {shown[1]}"
        return ""

    def ranges(self, symbol: Any) -> Iterator[tuple[int, int]]:
        """The range that holds for a symbol: the first whose condition does."""
        base = 16 if symbol.orig_type == kconfiglib.HEX else 10
        for low, high, condition in symbol.ranges:
            if kconfiglib.expr_value(condition):
                yield int(low.str_value or "0", base), int(high.str_value or "0", base)
                return


def _is_hex(value: str) -> bool:
    return bool(value) and all(letter in "0123456789abcdefABCDEF" for letter in value)
