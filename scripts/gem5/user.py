# SPDX-License-Identifier: GPL-2.0-or-later
"""One static program of an Arm. Runs inside gem5: see scripts/lkmc/gem5.py."""
import argparse

import devices  # of configs/example/arm in gem5's tree
import processors
import program
from m5.objects import AddrRange, ArmDefaultSERelease


def computer(args: argparse.Namespace) -> devices.SimpleSeSystem:
    system = devices.SimpleSeSystem(mem_mode=processors.mode(args), readfile=args.readfile)
    system.mem_ranges = [AddrRange(start=0, size=args.memory)]
    processors.add(system, args)
    system.connect()
    for cpu in system.cpu_cluster.cpus:
        for isa in cpu.isa:
            isa.release_se = processors.release((), ArmDefaultSERelease())
    return system


if __name__ == "__m5_main__":
    program.main(__doc__, processors.KINDS, computer)
