# SPDX-License-Identifier: GPL-2.0-or-later
"""toolchain: which cross tool is taken."""
from __future__ import annotations

import subprocess
from pathlib import Path

import fakes
import pytest

from lkmc import machine, paths, toolchain
from lkmc.errors import MissingOutput
from lkmc.output import Output


def test_the_output_s_own_tool_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = fakes.output_folder(tmp_path / "o")
    found = fakes.on_path(monkeypatch, tmp_path / "bin", gdb_multiarch="exit 0", x86_64_linux_gnu_gcc="exit 0")
    fakes.script(found / "x86_64-linux-gnu-readelf", "exit 0")
    mach = machine.read(output.arch)
    assert toolchain.tool("gdb", output, mach, yes=False) == str(found / "gdb-multiarch")
    assert toolchain.tool("readelf", output, mach, yes=False) == str(found / "x86_64-linux-gnu-readelf")
    for name in ("gdb", "readelf"):
        own = fakes.script(output.host / "bin" / f"x86_64-buildroot-linux-gnu-{name}", "exit 0")
        assert toolchain.tool(name, output, mach, yes=False) == str(own)


def test_a_variant_has_the_tools_of_its_base(tmp_path: Path) -> None:
    base = fakes.output_folder(tmp_path / "base", "arm")
    variant = fakes.output_folder(tmp_path / "v", "arm", config=f'BR2_LKMC_BASE="{base.path}"\n')
    own = fakes.script(base.host / "bin/arm-linux-objdump", "exit 0")
    assert toolchain.tool("objdump", variant, machine.read("arm"), yes=False) == str(own)


def test_an_unknown_tool_is_an_error_that_names_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = fakes.output_folder(tmp_path / "o", "aarch64")
    fakes.script(output.host / "bin/aarch64-buildroot-linux-gnu-objcopy", "exit 0")
    found = fakes.on_path(monkeypatch, tmp_path / "bin", aarch64_linux_gnu_gcc="exit 0")
    fakes.script(found / "aarch64-linux-gnu-gcc", "exit 0")
    with pytest.raises(MissingOutput, match="has no objdmp; it has .*gcc.*, objcopy"):
        toolchain.tool("objdmp", output, machine.read("aarch64"), yes=False)


def run_toolchain(output: Output, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([paths.TOP / "scripts/run-toolchain", "--output", output.path, *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def test_the_command_replaces_the_script(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path / "o")
    own = fakes.script(output.host / "bin/x86_64-linux-nm", 'printf "%s|" "$@"; exit 7')
    done = run_toolchain(output, "--dry-run", "nm", "--", "-a", "b c")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{own} -a 'b c'\n", "")
    done = run_toolchain(output, "nm", "--", "-a", "b c", "--", "--dry-run")
    assert (done.returncode, done.stdout, done.stderr) == (7, "-a|b c|--|--dry-run|", "")
