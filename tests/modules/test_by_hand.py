# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples as one builds them by hand on this computer: by the makefiles beside them, without a script of ours."""
from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from lkmc import paths


def make(folder: Path, *words: str | Path) -> None:
    done = subprocess.run(["make", f"-j{os.cpu_count()}", "-C", folder, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


def modinfo(module: Path, field: str) -> str:
    return subprocess.run(["modinfo", "-F", field, module], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def kdir(request: pytest.FixtureRequest) -> Path:
    """Headers of a kernel for this computer's architecture, the oldest, whose programs run here."""
    for word in request.config.getoption("headers"):
        arch, _, folder = word.partition("=")
        if arch == platform.machine():
            return Path(folder)
    pytest.skip(f"no --headers={platform.machine()}=DIR given")


def copy(name: str, to: Path) -> Path:
    shutil.copytree(paths.TOP / name, to / name, ignore=shutil.ignore_patterns("*.o", "*.ko", "*.mod*", "*.out", ".*"))
    return to / name


def test_the_module_for_the_host_needs_nothing_but_its_folder(kdir: Path, tmp_path: Path) -> None:
    folder = copy("hello_host_kernel_module", tmp_path)
    before = set(folder.iterdir())
    make(folder, f"KDIR={kdir}")
    assert modinfo(folder / "hello.ko", "license") == "GPL"
    make(folder, f"KDIR={kdir}", "clean")
    assert set(folder.iterdir()) == before


def test_the_modules_build_for_any_kernel(kdir: Path, tmp_path: Path) -> None:
    copy("include", tmp_path)
    folder = copy("kernel_modules", tmp_path)
    before = set(folder.iterdir())
    make(folder, f"KDIR={kdir}", "hello.ko")
    assert {path.name for path in folder.glob("*.ko")} == {"hello.ko"}
    make(folder, f"KDIR={kdir}", "LKMC_MODULES=dep dep2")
    assert modinfo(folder / "dep2.ko", "depends") == "dep"
    assert modinfo(folder / "dep2.ko", "vermagic") == modinfo(folder / "hello.ko", "vermagic") != ""
    make(folder, f"KDIR={kdir}", "clean")
    assert set(folder.iterdir()) == before


def test_the_programs_build_for_this_computer_and_prove_themselves(tmp_path: Path) -> None:
    if platform.machine() not in {path.name for path in (paths.TOP / "userland/arch").iterdir()}:
        pytest.skip(f"no programs for {platform.machine()}")
    make(paths.TOP / "userland", f"OUT={tmp_path}")
    run = {}
    for line in (tmp_path / "userland.tests").read_text().splitlines():
        name, source, *keys = line.split()
        if source.startswith("source=linux/"):      # those ask things of Linux that it tells root only
            continue
        done = subprocess.run([tmp_path / name], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        wanted = next((int(key.removeprefix("exit=")) for key in keys if key.startswith("exit=")), 0)
        run[name] = status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        assert status in (wanted, 77), (name, done.stdout, done.stderr)
    assert run["hello.out"] == run["hello_cpp.out"] == run["add.out"] == 0 and run["false.out"] == 1


def test_the_list_of_tests_follows_the_packages(tmp_path: Path) -> None:
    listed = []
    for packages in ("", "eigen", ""):
        make(paths.TOP / "userland", f"OUT={tmp_path}", f"PACKAGES={packages}", tmp_path / "userland.tests")
        listed.append("eigen_hello.out " in (tmp_path / "userland.tests").read_text())
    assert listed == [False, True, False]
