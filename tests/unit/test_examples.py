# SPDX-License-Identifier: GPL-2.0-or-later
"""examples: header lines, and the examples of the tree."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest

from lkmc import examples, machine, paths
from lkmc.errors import UserError
from lkmc.examples import Example


@pytest.mark.parametrize("line, keys", [
    ("// lkmc: arch=x86_64", {"arch": "x86_64"}),
    ("# lkmc: exit=101 test=host", {"exit": "101", "test": "host"}),
    (" * lkmc: arch=arm,aarch64 config=CONFIG_A,CONFIG_B", {"arch": "arm,aarch64", "config": "CONFIG_A,CONFIG_B"}),
    ("/* lkmc: emulator=gem5 */", {"emulator": "gem5"}),
    ("// lkmc: package=BR2_PACKAGE_X cflags=`a b` -c ldflags=-lx -ly",
     {"package": "BR2_PACKAGE_X", "cflags": "`a b` -c", "ldflags": "-lx -ly"}),
    ("// lkmc: ldflags=-pthread", {"ldflags": "-pthread"}),
    ("// lkmc: qemu=-device,edu,dma_mask=1", {"qemu": "-device,edu,dma_mask=1"}),
    ("// lkmc: needs=psci,dtb", {"needs": "psci,dtb"}),
    ("# lkmc: test=own report=oops,kasan", {"test": "own", "report": "oops,kasan"}),
    ('pr_info("lkmc: exit=1");', {}),
    ("# about lkmc: it is no header", {}),
])
def test_a_header_line(tmp_path: Path, line: str, keys: dict[str, str]) -> None:
    file = tmp_path / "hello.c"
    file.write_text(f"// SPDX-License-Identifier: GPL-2.0-or-later\n{line}\nint x;\n")
    assert examples.header(file) == keys


def test_a_header_stands_near_the_top(tmp_path: Path) -> None:
    file = tmp_path / "hello.sh"
    file.write_text("\n" * 14 + "# lkmc: exit=1\n")
    assert examples.header(file) == {"exit": "1"}
    file.write_text("\n" * 15 + "# lkmc: exit=1\n")
    assert examples.header(file) == {}


@pytest.mark.parametrize("line, said", [
    ("# lkmc: colour=red", "'colour=red' is no key of an example: write key=value, keys are arch, emulator, exit"),
    ("# lkmc: test=none and more", "'and' is no key"),
    ("# lkmc: exit", "'exit' is no key"),
    ("# lkmc: arch=arm arch=aarch64", "stands there twice"),
    ("# lkmc: arch=riscv64", "aarch64|arm|x86_64"),
    ("# lkmc: exit=256", "'exit=256'"),
    ("# lkmc: exit=-1", "'exit=-1'"),
    ("# lkmc: test=maybe", "own|host|last|none"),
    ("# lkmc: config=KPROBES", "CONFIG_"),
    ("# lkmc: test=", "'test='"),
    ("# lkmc: report=kasan,flaw", "atomic|bug|"),
    ("# lkmc: needs=gic_v4", "gic_v3|idle|nonblocking|"),
])
def test_a_bad_header_is_named_with_its_line_and_what_is_right(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "hello.sh"
    file.write_text(f"#!/bin/sh\n\n{line}\n")
    with pytest.raises(UserError) as error:
        examples.header(file)
    assert str(error.value).startswith(f"{file}:3: ") and said in str(error.value)


def test_qemu_options_keep_their_commas() -> None:
    assert Example("a", Path("a"), {"qemu": "-device,edu,dma_mask=1"}).qemu == ("-device", "edu,dma_mask=1")
    assert Example("a", Path("a")).qemu == ()


@pytest.mark.parametrize("keys, why", [
    ({}, ""),
    ({"arch": "x86_64,arm", "emulator": "qemu", "config": "CONFIG_PVH", "package": "BR2_PACKAGE_HAVE"}, ""),
    ({"arch": "aarch64,arm"}, "only on aarch64,arm"),
    ({"emulator": "gem5"}, "only on gem5"),
    ({"config": "CONFIG_PVH,CONFIG_MISSING"}, "the kernel has no CONFIG_MISSING"),
    ({"package": "BR2_PACKAGE_MISSING"}, "the output has no BR2_PACKAGE_MISSING"),
])
def test_why_an_output_cannot_run_an_example(tmp_path: Path, keys: dict[str, str], why: str) -> None:
    output = fakes.output_folder(tmp_path / "out", config="BR2_PACKAGE_HAVE=y\n")
    assert Example("a.sh", Path("a.sh"), keys).obstacle("x86_64", "qemu", output) == why


@pytest.mark.parametrize("keys, needs", [
    ({}, ()),
    ({"cpus": "1", "needs": "psci,dtb"}, ("psci", "dtb")),
    ({"cpus": "2", "needs": "dtb"}, ("dtb", "cpus")),
])
def test_what_a_program_needs_is_said_or_follows(keys: dict[str, str], needs: tuple[str, ...]) -> None:
    example = Example("a.out", Path("a.out"), keys)
    assert example.needs == needs
    assert example.lack({}) == ""
    assert example.lack({need: "no such thing" for need in needs[-1:]}) == "".join(
        f"needs {need}: no such thing" for need in needs[-1:])


def tree(top: Path, **files: str) -> Path:
    for folder in ("kernel_modules", "rootfs_overlay", "userland/c", "userland/arch/arm", "userland/arch/aarch64"):
        (top / folder).mkdir(parents=True)
    for name, text in files.items():
        path = name.replace("__", "/")
        stem, _, suffix = path.rpartition("_")
        (top / f"{stem}.{suffix}").write_text(text)
    return top


def test_examples_are_found_by_globbing(tmp_path: Path) -> None:
    top = tree(tmp_path, kernel_modules__hello_c="", kernel_modules__hello_sh="", rootfs_overlay__count_sh="",
               rootfs_overlay__init_sh="# lkmc: test=none\n", userland__c__hello_c="", userland__arch__arm__add_S="",
               userland__arch__aarch64__asm_c="")
    assert [example.name for example in examples.find(top, "arm")] == ["add.out", "count.sh", "hello.out", "hello.sh"]
    assert [example.name for example in examples.find(top, "x86_64")] == ["count.sh", "hello.out", "hello.sh"]


def test_what_looks_back_on_the_others_comes_last(tmp_path: Path) -> None:
    top = tree(tmp_path, rootfs_overlay__a_sh="# lkmc: test=last\n", rootfs_overlay__b_sh="")
    assert [example.name for example in examples.find(top, "arm")] == ["b.sh", "a.sh"]


def test_a_bad_header_of_a_module_is_found_too(tmp_path: Path) -> None:
    top = tree(tmp_path, kernel_modules__hello_c="// lkmc: nonsense\n")
    with pytest.raises(UserError, match=r"hello\.c:1: "):
        examples.find(top, "arm")


def test_what_a_module_promises_is_in_its_head_comment(tmp_path: Path) -> None:
    top = tree(tmp_path, kernel_modules__panic_sh="", kernel_modules__panic_c=(
        "/*\n * panic - die\n *\n *\t# insmod /panic.ko\n *\tpanic init\n *\tKernel panic: hello\n *\n"
        " *\tno more\n */\n"))
    path = top / "kernel_modules/panic.sh"
    assert Example("panic.sh", path).promised() == ("panic init", "Kernel panic: hello")
    assert Example("other.sh", path.with_name("other.sh")).promised() == ()


SOME = tuple(Example(name, Path(name)) for name in ("hello.out", "hello.sh", "hello2.sh", "kthread.sh"))


@pytest.mark.parametrize("patterns, names", [
    ([], ["hello.out", "hello.sh", "hello2.sh", "kthread.sh"]),
    (["hello"], ["hello.out", "hello.sh"]),
    (["hello.sh"], ["hello.sh"]),
    (["hello*"], ["hello.out", "hello.sh", "hello2.sh"]),
    (["kthread", "hello?"], ["hello2.sh", "kthread.sh"]),
])
def test_examples_are_chosen_by_name_and_pattern(patterns: list[str], names: list[str]) -> None:
    assert [example.name for example in examples.select(SOME, patterns)] == names


def test_a_name_that_matches_nothing_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"no example 'kthraed' to test \(did you mean kthread"):
        examples.select(SOME, ["hello", "kthraed"])
    with pytest.raises(UserError, match="leave out -k to run all"):
        examples.select(SOME, ["zzzzzzzz"])


def test_a_name_may_be_that_of_another_architecture_s_example() -> None:
    other = Example("rdtsc.out", Path("rdtsc.out"))
    assert examples.select(SOME, ["rdtsc"], [other]) == ()
    assert [example.name for example in examples.select(SOME, ["rdtsc", "hello2"], [other])] == ["hello2.sh"]
    with pytest.raises(UserError, match="did you mean rdtsc"):
        examples.select(SOME, ["rdtcs"], [other])


@pytest.mark.parametrize("arch", machine.arches())
def test_the_examples_of_the_tree(arch: str) -> None:
    found = examples.find(paths.TOP, arch)
    names = [example.name for example in found]
    assert len(names) == len(set(names)) > 60


def test_every_module_has_its_guest_test_for_the_same_architectures() -> None:
    for source in (paths.TOP / "kernel_modules").glob("*.c"):
        script = source.with_suffix(".sh")
        assert script.exists(), f"{source} has no guest test"
        assert examples.header(source).get("arch") == examples.header(script).get("arch"), script
