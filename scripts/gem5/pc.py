# SPDX-License-Identifier: GPL-2.0-or-later
"""A PC: its buses with what is on them, and the tables in its memory in which Linux reads that. Runs inside gem5.

The tables are those of Intel's MultiProcessor Specification 1.4: gem5's ACPI has no methods, without which Linux takes
nothing from it but processors.
"""
import argparse

import guest
import m5
import processors_x86
from common.Caches import IOCache  # of configs in gem5's tree
from m5.objects import (
    BadAddr,
    Bridge,
    IOXBar,
    PciVirtIO,
    SrcClockDomain,
    System,
    SystemXBar,
    Terminal,
    VirtIOBlock,
    VoltageDomain,
    X86E820Entry,
    X86IntelMPBus,
    X86IntelMPBusHierarchy,
    X86IntelMPIOAPIC,
    X86IntelMPIOIntAssignment,
    X86IntelMPProcessor,
    X86SMBiosBiosInformation,
)
from m5.params import NULL, Addr, AddrRange

# Where gem5 has what a processor reaches by other instructions than memory: its src/arch/x86/x86_traits.hh.
PORTS, INTERRUPTS, PCI_CONFIGURATION = 0x8000000000000000, 0xA000000000000000, 0xC000000000000000
LOCAL_APIC_SIZE = 0x1000        # bytes there for each processor
DEVICES = 0xC0000000            # from here to 4 GiB there is no memory
M5OPS = 0xFFFF0000              # the last of them, for gem5's own operations by address
M5OPS_SIZE = 0x10000
LOW, LOW_USED, HIGH = 0, 0x9FC00, 0x100000      # what is free below 1 MiB, and where gem5 puts its tables
USABLE, RESERVED = 1, 2         # kinds of memory in the BIOS's map
DELAY = "50ns"                  # of a bridge
PCI, ISA = 0, 1                 # the buses' numbers
FIRST_SLOT, FIRST_PIN = 5, 16   # of a disk on the PCI bus, after the controller of IDE; of the I/O APIC, for that bus
PINS = 24                       # of the I/O APIC, as gem5's src/dev/x86/i82094aa.hh has it
DISKS = PINS - FIRST_PIN        # a pin for each
# Of the ISA bus, by its lines: the timer's comes to another pin; 2 is the other interrupt controller.
ISA_PINS = {0: 2, 1: 1, **{line: line for line in range(3, 15)}}


def memory(args: argparse.Namespace) -> AddrRange:
    """Where memory is. Raises ValueError for more than there is room for."""
    found = AddrRange(start=0, size=args.memory)
    if found.size() > DEVICES:
        raise ValueError(f"--memory {args.memory}: a PC of gem5's has 3 GiB at most")
    return found


def computer(args: argparse.Namespace, workload) -> System:
    """A PC with processors, memory, serial port and disks. Raises ValueError for what it has no room for."""
    system = System(mem_mode=processors_x86.mode(args), readfile=args.readfile, init_param=args.initparam,
                    workload=workload, m5ops_base=M5OPS)
    if len(args.disk) > DISKS:
        raise ValueError(f"--disk: a PC of gem5's has {DISKS} at most")
    system.mem_ranges = [memory(args)]
    system.voltage_domain = VoltageDomain()
    system.clk_domain = SrcClockDomain(clock="1GHz", voltage_domain=system.voltage_domain)
    system.pc = getattr(m5.objects, args.machine)()
    system.pc.com_1.device = NULL       # else its own, which listens on a port of TCP, stays beside ours
    system.terminal = Terminal(port=args.console)
    system.pc.com_1.device = system.terminal
    buses(system, args)
    system.pci_devices = [disk(system, path, number) for number, path in enumerate(args.disk)]
    processors_x86.add(system, args)
    tables(system, args.cpus, len(args.disk))
    return system


