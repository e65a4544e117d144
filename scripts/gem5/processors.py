# SPDX-License-Identifier: GPL-2.0-or-later
"""The Arm processors by the names of --cpu-type, and their caches. Runs inside gem5."""
import argparse
from collections.abc import Iterable

import devices  # of configs/example/arm in gem5's tree
import processor_options
from common.cores.arm import HPI, O3_ARM_v7a
from m5.objects import (
    ArmAtomicSimpleCPU,
    ArmDefaultRelease,
    ArmExtension,
    ArmMinorCPU,
    ArmRelease,
    ArmTimingSimpleCPU,
)

PLAIN = (devices.L1I, devices.L1D, devices.L2)
# A class for the processor, the first level's caches for instructions and data, the second level's.
KINDS = {
    "atomic": (ArmAtomicSimpleCPU, *PLAIN),
    "timing": (ArmTimingSimpleCPU, *PLAIN),
    "minor": (ArmMinorCPU, *PLAIN),
    "hpi": (HPI.HPI, HPI.HPI_ICache, HPI.HPI_DCache, HPI.HPI_L2),
    "o3": (O3_ARM_v7a.O3_ARM_v7a_3, O3_ARM_v7a.O3_ARM_v7a_ICache, O3_ARM_v7a.O3_ARM_v7a_DCache,
           O3_ARM_v7a.O3_ARM_v7aL2),
}
# Instructions that hpi and o3 have no units for, as what they describe had none: they would wait for ever.
NO_UNITS = ("FEAT_SVE", "FEAT_SME")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What every script of ours is told of the processors and their memory."""
    processor_options.add(parser, KINDS)


def mode(args: argparse.Namespace) -> str:
    """What the memory system has to do for such processors."""
    return str(KINDS[args.cpu_type][0].memory_mode())


def cached(args: argparse.Namespace) -> bool:
    """Whether there are caches: always with a processor whose time depends on memory."""
    return processor_options.cached(args, mode(args))


def release(without: Iterable[str], features: ArmRelease | None = None) -> ArmRelease:
    """Features of gem5's default ones, or of these, but for those of these names (of its src/arch/arm/ArmSystem.py)."""
    features = features or ArmDefaultRelease()
    for name in (*NO_UNITS, *without):
        features.remove(ArmExtension(name))
    return features


def add(system, args: argparse.Namespace) -> None:
    """Give a connected system its memory's controllers, processors of one kind, and caches."""
    processor_options.memory(system)
    system.cpu_cluster = cluster(system, args.cpus, args.cpu_type, processor_options.CLOCK)
    caches([system.cpu_cluster], system, args)


def cluster(system, count: int, kind: str, clock: str) -> devices.ArmCpuCluster:
    """So many processors of a name of KINDS, which share a second level's cache."""
    return devices.ArmCpuCluster(system, count, clock, processor_options.VOLTAGE, *KINDS[kind])


def caches(clusters: list[devices.ArmCpuCluster], system, args: argparse.Namespace) -> None:
    """Connect all clusters of the system to its memory, through caches where there are some."""
    system.addCaches(cached(args), last_cache_level=2)
    if not cached(args):
        return
    for each in clusters:
        for cpu in each.cpus:
            processor_options.resize(cpu.icache, args.l1i_size)
            processor_options.resize(cpu.dcache, args.l1d_size)
        processor_options.resize(each.l2, args.l2_size)
