# SPDX-License-Identifier: GPL-2.0-or-later
"""An Arm computer that boots Linux, with a cluster of big processors and one of little ones. Runs inside gem5."""
import argparse

import linux
import processor_options
import processors

# By --cpu-type, which is that of the little ones where it has a pipeline: the kinds of the big and the little ones.
PAIRS = {
    "atomic": ("atomic", "atomic"),
    "timing": ("o3", "minor"),
    "minor": ("o3", "minor"),
    "hpi": ("o3", "hpi"),
    "o3": ("o3", "minor"),
}
CLOCKS = ("2GHz", "1GHz")
NAMES = ("big_cluster", "little_cluster")


def split(cpus: int, big: int | None, little: int | None) -> tuple[int, int]:
    """How many processors of `cpus` each cluster has, where nobody says so: half of them, and one more big one."""
    if big is None:
        big = cpus - cpus // 2 if little is None else max(cpus - little, 0)
    return big, max(cpus - big, 0) if little is None else little


def add(system, args: argparse.Namespace) -> None:
    """Give a connected system its memory's controllers, both clusters, and caches."""
    processor_options.memory(system)
    clusters = []
    counts = split(args.cpus, args.big_cpus, args.little_cpus)
    for name, count, kind, clock in zip(NAMES, counts, PAIRS[args.cpu_type], CLOCKS, strict=True):
        if count:
            clusters.append(processors.cluster(system, count, kind, clock))
            setattr(system, name, clusters[-1])
    processors.caches(clusters, system, args)


def main() -> None:
    parser = linux.options(__doc__)
    for name in ("big", "little"):
        parser.add_argument(f"--{name}-cpus", type=int, metavar="N",
                            help=f"{name} processors (default: half of --cpus)")
    args = parser.parse_args()
    counts = split(args.cpus, args.big_cpus, args.little_cpus)
    if min(counts) < 0 or not sum(counts):
        parser.error("--big-cpus, --little-cpus: no processors; give one at least")
    linux.boot(args, add)


if __name__ == "__m5_main__":
    main()
