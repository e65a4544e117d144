# SPDX-License-Identifier: GPL-2.0-or-later
"""Ports of the guest on the host: always on 127.0.0.1, and with numbers that were free."""
from __future__ import annotations

import re

from lkmc.qmp import Monitor, MonitorError

HOST = "127.0.0.1"


def forward(monitor: Monitor, port: int) -> int:
    """The host's port that leads to a TCP port of the guest, in a run that is alive; made when there is none yet."""
    known = _forwarded(monitor)
    if port not in known:
        monitor.human(f"hostfwd_add net tcp:{HOST}:0-:{port}")      # 0: the host's kernel chooses
        known = _forwarded(monitor)
    if port not in known:
        raise MonitorError(f"port {port} of the guest was not forwarded: has this run a network of its own?")
    return known[port]


def _forwarded(monitor: Monitor) -> dict[int, int]:
    """The host's port by the guest's port."""
    found = re.findall(rf"^\s*TCP\[HOST_FORWARD\]\s+\d+\s+{re.escape(HOST)}\s+(\d+)\s+\S+\s+(\d+)\s",
                       monitor.human("info usernet"), re.M)
    return {int(guest): int(host) for host, guest in found}
