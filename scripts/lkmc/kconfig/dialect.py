# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfiglib 14.1.0 taught what kernels after it say: `modules`, `transitional`, and `depends on X if Y`."""
from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import kconfiglib

from lkmc.errors import LkmcError

# Properties without a value that change nothing of what is computed here: `modules` marks the symbol MODULES, which
# Kconfiglib knows by its name; a `transitional` symbol only hands an old .config's value on.
NO_MEANING = re.compile(r"^[ \t]+(?:modules|transitional)[ \t]*(?=#|$)", re.M)

Shell = Callable[[str], str]


class Kconfig(kconfiglib.Kconfig):      # type: ignore[misc]
    """Kconfiglib's tree, for Linux up to 7.x."""

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


def load(top: str, environment: Mapping[str, str], shell: Shell | None = None) -> Kconfig:
    """The tree under the file `top`, as `conf` sees it in this environment. `shell` replaces the running of commands.
    Raises LkmcError when the tree cannot be read."""
    with _in(environment, shell):
        try:
            return Kconfig(top, warn_to_stderr=False)
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
