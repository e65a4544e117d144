# SPDX-License-Identifier: GPL-2.0-or-later
"""package/lkmc-many-files: what it puts into the guest, made by its own commands without the rest of Buildroot."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lkmc import paths

# As much of Buildroot as the package uses: it is built in one folder and installed into another.
MAKEFILE = """
TARGET_CC = gcc
TARGET_CFLAGS = -O2
generic-package =
include {package}
install:
\t$(LKMC_MANY_FILES_BUILD_CMDS)
\t$(LKMC_MANY_FILES_INSTALL_TARGET_CMDS)
"""


def install(folder: Path, count: int) -> list[Path]:
    """The files in the guest after the package's installation."""
    (folder / "Makefile").write_text(MAKEFILE.format(package=paths.TOP / "package/lkmc-many-files/lkmc-many-files.mk"))
    subprocess.run(["make", "-s", "-C", folder, "install", f"TARGET_DIR={folder / 'target'}", f"@D={folder}",
                    f"BR2_PACKAGE_LKMC_MANY_FILES_COUNT={count}"], check=True)
    return [path for path in (folder / "target").rglob("*") if path.is_file()]


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc on this host")
def test_there_are_as_many_programs_as_asked_for(tmp_path: Path) -> None:
    files = install(tmp_path, 10)
    assert {str(path.relative_to(tmp_path / "target")) for path in files} == {
        f"lkmc/many_files/{number}" for number in range(1, 11)}
    for path in files:
        assert path.read_bytes().startswith(b"\x7fELF") and path.stat().st_mode & 0o111
        assert path.stat().st_size < 16 << 10
    assert len(install(tmp_path, 3)) == 3, "those of a larger number before are gone"
