# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel modules by themselves: compilers, sparse and checkpatch have nothing to say, on any kernel.

Each is compiled once for every kernel whose headers are given by --headers, and read by sparse for the first of each
architecture.
"""
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lkmc import examples, machine, paths

# What the kernel's own compiler could do, by its .config, and an older one of this host cannot: not asked for.
NEWER = ("CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=",)
# Defined where the module is put together, or by the linker.
INTERNAL = {"__this_module", "_GLOBAL_OFFSET_TABLE_"}
# The script, and what it reads beside it.
CHECKPATCH = ("checkpatch.pl", "spelling.txt", "const_structs.checkpatch")


@dataclass(frozen=True)
class Compiled:
    """The objects of the modules, and what the compiler and sparse said of our files."""
    arch: str
    headers: Path
    objects: tuple[Path, ...]
    said: tuple[str, ...]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "headers" in metafunc.fixturenames:
        given = [word.partition("=") for word in metafunc.config.getoption("headers")]
        metafunc.parametrize("headers", [(arch, Path(folder)) for arch, _, folder in given], scope="session",
                             ids=[f"{arch}-{Path(folder).name}" for arch, _, folder in given])


@pytest.fixture(scope="session")
def compiled(headers: tuple[str, Path], request: pytest.FixtureRequest,
             tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Objects only, for the headers of a newer distro hold programs that this host may not be able to run: modpost,
    whose place a test below takes, and objtool."""
    arch, build = headers
    of_arch = [word for word in request.config.getoption("headers") if word.startswith(f"{arch}=")]
    sparse = of_arch[0] == f"{arch}={build}"
    names = machine.read(arch).prebuilt
    folder = tmp_path_factory.mktemp("modules")
    shutil.copytree(paths.TOP / "kernel_modules", folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("*.o", "*.ko", "*.mod*", ".*"))
    objects = [source.with_suffix(".o") for source in sorted(folder.glob("*.c"))
               if arch in examples.header(source).get("arch", arch).split(",")]
    done = subprocess.run(
        ["make", "-s", f"-j{os.cpu_count()}", "-C", build, f"M={folder}", f"ARCH={names.kernel_arch}",
         f"CROSS_COMPILE={names.compiler}", f"CC={names.compiler}gcc", f"LKMC_INCLUDE={paths.TOP}/include",
         "W=1", f"C={2 if sparse else 0}", "objtool=true", *NEWER, *(path.name for path in objects)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return Compiled(arch, build, tuple(objects), tuple(filter(about_us(folder), done.stdout.splitlines())))


def about_us(folder: Path) -> Callable[[str], bool]:
    """Whether a line begins with the name of a file of ours; what headers of the kernel say is not our doing."""
    own = {path.name for path in folder.iterdir()}

    def check(line: str) -> bool:
        file = line.partition(":")[0]
        mine = Path(file).name in own and (str(folder) in file or "/" not in file)
        return mine or "include/lkmc/" in file
    return check


def test_gcc_and_sparse_have_nothing_to_say(compiled: Compiled) -> None:
    assert compiled.said == ()


def test_the_kernel_exports_every_symbol_that_a_module_uses(compiled: Compiled) -> None:
    table = (compiled.headers / "Module.symvers").read_text().splitlines()
    exported = {line.split("\t")[1] for line in table}
    ours = symbols(compiled, "--defined-only", "--extern-only")
    assert symbols(compiled, "--undefined-only") - exported - ours - INTERNAL == set()


def symbols(compiled: Compiled, *which: str) -> set[str]:
    command = [f"{machine.read(compiled.arch).prebuilt.compiler}nm", "--format=just-symbols", *which]
    printed = subprocess.run([*command, *compiled.objects], check=True, capture_output=True, text=True).stdout
    return {line for line in printed.splitlines() if line and not line.endswith(":")}


@pytest.fixture(scope="module")
def checkpatch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script of a kernel tree: one that was built here, or one of the distro's package of sources."""
    for built in paths.OUT.glob("*/build/linux-*/scripts/checkpatch.pl"):
        return built
    archives = sorted(Path("/usr/src").glob("linux-source-*.tar.xz"))
    if not archives or shutil.which("perl") is None:
        pytest.skip("no kernel tree with checkpatch.pl; the distro's package linux-source has one")
    folder = tmp_path_factory.mktemp("kernel")
    members = [f"{archives[-1].name.removesuffix('.tar.xz')}/scripts/{name}" for name in CHECKPATCH]
    subprocess.run(["tar", "-x", "-f", archives[-1], "-C", folder, "--strip-components=1", "--occurrence=1", *members],
                   check=True)
    return folder / "scripts" / CHECKPATCH[0]


def test_checkpatch_has_nothing_to_say(checkpatch: Path) -> None:
    sources = sorted((paths.TOP / "kernel_modules").glob("*.c"))
    done = subprocess.run(["perl", checkpatch, "--no-tree", "--strict", "--terse", "--quiet", "--no-summary", "--file",
                           *sources], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert len(sources) > 40
