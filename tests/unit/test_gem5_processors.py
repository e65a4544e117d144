# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts/gem5 makes its processors of, and what they are connected to."""
from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from gem5_script import script


class Part(SimpleNamespace):
    """An object of gem5's, with parameters that it is given."""


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gem5 with Arm's and x86's processors, which then has no other names for them than these."""
    def module(name: str, *classes: str, **others: Any) -> ModuleType:
        made = ModuleType(name)
        made.__dict__.update({each: type(each, (Part,), {}) for each in classes}, **others)
        monkeypatch.setitem(sys.modules, name, made)
        return made
    kinds = ("AtomicSimpleCPU", "TimingSimpleCPU", "MinorCPU", "O3CPU")
    objects = module("m5.objects", *(f"{isa}{kind}" for isa in ("Arm", "X86") for kind in kinds), "ArmDefaultRelease",
                     "ArmExtension", "ArmRelease", "L2XBar", "SrcClockDomain", "VoltageDomain", CpuCluster=FakeCluster)
    for kind in kinds:
        mode = "atomic" if kind.startswith("Atomic") else "timing"
        objects.__dict__[f"X86{kind}"].memory_mode = staticmethod(lambda mode=mode: mode)
    module("devices", "L1I", "L1D", "L2", "ArmCpuCluster")
    cores = {"HPI": module("HPI", "HPI", "HPI_ICache", "HPI_DCache", "HPI_L2"),
             "O3_ARM_v7a": module("O3", *(f"O3_ARM_v7a{part}" for part in ("_3", "_ICache", "_DCache", "L2")))}
    memory = SimpleNamespace(config_mem=lambda how, system: setattr(system, "memory", how.mem_type))
    module("common", MemConfig=memory)
    module("common.cores")
    module("common.cores.arm", **cores)
    module("m5.util.convert", toMemorySize=lambda size: int(size[:-2]) << {"kB": 10, "MB": 20}[size[-2:]])
    module("common.Caches", L1_ICache=FakeCache, L1_DCache=FakeCache, L2Cache=FakeCache,
           PageTableWalkerCache=FakeCache)
    monkeypatch.setitem(sys.modules, "processor_options", script("processor_options"))


class FakeCluster(Part):
    """A cluster whose processors write down what they are connected to."""

    def generate_cpus(self, kind: type, count: int) -> None:
        self.cpus = [FakeCpu(kind=kind.__name__) for _ in range(count)]

    def connect(self, bus: Any) -> None:
        self.joined = bus


class FakeCache(Part):
    assoc = 2
    cpu_side = "behind the L1 caches"


class FakeCpu(Part):
    def addPrivateSplitL1Caches(self, instructions: Part, data: Part, *walkers: Part) -> None:
        self.icache, self.dcache, self.walkers = instructions, data, walkers

    def connectAllPorts(self, *ports: str) -> None:
        self.ports = ports


def test_processors_are_found_in_a_gem5_of_several_instruction_sets(both: None) -> None:
    assert [kind[0].__name__ for kind in script("processors").KINDS.values()] == [
        "ArmAtomicSimpleCPU", "ArmTimingSimpleCPU", "ArmMinorCPU", "HPI", "O3_ARM_v7a_3"]


def x86(**asked: Any) -> Any:
    """A system with such x86 processors."""
    how = {"cpus": 1, "cpu_type": "atomic", "caches": False, "l1i_size": None, "l1d_size": None, "l2_size": None}
    system = SimpleNamespace(membus=Part(cpu_side_ports="to the bus", mem_side_ports="from the bus"))
    script("processors_x86").add(system, SimpleNamespace(**(how | asked)))
    assert system.memory == "DDR3_1600_8x8"
    return system


def test_an_x86_without_caches_is_at_the_bus(both: None) -> None:
    system = x86(cpus=2)
    assert [cpu.kind for cpu in system.cpu_cluster.cpus] == 2 * ["X86AtomicSimpleCPU"]
    assert system.cpu_cluster.joined is system.membus and not hasattr(system.cpu_cluster, "l2")


@pytest.mark.parametrize(("asked", "kind", "sizes"), [
    ({"cpu_type": "timing"}, "X86TimingSimpleCPU", ("32kB", "32kB", "1MB")),
    ({"cpu_type": "o3", "l1d_size": "1kB"}, "X86O3CPU", ("32kB", "1kB", "1MB")),
    ({"l2_size": "256kB"}, "X86AtomicSimpleCPU", ("32kB", "32kB", "256kB")),
    ({"caches": True}, "X86AtomicSimpleCPU", ("32kB", "32kB", "1MB")),
])
def test_an_x86_has_its_memory_behind_caches_and_its_interrupts_at_the_bus(
        both: None, asked: dict[str, Any], kind: str, sizes: tuple[str, ...]) -> None:
    def between(**how: Any) -> Part:
        return Part(cpu_side_ports="to the cache", **how)
    sys.modules["m5.objects"].__dict__["L2XBar"] = between
    cluster = x86(**asked).cpu_cluster
    [cpu] = cluster.cpus
    assert cpu.kind == kind and tuple(each.size for each in (cpu.icache, cpu.dcache, cluster.l2)) == sizes
    assert len(cpu.walkers) == 2, "which write, too"
    assert cpu.ports == ("to the cache", "to the bus", "from the bus")
    assert cluster.toL2Bus.mem_side_ports == "behind the L1 caches" and cluster.l2.mem_side == "to the bus"


@pytest.mark.parametrize(("kib", "before", "after"), [
    (48, 3, 3), (1, 3, 2), (32, 3, 2), (1024, 3, 2), (48, 2, 3), (96, 16, 3), (1024, 16, 16), (1, 16, 16), (0.5, 16, 2),
    (1 / 16, 2, 1),
])
def test_a_cache_has_a_power_of_2_of_sets(both: None, kib: float, before: int, after: int) -> None:
    ways = script("processor_options").ways(int(kib * 1024), before)
    assert ways == after
    sets = kib * 1024 / 64 / ways
    assert sets in {1 << power for power in range(20)}


def test_a_cache_keeps_what_nobody_asks_to_change(both: None) -> None:
    cache = FakeCache(size="48kB", assoc=3)
    resize = script("processor_options").resize
    resize(cache, None)
    assert (cache.size, cache.assoc) == ("48kB", 3)
    resize(cache, "1kB")
    assert (cache.size, cache.assoc) == ("1kB", 2)
