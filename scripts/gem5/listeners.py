# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a computer listens on this host: its console at a UNIX socket, and nothing on TCP. Runs inside gem5."""

NOWHERE = 0     # as gem5 takes a port


def console(system, path: str) -> None:
    """The first serial port at the socket; the others, and the screen, nowhere."""
    system.terminal.port = path
    system.vncserver.port = NOWHERE
    for uart in system.realview.uart[1:]:
        uart.device.port = NOWHERE
