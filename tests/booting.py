# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests that boot a guest share beside fixtures."""
from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from lkmc import paths

RUN = str(paths.TOP / "scripts/run")
Run = Callable[..., subprocess.CompletedProcess[bytes]]
SLOWER = 20         # gem5 than QEMU, with processors that take their time


@contextmanager
def beside(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A command, its standard output in a pipe, that runs while the test goes on. What a failed test leaves of it is
    ended: Popen alone would wait for that."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.terminate()
