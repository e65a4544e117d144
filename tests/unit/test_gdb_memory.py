# SPDX-License-Identifier: GPL-2.0-or-later
"""lkmc_gdb: what is read out of the kernel's memory: mappings of files, tasks; a GDB that is none."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fake_gdb
import pytest
from fake_gdb import Value, put, put_struct, words


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with fake_gdb.inside(monkeypatch) as load:
        yield load


FILES = {
    "struct mm_struct": {"mm_mt": "struct maple_tree"},
    "struct maple_tree": {"ma_root": "void *"},
    "struct maple_range_64": {"parent": "void *", "pivot": "long[15]", "slot": "void *[16]"},
    "struct maple_arange_64": {"parent": "void *", "pivot": "long[9]", "slot": "void *[10]"},
    "struct maple_node": {"ma64": "struct maple_arange_64", "mr64": "struct maple_range_64"},
    "struct vm_area_struct": {"vm_start": "long", "vm_end": "long", "vm_pgoff": "long", "vm_file": "struct file *"},
    "struct file": {"f_path": "struct path"},
    "struct path": {"mnt": "void *", "dentry": "struct dentry *"},
    "struct dentry": {"d_parent": "struct dentry *", "d_name": "struct qstr"},
    "struct qstr": {"hash": "long", "name": "char *"},
}
LEAF, RANGE, ARANGE = 1, 2, 3       # kinds of nodes
FILE, ROOT = 0x9000, 0xa000
LAST = (1 << 64) - 1


@pytest.fixture
def maps(inside: Any) -> Any:
    """The module, with one file, /lib/libc.so."""
    fake_gdb.layouts.update(FILES)
    fake_gdb.unions.add("struct maple_node")
    fake_gdb.enums["enum maple_type"] = {"maple_dense": 0, "maple_leaf_64": LEAF, "maple_range_64": RANGE,
                                         "maple_arange_64": ARANGE}
    inside("kernel").use("x86_64")
    names = {0x8000: b"/", 0x8040: b"lib", 0x8080: b"libc.so"}
    for address, name in names.items():
        put(address, name.ljust(64, b"\0"))
    put_struct(ROOT, "struct dentry", d_parent=ROOT, d_name={"name": 0x8000})
    put_struct(ROOT + 64, "struct dentry", d_parent=ROOT, d_name={"name": 0x8040})
    put_struct(ROOT + 128, "struct dentry", d_parent=ROOT + 64, d_name={"name": 0x8080})
    put_struct(FILE, "struct file", f_path={"dentry": ROOT + 128})
    return inside("maps")


def area(number: int, file: int = FILE) -> int:
    """The numbered struct vm_area_struct: a page of address space, of the file's page of that number."""
    return put_struct(0x20000 + 64 * number, "struct vm_area_struct", vm_start=number << 12, vm_end=number + 1 << 12,
                      vm_pgoff=number, vm_file=file)


def node(number: int, kind: int, slots: list[int], pivots: list[int]) -> int:
    """A node of a maple tree, which says of itself what it is."""
    at = 0x40000 + 256 * number
    part = "ma64" if kind == ARANGE else "mr64"
    put_struct(at, "struct maple_node", **{part: {"slot": words(*slots), "pivot": words(*pivots)}})
    return at | kind << 3 | 4


def pages(maps: Any, root: int) -> list[int]:
    """The pages of the files that are mapped."""
    at = put_struct(0x1000, "struct mm_struct", mm_mt={"ma_root": root})
    return [found.page for found in maps.files(Value(what=fake_gdb.Type("struct mm_struct"), address=at))]


def test_a_mapping_says_where_which_page_of_which_file_is(maps: Any) -> None:
    at = put_struct(0x1000, "struct mm_struct", mm_mt={"ma_root": area(5)})
    found = list(maps.files(Value(what=fake_gdb.Type("struct mm_struct"), address=at)))
    assert found == [maps.Mapping(0x5000, 0x6000, 5, "/lib/libc.so")]
    file = Value(what=fake_gdb.Type("struct file"), address=FILE)
    assert maps.name(file) == "libc.so"


def test_nothing_is_mapped_in_an_empty_tree(maps: Any) -> None:
    assert pages(maps, 0) == []


