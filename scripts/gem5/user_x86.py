# SPDX-License-Identifier: GPL-2.0-or-later
"""One static program of an x86_64. Runs inside gem5: see scripts/lkmc/gem5.py."""
import argparse

import processors_x86
import program
from m5.objects import AddrRange, SrcClockDomain, System, SystemXBar, VoltageDomain


def computer(args: argparse.Namespace) -> System:
    system = System(mem_mode=processors_x86.mode(args), readfile=args.readfile)
    system.mem_ranges = [AddrRange(start=0, size=args.memory)]
    system.voltage_domain = VoltageDomain()
    system.clk_domain = SrcClockDomain(clock="1GHz", voltage_domain=system.voltage_domain)
    system.membus = SystemXBar()
    system.system_port = system.membus.cpu_side_ports
    processors_x86.add(system, args)
    return system


if __name__ == "__m5_main__":
    program.main(__doc__, processors_x86.KINDS, computer)
