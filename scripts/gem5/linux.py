# SPDX-License-Identifier: GPL-2.0-or-later
"""An Arm computer that boots Linux. Runs inside gem5: scripts/lkmc/gem5.py writes its command line."""
import argparse
import os
from collections.abc import Callable

import device_tree
import devices  # of configs/example/arm in gem5's tree
import guest
import listeners
import m5
import processors
import screen
from m5.objects import ArmFsLinux, PciVirtIO, VirtIOBlock

# What gem5's boot loader leaves trapped to EL3, where nothing is any more, and Linux uses as soon as it sees it.
TRAPPED = ("FEAT_FGT", "FEAT_HCX")
Processors = Callable[[devices.SimpleSystem, argparse.Namespace], None]      # gives a connected system its own


def options(description: str) -> argparse.ArgumentParser:
    """What a script that boots Linux on Arm is told."""
    parser = guest.options(description)
    processors.arguments(parser)
    parser.add_argument("--boot-loader", required=True)
    parser.add_argument("--frame-capture", action="store_true", help="a screen, and a file of each picture on it")
    return parser


def computer(args: argparse.Namespace, add_processors: Processors) -> devices.SimpleSystem:
    workload = ArmFsLinux(initrd_filename=args.initrd, **guest.linux(args))
    system = devices.SimpleSystem(processors.cached(args), args.memory, platform=getattr(m5.objects, args.machine)(),
                                  mem_mode=processors.mode(args), workload=workload, readfile=args.readfile,
                                  init_param=args.initparam, release=processors.release(TRAPPED))
    system.pci_devices = [PciVirtIO(vio=VirtIOBlock(image=guest.disk(path))) for path in args.disk]
    for device in system.pci_devices:
        system.attach_pci(device)
    system.connect()
    add_processors(system, args)
    listeners.console(system, args.console)
    if args.frame_capture:
        screen.add(system)
    system.realview.setupBootLoader(system, None, args.boot_loader)
    system.workload.dtb_filename = os.path.join(m5.options.outdir, "system.dtb")
    device_tree.write(system, system.workload.dtb_filename)
    return system


def boot(args: argparse.Namespace, add_processors: Processors) -> None:
    """Simulate such a computer to its end, and leave gem5."""
    guest.boot(args, computer(args, add_processors))


if __name__ == "__m5_main__":
    boot(options(__doc__).parse_args(), processors.add)