def test_memory_without_a_file_and_gaps_are_passed_over(maps: Any) -> None:
    leaf = node(0, LEAF, [0, area(1), area(2, file=0), area(3)], [0xfff, 0x1fff, 0x2fff, 0x3fff])
    assert pages(maps, leaf | 2) == [1, 3]


def test_what_a_node_once_held_behind_its_end_is_passed_over(maps: Any) -> None:
    low = node(0, LEAF, [area(1), area(2), area(8)], [0x1fff, 0x2fff, 0x8fff])     # its parent says: up to 0x2fff
    high = node(1, LEAF, [area(4), area(5), area(9)], [0x4fff])                    # no pivot: up to the parent's end
    root = node(2, ARANGE, [low, high, node(3, LEAF, [area(7)], [])], [0x2fff])
    assert pages(maps, root | 2) == [1, 2, 4, 5]


def test_a_full_node_has_one_slot_more_than_pivots(maps: Any) -> None:
    full = node(0, LEAF, [area(number) for number in range(16)], [(number + 1 << 12) - 1 for number in range(15)])
    assert pages(maps, node(1, RANGE, [full], []) | 2) == list(range(16))


TASKS = {
    "struct list_head": {"next": "struct list_head *", "prev": "struct list_head *"},
    "struct signal_struct": {"nr": "long", "thread_head": "struct list_head"},
    "struct thread_struct": {"sp": "long", "cpu_context": "struct cpu_context"},
    "struct cpu_context": {"fp": "long", "pc": "long"},
    "struct inactive_task_frame": {"r15": "long", "bp": "long", "ret_addr": "long"},
    "struct task_struct": {"on_cpu": "int", "pid": "int", "mm": "void *", "stack": "void *", "comm": "char[16]",
                           "tasks": "struct list_head", "thread_node": "struct list_head",
                           "signal": "struct signal_struct *", "thread": "struct thread_struct",
                           "thread_info": "struct thread_info"},
    "struct thread_info": {"cpu": "int"},
}
SCHEDULE, WORKER, FORK = 0xffff0100, 0xffff2040, 0xffff3080
STACK = 0x70000


@pytest.fixture
def tasks(inside: Any) -> Any:
    fake_gdb.layouts.update(TASKS)
    fake_gdb.symbols.update({"&__sched_text_start": 0xffff0000, "&__sched_text_end": 0xffff0fff})
    for pc, place in {SCHEDULE: "schedule + 16", WORKER: "worker_thread + 64", FORK: "ret_from_fork"}.items():
        fake_gdb.answers[f"info symbol {pc:#x}"] = f"{place} in section .text\n"
    fake_gdb.lines[WORKER - 1] = ("kernel/workqueue.c", 7)
    inside("kernel").use("x86_64")
    return inside("tasks")


def task(number: int, name: str, stack: int = 0, **members: Any) -> int:
    """A process of one thread. stack: where it stopped, if it waits."""
    at, signal = 0x50000 + 0x1000 * number, 0x50800 + 0x1000 * number
    what = fake_gdb.Type("struct task_struct")
    put_struct(signal, "struct signal_struct", thread_head={"next": at + what.offset("thread_node")})
    return put_struct(at, "struct task_struct", pid=number, comm=name.encode().ljust(16, b"\0"), signal=signal,
                      thread_node={"next": signal + 8}, stack=stack & ~0xffff, thread={"sp": stack}, **members)


def link(*some: int) -> None:
    """Put tasks into the kernel's list, the first one being init_task."""
    offset = fake_gdb.Type("struct task_struct").offset("tasks")
    for one, following in zip(some, (*some[1:], some[0]), strict=True):
        put(one + offset, words(following + offset))
    fake_gdb.symbols["&init_task"] = some[0]


def stopped(number: int, *counters: int) -> int:
    """The stack of a task that waits, with these program counters, the innermost first; its stack pointer."""
    at = STACK + (number << 16) + 0x100
    frames = [at + 0x40 * index for index in range(1, len(counters) + 1)]
    put_struct(at, "struct inactive_task_frame", bp=frames[0], ret_addr=counters[0])
    for index, counter in enumerate(counters[1:]):
        put(frames[index], words(frames[index + 1], counter))
    put(frames[len(counters) - 1], words(0, 0))
    return at


