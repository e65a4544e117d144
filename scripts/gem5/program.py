# SPDX-License-Identifier: GPL-2.0-or-later
"""One static program, whose system calls gem5 answers itself, on a system of any instructions. Runs inside gem5."""
import argparse
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import m5
import processor_options
import simulation
from m5.objects import Process, Root, SEWorkload


def parse(description: str, kinds: Iterable[str]) -> argparse.Namespace:
    """kinds: the names of --cpu-type."""
    parser = argparse.ArgumentParser(description=description)
    processor_options.add(parser, kinds)
    parser.add_argument("--gdb", required=True, help="the socket of the stub for GDB")
    parser.add_argument("--wait-gdb", action="store_true", help="begin when GDB has come")
    parser.add_argument("--readfile", default="", help="what m5 readfile reads")
    parser.add_argument("--status", type=Path, required=True)
    parser.add_argument("command", nargs="+", help="the program's path and its arguments")
    return parser.parse_args()


def run(system, args: argparse.Namespace) -> None:
    """Simulate the program on a connected system to its end, and leave gem5."""
    system.workload = SEWorkload.init_compatible(args.command[0])
    system.workload.wait_for_remote_gdb = args.wait_gdb
    system.workload.remote_gdb_port = args.gdb
    process = Process(executable=args.command[0], cmd=args.command, cwd=os.getcwd(), gid=os.getgid(),
                      env=[f"{name}={value}" for name, value in os.environ.items()])
    for cpu in system.cpu_cluster.cpus:
        cpu.workload = process
    root = Root(full_system=False)
    root.system = system
    m5.instantiate()
    simulation.run(args.status)


def main(description: str, kinds: Iterable[str], computer: Callable) -> None:
    """What a script for one program does. computer: makes the connected system of the parsed arguments."""
    args = parse(description, kinds)
    run(computer(args), args)
