# SPDX-License-Identifier: GPL-2.0-or-later
"""The x86 processors by the names of --cpu-type, and their caches. Runs inside gem5."""
import argparse

import processor_options
from common.Caches import L1_DCache, L1_ICache, L2Cache, PageTableWalkerCache  # of configs in gem5's tree
from m5.objects import (
    X86O3CPU,
    CpuCluster,
    L2XBar,
    SrcClockDomain,
    VoltageDomain,
    X86AtomicSimpleCPU,
    X86TimingSimpleCPU,
)

# gem5 has an in-order one of x86 too, which none of its own tests run.
KINDS = {"atomic": X86AtomicSimpleCPU, "timing": X86TimingSimpleCPU, "o3": X86O3CPU}


def mode(args: argparse.Namespace) -> str:
    """What the memory system has to do for such processors."""
    return str(KINDS[args.cpu_type].memory_mode())


def cached(args: argparse.Namespace) -> bool:
    """Whether there are caches: always with a processor whose time depends on memory."""
    return processor_options.cached(args, mode(args))


def add(system, args: argparse.Namespace) -> None:
    """Give a system with a bus its memory's controllers, processors of one kind, and caches."""
    processor_options.memory(system)
    cluster = CpuCluster()
    cluster.voltage_domain = VoltageDomain(voltage=processor_options.VOLTAGE)
    cluster.clk_domain = SrcClockDomain(clock=processor_options.CLOCK, voltage_domain=cluster.voltage_domain)
    cluster.generate_cpus(KINDS[args.cpu_type], args.cpus)
    system.cpu_cluster = cluster
    if cached(args):
        caches(cluster, system.membus, args)
    else:
        cluster.connect(system.membus)


def caches(cluster: CpuCluster, bus, args: argparse.Namespace) -> None:
    """Connect a cluster to the bus through caches; its interrupts, which an x86 gets by addresses, beside them."""
    cluster.toL2Bus = L2XBar(clk_domain=cluster.clk_domain)
    cluster.l2 = L2Cache(size="1MB")
    processor_options.resize(cluster.l2, args.l2_size)
    for cpu in cluster.cpus:
        # The walkers of page tables write there, too: without caches of their own they would meet lines that are newer.
        cpu.addPrivateSplitL1Caches(L1_ICache(size="32kB"), L1_DCache(size="32kB"), PageTableWalkerCache(),
                                    PageTableWalkerCache())
        processor_options.resize(cpu.icache, args.l1i_size)
        processor_options.resize(cpu.dcache, args.l1d_size)
        cpu.connectAllPorts(cluster.toL2Bus.cpu_side_ports, bus.cpu_side_ports, bus.mem_side_ports)
    cluster.toL2Bus.mem_side_ports = cluster.l2.cpu_side
    cluster.l2.mem_side = bus.cpu_side_ports
