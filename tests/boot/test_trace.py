# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --trace, scripts/trace-boot, scripts/trace2line: what a guest and its emulator did."""
from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from booting import Run

from lkmc import machine, paths, phases, qemu, source_lines, toolchain, trace_events, user_code
from lkmc.blocks import Task, Trace
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

Script = Callable[..., "subprocess.CompletedProcess[str]"]
SAMPLE = 10000


@pytest.fixture
def script(out: Output, run_id: str, limit: float) -> Script:
    """One of the scripts on the test's own run."""
    def start(name: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(paths.TOP / "scripts" / name), "--output", str(out.path), "--run-id", run_id, *words]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=6 * limit)
    return start


@pytest.fixture(autouse=True)
def folder(out: Output, run_id: str) -> Iterator[RunFolder]:
    """The run's folder, which a trace makes gigabytes large: it goes with the test."""
    run = RunFolder.of(out.path, run_id)
    yield run
    for file in (run.blocks, *run.path.glob("trace-lines*")):
        file.unlink(missing_ok=True)


def numbers(text: str) -> dict[str, int]:
    """What scripts/trace-boot counted, after what the console showed."""
    return {name: int(value, 0) for name, value in
            re.findall(r"^((?:instructions|entry)\w*) (0x[0-9a-f]+|\d+)$", text, re.M)}


def test_events_of_qemu_are_in_the_run_folder(run: Run, out: Output, folder: RunFolder) -> None:
    known = trace_events.names(qemu.program(RunRequest(), machine.read(out.arch), out))
    assert {"virtio_notify", "virtio_set_status"} <= set(known)
    assert run("--trace", "virtio_set_status,virtio_not*", "--eval-after", "exit 3").returncode == 3
    text = folder.trace_text.read_text()
    assert "virtio_set_status" in text and "virtio_notify" in text
    assert {line.split()[0].rpartition(":")[2] for line in text.splitlines()} <= {
        name for name in known if name.startswith(("virtio_set_status", "virtio_not"))}


def test_a_boots_instructions_are_counted_and_add_up(script: Script, out: Output, folder: RunFolder) -> None:
    mach = machine.read(out.arch)
    done = script("trace-boot")
    assert done.returncode == 0, done.stderr
    counted = numbers(done.stdout)
    assert list(counted) == ["instructions", "entry_address", "instructions_firmware", "instructions_kernel",
                             "instructions_user"]
    trace = Trace.read(folder.blocks)
    assert trace.totals == {0: counted["instructions"]}, "one by one and block by block"
    assert 0 < counted["instructions_firmware"] < counted["instructions_kernel"]
    assert 0 < counted["instructions_user"] < counted["instructions"] - counted["instructions_firmware"]
    assert counted["instructions_firmware"] + counted["instructions_kernel"] < counted["instructions"]
    spaces = [phases.is_kernel(trace.blocks.address, mach.space), phases.can_be_user(trace.blocks.address, mach.space)]
    assert all(space.any() for space in spaces)
    assert script("trace2line", "--functions").returncode == 0
    _lines_add_up(folder, counted["instructions"], "run_init_process")


def _lines_add_up(folder: RunFolder, total: int, function: str) -> None:
    summed, last, seen, kinds = 0, "", set(), set()
    with (folder.path / "trace-lines.txt").open(errors="replace") as lines:
        for line in lines:
            count, _, text = line.rstrip("\n").partition(" ")
            assert text != last, "those in a row are one"
            summed, last = summed + int(count), text
            kinds.add(text) if text.startswith("[") else seen.add(text)
    assert summed == total
    assert function in seen and "[memory]" in kinds
    assert "[user]" in kinds or any(":" in text for text in seen)


def test_tasks_are_named_and_their_code_is_of_the_files_that_they_have_mapped(
        script: Script, out: Output, folder: RunFolder) -> None:
    done = script("trace-boot", "--eval-after", "/hello.out && /true.out")
    assert done.returncode == 0, done.stderr
    missing = re.search(r"^scripts/trace-boot: (no task is named.*|user space stays.*)$", done.stderr, re.M)
    if missing:
        pytest.skip(missing[1])
    assert script("trace2line", "--functions").returncode == 0
    files = _files_of_tasks(folder)
    assert "init" in files and "swapper/0" in files and not files["swapper/0"], "the kernel's own have no user space"
    assert any("busybox" in of for of in files.values())
    for name in ("hello.out", "true.out"):
        assert name in files[name], files
        assert all(file.startswith((name, "ld", "lib")) for file in files[name]), files
    from lkmc.commands import trace2line
    trace, lines = Trace.read(folder.blocks), source_lines.Lines()
    number = np.zeros(trace.blocks.instruction.size, np.int64)
    trace2line.user_numbers(trace, trace2line.Source(out, machine.read(out.arch), yes=False), lines, number)
    assert re.search(rb"^hello\.out:main .*hello\.c:\d+$", b"\n".join(lines.texts), re.M)
    assert Task(0, 1, "init") in trace.events()
    if out.arch == "x86_64":
        _begin_where_instructions_do(trace, out)


def _begin_where_instructions_do(trace: Trace, out: Output) -> None:
    """Addresses of code that was taken for another file's would be in the middle of instructions, too."""
    tool = toolchain.tool("objdump", out, machine.read(out.arch), False)
    files = list(user_code.of(trace, out))
    assert files
    for code in files:
        text = subprocess.run([tool, "-dw", str(code.file)], capture_output=True, text=True, check=True).stdout
        known = {int(address, 16) for address in re.findall(r"^ *([0-9a-f]+):\t", text, re.M)}
        assert set(code.address.tolist()) <= known, code.name


