# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's screen: in a window, or by VNC at a UNIX socket of the run folder, where nobody else can look."""
from __future__ import annotations

import os
import subprocess

from lkmc.errors import UserError
from lkmc.machine import Machine
from lkmc.output import Output
from lkmc.request import RunRequest

SOCKET = "vnc"
TERMINAL = "tty1"           # the first of Linux's terminals on the screen
WINDOWS = ("gtk", "sdl")    # QEMU's names for a window, the nicer first
KEYBOARD = "virtio-keyboard-pci"
GUEST = "lkmc_screen=1"     # has rootfs_overlay/lkmc/guest.sh load the drivers


def arguments(request: RunRequest, machine: Machine, output: Output, emulator: str, quoted: str) -> tuple[str, ...]:
    """QEMU's options. quoted: the path of the socket as QEMU's options take it. Raises UserError without a window."""
    if not request.screen:
        return ("-display", "none")
    how = f"vnc=unix:{quoted}" if request.vnc else _window(emulator)
    left_out = KEYBOARD if kdb_has_keyboard(request, machine, output) else None
    devices = (device for device in machine.qemu.screen if device != left_out)
    return ("-display", how, *(word for device in devices for word in ("-device", device)))


def kdb_has_keyboard(request: RunRequest, machine: Machine, output: Output) -> bool:
    """Whether the keys are for KDB too, which reads the machine's own keyboard: then there must be no other, as QEMU
    gives the keys to one only."""
    needs = machine.qemu.kdb_keyboard_needs
    return request.kdb and request.screen and bool(needs) and all(map(output.kernel_has, needs))


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
