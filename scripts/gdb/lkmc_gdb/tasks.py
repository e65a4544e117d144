# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's tasks: which there are, which runs where, and where those that wait have stopped (lkmc-threads)."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import gdb
from lkmc_gdb import kernel

DEEPEST = 64            # frames of one task
MOST = 100_000          # tasks


@dataclass(frozen=True)
class Frames:
    """How an architecture keeps a task that does not run: its program counter and frame pointer; and how a frame
    names its caller: where the return address and the caller's frame pointer are, from the frame pointer on."""
    saved: Callable[[gdb.Value], tuple[int, int]]
    caller: int
    outer: int


def _x86_64(task: gdb.Value) -> tuple[int, int]:
    frame = kernel.fetch(int(task["thread"]["sp"]), gdb.lookup_type("struct inactive_task_frame"))
    return int(frame["ret_addr"]), int(frame["bp"])


def _aarch64(task: gdb.Value) -> tuple[int, int]:
    context = task["thread"]["cpu_context"]
    return int(context["pc"]), int(context["fp"])


def _arm(task: gdb.Value) -> tuple[int, int]:
    context = task["stack"].cast(gdb.lookup_type("struct thread_info").pointer()).dereference() \
        if "thread_info" not in {field.name for field in task.type.fields()} else task["thread_info"]
    return int(context["cpu_context"]["pc"]), int(context["cpu_context"]["fp"])


FRAMES = {"x86_64": Frames(_x86_64, 8, 0), "aarch64": Frames(_aarch64, 8, 0), "arm": Frames(_arm, -4, -12)}


def current(cpu: int) -> gdb.Value:
    """The task that a processor runs."""
    word, queue = gdb.lookup_type("unsigned long"), gdb.lookup_type("struct rq")
    shift = int(kernel.fetch(kernel.number(f"&__per_cpu_offset[{cpu}]"), word))
    here = (kernel.number("&runqueues") + shift) % (1 << 8 * word.sizeof) + kernel.offset(queue, "curr")
    return kernel.load(kernel.fetch(here, gdb.lookup_type("struct task_struct").pointer()))


def every() -> Iterator[gdb.Value]:
    """All tasks: of each process its threads."""
    what = gdb.lookup_type("struct task_struct").pointer()
    process_link, thread_link = _offset(what, "tasks"), _offset(what, "thread_node")
    first = gdb.parse_and_eval("&init_task").cast(what)
    process = first
    for _ in range(MOST):
        head = process["signal"]["thread_head"]
        at = int(head["next"])
        while at != kernel.address(head):
            thread = gdb.Value(at - thread_link).cast(what)
            yield thread.dereference()
            at = int(thread["thread_node"]["next"])
        process = gdb.Value(int(process["tasks"]["next"]) - process_link).cast(what)
        if int(process) == int(first):
            return


def _offset(pointer: gdb.Type, name: str) -> int:
    return kernel.offset(pointer.target(), name)


def program_counters(task: gdb.Value) -> list[int]:
    """Where a task that does not run is, the innermost first, found by its frame pointers."""
    frames = FRAMES[kernel.arch()]
    counter, frame = frames.saved(task)
    found = [counter]
    size = gdb.lookup_type("unsigned long").sizeof
    low = int(task["stack"])
    memory = gdb.selected_inferior()

    def word(address: int) -> int:
        return int.from_bytes(memory.read_memory(address, size), "little")

    while low < frame < low + (1 << 16) and len(found) < DEEPEST:
        counter, above = word(frame + frames.caller), word(frame + frames.outer)
        found.append(counter)
        if above <= frame:
            break
        frame = above
    return [pc for pc in found if pc]


def waiting_in(counters: list[int]) -> int:
    """The innermost program counter that is not the scheduler's own."""
    first, last = kernel.number("&__sched_text_start"), kernel.number("&__sched_text_end")
    for pc in counters:
        if not first <= pc <= last and "switch_to" not in place(pc):
            return pc
    return counters[-1]


def place(pc: int) -> str:
    """function+0x12 of a program counter."""
    name = re.match(r"([^ ]+)(?: \+ (\d+))?", gdb.execute(f"info symbol {pc:#x}", to_string=True))
    if name is None or name[1] == "No":
        return f"{pc:#x}"
    return f"{name[1]}+{int(name[2] or 0):#x}"


def line(pc: int) -> str:
    """file:line of the instruction before a return address."""
    found = gdb.find_pc_line(pc - 1)
    return f"{found.symtab.filename}:{found.line}" if found.symtab else "?"


class Threads(gdb.Command):
    """lkmc-threads [PID | NAME]: where each kernel thread is stopped.

With a process ID or a name: that task's whole way into the kernel, also of a process."""

    def __init__(self) -> None:
        super().__init__("lkmc-threads", gdb.COMMAND_STACK)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel.require_types()
        kernel.reachable()
        try:
            with kernel.view():
                if argument:
                    self._one(argument)
                else:
                    self._all()
        except gdb.MemoryError as error:
            raise gdb.GdbError(f"the kernel's tasks cannot be read now: {error}; before start_kernel there are none, "
                               f"go on until then: tbreak start_kernel, continue") from None

    def _all(self) -> None:
        gdb.write(f"{'PID':>5}  {'COMMAND':16} {'STOPPED IN':32} AT\n")
        for task in every():
            if int(task["mm"]) == 0 and int(task["pid"]):
                name = task["comm"].string()
                if _running(task):
                    gdb.write(f"{int(task['pid']):5}  {name:16} {'runs':32} GDB's thread {_cpu(task) + 1}\n")
                    continue
                pc = waiting_in(program_counters(task))
                gdb.write(f"{int(task['pid']):5}  {name:16} {place(pc):32} {line(pc)}\n")

    def _one(self, wanted: str) -> None:
        chosen = [task for task in every() if wanted in (str(int(task["pid"])), task["comm"].string())]
        if not chosen:
            raise gdb.GdbError(f"no task {wanted!r}; lkmc-threads and lx-ps list them")
        for task in chosen:
            gdb.write(f"{int(task['pid'])} {task['comm'].string()}\n")
            if _running(task):
                gdb.write(f"  runs: see GDB's thread {_cpu(task) + 1}\n")
                continue
            for pc in program_counters(task):
                gdb.write(f"  {pc:#x} {place(pc)} {line(pc)}\n")


def _running(task: gdb.Value) -> bool:
    return bool(int(task["on_cpu"]))


def _cpu(task: gdb.Value) -> int:
    """The processor that a task runs on."""
    thread_info = task["thread_info"]
    owner = thread_info if "cpu" in {field.name for field in thread_info.type.fields()} else task
    return int(owner["cpu"])


def define() -> None:
    """Define the command."""
    Threads()