def _files_of_tasks(folder: RunFolder) -> dict[str, set[str]]:
    """Of each task's name: the files whose code it executed in user space; "" where none is known."""
    files: dict[str, set[str]] = {}
    name = ""
    with (folder.path / "trace-lines.txt").open(errors="replace") as lines:
        for line in lines:
            count, _, text = line.rstrip("\n").partition(" ")
            if text.startswith("[task] "):
                assert count == "0"
                name = text.split(" ", 2)[2]
                files.setdefault(name, set())
            elif ":" in text or text == "[user]":
                files.setdefault(name, set()).add(text.partition(":")[0].replace("[user]", ""))
    return files


@pytest.mark.usefixtures("symbols")
def test_lines_of_a_boot_are_those_of_addr2line(script: Script, out: Output, folder: RunFolder) -> None:
    """Ten thousand addresses, asked for in another order. For a few binutils 2.40 knows the line one way and
    not the other, or names another symbol of assembly that the address is in, too; none may have another line."""
    assert script("trace-boot", "--eval-after", "insmod /hello.ko; exit 4").returncode == 4
    mach, trace = machine.read(out.arch), Trace.read(folder.blocks)
    assert out.symbols
    from lkmc.commands import trace2line
    lines = source_lines.Lines()
    number = trace2line.numbers(trace, folder, trace2line.Source(out, mach, yes=False), lines)
    assert re.search(rb"^\w+ kernel_modules/.*hello\.c:\d+$|^\w*init\w* .*hello\.c:\d+$", b"\n".join(lines.texts), re.M)
    code = {address: lines.texts[which].decode() for address, which in
            zip(trace.blocks.instruction.tolist(), number.tolist(), strict=True)
            if mach.space.kernel <= address and _in_vmlinux(out, address)}
    sample = random.Random(1).sample(sorted(code), min(SAMPLE, len(code)))
    tool = toolchain.tool("addr2line", out, mach, False)
    done = subprocess.run([tool, "-fae", str(out.symbols)], input="".join(f"{address:x}\n" for address in sample),
                          capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == 3 * len(sample)
    unknown = 0
    for address, said, function, place in zip(sample, answers[0::3], answers[1::3], answers[2::3], strict=True):
        assert int(said, 16) == address
        ours, _, where = code[address].partition(" ")
        unknown += ours != function or "" in (where, source_lines.shown(place))
        if where and source_lines.shown(place):
            assert re.search(rf"(^|/){re.escape(where)}( |$)", place), (where, place)
    assert unknown < len(sample) / 50


def _in_vmlinux(out: Output, address: int) -> bool:
    """Not a module's."""
    return any(start <= address < end for start, end in _text(out))


_TEXT: dict[str, list[tuple[int, int]]] = {}


def _text(out: Output) -> list[tuple[int, int]]:
    from elftools.elf.elffile import ELFFile
    if str(out.path) not in _TEXT:
        assert out.symbols
        with out.symbols.open("rb") as file:
            _TEXT[str(out.path)] = [(part["sh_addr"], part["sh_addr"] + part["sh_size"])
                                    for part in ELFFile(file).iter_sections() if part["sh_flags"] & 4]
    return _TEXT[str(out.path)]


def test_firmware_repeats_to_the_instruction_where_the_clock_counts_instructions(
        script: Script, out: Output, request: pytest.FixtureRequest) -> None:
    """Later the host's disk and network take part. User space that faults executes an instruction twice."""
    if out.prebuilt and not request.config.getoption("slow"):
        pytest.skip("boots the distro's large kernel twice, counting: a minute; give --slow")
    words = ("--", "-icount", "shift=0,sleep=off", "-rtc", "clock=vm,base=2026-01-01")
    first, second = (numbers(script("trace-boot", *words).stdout) for _ in range(2))
    assert first["instructions_firmware"] == second["instructions_firmware"] > 0
    assert first["entry_address"] == second["entry_address"]
    assert abs(first["instructions_user"] - second["instructions_user"]) < first["instructions_user"] / 1000
    assert abs(first["instructions"] - second["instructions"]) < first["instructions"] / 10


def test_two_processors_are_told_apart(script: Script, folder: RunFolder) -> None:
    done = script("trace-boot", "--cpus", "2")
    assert done.returncode == 0, done.stderr
    counted = numbers(done.stdout)
    assert counted["instructions_cpu0"] + counted["instructions_cpu1"] == counted["instructions"]
    assert min(counted["instructions_cpu0"], counted["instructions_cpu1"]) > 0
    trace = Trace.read(folder.blocks)
    sums = np.zeros(2, np.int64)
    for piece in trace.sequence():
        sums[piece.processor] += int((trace.blocks.length[piece.block] * piece.times).sum())
    assert sums.tolist() == [counted["instructions_cpu0"], counted["instructions_cpu1"]]
    assert script("trace2line", "--functions").returncode == 0
    for processor in range(2):
        with (folder.path / f"trace-lines-{processor}.txt").open(errors="replace") as lines:
            assert sum(int(line.partition(" ")[0]) for line in lines) == sums[processor]
