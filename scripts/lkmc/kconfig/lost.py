# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests beside what `conf` made of them: which did not take, why, and what would help."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lkmc.errors import UserError
from lkmc.kconfig import enable, fragment, reason, request
from lkmc.kconfig.fragment import Assignment, Layer
from lkmc.kconfig.state import State


@dataclass(frozen=True)
class Lost:
    """A request that did not take."""
    request: Assignment
    actual: str                     # what `conf` computed; empty where it does not write the symbol
    reason: str
    remedy: tuple[str, ...] = ()    # assignments with which it would take
    gave_way: bool = False          # it takes without the layers after its own, and they win

    @property
    def fails(self) -> bool:
        """Whether nobody meant it to be lost."""
        return not (self.gave_way or self.request.optional)

    def __str__(self) -> str:
        now = f"it is {self.actual}" if self.actual else "it is not set"
        if not self.fails:
            how = "gave way to what is set after it" if self.gave_way else "is optional and did not take"
            return f"{self.request.where}: {self.request} {how} ({now}): {self.reason}"
        helps = f"; it takes with {' '.join(self.remedy)}" if self.remedy else ""
        return f"{self.request.where}: {self.request} did not take ({now}): {self.reason}{helps}"


def find(state: State, layers: Sequence[Layer], config: str, remedies: bool = True) -> list[Lost]:
    """The requests that the .config does not have. The state is at the .config afterwards."""
    actual = fragment.values(config)
    pending = [one for one in _asked(layers).values() if not fragment.same(one.value, actual.get(one.name))]
    weak = _gave_way(state, layers, pending)
    state.load(config)
    found = []
    for one in pending:
        helped = remedies and one not in weak and not one.optional
        remedy = enable.smallest(state, config, one.name, one.value) if helped else None
        helps = tuple(f"{name}={value}" for name, value in (remedy or {}).items() if name != one.name)
        found.append(Lost(one, actual.get(one.name, ""), reason.of(state, one.name, one.value), helps, one in weak))
    return found


def _asked(layers: Sequence[Layer]) -> dict[str, Assignment]:
    """What somebody asked for: not what the kernel has of its own."""
    return {name: one for name, one in fragment.merged(layers).items() if not one.where.startswith(request.OWN)}


def _gave_way(state: State, layers: Sequence[Layer], pending: Sequence[Assignment]) -> set[Assignment]:
    """Those that take when nothing comes after their own layer."""
    found = set()
    for count, layer in enumerate(layers[:-1], 1):
        mine = [one for one in pending if one in layer.assignments]
        if mine:
            state.load(fragment.text(fragment.merged(layers[:count]).values()))
            found |= {one for one in mine if state.symbol(one.name) is not None
                      and fragment.same(one.value, state.value(state.symbol(one.name)))}
    return found


def refuse_wrong_values(state: State, layers: Sequence[Layer]) -> None:
    """Raise UserError for the first value of a wrong type or out of its range."""
    for layer in layers:
        for one in layer.assignments:
            fault = state.wrong_value(one.name, one.value)
            if fault:
                raise UserError(f"{one.where}: {fault}")


def disagreements(state: State, layers: Sequence[Layer], config: str) -> list[str]:
    """What Kconfiglib computes otherwise than `conf`, of the symbols that were asked for. The state is at the .config
    afterwards."""
    requests = fragment.merged(layers)
    actual = fragment.values(config)
    state.load(fragment.text(requests.values()))
    found = []
    for name in _asked(layers):
        symbol = state.symbol(name)
        mine = state.value(symbol) if symbol is not None else ""
        if symbol is not None and not fragment.same(mine, actual.get(name)):
            found.append(f"{requests[name].where}: conf gives {name} the value {actual.get(name, 'n')}, Kconfiglib "
                         f"{mine}: what is said of it may be wrong")
    state.load(config)
    return found
