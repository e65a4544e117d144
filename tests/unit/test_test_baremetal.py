# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/test-baremetal and scripts/build-baremetal with a tree of programs, a runner and a make that are none."""
from __future__ import annotations

import shlex
from pathlib import Path
from xml.etree import ElementTree

import fakes
import pytest
from test_programs import elf

from lkmc import baremetal, cli, paths
from lkmc.configured import PREBUILT
from lkmc.output import Output

PROGRAMS = {
    "hello.c": "",
    "exit42.c": "// lkmc: exit=42\n",
    "echo.c": "// lkmc: input=abc timeout=7\n",
    "only_arm.c": "// lkmc: arch=arm\n",
    "newlib.c": "// lkmc: libc=newlib\n",
    "two.c": "// lkmc: cpus=2\n",
    "gic.c": "// lkmc: needs=gic_v3\n",
    "arch/aarch64/add.S": "",
    "arch/arm/add.S": "",
}
# A scripts/run that says how it was called; each program's status is what stands in its file, behind the headers.
RUN = """echo "$*" >>"$LOG"; typed=$(cat); echo "typed $typed"; for program; do :; done
exit "$(sed -n 's/.*status=//p' "$program")\""""
# A make that makes what it is asked for, or all that can be.
MAKE = """for word; do case $word in IMAGES=*) images=${word#*=} ;; esac; done
echo "$*" >>"$LOG"; mkdir -p "$images"; touch "$images/hello.elf\""""


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Output:
    """A Buildroot output in which the programs were made that its compiler can make."""
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    fakes.on_path(monkeypatch, tmp_path / "bin", make=MAKE)
    fakes.script(tmp_path / "top/scripts/run", RUN)
    for name, text in PROGRAMS.items():
        source = tmp_path / "top/baremetal" / name
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
    built = fakes.output_folder(tmp_path / "o", "aarch64")
    for name, status in {"hello": 0, "exit42": 42, "echo": 0, "arch/aarch64/add": 0, "two": 0, "gic": 0}.items():
        ends(built, name, status)
    return built


def ends(output: Output, name: str, status: int, folder: str = "baremetal") -> None:
    """Make a program that ends with this status."""
    path = output.images / folder / f"{name}.elf"
    path.parent.mkdir(parents=True, exist_ok=True)
    with elf(path).open("ab") as file:
        file.write(b"\nstatus=%d\n" % status)


def suite(output: Output, *words: str) -> int:
    return cli.main("test-baremetal", ["--output", str(output.path), *words])


def called(tmp_path: Path) -> list[list[str]]:
    """The words of each call of scripts/run or make."""
    return sorted(shlex.split(line) for line in (tmp_path / "log").read_text().splitlines())


