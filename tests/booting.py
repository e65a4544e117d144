# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests that boot a guest share beside fixtures."""
from __future__ import annotations

import subprocess
from collections.abc import Callable

from lkmc import paths

RUN = str(paths.TOP / "scripts/run")
Run = Callable[..., subprocess.CompletedProcess[bytes]]
SLOWER = 20         # gem5 than QEMU, with processors that take their time
