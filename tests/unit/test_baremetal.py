# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/run --baremetal, with an emulator that is none; the commands that make and find programs."""
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import fakes
import pytest
from test_programs import elf
from test_run import FAKE

from lkmc import apt, baremetal, examples, gem5, machine, paths, symbol_table
from lkmc.output import Output
from lkmc.run_folder import RunFolder


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """A Buildroot output with two programs."""
    out = fakes.output_folder(tmp_path / "out", "aarch64")
    fakes.script(out.host / "bin/qemu-system-aarch64",
                 f'case $* in "-trace help") echo pl011_irq_state ;; *) exec {sys.executable} {FAKE} "$@" ;; esac')
    for name in ("hello", "multicore", "arch/aarch64/add"):
        path = out.images / f"baremetal/{name}.elf"
        path.parent.mkdir(parents=True, exist_ok=True)
        elf(path)
    return out


def run(output: Output, *words: str, **how: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([paths.TOP / "scripts/run", "--output", output.path, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, env={**os.environ, "FAKE_QEMU": json.dumps(how)})


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (125, "")
    [line] = done.stderr.splitlines()
    return line


@pytest.mark.parametrize(("how", "code"), [
    ({"reason": "", "exit": 0}, 0),
    ({"reason": "", "exit": 42}, 42),
    ({"reason": "guest-shutdown"}, 0),
    ({"reason": "guest-reset"}, 101),
    ({"reason": "", "exit": 1, "status": "status 007\n"}, 7),
])
def test_the_exit_status_is_the_program_s(output: Output, how: dict[str, object], code: int) -> None:
    done = run(output, "--baremetal", "hello", **how)
    assert done.returncode == code
    assert (output.path / "run/0/run.sh").exists() and "-S" not in done.stderr.splitlines()[0].split()


def test_events_are_written_and_those_there_are_not_refused(output: Output) -> None:
    fakes.script(output.host / "bin/qemu-system-aarch64", "echo pl011_read")
    words = ["--baremetal", "hello", "--dry-run", "--trace"]
    assert {"enable=pl011_*", "-D"} <= set(shlex.split(run(output, *words, "pl011_*").stdout))
    assert "no event 'pl012'" in refused(run(output, *words, "pl012"))
    assert run(output, *words, "help").stdout == "pl011_read\n"


def test_an_emulator_that_does_not_start_is_no_program_that_failed(output: Output) -> None:
    done = run(output, "--quiet", "--baremetal", "hello", "--", "-nonsense", exit=1, stderr="qemu: -nonsense: invalid")
    assert refused(done).startswith("scripts/run: qemu: -nonsense: invalid; the whole command: ")


@pytest.mark.parametrize(("words", "cpus"), [(["hello"], "1"), (["multicore"], "2"),
                                             (["multicore", "--cpus", "1"], "1")])
def test_a_program_has_the_cpus_that_it_needs_unless_it_is_told_otherwise(output: Output, words: list[str],
                                                                          cpus: str) -> None:
    command = shlex.split(run(output, "--dry-run", "--baremetal", *words).stdout)
    assert command[command.index("-smp") + 1] == cpus


@pytest.mark.parametrize("text", ["arch/aarch64/add", "baremetal/arch/aarch64/add.S", "{images}/arch/aarch64/add.elf"])
def test_a_program_is_named_by_its_source_or_its_file(output: Output, text: str) -> None:
    folder = output.images / "baremetal"
    done = run(output, "--dry-run", "--baremetal", text.format(images=folder))
    assert f"-kernel {folder}/arch/aarch64/add.elf " in done.stdout


@pytest.mark.parametrize(("words", "said"), [
    (["helo"], "no program 'helo' for aarch64 in baremetal/ (did you mean hello"),
    (["semihost_exit"], "is the name of 2 programs: write arch/aarch64/no_bootloader/semihost_exit or "
                        "arch/aarch64/semihost_exit"),
    (["arch/x86_64/int"], "baremetal/ has 'arch/x86_64/int' for x86_64, not for aarch64: give --arch x86_64"),
    (["timer"], "timer.elf: not built; run scripts/build --arch aarch64 --output"),
    ([str(paths.TOP / "README.md")], "README.md: not an ELF program"),
    (["hello", "--eval-after", "true"], "--eval-after is for Linux"),
    (["hello", "--kvm"], "--kvm is for Linux"),
    (["hello", "--instant"], "--instant is for Linux"),
    (["hello", "--static"], "--static is for --userland; leave it out"),
    (["hello", "--userland-args", "a"], "--userland-args is for --userland; leave it out"),
    (["hello", "--trace", "pl001_*"], "no event 'pl001_*'; --trace help lists them"),
    (["hello", "--userland", "hello"], "give only one of --userland and --baremetal"),
])
def test_a_request_that_cannot_be_is_refused_in_a_line(output: Output, words: list[str], said: str) -> None:
    assert said in refused(run(output, "--baremetal", *words))


def test_a_program_of_another_architecture_is_refused(output: Output, tmp_path: Path) -> None:
    path = elf(tmp_path / "other.elf", machine=62)
    assert "a program for x86_64, not for aarch64; give --arch x86_64" in refused(run(output, "--baremetal", str(path)))


def test_gdb_begins_where_the_program_does(output: Output) -> None:
    fakes.script(output.host / "bin/aarch64-buildroot-linux-gnu-gdb", "exit 0")
    command = [str(paths.TOP / "scripts/run-gdb"), "--output", str(output.path), "--baremetal", "hello", "--dry-run"]
    lines = subprocess.run([*command, "main"], capture_output=True, text=True, timeout=60).stdout.splitlines()
    assert f"file {output.images}/baremetal/hello.elf" in lines
    assert lines.index('    gdb.execute("tbreak *&_start")') < lines.index("break main") < lines.index("continue")


def test_gdb_has_the_program_that_gem5_runs(output: Output) -> None:
    fakes.script(output.host / "bin/aarch64-buildroot-linux-gnu-gdb", "exit 0")
    run_folder = RunFolder.of(output.path, "0")
    run_folder.claim()
    run_folder.write(("gem5.opt", str(gem5.BAREMETAL), "--machine", "VExpress_GEM5_V2"), None)
    run_folder.finish({})
    command = [str(paths.TOP / "scripts/run-gdb"), "--output", str(output.path), "--baremetal", "hello", "--dry-run"]
    lines = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.splitlines()
    assert f"file {output.images}/baremetal-vexpress_gem5_v2/hello.elf" in lines


@pytest.mark.parametrize(("arch", "said"), [("x86_64", "GDB has no simulator for x86_64"),
                                            ("aarch64", "GDB has no simulator for aarch64 that it can debug"),
                                            ("arm", "no GDB with the simulator of arm; the package crosstool-ng")])
def test_a_gdb_without_a_simulator_is_told_from_one_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arch: str,
                                                         said: str) -> None:
    out = fakes.output_folder(tmp_path / "out", arch)
    elf(out.images / "baremetal.elf")
    (out.images / "baremetal").mkdir()
    machines = {"aarch64": 183, "arm": 40, "x86_64": 62}
    elf(out.images / "baremetal/hello.elf", machine=machines[arch])
    data = bytearray((out.images / "baremetal/hello.elf").read_bytes())
    if arch == "arm":
        data[4] = 1         # 32 bits
    (out.images / "baremetal/hello.elf").write_bytes(data)
    fakes.on_path(monkeypatch, tmp_path / "bin", gdb_multiarch='echo "Undefined target command: \\"sim\\"." >&2')
    command = [str(paths.TOP / "scripts/run-gdb"), "--output", str(out.path), "--baremetal", "hello", "--sim"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 125 and said in done.stderr
    if arch == "arm":
        fakes.script(out.host / "bin/arm-lkmc-eabihf-gdb", "exit 0")
        assert "target sim\nload\nstarti\necho" in subprocess.run([*command, "--dry-run"], capture_output=True,
                                                                  text=True, timeout=60).stdout


def test_a_simulated_program_begins_in_main_with_a_stack(tmp_path: Path) -> None:
    out = fakes.output_folder(tmp_path / "out", "arm")
    fakes.script(out.host / "bin/arm-lkmc-eabihf-gdb", "exit 0")
    symbols = [symbol_table.Symbol(0x1000, True, "main"), symbol_table.Symbol(0x2000, False, "lkmc_stacks"),
               symbol_table.Symbol(0x400, False, "lkmc_stack_size")]
    program = tmp_path / "program.elf"
    program.write_bytes(symbol_table.elf(symbols, "arm"))
    command = [str(paths.TOP / "scripts/run-gdb"), "--output", str(out.path), "--baremetal", str(program), "--sim",
               "--dry-run"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "starti\nset $sp = 0x2400\nset $pc = 0x1000\necho" in done.stdout, done.stderr
    done = subprocess.run([*command, "--no-continue"], capture_output=True, text=True, timeout=60)
    assert "starti" in done.stdout and "set $" not in done.stdout, "at the first instruction"


@pytest.mark.parametrize("arch", machine.arches())
def test_every_program_s_header_line_can_be_read(arch: str) -> None:
    sources = baremetal.TREE.sources(arch)
    assert {"hello", f"arch/{arch}/add"} < set(sources) and not any("lib/" in name for name in sources)
    for path in sources.values():
        examples.header(path)


def test_no_address_is_written_twice() -> None:
    """What link/MACHINE.ld says, nothing else below baremetal/ says again, not for another machine either."""
    tables = sorted((paths.TOP / "baremetal/link").glob("*.ld"))
    addresses = [address for path in tables
                 for address in re.findall(r"^lkmc_\w+ = (0x\w{3,});", path.read_text(), re.M)]
    assert len(addresses) > 15 and len(set(addresses)) == len(addresses)
    found = [(path.name, address) for path in (paths.TOP / "baremetal").rglob("*")
             if path.is_file() and path not in tables
             for address in addresses if re.search(rf"\b{address}\b", path.read_text().lower())]
    assert found == []


@pytest.mark.parametrize("arch", ["aarch64", "arm"])
def test_packages_and_scripts_agree_on_the_compilers(arch: str) -> None:
    names = dict(machine.read(arch).baremetal.compilers)
    config = (paths.TOP / "package/lkmc-baremetal/Config.in").read_text()
    assert f'default "{names["buildroot"].removesuffix("-")}" if BR2_{arch}\n' in config
    lines = (paths.TOP / f"configs/crosstool-ng/{arch}.config").read_text().splitlines()
    assert f'CT_TARGET_VENDOR="{names["crosstool-ng"].split("-")[1]}"' in lines
    assert ("CT_ARCH_FLOAT_HW=y" in lines) == names["crosstool-ng"].endswith("hf-")
    simulator = {"CT_GDB_CROSS_SIM=y", "CT_GDB_V_13=y"}         # 13 has arm's as a target
    assert simulator & set(lines) == (simulator if machine.read(arch).baremetal.gdb_simulates else set())


def test_a_build_has_what_its_configuration_needs_of_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(baremetal, "install_compilers", lambda mach, yes: asked.append(mach.arch))
    monkeypatch.setattr(apt, "require", lambda needed, yes: asked.append(needed))
    for number, config in enumerate(("", "BR2_PACKAGE_LKMC_BAREMETAL_HOST=y\n", "BR2_PACKAGE_HOST_CROSSTOOL_NG=y\n")):
        baremetal.prepare(fakes.output_folder(tmp_path / str(number), "arm", config=config).path, True)
    assert asked == ["arm", baremetal.CROSSTOOL_NG]
