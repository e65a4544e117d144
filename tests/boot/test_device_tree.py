# SPDX-License-Identifier: GPL-2.0-or-later
"""The device tree that QEMU makes: as it writes it into a file, and as the guest's kernel shows it."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from booting import Run
from debugging import Boot, Start

from lkmc.output import Output

# What a boot adds, or is another each time: where the root file system is, what the kernel is told, seeds.
OF_THE_BOOT = re.compile(r"^\s*(linux,initrd-(start|end)|bootargs|rng-seed|kaslr-seed) = .*;\n", re.M)
COPY = "tar c -C /sys/firmware/devicetree/base . | tar x -C /mnt/9p/data/device-tree"


def source(output: Output, where: Path, kind: str) -> str:
    """A device tree as text, in the order of its names."""
    tool = output.program("dtc") or shutil.which("dtc")
    if tool is None:
        pytest.skip("no dtc on this host; the distro's package is device-tree-compiler")
    done = subprocess.run([str(tool), "-q", "-s", "-I", kind, "-O", "dts", str(where)], check=True, capture_output=True,
                          text=True)
    return OF_THE_BOOT.sub("", done.stdout)


def test_the_guest_has_the_tree_that_qemu_dumps(run: Run, out: Output, tmp_path: Path) -> None:
    if out.arch == "x86_64":
        pytest.skip("the x86_64 machine has no device tree")
    dumped, folder = tmp_path / "tree.dtb", out.path / "9p/device-tree"
    done = run("--cpus", "2", "--", "-machine", f"dumpdtb={dumped}")
    assert done.returncode == 0 and dumped.exists(), done.stderr
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    done = run("--cpus", "2", "--eval-after", COPY)
    assert done.returncode == 0, done.stdout
    mine, guests = source(out, dumped, "dtb"), source(out, folder, "fs")
    shutil.rmtree(folder)
    assert "cpu@1 {" in mine and "pl011@9000000 {" in mine
    assert guests == mine


def test_gdb_dumps_the_same_tree(run: Run, out: Output, console: Boot, debugger: Start, tmp_path: Path,
                                 symbols: None) -> None:
    if out.arch == "x86_64":
        pytest.skip("the x86_64 machine has no device tree")
    dumped, seen = tmp_path / "tree.dtb", tmp_path / "seen.dtb"
    run("--", "-machine", f"dumpdtb={dumped}")
    with console() as guest:
        guest.login()
        with debugger("--no-continue") as gdb:
            gdb.prompt()
            if "Undefined" in gdb.do("help lx-fdtdump"):
                pytest.skip("this output has no scripts of the kernel's for GDB")
            assert "Dumped fdt blob" in gdb.do(f"lx-fdtdump {seen}")
    assert source(out, seen, "dtb") == source(out, dumped, "dtb")
