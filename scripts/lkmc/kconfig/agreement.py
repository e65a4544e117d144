# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfiglib's configuration beside that of `conf`: all symbols must have the same value in both."""
from __future__ import annotations

from collections.abc import Mapping

from lkmc.kconfig import fragment
from lkmc.kconfig.state import State

# What Kconfiglib 14.1.0 is known to compute otherwise than `conf`, and why; it computes no .config here, but explains.
ACCEPTED: Mapping[str, str] = {
    "BR2_EXTERNAL_LKMC_VERSION": "the checkout's commit, which may be another one by the time that the other asks",
    "CONFIG_PAGE_BLOCK_MAX_ORDER": "its default is one end of a range whose ends are symbols",
}


def differences(state: State, asked: str, config: str) -> dict[str, tuple[str, str]]:
    """{name: (conf's value, Kconfiglib's)} of the symbols that differ where `asked` is the partial .config of which
    `conf` made `config`. The state is at the latter afterwards."""
    state.load(asked)
    mine, its = state.values(), fragment.values(config)
    state.load(config)
    return {name: (its.get(name, "n"), mine.get(name, "n"))
            for name in sorted((mine.keys() | its.keys()) - ACCEPTED.keys())
            if not _same(its.get(name), mine.get(name))}


def _same(one: str | None, other: str | None) -> bool:
    """Whether two .configs mean the same; `conf` says of more symbols than Kconfiglib that they are not set."""
    return fragment.same("n" if one is None else one, other) or fragment.same("n" if other is None else other, one)
