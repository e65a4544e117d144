# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's words for a guest that is recorded or replayed. Time is counted in instructions, and what is not the guest's
own doing (interrupts, what disks and the network answer, random numbers, typed keys) is an event between two of them.
"""
from __future__ import annotations

from lkmc.machine import Machine
from lkmc.request import RunRequest

EVENTS = "events"           # the file of the recording that QEMU writes
NANOSECONDS = 2             # of an instruction, as a power of two
STATUS_SIZE = 4096          # bytes; the guest's status travels as a disk


def clock(request: RunRequest, events: str) -> tuple[str, ...]:
    """The clock that counts instructions, and the file of events, as QEMU's options take its name."""
    return ("-icount", f"shift={NANOSECONDS},rr={request.rr},rrfile={events}") if request.rr else ()


def properties(request: RunRequest, machine: Machine) -> tuple[str, ...]:
    """What the machine's devices are told."""
    return tuple(word for each in machine.qemu.record_properties for word in ("-global", each)) if request.rr else ()


def drive(request: RunRequest, name: str, how: str) -> tuple[str, ...]:
    """A disk of that name, for a -device; one whose answers are events."""
    if not request.rr:
        return ("-drive", f"if=none,id={name},{how}")
    readonly = ",readonly=on" if "readonly=on" in how else ""
    return ("-drive", f"if=none,id={name}-image,{how}",
            "-drive", f"driver=blkreplay,if=none,image={name}-image,id={name}{readonly}")


def network(request: RunRequest, device: str) -> tuple[str, ...]:
    """The network device. Received packets become events; sent ones leave by a timer of the guest's clock, as before
    QEMU 9.2 the device sends them whenever the host comes to it.
    """
    timer = (",tx=timer", "-object", "filter-replay,id=replay,netdev=net") if request.rr else ("",)
    return ("-device", device + timer[0], *timer[1:])


def status(request: RunRequest, file: str) -> tuple[str, ...]:
    """The disk for the guest's status. A virtio-serial port cannot be: QEMU hangs as it reads a snapshot with one.

    A replay may have snapshots, for which it needs a disk that can hold them: this one, too.
    """
    how = f"format=raw,snapshot={'on' if request.replay else 'off'},file={file}"
    return (*drive(request, "status", how), "-device", "virtio-blk-pci,drive=status,serial=lkmc.status")
