# SPDX-License-Identifier: GPL-2.0-or-later
"""What any computer that boots Linux is told, and how it runs to its end. Runs inside gem5."""
import argparse
from pathlib import Path

import m5
import simulation
from m5.objects import CowDiskImage, RawDiskImage, Root


def options(description: str) -> argparse.ArgumentParser:
    """What scripts/lkmc/gem5.py says to every script that boots Linux, but for the processors and their memory."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--machine", required=True, help="a class of gem5's src/dev")
    parser.add_argument("--kernel", required=True, help="vmlinux")
    parser.add_argument("--command-line", required=True)
    parser.add_argument("--initrd", default="")
    parser.add_argument("--disk", action="append", default=[], help="vda, vdb, ...; what is written is forgotten")
    parser.add_argument("--console", required=True, help="the socket of the serial port")
    parser.add_argument("--gdb", required=True, help="the socket of the stub for GDB")
    parser.add_argument("--wait-gdb", action="store_true", help="begin when GDB has come")
    parser.add_argument("--readfile", default="", help="what `m5 readfile` reads")
    parser.add_argument("--initparam", type=int, default=0, help="what `m5 initparam ''` prints")
    parser.add_argument("--restore", default="", help="a checkpoint's folder")
    parser.add_argument("--save", default="", help="the folder of the first checkpoint, which is the end")
    parser.add_argument("--status", type=Path, required=True)
    parser.add_argument("--max-ticks", type=simulation.time, help="end at this time, in picoseconds")
    return parser


def linux(args: argparse.Namespace) -> dict[str, object]:
    """What gem5's classes for Linux, of any processor, are told of it."""
    return {"object_file": args.kernel, "command_line": args.command_line, "on_panic": "DumpDmesgAndExit",
            "on_oops": "Continue", "wait_for_remote_gdb": args.wait_gdb, "remote_gdb_port": args.gdb}


def disk(path: str) -> CowDiskImage:
    """A disk that the guest may write to; the file stays as it is."""
    return CowDiskImage(child=RawDiskImage(image_file=path, read_only=True))


def boot(args: argparse.Namespace, system) -> None:
    """Simulate the system to its end, and leave gem5."""
    root = Root(full_system=True)
    root.system = system
    m5.instantiate(args.restore or None)
    simulation.run(args.status, args.max_ticks, args.save)