def test_each_program_is_a_test_whose_right_status_its_header_says(
        output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    assert suite(output) == 0
    assert capsys.readouterr().out.splitlines() == [
        "KTAP version 1", "1..8", "ok 1 aarch64/arch/aarch64/add", "ok 2 aarch64/echo", "ok 3 aarch64/exit42",
        "ok 4 aarch64/gic", "ok 5 aarch64/hello", "ok 6 aarch64/newlib # SKIP only with the C library newlib",
        "ok 7 aarch64/only_arm # SKIP only on arm", "ok 8 aarch64/two"]


def test_a_program_is_run_as_a_user_would(output: Output, tmp_path: Path) -> None:
    assert suite(output, "-k", "echo", "-k", "arch/*", "--timeout", "9", "--qemu-which", "host",
                 "--run-id", "mine") == 0
    common = ["--quiet", "--output", str(output.path), "--emulator", "qemu", "--qemu-which", "host", "--run-id"]
    folder = output.images / "baremetal"
    assert called(tmp_path) == [
        [*common, "test-mine-arch-aarch64-add", "--timeout", "9.0", "--baremetal", f"{folder}/arch/aarch64/add.elf"],
        [*common, "test-mine-echo", "--timeout", "7", "--baremetal", f"{folder}/echo.elf"]]


def test_a_program_that_fails_is_shown_with_what_it_said(
        output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ends(output, "echo", 3)
    assert suite(output, "-k", "echo", "--junit", str(tmp_path / "junit.xml")) == 1
    command, *said = capsys.readouterr().out.splitlines()[2:]
    assert command.startswith(f"# {tmp_path}/top/scripts/run ") and command.endswith("/echo.elf")
    assert said == ["# typed abc", "not ok 1 aarch64/echo # exit status 3, not 0"]
    [failure] = ElementTree.parse(tmp_path / "junit.xml").iter("failure")
    assert (failure.text or "").endswith("echo.elf\ntyped abc") and failure.get("message") == "exit status 3, not 0"


def test_a_right_status_other_than_0_is_not_right_for_others(
        output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    ends(output, "exit42", 0)
    assert suite(output, "-k", "exit42") == 1
    assert "not ok 1 aarch64/exit42 # exit status 0, not 42" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "result"), [
    ("gcc", "ok 1 aarch64/cpp # SKIP only with a compiler for C++"), ("g++", "not ok 1 aarch64/cpp # exit status 125")])
def test_a_program_in_cpp_is_for_a_compiler_that_knows_it(
        output: Output, capsys: pytest.CaptureFixture[str], name: str, result: str) -> None:
    """Buildroot's bare-metal compiler is for C; what another has left out has failed."""
    (output.path / ".config").write_text(f"{output.config}BR2_PACKAGE_LKMC_BAREMETAL_BUILDROOT=y\n")
    fakes.script(output.host / f"bin/aarch64-buildroot-elf-{name}", "exit 0")
    fakes.script(paths.TOP / "scripts/run", "exit 125")
    (paths.TOP / "baremetal/cpp.cpp").touch()
    suite(output, "-k", "cpp")
    assert result in capsys.readouterr().out


def test_a_program_that_was_not_built_is_left_to_the_runner_to_explain(output: Output, tmp_path: Path) -> None:
    (output.images / "baremetal/hello.elf").unlink()
    suite(output, "-k", "hello")
    assert called(tmp_path)[0][-1] == str(tmp_path / "top/baremetal/hello.c")


def test_with_another_compiler_the_programs_are_made_first(output: Output, tmp_path: Path) -> None:
    fakes.script(output.host / "bin/aarch64-buildroot-elf-gcc", "exit 0")
    (output.images / "baremetal/hello.elf").unlink()
    suite(output, "-k", "hello", "--gcc-which", "buildroot")
    run, make = called(tmp_path)
    assert {"TOOLCHAIN=buildroot", f"BIN={output.host}/bin/"} <= set(make)
    assert run[-1] == f"{output.images}/baremetal/hello.elf"


def test_a_compiler_that_is_not_there_is_refused_in_a_line(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    assert suite(output, "--gcc-which", "crosstool-ng") == 125
    told = capsys.readouterr()
    assert "aarch64-lkmc-elf-gcc: not built; choose it for lkmc-baremetal" in told.err and told.err.count("\n") == 1


@pytest.mark.parametrize("which", baremetal.FRAGMENTS)
def test_a_compiler_of_buildroot_s_is_built_elsewhere_than_in_a_prebuilt_output(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], which: str) -> None:
    built = fakes.output_folder(tmp_path / "p", "arm", config=f"{PREBUILT}\n")
    assert build(built, "--gcc-which", which) == 125
    [told] = capsys.readouterr().err.splitlines()
    assert told.endswith(f"; build it with scripts/build --arch arm --config {baremetal.FRAGMENTS[which]}, or leave "
                         f"out --gcc-which")
    assert (paths.TOP / baremetal.FRAGMENTS[which]).exists()


@pytest.mark.parametrize(("machine", "skipped"), [
    ("VExpress_GEM5_V1", {"gic": "needs gic_v3: its interrupt controller is of version 2"}), ("VExpress_GEM5_V2", {})])
def test_on_gem5_programs_are_made_for_its_machine(
        output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str], machine: str, skipped: dict[str, str],
        ) -> None:
    fakes.gem5(output)
    folder = f"baremetal-{machine.lower()}"
    for name, status in {"hello": 0, "gic": 0, "two": 1, "echo": 5}.items():
        ends(output, name, status, folder)
    names = ("hello", "gic", "two", "echo")
    assert suite(output, "--emulator", "gem5", "--machine", machine, "--cpu-type", "timing",
                 *(word for name in names for word in ("-k", name))) == 1
    told = [line.split("aarch64/")[1] for line in capsys.readouterr().out.splitlines() if line[0] in "on"]
    skipped = {"two": "needs cpus: all of them begin at once, which programs do not expect", **skipped}
    ended = {name: f"{name} # SKIP {skipped[name]}" if name in skipped else name for name in names}
    assert told == ["echo # exit status 5, not 0", ended["gic"], ended["hello"], ended["two"]]
    runs = [words for words in called(tmp_path) if "--baremetal" in words]
    [make] = [words for words in called(tmp_path) if "-C" in words]
    assert f"MACHINE={machine.lower()}" in make and f"IMAGES={output.images}/{folder}" in make
    assert len(runs) == 3 - (len(skipped) - 1)
    assert runs[-1] == ["--quiet", "--output", str(output.path), "--emulator", "gem5", "--cpu-type", "timing",
                        "--machine", machine, "--run-id", "test-0-hello", "--timeout", "600.0", "--baremetal",
                        f"{output.images}/{folder}/hello.elf"]


