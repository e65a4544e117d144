# SPDX-License-Identifier: GPL-2.0-or-later
"""rootfs_overlay/lkmc/reports.awk: which kernel messages are reports of a fault, and of which kind."""
from __future__ import annotations

import re
import subprocess

import pytest

from lkmc import examples, paths

SCRIPT = paths.TOP / "rootfs_overlay/lkmc/reports.awk"
# As Linux 6.1 to 6.18 print them.
REPORTS = [
    ("kasan", "BUG: KASAN: slab-out-of-bounds in fops_read+0x42/0x90 [fops]"),
    ("kasan", "KASAN: null-ptr-deref in range [0x0000000000000000-0x0000000000000007]"),
    ("kfence", "BUG: KFENCE: use-after-free read in test+0x10/0x20"),
    ("ubsan", "UBSAN: array-index-out-of-bounds in fs/file.c:3:4"),
    ("fortify", "memcpy: detected field-spanning write (size 8) of single field \"victim.target\" at a.c:1 (size 4)"),
    ("fortify", "detected buffer overflow in strlen"),
    ("kmemleak", "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"),
    ("warning", "WARNING: CPU: 0 PID: 100 at /m/warn_on.c:20 warn_on_init+0x1/0x2 [warn_on]"),
    ("warning", "WARNING: kernel/irq/manage.c:20 at free_irq+0x0/0x1, CPU#0: rmmod/10"),
    ("lockdep", "WARNING: possible circular locking dependency detected"),
    ("lockdep", "WARNING: possible recursive locking detected"),
    ("lockdep", "WARNING: inconsistent lock state"),
    ("lockdep", "WARNING: suspicious RCU usage"),
    ("lockdep", "[ BUG: Invalid wait context ]"),
    ("lockdep", "turning off the locking correctness validator."),
    ("atomic", "BUG: sleeping function called from invalid context at kernel/locking/mutex.c:1"),
    ("atomic", "BUG: scheduling while atomic: insmod/1/0x2"),
    ("oops", "BUG: kernel NULL pointer dereference, address: 0000000000000000"),
    ("oops", "Unable to handle kernel NULL pointer dereference at virtual address 00000000"),
    ("oops", "Internal error: Oops: 0000000096000045 [#1] SMP"),
    ("oops", "Internal error: : 1b [#1] SMP ARM"),
    ("oops", "kernel BUG at /m/bug_on.c:20!"),
    ("oops", "general protection fault, probably for non-canonical address 0xdffffc: 0000 [#1] PREEMPT SMP KASAN"),
    ("slub", "BUG kmalloc-8 (Tainted: G    O): Redzone overwritten"),
    ("hang", "INFO: task insmod:1 blocked for more than 120 seconds."),
    ("hang", "rcu: INFO: rcu_sched self-detected stall on CPU"),
    ("hang", "watchdog: BUG: soft lockup - CPU#0 stuck for 22s!"),
    ("bug", "BUG: Bad page state in process insmod  pfn:1234"),
]
OTHERS = [
    "traps: ring0.out[100] general protection fault ip:401136 sp:7ffd error:0 in ring0.out",
    "ring0.out: unhandled signal 11",
    "hello: loading out-of-tree module taints kernel.",
    "irq 10: nobody cared (try booting with the \"irqpoll\" option)",
    "ACPI: [Firmware Bug]: BIOS _OSI(Linux) query ignored",
    "dump_stack init",
    "Call trace:",
]


def reports(*lines: str) -> str:
    done = subprocess.run(["awk", "-f", SCRIPT], input="".join(f"{line}\n" for line in lines), text=True,
                          capture_output=True, check=True)
    return done.stdout


@pytest.mark.parametrize("kind, line", REPORTS)
def test_a_report_is_known_with_its_kind(kind: str, line: str) -> None:
    assert reports(line) == f"{kind} {line}\n"


def test_what_is_no_report_is_passed_over() -> None:
    assert reports(*OTHERS) == ""


def test_a_header_line_may_name_the_kinds_that_there_are() -> None:
    returned = set(re.findall(r'return "(\w+)"', SCRIPT.read_text()))
    assert set(examples.REPORTS) == returned | {"kfence", "kcsan"}
    assert {kind for kind, _ in REPORTS} == set(examples.REPORTS) - {"kcsan"}
