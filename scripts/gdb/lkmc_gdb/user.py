# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs seen from outside: through the emulator's stub, which knows processors and addresses, but no processes.

The kernel tells which process runs: its symbols, and those of the shared libraries that it has mapped, are loaded where
they are, and breakpoints at addresses of user space hold only for processes that run this program.
"""
from __future__ import annotations

import contextlib
from pathlib import Path

import gdb
from lkmc_gdb import kernel, maps, object_file, tasks
from lkmc_gdb.points import Hook

MINE = "lkmc_mine"
LIBRARIES = ("lib", "usr/lib", "lib64", "usr/lib64")


class Program:
    """The program that is looked at. file: its ELF file on the host; roots: folders with the guest's libraries."""

    def __init__(self, file: Path, roots: list[Path], pid: int | None) -> None:
        self.file, self.roots, self.pid = file, roots, pid
        self.user_space = 0                     # where it ends
        self.added: dict[Path, int] = {}        # how far from its own addresses each file is
        self.seen: tuple[int, ...] = ()
        self.stopped: tuple[tuple[int, tuple[int, ...]], tuple[int, int, int]] | None = None

    def runs_in(self, task: gdb.Value) -> bool:
        """Whether this is a process of the program: the one that was asked for, if one was."""
        if not int(task["mm"]) or (self.pid is not None and int(task["tgid"]) != self.pid):
            return False
        file = kernel.load(task["mm"])["exe_file"]
        return bool(int(file)) and maps.name(kernel.load(file)) == self.file.name

    def follow(self, at: gdb.Value) -> None:
        """Have the symbols of what is mapped; at: the process's struct mm_struct."""
        mm = kernel.load(at)
        seen = (int(at), int(mm["map_count"]), int(mm["total_vm"]))
        if seen == self.seen:
            return
        self.seen = seen
        self.user_space = int(mm["task_size"])
        first: dict[str, maps.Mapping] = {}         # the same page may be mapped again, as data
        for mapping in maps.files(mm):
            if mapping.page == 0:
                first.setdefault(mapping.path, mapping)
        for path, mapping in first.items():
            file = self._on_host(path)
            if file:
                self._add(file.resolve(), mapping.start - object_file.first_page(file))

    def again(self, task: gdb.Value) -> bool:
        """Whether the processor is only back at the instruction where it stopped, which had to wait for its page.

        GDB steps from a breakpoint into the kernel's handler then, and the instruction is executed anew: with the same
        registers, after one fault, and, unlike in a loop that waits for something, without having slept by itself. It
        has slept where the page had to be read first, which is a major fault.
        """
        before = self.stopped
        place = int(task["pid"]), kernel.registers()
        slept, minor, major = (int(task[name]) for name in ("nvcsw", "min_flt", "maj_flt"))
        self.stopped = place, (slept, minor, major)
        if before is None or before[0] != place:
            return False
        return before[1] == (slept, minor - 1, major) or before[1][1:] == (minor, major - 1)

    def _on_host(self, path: str) -> Path | None:
        name = Path(path).name
        if name == self.file.name:
            return self.file
        places = [root / place for root in self.roots for place in (path.lstrip("/"), *(f"{at}/{name}"
                                                                                        for at in LIBRARIES))]
        return next((place for place in places if place.is_file()), None)

    def _add(self, file: Path, shift: int) -> None:
        if self.added.get(file) == shift:
            return
        if file in self.added:
            gdb.execute(f"remove-symbol-file {file}", to_string=True)
        self.added[file] = shift
        gdb.write(f"loading @{shift:#x}: {file}\n")
        gdb.execute(f"add-symbol-file {file} -o {shift:#x}", to_string=True)


class Mine(gdb.Function):
    """$lkmc_mine(): whether the processor runs the program that this session is about, and not the kernel for it."""

    def __init__(self) -> None:
        super().__init__(MINE)

    def invoke(self, *arguments: gdb.Value) -> bool:
        with kernel.view():
            task = _task()
            return (kernel.register("pc") < _program[0].user_space and _program[0].runs_in(task)
                    and not _program[0].again(task))


def _task() -> gdb.Value:
    """The task of the processor that GDB looks at."""
    thread = gdb.selected_thread()
    assert thread is not None, "GDB is attached"
    return tasks.current(thread.num - 1)


def begin(file: str, roots: list[str], pid: int | None) -> None:
    """Look at this program from now on, whether it runs already or is yet to be started; see Program."""
    if not kernel.typed():
        gdb.write("lkmc: without the kernel's debug information nobody tells its processes apart\n", gdb.STDERR)
        return
    _program[:] = [Program(Path(file), [Path(root) for root in roots], pid)]
    Mine()
    gdb.events.breakpoint_created.connect(_claim)
    gdb.events.breakpoint_modified.connect(_claim)
    Hook("finalize_exec", _executed)
    gdb.events.stop.connect(lambda event: _stopped())
    with contextlib.suppress(gdb.MemoryError), kernel.view():
        # Before that there are no processes, and perhaps no memory that could be read.
        if kernel.number("system_state"):
            for task in filter(_program[0].runs_in, tasks.every()):
                _program[0].follow(task["mm"])
                break


def _executed() -> None:
    """A process has got a new program, which begins when it comes back from the kernel."""
    task = _task()
    if _program[0].runs_in(task):
        _program[0].follow(task["mm"])


def _stopped() -> None:
    """Libraries may have been mapped since the program began."""
    with contextlib.suppress(gdb.MemoryError), kernel.view():
        task = _task()
        if _program[0].runs_in(task):
            _program[0].follow(task["mm"])


def _claim(point: gdb.Breakpoint) -> None:
    """Breakpoints in user space hold for this program only, until the user says otherwise."""
    places = getattr(point, "locations", None) or []        # since GDB 13
    if point.number not in _claimed and point.visible and any(place.address < _program[0].user_space
                                                              for place in places):
        _claimed.add(point.number)
        if point.condition is None:
            point.condition = f"${MINE}()"


_claimed: set[int] = set()
_program: list[Program] = []
