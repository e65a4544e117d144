# SPDX-License-Identifier: GPL-2.0-or-later
"""The first hacks of the seed, done for real: a line is edited, one command builds it, and the guest says it.

Each is done in an output that Buildroot made, and undone; the source trees stay in src/ for the next time.
"""
from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from booting import Run
from repository import git

from lkmc import loop, overrides, paths, sources
from lkmc.console import Console
from lkmc.output import Output

pytestmark = pytest.mark.usefixtures("checkout")

HACK = str(paths.TOP / "scripts/hack")
BUILD = str(paths.TOP / "scripts/build")


def command(out: Output, name: str, *words: str) -> str:
    done = subprocess.run([name, "--yes", "--arch", out.arch, "--output", str(out.path), *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@contextmanager
def hacked(out: Output, package: str, file: str, old: str, new: str, *rebuild: str) -> Iterator[None]:
    """The package is taken from src/, with one edit, and rebuilt; the patch at the end must hold the edit. Afterwards
    it is rebuilt from the tree without it."""
    command(out, HACK, package)
    tree = sources.folder(package)
    try:
        with loop.edited(tree / file, old, new):
            command(out, BUILD, *rebuild)
            yield
            patch = command(out, HACK, package, "--done", "--subject", f"{package}: be hacked")
        command(out, HACK, package)
        command(out, BUILD, *rebuild)
        assert command(out, HACK, package, "--done") == "", "nothing of the hack is left"
    finally:
        overrides.remove(out.path, overrides.source(package, tree))
    added = next(line for line in new.splitlines() if line not in old.splitlines())
    assert re.search(rf"^\+.*{re.escape(added)}", patch, re.M) and f"Subject: [PATCH] {package}: be hacked" in patch


def build_of(out: Output, package: str, what: str) -> None:
    """Skip where the output has no build of its own of a package."""
    if not any((out.path / "build").glob(f"{package}-*/.stamp_built")):
        pytest.skip(f"{out.path.name} has no {package} built from source, {what}")


@pytest.fixture(autouse=True)
def slow(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("slow"):
        pytest.skip("builds a package's source anew, twice: minutes each; give --slow")


def test_a_message_in_start_kernel_is_seen_at_boot(out: Output, run: Run) -> None:
    before = "\tpage_address_init();\n"
    with hacked(out, "linux", "init/main.c", before, f'\tpr_info("I\'VE HACKED THE LINUX KERNEL!!!");\n{before}',
                "linux-rebuild", "all"):
        done = run("--eval-after", "dmesg | grep HACKED")
        assert done.returncode == 0 and b"I'VE HACKED THE LINUX KERNEL!!!" in done.stdout
    assert run("--eval-after", "! dmesg | grep HACKED").returncode == 0


BROKEN = 3      # the commit after which the kernel dies


def commits(tree: Path) -> None:
    """Four commits of the kernel's init/main.c, each with one more message."""
    place = "\tif (ramdisk_execute_command) {\n"
    for number in range(1, 5):
        file = tree / "init/main.c"
        edit = f'\tpr_info("commit {number}\\n");\n' + ('\tpanic("bisected");\n' if number == BROKEN else "")
        text = file.read_text()
        assert place in text
        file.write_text(text.replace(place, edit + place, 1))
        git(tree, "commit", "--quiet", "--all", f"--message=commit {number}")


def test_the_commit_that_broke_the_kernel_is_found(out: Output, limit: float) -> None:
    command(out, HACK, "linux")
    tree = sources.folder("linux")
    good = git(tree, "rev-parse", "HEAD")
    try:
        commits(tree)
        said = command(out, str(paths.TOP / "scripts/bisect"), "--good", good, "--bad", git(tree, "rev-parse", "HEAD"),
                       str(tree), "--", "--quiet", "--timeout", str(limit), "--eval-after", "true")
        assert said.splitlines()[-1].endswith(f" commit {BROKEN}")
        assert "commit 4" in (tree / "init/main.c").read_text(), "the tree is as it was"
    finally:
        git(tree, "reset", "--quiet", "--hard", good)
        command(out, BUILD, "linux-rebuild", "all")
        overrides.remove(out.path, overrides.source("linux", tree))


@pytest.mark.parametrize("how", [["--direct", "lkmc-kernel-modules"], ["lkmc-kernel-modules-rebuild"]])
def test_an_edited_module_is_loaded_again_without_a_reboot(
        out: Output, console: Callable[..., Console], how: list[str]) -> None:
    module = "/mnt/9p/out_rootfs_overlay/hello.ko"
    command(out, BUILD, "lkmc-kernel-modules-rebuild")
    try:
        with console() as guest:
            guest.login()
            before = guest.run(f"insmod {module}; rmmod hello; dmesg | grep 'hello init'; cat /proc/uptime")[0]
            with loop.edited(loop.MODULE, loop.SAYS, f"{loop.SAYS} hacked"):
                command(out, BUILD, *how)
                after = guest.run(f"insmod {module}; rmmod hello; dmesg | grep 'hello init'; cat /proc/uptime")[0]
    finally:
        command(out, BUILD, "lkmc-kernel-modules-rebuild")
    assert "hello init hacked" not in before and "hello init hacked" in after
    assert float(after.split()[-2]) > float(before.split()[-2]), "one boot"


def test_the_processors_name_in_qemu_is_seen_in_the_guest(out: Output, run: Run) -> None:
    if out.arch != "x86_64":
        pytest.skip(f"the processor's name is a string of QEMU's on x86_64; {out.arch} has numbers")
    build_of(out, "host-qemu", "and the distro's cannot be edited")
    old, new = '"QEMU Virtual CPU version "', '"QEMU Virtual CPU version HACKED "'
    with hacked(out, "qemu", "target/i386/cpu.c", f".model_id = {old}", f".model_id = {new}",
                "host-qemu-rebuild"):
        done = run("-v", "--eval-after", "grep 'model name' /proc/cpuinfo", "--", "-cpu", "qemu64")
        assert done.returncode == 0 and b"HACKED" in done.stdout


def test_puts_of_glibc_says_more(out: Output, run: Run) -> None:
    build_of(out, "glibc", "for its toolchain is a prebuilt one")
    old = "      && _IO_sputn (stdout, str, len) == len\n"
    with hacked(out, "glibc", "libio/ioputs.c", old, f'{old}      && _IO_sputn (stdout, " hacked", 7) == 7\n',
                "glibc-rebuild", "all"):
        done = run("--eval-after", "/hello.out")
        assert done.returncode == 0 and b"hello hacked\r\n" in done.stdout


def test_binutils_knows_myinc(out: Output, tmp_path: Path) -> None:
    if out.arch != "x86_64":
        pytest.skip(f"inc is an instruction of x86_64, not of {out.arch}")
    build_of(out, "host-binutils", "for its toolchain is a prebuilt one")
    table = sources.folder("binutils") / "opcodes/i386-opc.tbl"
    command(out, HACK, "binutils")
    line = next(line for line in table.read_text().splitlines() if line.startswith("inc, 0xfe/0"))
    program = tmp_path / "myinc.s"
    program.write_text("myinc %rax\n")
    assembler = next((out.host / "bin").glob("x86_64-*-as"))
    with hacked(out, "binutils", "opcodes/i386-opc.tbl", f"{line}\n", f"{line}\nmy{line}\n",
                "host-binutils-rebuild"):
        subprocess.run([assembler, program, "-o", tmp_path / "myinc.o"], check=True)
