# SPDX-License-Identifier: GPL-2.0-or-later
"""An Arm computer that boots Linux. Runs inside gem5: scripts/lkmc/gem5.py writes its command line."""
import argparse
import os
from collections.abc import Callable
from pathlib import Path

import device_tree
import devices  # of configs/example/arm in gem5's tree
import listeners
import m5
import processors
import screen
import simulation
from m5.objects import ArmFsLinux, CowDiskImage, PciVirtIO, RawDiskImage, Root, VirtIOBlock

# What gem5's boot loader leaves trapped to EL3, where nothing is any more, and Linux uses as soon as it sees it.
TRAPPED = ("FEAT_FGT", "FEAT_HCX")
Processors = Callable[[devices.SimpleSystem, argparse.Namespace], None]      # gives a connected system its own


def options(description: str) -> argparse.ArgumentParser:
    """What a script that boots Linux is told."""
    parser = argparse.ArgumentParser(description=description)
    processors.arguments(parser)
    parser.add_argument("--machine", required=True, help="a class of gem5's src/dev/arm/RealView.py")
    parser.add_argument("--kernel", required=True, help="vmlinux")
    parser.add_argument("--boot-loader", required=True)
    parser.add_argument("--command-line", required=True)
    parser.add_argument("--initrd", default="")
    parser.add_argument("--disk", action="append", default=[], help="vda, vdb, ...; what is written is forgotten")
    parser.add_argument("--console", required=True, help="the socket of the serial port")
    parser.add_argument("--gdb", required=True, help="the socket of the stub for GDB")
    parser.add_argument("--wait-gdb", action="store_true", help="begin when GDB has come")
    parser.add_argument("--readfile", default="", help="what `m5 readfile` reads")
    parser.add_argument("--initparam", type=int, default=0, help="what `m5 initparam ''` prints")
    parser.add_argument("--frame-capture", action="store_true", help="a screen, and a file of each picture on it")
    parser.add_argument("--restore", default="", help="a checkpoint's folder")
    parser.add_argument("--save", default="", help="the folder of the first checkpoint, which is the end")
    parser.add_argument("--status", type=Path, required=True)
    parser.add_argument("--max-ticks", type=simulation.time, help="end at this time, in picoseconds")
    return parser


def disk(path: str) -> PciVirtIO:
    """A disk that the guest may write to; the file stays as it is."""
    return PciVirtIO(vio=VirtIOBlock(image=CowDiskImage(child=RawDiskImage(image_file=path, read_only=True))))


def computer(args: argparse.Namespace, add_processors: Processors) -> devices.SimpleSystem:
    workload = ArmFsLinux(object_file=args.kernel, command_line=args.command_line, initrd_filename=args.initrd,
                          on_panic="DumpDmesgAndExit", on_oops="Continue",
                          wait_for_remote_gdb=args.wait_gdb, remote_gdb_port=args.gdb)
    system = devices.SimpleSystem(processors.cached(args), args.memory, platform=getattr(m5.objects, args.machine)(),
                                  mem_mode=processors.mode(args), workload=workload, readfile=args.readfile,
                                  init_param=args.initparam, release=processors.release(TRAPPED))
    system.pci_devices = [disk(path) for path in args.disk]
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
    root = Root(full_system=True)
    root.system = computer(args, add_processors)
    m5.instantiate(args.restore or None)
    simulation.run(args.status, args.max_ticks, args.save)


if __name__ == "__m5_main__":
    boot(options(__doc__).parse_args(), processors.add)