def buses(system: System, args: argparse.Namespace) -> None:
    """That of memory, and that of devices; what crosses from one to the other."""
    system.membus = SystemXBar()
    system.membus.badaddr_responder = BadAddr()
    system.membus.default = system.membus.badaddr_responder.pio
    system.system_port = system.membus.cpu_side_ports
    system.iobus = IOXBar()
    system.bridge = Bridge(delay=DELAY, ranges=[
        AddrRange(DEVICES, M5OPS), AddrRange(PORTS, INTERRUPTS - 1), AddrRange(PCI_CONFIGURATION, Addr.max)])
    system.bridge.cpu_side_port = system.membus.mem_side_ports
    system.bridge.mem_side_port = system.iobus.cpu_side_ports
    system.interrupt_bridge = Bridge(delay=DELAY, ranges=[
        AddrRange(INTERRUPTS, INTERRUPTS + args.cpus * LOCAL_APIC_SIZE - 1)])
    system.interrupt_bridge.cpu_side_port = system.iobus.mem_side_ports
    system.interrupt_bridge.mem_side_port = system.membus.cpu_side_ports
    if processors_x86.cached(args):
        system.iocache = IOCache(addr_ranges=system.mem_ranges)
        system.iocache.cpu_side = system.iobus.mem_side_ports
        system.iocache.mem_side = system.membus.cpu_side_ports
    else:
        system.dma_bridge = Bridge(delay=DELAY, ranges=system.mem_ranges)
        system.dma_bridge.cpu_side_port = system.iobus.mem_side_ports
        system.dma_bridge.mem_side_port = system.membus.cpu_side_ports
    system.pc.attachIO(system.iobus)


def disk(system: System, path: str, number: int) -> PciVirtIO:
    """A disk on the PCI bus. Its interrupt is the pin of the I/O APIC by the number that its configuration says."""
    made = PciVirtIO(vio=VirtIOBlock(image=guest.disk(path)), host=system.pc.pci_host, pci_bus=PCI,
                     pci_dev=FIRST_SLOT + number, pci_func=0, InterruptLine=FIRST_PIN + number)
    made.pio = system.iobus.mem_side_ports
    made.dma = system.iobus.cpu_side_ports
    return made


def tables(system: System, cpus: int, disks: int) -> None:
    """What a BIOS would leave in memory: which of it is there, processors, buses and interrupts."""
    end, workload = system.mem_ranges[0].size(), system.workload
    workload.acpi_description_table_pointer = NULL
    workload.smbios_table.structures = [X86SMBiosBiosInformation()]
    workload.e820_table.entries = [
        X86E820Entry(addr=first, size=f"{behind - first}B", range_type=kind) for first, behind, kind in (
            (LOW, LOW_USED, USABLE), (LOW_USED, HIGH, RESERVED), (HIGH, end, USABLE),
            (end, DEVICES, RESERVED),       # so that Linux puts devices beyond
            (M5OPS, M5OPS + M5OPS_SIZE, RESERVED)) if first < behind]
    where = int(system.pc.south_bridge.io_apic.pio_addr)
    io_apic = X86IntelMPIOAPIC(id=cpus, version=0x11, enable=True, address=where)
    system.pc.south_bridge.io_apic.apic_id = io_apic.id

    def interrupt(bus: int, line: int, pin: int, kind: str = "INT", trigger: str = "ConformTrigger",
                  ) -> X86IntelMPIOIntAssignment:
        return X86IntelMPIOIntAssignment(interrupt_type=kind, polarity="ConformPolarity", trigger=trigger,
                                         source_bus_id=bus, source_bus_irq=line, dest_io_apic_id=io_apic.id,
                                         dest_io_apic_intin=pin)
    workload.intel_mp_table.base_entries = [
        *(X86IntelMPProcessor(local_apic_id=number, local_apic_version=0x14, enable=True, bootstrap=number == 0)
          for number in range(cpus)),
        io_apic,
        *(X86IntelMPBus(bus_id=number, bus_type=name) for number, name in ((PCI, "PCI   "), (ISA, "ISA   "))),
        # A disk's line is of its slot, and the first of four. gem5 sends a message each time, as at an edge.
        *(interrupt(PCI, (FIRST_SLOT + number) << 2, FIRST_PIN + number, trigger="EdgeTrigger")
          for number in range(disks)),
        *(made for line, pin in ISA_PINS.items()
          for made in (interrupt(ISA, line, 0, kind="ExtInt"), interrupt(ISA, line, pin)))]
    workload.intel_mp_table.ext_entries = [
        X86IntelMPBusHierarchy(bus_id=ISA, subtractive_decode=True, parent_bus=PCI)]
