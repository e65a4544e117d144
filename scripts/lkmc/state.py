# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the parts of a saved guest are; scripts/lkmc/instant.py has it made."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class State:
    """The folder of a saved guest's state, which is to be made, or is ready to start from."""
    path: Path
    ready: bool

    @property
    def memory(self) -> Path:
        return self.path / "memory"

    @property
    def disk(self) -> Path:
        """What the guest has written since its boot: a layer over the output's disk."""
        return self.path / "disk.qcow2"

    @property
    def kernel(self) -> Path:
        """The beginning of the kernel's image, where QEMU looks at no more: the rest is in the memory."""
        return self.path / "kernel"

    @property
    def initrd(self) -> Path:
        """The same of the initial RAM disk."""
        return self.path / "initrd"

    @property
    def checkpoint(self) -> Path:
        """On gem5, the folder of all there is to know."""
        return self.path / "checkpoint"

    @property
    def restore(self) -> Path:
        """Commands of QMP that read the rest of the state; a "pipe" of QEMU's has two ends in files."""
        return self.path / "restore.in"
