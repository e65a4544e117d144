# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/test-user-mode with a tree of programs, an emulator and a make that are none."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest
from test_programs import elf

from lkmc import cli, paths, program_suite
from lkmc.output import Output

PROGRAMS = {
    "hello.c": "",
    "exit7.c": "// lkmc: exit=7\n",
    "dies.c": "// lkmc: exit=134\n",
    "guest.c": "// lkmc: user=no\n",
    "forever.c": "// lkmc: test=none\n",
    "host.c": "// lkmc: test=host\n",
    "module.c": "// lkmc: config=CONFIG_X\n",
    "lib.c": "// lkmc: package=BR2_PACKAGE_X\n",
    "gem5.c": "// lkmc: emulator=gem5\n",
}
# A qemu-aarch64 that does what stands in the program's file behind its headers.
QEMU = """for program; do :; done
eval "$(sed -n 's/.*does=//p' "$program")\""""
# A make that links the same programs without shared libraries.
MAKE = """for word; do case $word in
OUT=*) out=${word#*=}; mkdir -p "$out" ;; *.out) cp "$OVERLAY/$word" "$out/$word" ;; esac; done"""


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Output:
    monkeypatch.setattr(paths, "TOP", tmp_path / "top")
    built = fakes.output_folder(tmp_path / "o", "aarch64", config="BR2_PACKAGE_X=y\n")
    fakes.script(built.host / "bin/qemu-aarch64", QEMU)
    fakes.script(built.host / "bin/aarch64-buildroot-linux-gnu-gcc", "exit 1")
    fakes.on_path(monkeypatch, tmp_path / "bin", make=MAKE)
    monkeypatch.setenv("OVERLAY", str(built.overlay))
    (built.path / "staging/lib").mkdir(parents=True)
    built.overlay.mkdir()
    (tmp_path / "top/userland/c").mkdir(parents=True)
    for name, text in PROGRAMS.items():
        (tmp_path / "top/userland/c" / name).write_text(text)
        does(built, Path(name).stem, "exit 0")
    does(built, "exit7", "exit 7")
    does(built, "dies", "kill -s ABRT $$")
    return built


def does(output: Output, name: str, what: str) -> None:
    """Make a program that does this, in the shell's words."""
    with elf(output.overlay / f"{name}.out").open("ab") as file:
        file.write(f"\ndoes={what}\n".encode())


def suite(output: Output, *words: str) -> int:
    return cli.main("test-user-mode", ["--output", str(output.path), *words])