@pytest.fixture
def three(tasks: Any) -> Any:
    """Two threads of the kernel's, one that waits and one that runs, and a process that waits."""
    link(task(0, "swapper"), task(2, "kworker", stopped(2, SCHEDULE, WORKER, FORK)),
         task(3, "migration", on_cpu=1, thread_info={"cpu": 1}), task(9, "sh", stopped(9, SCHEDULE, FORK), mm=0x1000))
    fake_gdb.layouts["struct module"] = {}
    return tasks.Threads()


def test_before_the_kernel_has_tasks_that_is_said(three: Any) -> None:
    fake_gdb.symbols["&init_task"] = 0xdead0000
    with pytest.raises(fake_gdb.GdbError, match="tasks cannot be read now: Cannot access.*tbreak start_kernel"):
        three.invoke("", False)


def test_each_thread_of_the_kernel_is_listed_with_where_it_waits(three: Any) -> None:
    three.invoke("", False)
    head, *rest = [line.split() for line in fake_gdb.said]
    assert head[:2] == ["PID", "COMMAND"]
    assert rest == [["2", "kworker", "worker_thread+0x40", "kernel/workqueue.c:7"],
                    ["3", "migration", "runs", "GDB's", "thread", "2"]]


@pytest.mark.parametrize(("wanted", "said"), [
    ("9", ["9 sh\n", "  0xffff0100 schedule+0x10 ?\n", "  0xffff3080 ret_from_fork+0x0 ?\n"]),
    ("sh", ["9 sh\n", "  0xffff0100 schedule+0x10 ?\n", "  0xffff3080 ret_from_fork+0x0 ?\n"]),
    ("migration", ["3 migration\n", "  runs: see GDB's thread 2\n"]),
])
def test_a_task_is_shown_by_its_number_or_name_with_its_whole_way(three: Any, wanted: str, said: list[str]) -> None:
    three.invoke(wanted, False)
    assert fake_gdb.said == said


def test_a_task_that_there_is_not_is_an_error_with_the_next_command(three: Any) -> None:
    with pytest.raises(fake_gdb.GdbError, match="no task 'none'; lkmc-threads and lx-ps list them"):
        three.invoke("none", False)


def test_a_stack_that_leads_nowhere_or_in_a_circle_ends(tasks: Any) -> None:
    at = task(2, "kworker", stopped(2, WORKER, FORK))
    frame = STACK + (2 << 16) + 0x140
    value = Value(what=fake_gdb.Type("struct task_struct"), address=at)
    put(frame, words(frame, FORK))
    assert tasks.program_counters(value) == [WORKER, FORK]
    put(frame, words(0x10, FORK))
    assert tasks.program_counters(value) == [WORKER, FORK]
    put_struct(STACK + (2 << 16) + 0x100, "struct inactive_task_frame", bp=0x10, ret_addr=WORKER)
    assert tasks.program_counters(value) == [WORKER]


@pytest.mark.parametrize(("arch", "caller", "outer"), [("aarch64", 8, 0), ("arm", -4, -12)])
def test_each_architecture_keeps_its_frames_in_its_own_way(tasks: Any, inside: Any, arch: str, caller: int,
                                                           outer: int) -> None:
    inside("kernel").use(arch)
    fake_gdb.layouts["struct thread_info"] = {"cpu": "int", "cpu_context": "struct cpu_context"}
    context = {"pc": SCHEDULE, "fp": STACK + 0x100}
    at = task(0, "kworker", STACK + 1, **({"thread_info": {"cpu_context": context}} if arch == "arm" else {}))
    if arch == "aarch64":
        what = fake_gdb.Type("struct task_struct")
        put_struct(at + what.offset("thread"), "struct thread_struct", cpu_context=context)
    put(STACK + 0x100 + caller, words(WORKER))
    put(STACK + 0x100 + outer, words(0))
    assert tasks.program_counters(Value(what=fake_gdb.Type("struct task_struct"), address=at)) == [SCHEDULE, WORKER]


def test_a_place_without_a_name_is_an_address(tasks: Any) -> None:
    fake_gdb.answers["info symbol 0x10"] = "No symbol matches 0x10.\n"
    assert tasks.place(0x10) == "0x10"
