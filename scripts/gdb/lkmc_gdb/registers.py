# SPDX-License-Identifier: GPL-2.0-or-later
"""The registers that each instruction changes, for a window of instructions: the processor goes step by step."""
from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator

import gdb

GROUPS = ("general", "float", "vector")     # of GDB's registers; system registers have another
RAW = "save"                                # a group, too: not what GDB makes of others, such as al of rax
QUIET = "suppress-cli-notifications"
ELSEWHERE = re.compile(r"pc|[er]ip|q\d+")    # what the next line has, and two of Arm's d registers
WIDEST = ("uint128", "q")                   # a vector's view in as few numbers as there is, on x86 and on Arm
WAITS = re.compile(r"hlt$|mwait\b|wfi$")      # aarch64's hlt with a number is another
PARTS = (gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_ARRAY)


class Registers(gdb.Command):
    """Execute instructions, and tell for each the registers that it changed: lkmc-registers COUNT [FILE].

    A line is ADDRESS FUNCTION FILE:LINE : INSTRUCTION : REGISTER OLD -> NEW, ...
    """

    def __init__(self) -> None:
        super().__init__("lkmc-registers", gdb.COMMAND_DATA)

    def invoke(self, argument: str, from_tty: bool) -> None:
        count, *file = gdb.string_to_argv(argument) or [""]
        if not count.isdigit() or len(file) > 1:
            raise gdb.GdbError("lkmc-registers COUNT [FILE]: say how many instructions, such as lkmc-registers 20")
        if file:
            save(int(count), file[0])
        else:
            tell(window(int(count)), gdb.write)


def define() -> None:
    """Make the command known."""
    Registers()


def leave(count: int, into: str) -> None:
    """Write a window into a file, and let the guest go on without GDB; where that cannot be, GDB ends and says why."""
    try:
        save(count, into)
    except (gdb.GdbError, gdb.error) as error:
        gdb.write(f"lkmc: {error}\n", gdb.STDERR)
        gdb.execute("quit 1")
    if gdb.selected_thread() is not None:
        with contextlib.suppress(gdb.error):    # a short program has ended before GDB hears that it has left
            gdb.execute("detach")


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """GDB tells of each stop, even where what it says is not to be printed; since GDB 12 it can be asked not to."""
    try:
        before = gdb.parameter(QUIET)
    except RuntimeError:
        before = None
    if before is not None:
        gdb.execute(f"set {QUIET} on")
    try:
        yield
    finally:
        if before is False:
            gdb.execute(f"set {QUIET} off")


def save(count: int, into: str) -> None:
    """Write a window into a file. Raises gdb.GdbError where it cannot be written."""
    try:
        with open(into, "w", encoding="utf-8") as file:
            tell(window(count), file.write)
    except OSError as error:
        raise gdb.GdbError(f"{into}: {error.strerror}") from None


def window(count: int) -> Iterator[str]:
    """A line for each of the next instructions; the last one says why where there are fewer. Raises gdb.GdbError."""
    thread = gdb.selected_thread()
    if thread is None:
        raise gdb.GdbError("nothing is there to be stepped: it has ended before, or GDB is not attached")
    names = _names()
    before = _values(names)
    for _ in range(count):
        code = _instruction()
        line = f"{_place()} : {code}"
        end = "waits for an interrupt; the window ends here" if WAITS.match(code) else _step(thread.num)
        if end:
            yield f"{line} : {end}"
            return
        after = _values(names)
        changed = ", ".join(f"{name} {before[name]} -> {after[name]}" for name in names if before[name] != after[name])
        yield f"{line} : {changed}" if changed else line
        before = after


def tell(lines: Iterable[str], write: Callable[[str], object]) -> None:
    """Write each line as soon as it is there."""
    with _quietly():
        for line in lines:
            write(f"{line}\n")


def _step(number: int) -> str:
    """Execute one instruction of a thread; why there is no next one, or nothing. Raises gdb.error."""
    try:
        gdb.execute("stepi", to_string=True)
    except gdb.error:
        if gdb.selected_thread() is not None:
            raise
    thread = gdb.selected_thread()      # None also where the connection was closed
    if thread is None:
        return "the end"
    return "" if thread.num == number else f"GDB stopped in thread {thread.num}; the window ends here"


def _names() -> list[str]:
    architecture = gdb.newest_frame().architecture()
    raw = {one.name for one in architecture.registers(RAW)}
    wanted = (one.name for group in GROUPS for one in architecture.registers(group))
    return [name for name in dict.fromkeys(wanted) if name in raw and not ELSEWHERE.fullmatch(name)]


def _values(names: list[str]) -> dict[str, str]:
    frame = gdb.newest_frame()
    return {name: _whole(frame.read_register(name)).format_string(format="x") for name in names}


def _whole(value: gdb.Value) -> gdb.Value:
    """A vector as one number, where GDB has that view of it, else as the array of the widest ones."""
    while (kind := value.type.strip_typedefs()).code in PARTS:
        if kind.code == gdb.TYPE_CODE_UNION:
            views = kind.fields()
            value = value[next((view for view in views if view.name in WIDEST), views[-1])]
        elif kind.range() == (0, 0):
            value = value[0]
        else:
            break
    return value


def _place() -> str:
    frame = gdb.newest_frame()
    line = frame.find_sal()
    where = f" {line.symtab.filename}:{line.line}" if line.symtab and line.line else ""
    return f"{frame.pc():#x} {frame.name() or '?'}{where}"


def _instruction() -> str:
    frame = gdb.newest_frame()
    try:
        return " ".join(frame.architecture().disassemble(frame.pc())[0]["asm"].split())
    except gdb.MemoryError:
        return "?"
