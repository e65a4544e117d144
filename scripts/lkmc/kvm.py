# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the host's own processor can run a guest."""
from __future__ import annotations

import os
from pathlib import Path

from lkmc.request import RunRequest

# The device opens in some virtual machines and containers where no guest's instruction is ever executed.
SILENT = ("nothing from the guest's console yet: KVM may not work on this host, though /dev/kvm opens; Ctrl-A X ends "
          "the run, and without --kvm it is emulated")


def missing(arch: str, device: Path = Path("/dev/kvm")) -> str:
    """Why this host cannot run guests of `arch` under KVM; empty if it can."""
    if os.uname().machine != arch:
        return f"this host is {os.uname().machine}, the guest {arch}"
    if not device.exists():
        return f"there is no {device} (no hardware virtualization, or its module is not loaded)"
    if not os.access(device, os.R_OK | os.W_OK):
        return f"no permission to open {device}; join its group {device.group()}"
    return ""


def silent(request: RunRequest) -> str:
    """What to say of a guest whose console stays silent; empty where that is no wonder."""
    return SILENT if request.kvm and not request.wait_gdb and not request.baremetal else ""