def test_a_program_of_one_architecture_can_be_chosen_among_all(
        output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(paths, "OUT", tmp_path)
    output.path.rename(tmp_path / "aarch64")
    assert cli.main("test-baremetal", ["--all-archs", "-k", "arch/aarch64/*"]) == 0
    assert capsys.readouterr().out.splitlines() == ["KTAP version 1", "1..1", "ok 1 aarch64/arch/aarch64/add"]
    assert not (tmp_path / "arm-prebuilt/build").exists(), "nothing is compiled where nothing is to be run"


def build(output: Output, *words: str) -> int:
    return cli.main("build-baremetal", ["--output", str(output.path), *words])


def test_building_compiles_the_programs_that_are_named_or_all(
        output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(output, "hello", "baremetal/arch/aarch64/add.S") == build(output) == 0
    assert capsys.readouterr().out == f"{output.images}/baremetal\n" * 2
    every, two = sorted(called(tmp_path), key=len)
    assert every == two[:-2] and two[-2:] == ["hello.elf", "arch/aarch64/add.elf"]
    assert {"-C", str(baremetal.TREE.path), "ARCH=aarch64", "TOOLCHAIN=host", "BIN="} <= set(every)


def test_all_architectures_are_built_in_folders_of_their_own(
        output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(paths, "OUT", tmp_path / "out")
    assert cli.main("build-baremetal", ["--all-archs"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/out/{arch}-prebuilt/images/baremetal" for arch in ("aarch64", "arm", "x86_64")]


def test_a_compiler_that_knows_no_cpp_is_told(
        output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.script(output.host / "bin/aarch64-buildroot-elf-gcc", "exit 0")
    (paths.TOP / "baremetal/cpp.cpp").touch()
    fakes.on_path(monkeypatch, tmp_path / "bin", make="echo 'make: *** No rule to make target cpp.elf' >&2; exit 2")
    assert build(output, "cpp", "--gcc-which", "buildroot") == 125
    assert "cpp: not for aarch64 and this compiler, which is for C only; choose " in capsys.readouterr().err


@pytest.mark.parametrize(("name", "make", "said"), [
    ("hallo", "exit 2", "no program 'hallo' for aarch64 in baremetal/ (did you mean hello"),
    ("newlib", "echo 'make: *** No rule to make target newlib.elf.  Stop.' >&2; exit 2",
     "newlib: not for aarch64 and this compiler, as its header line says (arch=, libc=); choose another program"),
    ("hello", "echo 'hello.c:1: error: no'; exit 2", "hello.c:1: error: no; see "),
])
def test_what_cannot_be_built_is_one_line(
        output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
        name: str, make: str, said: str) -> None:
    fakes.on_path(monkeypatch, tmp_path / "bin", make=make)
    assert build(output, name) == 125
    told = capsys.readouterr()
    assert said in told.err and told.err.count("\n") == 1 and told.out == ""
