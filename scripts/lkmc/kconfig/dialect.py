# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfiglib 14.1.0 taught what kernels after it say and mean: `modules`, `transitional`, `depends on X if Y`, and
choices whose members are asked not to be."""
from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import kconfiglib

from lkmc.errors import LkmcError

# Properties without a value that change nothing of what is computed here: `modules` marks the symbol MODULES, which
# Kconfiglib knows by its name; a `transitional` symbol only hands an old .config's value on.
NO_MEANING = re.compile(r"^[ \t]+(?:modules|transitional)[ \t]*(?=#|$)", re.M)

# What `conf` says in its source from Linux 6.11 on, where choices have another meaning. Buildroot has the earlier one.
LATER_CHOICES = "sym_calc_choice(struct menu"
DEEP = 20000
Shell = Callable[[str], str]
_known: dict[tuple[object, ...], tuple[Kconfig, tuple[tuple[int, int, int] | None, ...]]] = {}


class Kconfig(kconfiglib.Kconfig):      # type: ignore[misc]
    """Kconfiglib's tree, for Linux up to 7.x. `order` is that in which a .config asked for its symbols."""

    def __init__(self, top: str) -> None:
        self.order: dict[str, int] = {}
        super().__init__(top, warn_to_stderr=False)
        conf = Path(self.srctree, "scripts/kconfig/symbol.c")
        if conf.is_file() and LATER_CHOICES in conf.read_text():
            for choice in self.unique_choices:
                choice.__class__ = Choice

    def _open(self, filename: str, mode: str) -> Any:
        if mode != "r":
            return super()._open(filename, mode)
        text = Path(filename).read_text(encoding="utf-8", errors="surrogateescape")
        # Kconfiglib counts lines with readline(), so none may go missing.
        return io.StringIO(NO_MEANING.sub("", text))

    def _expect_expr_and_eol(self) -> Any:
        expression = self._parse_expr(True)
        if self._check_token(kconfiglib._T_IF):
            expression = self._make_or(expression, self.is_n(self._parse_expr(True)))
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()
        return expression

    def is_n(self, expression: Any) -> Any:
        """The expression that is y where the given one is n, and else n."""
        if not isinstance(expression, tuple):
            return (kconfiglib.EQUAL, expression, self.n)
        operator, operands = expression[0], expression[1:]
        if operator is kconfiglib.AND:
            return (kconfiglib.OR, *map(self.is_n, operands))
        if operator is kconfiglib.OR:
            return (kconfiglib.AND, *map(self.is_n, operands))
        if operator is kconfiglib.NOT:      # "!A is n" is "A is not n" to conf, for A=m as well
            return (kconfiglib.NOT, self.is_n(operands[0]))
        return (kconfiglib.NOT, expression)


class Choice(kconfiglib.Choice):        # type: ignore[misc]
    """A choice as Linux 6.11 and later mean it: members are asked for in an order, and asked not to be."""

    __slots__ = ()

    def _selection(self) -> Any:
        if self.tri_value != 2:
            return None
        seen = [member for member in self.syms if member.visibility]
        wanted = [member for member in seen if member.user_value == 2]
        if wanted:
            return max(wanted, key=self._turn)
        default = self._selection_from_defaults()
        if default is None or default.user_value != 0:
            return default
        open_ones = [member for member in seen if member.user_value is None]
        return open_ones[0] if open_ones else min(seen, key=self._turn)

    def _turn(self, member: Any) -> int:
        order: dict[str, int] = self.kconfig.order
        return order.get(f"{self.kconfig.config_prefix}{member.name}", -1)


def load(top: str, environment: Mapping[str, str], shell: Shell | None = None) -> Kconfig:
    """The tree under the file `top`, as `conf` sees it in this environment; the same one again, whatever values it has
    by then, while its files stay as they are. `shell` replaces the running of commands. Raises LkmcError when the tree
    cannot be read."""
    key = top, *sorted(environment.items())
    known, files = _known.get(key, (None, ()))
    if known is None or _files(known) != files:
        known = _read(top, environment, shell)
        _known[key] = known, _files(known)
    return known


def _files(tree: Kconfig) -> tuple[tuple[int, int, int] | None, ...]:
    """What tells a file of the tree that was edited from what it was."""
    paths = (Path(tree.srctree, name) for name in tree.kconfig_filenames)
    return tuple((state.st_ino, state.st_size, state.st_mtime_ns) if (state := _state(path)) else None
                 for path in paths)


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _read(top: str, environment: Mapping[str, str], shell: Shell | None) -> Kconfig:
    # A symbol's value is computed by way of those that it depends on, hundreds deep in Buildroot.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEP))
    with _in(environment, shell):
        try:
            return Kconfig(top)
        except (kconfiglib.KconfigError, OSError) as error:
            raise LkmcError(f"Kconfiglib cannot read this tree: {error}; its configuration can be made, not "
                            f"explained") from None


@contextlib.contextmanager
def _in(environment: Mapping[str, str], shell: Shell | None) -> Iterator[None]:
    """Have this environment, in a folder that compiler tests may write to: Kconfiglib takes both from the process."""
    before, folder = dict(os.environ), Path.cwd()
    run = kconfiglib._shell_fn
    with tempfile.TemporaryDirectory(prefix="lkmc-kconfig-") as scratch:
        try:
            os.chdir(scratch)
            os.environ.clear()
            os.environ.update(environment)
            if shell:
                kconfiglib._shell_fn = lambda kconf, name, command: shell(command)
            yield
        finally:
            kconfiglib._shell_fn = run
            os.environ.clear()
            os.environ.update(before)
            os.chdir(folder)
