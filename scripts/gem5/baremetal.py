# SPDX-License-Identifier: GPL-2.0-or-later
"""An Arm computer that runs a program without an operating system. Runs inside gem5: see scripts/lkmc/gem5.py."""
import argparse
from pathlib import Path

import devices  # of configs/example/arm in gem5's tree
import listeners
import m5
import processors
import simulation
from m5.objects import ArmDefaultRelease, ArmFsWorkload, ArmSemihosting, Root


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    processors.arguments(parser)
    parser.add_argument("--machine", required=True, help="a class of gem5's src/dev/arm/RealView.py")
    parser.add_argument("--kernel", required=True, help="the program, an ELF file")
    parser.add_argument("--console", required=True, help="the socket of the serial port")
    parser.add_argument("--gdb", required=True, help="the socket of the stub for GDB")
    parser.add_argument("--wait-gdb", action="store_true", help="begin when GDB has come")
    parser.add_argument("--readfile", default="", help="what m5 readfile reads")
    parser.add_argument("--virtualization", action="store_true", help="begin at exception level 2")
    parser.add_argument("--security", action="store_true", help="begin at exception level 3")
    parser.add_argument("--status", type=Path, required=True)
    return parser.parse_args()


def computer(args: argparse.Namespace) -> devices.SimpleSystem:
    workload = ArmFsWorkload(object_file=args.kernel, dtb_addr=0, wait_for_remote_gdb=args.wait_gdb,
                             remote_gdb_port=args.gdb)
    system = devices.SimpleSystem(processors.cached(args), args.memory, platform=getattr(m5.objects, args.machine)(),
                                  mem_mode=processors.mode(args), readfile=args.readfile, release=features(args),
                                  auto_reset_addr=True, semihosting=ArmSemihosting(cmd_line=args.kernel))
    system.connect()
    processors.add(system, args)
    listeners.console(system, args.console)
    system.workload = workload
    return system


def features(args: argparse.Namespace) -> ArmDefaultRelease:
    """The processor's: without levels above 1 unless they are asked for, as on QEMU."""
    levels = {"VIRTUALIZATION": args.virtualization, "SECURITY": args.security}
    return processors.release(name for name, wanted in levels.items() if not wanted)


def main() -> None:
    args = parse()
    root = Root(full_system=True)
    root.system = computer(args)
    m5.instantiate()
    simulation.run(args.status)


if __name__ == "__m5_main__":
    main()
