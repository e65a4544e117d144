# SPDX-License-Identifier: GPL-2.0-or-later
"""gem5: the command line that starts a guest or a program, and what is refused."""
from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import fakes
import pytest

from lkmc import cli, gem5, machine, paths
from lkmc.baremetal import Maker, keys
from lkmc.commands import run as runner
from lkmc.errors import MissingOutput, UserError
from lkmc.gem5_files import why
from lkmc.gem5_run import plain
from lkmc.output import Output
from lkmc.request import Gem5Request, Payload, RunRequest, When, check_emulator
from lkmc.run_folder import RunFolder

ARCHES = ("aarch64", "arm")
PAYLOAD = Payload(When.AFTER, b"true\n")
REQUEST = RunRequest(gem5=Gem5Request())


@pytest.fixture
def built(tmp_path: Path, request: pytest.FixtureRequest) -> Output:
    """An output with a gem5 of its own."""
    arch = getattr(request, "param", "aarch64")
    output = fakes.output_folder(tmp_path / "o", arch, images=("vmlinux", "rootfs.ext4", "rootfs.cpio"))
    fakes.script(output.host / "bin/gem5.opt", "exit 0")
    for path in (output.host / "share/gem5" / gem5.MARK, output.images / "gem5/boot.arm64",
                 output.images / "gem5/boot.arm"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return output


def command(output: Output, request: RunRequest = REQUEST) -> tuple[str, ...]:
    return gem5.command(request, machine.read(output.arch), output, RunFolder.of(output.path, "0"))


def values(argv: tuple[str, ...], option: str) -> list[str]:
    """What follows each occurrence of an option."""
    return [value for word, value in pairwise(argv) if word == option]


def parsed(*argv: str) -> RunRequest:
    return RunRequest.of(cli.parse(runner, "run", list(argv)))


@pytest.mark.parametrize("built", ARCHES, indirect=True)
def test_each_machine_is_started_as_its_board_says(built: Output) -> None:
    made = machine.read(built.arch).gem5[0]
    argv = command(built)
    script = argv.index(str(paths.TOP / "scripts/gem5/linux.py"))
    own, ours = argv[:script], argv[script:]
    assert own[0] == str(built.host / "bin/gem5.opt")
    tree = built.host / "share/gem5"
    assert values(own, "--path") == [f"{tree}/configs:{tree}/configs/example/arm"]
    assert values(ours, "--machine") == [made.name]
    assert values(ours, "--kernel") == [str(built.images / "vmlinux")]
    assert values(ours, "--boot-loader") == [str(built.images / "gem5" / made.boot_loader)]
    assert values(ours, "--disk") == [str(built.images / "rootfs.ext4"), str(built.path / "run/0/payload")]
    [words] = values(ours, "--command-line")
    assert {"console=ttyAMA0", "root=/dev/vda", f"mem={made.memory}", *made.kernel_words} <= set(words.split())


def test_a_script_of_ours_is_there_for_gem5() -> None:
    assert (gem5.SCRIPTS / "linux.py").is_file()


def test_nothing_listens_on_tcp(built: Output) -> None:
    argv = command(built, replace(REQUEST, background=True, wait_gdb=True))
    run = RunFolder.of(built.path, "0")
    assert values(argv, "--console") == [str(run.socket("console"))]
    assert values(argv, "--gdb") == [str(run.socket("gdb"))] and "--wait-gdb" in argv


@pytest.mark.parametrize(("request_", "disks", "word"), [
    (replace(REQUEST, payload=PAYLOAD), ["rootfs.ext4", "payload"], "lkmc_gem5=vdb"),
    (replace(REQUEST, payload=PAYLOAD, initrd=True), ["payload"], "lkmc_gem5=vda"),
], ids=["disk", "memory"])
def test_the_payload_is_a_disk_that_the_guest_is_told_of(
        built: Output, request_: RunRequest, disks: list[str], word: str) -> None:
    argv = command(built, request_)
    assert [Path(path).name for path in values(argv, "--disk")] == disks
    before, after = values(argv, "--command-line")[0].split(" - ")
    assert word in after.split() and "lkmc_payload=1" in after.split() and "lkmc_" not in before
    assert bool(values(argv, "--initrd")) == request_.initrd


def test_processors_and_caches_are_those_asked_for(built: Output) -> None:
    assert not {"--caches", "--l1i-size", "--l2-size"} & set(command(built))
    argv = command(built, parsed("--emulator", "gem5", "--cpu-type", "hpi", "--caches", "--l1d-size", "1024",
                                 "--l2-size", "1MB", "--cpus", "2", "--memory", "1G"))
    assert values(argv, "--cpu-type") == ["hpi"] and "--caches" in argv
    assert values(argv, "--l1d-size") == ["1024B"] and values(argv, "--l2-size") == ["1MB"]
    assert values(argv, "--cpus") == ["2"] and values(argv, "--memory") == ["1GiB"]


def test_what_follows_goes_to_the_script_and_exe_args_to_gem5(built: Output) -> None:
    argv = command(built, parsed("--emulator", "gem5", "--gem5-exe-args", "--stats-file 'my stats.txt'", "--",
                                 "--initparam", "13"))
    assert argv[-2:] == ("--initparam", "13")
    assert argv.index("my stats.txt") < argv.index(str(gem5.SCRIPTS / "linux.py"))


def test_traces_go_into_a_file_or_to_standard_output(built: Output) -> None:
    argv = command(built, parsed("--emulator", "gem5", "--trace", "Exec,-ExecSymbol"))
    assert values(argv, "--debug-flags") == ["Exec,-ExecSymbol"]
    assert values(argv, "--debug-file") == [str(RunFolder.of(built.path, "0").trace_text)]
    argv = command(built, parsed("--emulator", "gem5", "--trace-insts-stdout"))
    assert values(argv, "--debug-flags") == ["ExecAll"] and not values(argv, "--debug-file")


def test_the_last_checkpoint_is_number_1(built: Output) -> None:
    run = RunFolder.of(built.path, "0")
    for age, tick in enumerate((300, 20, 1000)):
        (run.m5out / f"cpt.{tick}").mkdir(parents=True)
        (run.m5out / f"cpt.{tick}/m5.cpt").write_text("")
        os.utime(run.m5out / f"cpt.{tick}/m5.cpt", (age, age))
    (run.m5out / "cpt.none").mkdir()
    assert [path.name for path in gem5.checkpoints(run)] == ["cpt.1000", "cpt.20", "cpt.300"]
    argv = command(built, parsed("--emulator", "gem5", "--gem5-restore", "2", "--gem5-readfile", "ls"))
    assert values(argv, "--restore") == [str(run.m5out / "cpt.20")]
    assert values(argv, "--readfile") == [str(run.readfile)]
    with pytest.raises(MissingOutput, match="3 checkpoints, none of number 4.* m5 checkpoint"):
        command(built, parsed("--emulator", "gem5", "--gem5-restore", "4"))


def test_a_restored_guest_is_given_no_payload() -> None:
    with pytest.raises(UserError, match="--gem5-readfile"):
        gem5.needs(PAYLOAD, Gem5Request(restore=1))
    gem5.needs(PAYLOAD, Gem5Request())


def test_the_one_that_is_named_comes_before_the_outputs_own(built: Output, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    fakes.script(tree / "build/ARM/gem5.fast", "exit 0")
    named = Gem5Request(program=tree / "build/ARM/gem5.fast")
    with pytest.raises(MissingOutput, match="--gem5-tree DIR"):
        gem5.program(named, built)
    (tree / gem5.MARK).parent.mkdir(parents=True)
    (tree / gem5.MARK).write_text("")
    assert gem5.program(named, built) == gem5.Program(tree / "build/ARM/gem5.fast", tree)
    elsewhere = replace(named, tree=built.host / "share/gem5")
    assert gem5.program(elsewhere, built).tree == built.host / "share/gem5"
    with pytest.raises(MissingOutput, match="there is no gem5; build one"):
        gem5.program(Gem5Request(program=tmp_path / "none"), built)


def test_what_is_missing_names_the_command_that_makes_it(built: Output) -> None:
    (built.images / "gem5/boot.arm64").unlink()
    with pytest.raises(MissingOutput, match=r"boot.arm64: missing.* scripts/build .*BR2_PACKAGE_GEM5_M5=y"):
        command(built)
    (built.host / "bin/gem5.opt").unlink()
    with pytest.raises(MissingOutput, match=r"no gem5 in .*--config configs/fragments/gem5.config"):
        gem5.program(Gem5Request(), built)
    assert (paths.TOP / gem5.PACKAGE).is_file()


def test_a_machine_without_gem5_is_refused() -> None:
    with pytest.raises(UserError, match="a program without Linux on x86_64 yet: choose --arch aarch64 or arm,"):
        gem5.machine_of(machine.read("x86_64"), bare=True)
    with pytest.raises(UserError, match="no gem5 machine for Linux on x86_64 yet: choose --arch "):
        gem5.machine_of(replace(machine.read("x86_64"), gem5=()))


@pytest.mark.parametrize("built", ["x86_64"], indirect=True)
def test_a_pc_needs_no_boot_loader_but_m5(built: Output) -> None:
    with pytest.raises(MissingOutput, match=r"target/sbin/m5: missing; make it with: .*BR2_PACKAGE_GEM5_M5=y"):
        command(built)
    fakes.script(built.path / gem5.M5, "exit 0")
    argv = command(built, replace(REQUEST, payload=PAYLOAD))
    script = argv.index(str(gem5.SCRIPTS / "linux_x86.py"))
    assert values(argv[script:], "--machine") == ["Pc"] and "--boot-loader" not in argv
    assert [Path(path).name for path in values(argv, "--disk")] == ["rootfs.ext4", "payload"]
    [words] = values(argv, "--command-line")
    assert {"console=ttyS0", "root=/dev/vda", "mem=512M", "lkmc_gem5=vdb"} <= set(words.split())


@pytest.mark.parametrize("built", ["x86_64"], indirect=True)
@pytest.mark.parametrize(("words", "said"), [
    (("--gem5-script", "biglittle", "--cpus", "2"), "--gem5-script biglittle: none for gem5's Pc; choose from linux"),
    (("--frame-capture",), "--frame-capture: gem5's Pc has no screen"),
])
def test_a_pc_is_not_given_what_it_lacks(built: Output, words: tuple[str, ...], said: str) -> None:
    fakes.script(built.path / gem5.M5, "exit 0")
    with pytest.raises(UserError, match=said):
        command(built, parsed("--emulator", "gem5", *words))


@pytest.mark.parametrize("option", [["--caches"], ["--cpu-type", "o3"], ["--gem5-restore", "1"], ["--l2-size", "1MB"],
                                    ["--gem5-readfile", "ls"], ["--trace-insts-stdout"],
                                    ["--machine", "VExpress_GEM5_V2"]], ids=lambda words: words[0])
def test_options_of_gem5_are_refused_without_it(option: list[str]) -> None:
    with pytest.raises(UserError, match=f"{option[0]} is gem5's; give --emulator gem5"):
        check_emulator(cli.parse(runner, "run", option))


@pytest.mark.parametrize("size", ["0", "big", "32 kB", "-1", "1GB", "1000"])
def test_the_size_of_a_cache_is_checked(size: str) -> None:
    with pytest.raises(UserError, match="not the size of a cache|expected one argument"):
        parsed("--emulator", "gem5", "--l2-size", size)


@pytest.mark.parametrize(("built", "script"), [("aarch64", "user"), ("x86_64", "user_x86")], indirect=["built"])
def test_a_program_is_run_without_a_guest(built: Output, script: str) -> None:
    run = RunFolder.of(built.path, "0")
    argv = gem5.user_command(REQUEST, machine.read(built.arch), built, run, Path("/bin/true"), ["-a", "b c"])
    assert values(argv, "--memory") == ["512MiB"]
    assert argv[-4:] == ("--", "/bin/true", "-a", "b c") and str(gem5.SCRIPTS / f"{script}.py") in argv
    assert "--kernel" not in argv and "--console" not in argv


@pytest.mark.parametrize("built", ARCHES, indirect=True)
def test_a_program_without_linux_is_linked_for_the_machine(built: Output) -> None:
    run, mach = RunFolder.of(built.path, "0"), machine.read(built.arch)
    argv = gem5.baremetal_command(REQUEST, mach, built, run, Path("/hello.elf"))
    assert str(gem5.SCRIPTS / "baremetal.py") in argv and values(argv, "--kernel") == ["/hello.elf"]
    plain = Maker(built, mach, None, False)
    other = replace(plain, machine=mach.gem5[0].baremetal)
    assert plain.folder != other.folder and plain.folder.name == "baremetal"
    assert keys(other.folder / "multicore.elf", built, other.folder)["cpus"] == "2"
    assert keys(other.folder / "multicore.elf", built) == {}


@pytest.mark.parametrize("built", ARCHES, indirect=True)
def test_every_machine_of_a_board_has_its_link_script(built: Output) -> None:
    made_for = machine.read(built.arch).gem5
    assert made_for[0].name == "VExpress_GEM5_V1"
    for made in made_for:
        assert (paths.TOP / f"baremetal/link/{made.baremetal}.ld").is_file()


def test_another_machine_has_its_own_boot_loader(built: Output) -> None:
    asked = parsed("--emulator", "gem5", "--machine", "VExpress_GEM5_V2")
    with pytest.raises(MissingOutput, match=r"boot_v2.arm64: missing"):
        command(built, asked)
    (built.images / "gem5/boot_v2.arm64").touch()
    argv = command(built, asked)
    assert values(argv, "--machine") == ["VExpress_GEM5_V2"]
    assert values(argv, "--boot-loader") == [str(built.images / "gem5/boot_v2.arm64")]


@pytest.mark.parametrize(("built", "name", "said"), [
    ("aarch64", "RealViewPBX", "no machine of gem5's for aarch64; choose from VExpress_GEM5_V1, VExpress_GEM5_V2"),
    ("arm", "VExpress_GEM5_V2", "no machine of gem5's for arm; choose from VExpress_GEM5_V1"),
], indirect=["built"])
def test_a_machine_that_the_board_has_not_is_refused(built: Output, name: str, said: str) -> None:
    with pytest.raises(UserError, match=f"^--machine {name}: .*{said}"):
        command(built, parsed("--emulator", "gem5", "--machine", name))


@pytest.mark.parametrize("built", ARCHES, indirect=True)
def test_a_program_without_linux_runs_on_each_machine(built: Output) -> None:
    for made in machine.read(built.arch).gem5:
        asked = parsed("--emulator", "gem5", "--baremetal", "hello", "--machine", made.name)
        run = RunFolder.of(built.path, "0")
        argv = gem5.baremetal_command(asked, machine.read(built.arch), built, run, Path("/hello.elf"))
        assert values(argv, "--machine") == [made.name] and {*made.baremetal_words} <= {*argv}


def test_what_only_qemu_has_is_left_out_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    request = plain(replace(REQUEST, instant=True, snapshots=True))
    assert request.instant and not request.snapshots
    said = capsys.readouterr().err
    assert "--snapshots" in said and "--kvm" not in said and "--instant" not in said


def test_a_checkpoint_of_the_users_is_started_from_and_none_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert not plain(replace(REQUEST, instant=True), with_linux=False).instant
    assert capsys.readouterr().err == ""
    assert not plain(replace(REQUEST, instant=True, gem5=Gem5Request(restore=1))).instant
    assert "without --instant: --gem5-restore" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "reason"), [
    ("warn: a\nfatal: no such file\nMemory Usage: 1", "fatal: no such file"),
    ("src/a.cc:1: warn: a\nsrc/b.cc:2: panic: no\nFor more info", "src/b.cc:2: panic: no"),
    ("gem5.opt: a.hh:1: Assertion `b' failed.\nFor more info", "gem5.opt: a.hh:1: Assertion `b' failed."),
    ("gem5 started\npanic: x\nProgram aborted", "panic: x"),
    ("linux.py: error: bad option", "linux.py: error: bad option"),
    ("info: x\nValueError: memory size too big\n\nAt:\n  m5/main.py(1): main", "ValueError: memory size too big"),
    ("last words", "last words"), ("", ""),
])
def test_the_reason_of_a_failure_is_gem5s_own(words: str, reason: str) -> None:
    assert why(words) == reason


@pytest.mark.parametrize(("line", "whose"), [
    ("NameError: name 'ArmSystem' is not defined", "Arm"),
    ("ImportError: cannot import name 'X86AtomicSimpleCPU' from 'm5.objects' (m5/objects/__init__.py)", "X86"),
])
def test_a_gem5_of_other_instructions_is_told_from_other_failures(line: str, whose: str) -> None:
    assert why(f"{line}\n\nAt:\n  m5/main.py(1): main") == (
        f"{line}: this gem5 was built without {whose}'s processors; name another one with --gem5 FILE")
