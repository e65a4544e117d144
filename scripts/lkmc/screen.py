# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's screen: in a window, or by VNC at a UNIX socket of the run folder, where nobody else can look."""
from __future__ import annotations

import os
import subprocess

from lkmc.errors import UserError
from lkmc.machine import Machine
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

SOCKET = "vnc"
TERMINAL = "tty1"           # the first of Linux's terminals on the screen
WINDOWS = ("gtk", "sdl")    # QEMU's names for a window, the nicer first
GUEST = "lkmc_screen=1"     # has rootfs_overlay/lkmc/guest.sh load the drivers


def arguments(request: RunRequest, machine: Machine, emulator: str, run: RunFolder, quoted: str) -> tuple[str, ...]:
    """QEMU's options. quoted: the path of the socket as QEMU's options take it. Raises UserError without a window."""
    if not request.screen:
        return ("-display", "none")
    how = f"vnc=unix:{quoted}" if request.vnc else _window(emulator)
    return ("-display", how, *(word for device in machine.qemu.screen for word in ("-device", device)))


def _window(emulator: str) -> str:
    """What QEMU calls the kind of window that it has here."""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        raise UserError("there is no display here for a window (DISPLAY and WAYLAND_DISPLAY are not set); add --vnc, "
                        "and look at it with scripts/vnc")
    known = subprocess.run([emulator, "-display", "help"], capture_output=True, text=True).stdout.split()
    for name in WINDOWS:
        if name in known:
            return name
    raise UserError(f"{emulator} was built without windows, or the distro's package qemu-system-gui is missing; add "
                    f"--vnc, and look at it with scripts/vnc")


def kernel_words(request: RunRequest) -> list[str]:
    """For the kernel's command line, after the serial console, which still gets every message of the kernel's."""
    return [f"console={TERMINAL}"] if request.graphic else []


def guest_words(request: RunRequest) -> list[str]:
    """For the guest's scripts."""
    return [GUEST] if request.screen else []
