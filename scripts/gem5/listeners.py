# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a computer listens on this host: UNIX sockets in the run's folder, and nothing on TCP. Runs inside gem5."""
from pathlib import Path


def console(system, path: str) -> None:
    """The first serial port at the socket; beside it the others, and the screen for a VNC viewer.

    gem5 24 has no such device that does not listen.
    """
    beside = Path(path)
    system.terminal.port = path
    system.vncserver.port = str(beside.with_name("vnc.sock"))
    for number, uart in enumerate(system.realview.uart[1:], 1):
        uart.device.port = str(beside.with_name(f"uart{number}.sock"))
