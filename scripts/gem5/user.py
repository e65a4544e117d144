# SPDX-License-Identifier: GPL-2.0-or-later
"""One static program, whose system calls gem5 answers itself. Runs inside gem5: see scripts/lkmc/gem5.py."""
import argparse
import os
from pathlib import Path

import devices  # of configs/example/arm in gem5's tree
import m5
import processors
import simulation
from m5.objects import AddrRange, ArmDefaultSERelease, Process, Root, SEWorkload


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    processors.arguments(parser)
    parser.add_argument("--gdb", required=True, help="the socket of the stub for GDB")
    parser.add_argument("--wait-gdb", action="store_true", help="begin when GDB has come")
    parser.add_argument("--readfile", default="", help="what m5 readfile reads")
    parser.add_argument("--status", type=Path, required=True)
    parser.add_argument("command", nargs="+", help="the program's path and its arguments")
    return parser.parse_args()


def computer(args: argparse.Namespace) -> devices.SimpleSeSystem:
    system = devices.SimpleSeSystem(mem_mode=processors.mode(args), readfile=args.readfile)
    system.mem_ranges = [AddrRange(start=0, size=args.memory)]
    processors.add(system, args)
    system.connect()
    system.workload = SEWorkload.init_compatible(args.command[0])
    system.workload.wait_for_remote_gdb = args.wait_gdb
    system.workload.remote_gdb_port = args.gdb
    process = Process(executable=args.command[0], cmd=args.command, cwd=os.getcwd(), gid=os.getgid(),
                      env=[f"{name}={value}" for name, value in os.environ.items()])
    for cpu in system.cpu_cluster.cpus:
        cpu.workload = process
        for isa in cpu.isa:
            isa.release_se = processors.release((), ArmDefaultSERelease())
    return system


def main() -> None:
    args = parse()
    root = Root(full_system=False)
    root.system = computer(args)
    m5.instantiate()
    simulation.run(args.status)


if __name__ == "__m5_main__":
    main()
