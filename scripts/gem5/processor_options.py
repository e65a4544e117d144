# SPDX-License-Identifier: GPL-2.0-or-later
"""What every script of ours is told of the processors and their memory. Runs inside gem5."""
import argparse
from collections.abc import Iterable
from types import SimpleNamespace

from common import MemConfig  # of configs in gem5's tree
from m5.util.convert import toMemorySize

CLOCK, VOLTAGE = "4GHz", "1.0V"
CACHES = ("l1i", "l1d", "l2")
LINE = 64       # bytes of a cache's line


def add(parser: argparse.ArgumentParser, kinds: Iterable[str]) -> None:
    """kinds: the names of --cpu-type."""
    parser.add_argument("--cpus", type=int, default=1)
    parser.add_argument("--cpu-type", choices=tuple(kinds), default="atomic")
    parser.add_argument("--memory", default="512MiB")
    parser.add_argument("--caches", action="store_true")
    for name in CACHES:
        parser.add_argument(f"--{name}-size")


def cached(args: argparse.Namespace, mode: str) -> bool:
    """Whether there are caches: always with a processor whose time depends on memory. mode: the memory system's."""
    return bool(args.caches or any(getattr(args, f"{name}_size") for name in CACHES) or mode == "timing")


def resize(cache, size: str | None) -> None:
    """Give a cache the size that was asked for, if one was."""
    if size:
        cache.assoc = ways(toMemorySize(size), int(cache.assoc))
        cache.size = size


def ways(size: int, before: int) -> int:
    """How many ways a cache of this size has: as before, if that makes a power of 2 of sets, which gem5 wants."""
    lines = size // LINE
    twos = lines & -lines       # the largest power of 2 that divides them
    if lines % before == 0 and lines // before & (lines // before - 1) == 0:
        return before
    return lines // twos if lines > twos else min(2, lines)


def memory(system) -> None:
    """Give a system with a bus the controllers of its memory."""
    MemConfig.config_mem(SimpleNamespace(mem_type="DDR3_1600_8x8", mem_channels=1), system)
