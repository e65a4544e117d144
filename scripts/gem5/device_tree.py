# SPDX-License-Identifier: GPL-2.0-or-later
"""The device tree that Linux gets. Runs inside gem5."""
from m5.util.fdthelper import Fdt, FdtNode, FdtState

# The memory-mapped timers. Linux finds none of them that it may use, and then takes the processors' own, which the tree
# has too, for no clock either: its time goes on in jiffies, of 4 ms.
UNUSABLE = "timer@"


def write(system, path: str) -> None:
    """Write what gem5 knows of the system, without what Linux cannot use."""
    tree = system.generateDeviceTree(FdtState(addr_cells=2, size_cells=2, cpu_cells=1))
    for node in [part for part in tree if isinstance(part, FdtNode) and part.name.startswith(UNUSABLE)]:
        tree.remove(node.name)
    whole = Fdt()
    whole.add_rootnode(tree)
    whole.writeDtbFile(path)
