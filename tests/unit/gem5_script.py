# SPDX-License-Identifier: GPL-2.0-or-later
"""The scripts that run inside gem5, without one."""
from __future__ import annotations

import importlib.util
from typing import Any

from lkmc import gem5


def script(name: str) -> Any:
    """A script of ours, as gem5 would import it."""
    spec = importlib.util.spec_from_file_location(name, gem5.SCRIPTS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