def results(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Each test by its name: how it ended, and the remark."""
    found = {}
    for line in capsys.readouterr().out.splitlines()[2:]:
        if not line.startswith("#"):
            how, _, rest = line.partition(" aarch64/")
            name, _, remark = rest.partition(" # ")
            found[name] = f"{how.rstrip('0123456789 ')} {remark}".strip()
    return found


def test_each_program_is_run_linked_in_both_ways(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    assert suite(output) == 0
    found = results(capsys)
    assert {name for name, how in found.items() if how == "ok"} == {
        f"{linked}/{name}.out" for linked in ("dynamic", "static") for name in ("hello", "exit7", "dies")} | {
        "dynamic/lib.out"}
    assert {name: how for name, how in found.items() if name.startswith("static/") and how != "ok"} == {
        "static/guest.out": "ok SKIP needs a guest, or somebody who looks on",
        "static/host.out": "ok SKIP needs a guest, or somebody who looks on",
        "static/module.out": "ok SKIP needs a kernel of its own",
        "static/lib.out": "ok SKIP needs the shared libraries of an output with BR2_PACKAGE_X",
        "static/gem5.out": "ok SKIP only on gem5"}


def test_the_host_s_compiler_has_no_libraries_of_the_output_s(
        output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    assert suite(output, "--gcc-which", "host", "-k", "lib") == 0
    assert set(results(capsys).values()) == {"ok SKIP needs the shared libraries of an output with BR2_PACKAGE_X"}


def test_a_program_that_fails_is_shown_with_its_command_and_its_last_lines(
        output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    does(output, "hello", "seq 100; exit 3")
    assert suite(output, "-k", "hello", "-k", "exit7") == 1
    told = capsys.readouterr().out.splitlines()
    [at] = [number for number, line in enumerate(told) if "dynamic/hello.out" in line]
    assert told[at].startswith("not ok") and told[at].endswith(" # exit status 3, not 0")
    last = program_suite.LAST_LINES
    assert told[at - last:at] == [f"# {number}" for number in range(101 - last, 101)]
    first = told[at - last - 1]
    assert first.startswith(f"# {output.host}/bin/qemu-aarch64 -L ") and first.endswith(f"{output.overlay}/hello.out")


@pytest.mark.parametrize(("name", "what", "status", "how"), [
    ("hello", "echo no such; echo device; exit 77", 0, "ok SKIP no such device"),
    ("exit7", "exit 0", 1, "not ok exit status 0, not 7"),
    ("hello", "kill -s SEGV $$", 1, "not ok exit status 139, not 0"),
])
def test_a_status_says_what_became_of_the_program(output: Output, capsys: pytest.CaptureFixture[str], name: str,
                                                  what: str, status: int, how: str) -> None:
    does(output, name, what)
    assert suite(output, "-k", name) == status
    assert set(results(capsys).values()) == {how}


def test_a_program_that_does_not_end_is_ended(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    does(output, "hello", "exec tail -f /dev/null")
    assert suite(output, "-k", "hello", "--timeout", "0.2") == 1
    assert set(results(capsys).values()) == {"not ok did not end within 0.2 s"}


def test_a_program_of_one_architecture_can_be_chosen_among_all(
        output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(paths, "OUT", tmp_path)
    (tmp_path / "top/userland/arch/aarch64").mkdir(parents=True)
    (tmp_path / "top/userland/arch/aarch64/add.S").touch()
    does(output, "add", "exit 0")
    monkeypatch.setenv("OVERLAY", str(tmp_path / "aarch64/images/lkmc"))
    output.path.rename(tmp_path / "aarch64")
    assert cli.main("test-user-mode", ["--all-archs", "-k", "add"]) == 0
    assert results(capsys) == {"dynamic/add.out": "ok", "static/add.out": "ok"}


def test_a_compiler_for_no_operating_system_is_refused_in_a_line(
        output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    assert suite(output, "--gcc-which", "crosstool-ng") == 125
    told = capsys.readouterr()
    assert ("--gcc-which crosstool-ng: its programs are for no operating system; choose host or buildroot" in told.err
            and told.err.count("\n") == 1)


def test_on_gem5_static_programs_are_run_as_a_user_would(
        output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.gem5(output)
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    fakes.script(tmp_path / "top/scripts/run", f'echo "$*" >>"$LOG"\n{QEMU}')
    (tmp_path / "top/userland/c/signal.c").write_text("// lkmc: needs=signals\n")
    does(output, "hello", "exit 3")
    assert suite(output, "--emulator", "gem5", "-k", "hello", "-k", "exit7", "-k", "signal", "-k", "gem5") == 1
    assert results(capsys) == {"static/signal.out": "ok SKIP needs signals: gem5 ends where the kernel would send one",
                               "static/hello.out": "not ok exit status 3, not 0", "static/exit7.out": "ok",
                               "static/gem5.out": "ok"}
    build = f"{output.path}/build/lkmc-userland-static"
    assert sorted((tmp_path / "log").read_text().splitlines()) == [
        f"--quiet --output {output.path} --emulator gem5 --run-id test-static-{name}.out --timeout 600.0 --userland "
        f"{build}/{name}.out" for name in ("exit7", "gem5", "hello")]


def test_programs_that_were_not_built_name_the_command_that_does(
        output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    (output.overlay / "hello.out").unlink()
    assert suite(output) == 125
    assert f"hello.out: not built; run scripts/build --arch aarch64 --output {output.path} " in capsys.readouterr().err
