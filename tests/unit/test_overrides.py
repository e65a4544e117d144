# SPDX-License-Identifier: GPL-2.0-or-later
"""overrides: local.mk gets our lines and loses them again, whatever else it and the .config say."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lkmc import overrides

SOURCE = {"LINUX_OVERRIDE_SRCDIR": "/s/linux"}
OTHER = 'BR2_PACKAGE_OVERRIDE_FILE="$(HOME)/other.mk"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".config").write_text('A=y\nBR2_PACKAGE_OVERRIDE_FILE="$(CONFIG_DIR)/local.mk"\nB=y\n')
    return tmp_path


def made(folder: Path, name: str, **variables: str) -> str:
    """What make takes a variable for, after local.mk."""
    text = f'qstrip = $(strip $(subst ",,$(1)))\nHOME := "{folder}"\ninclude {folder}/local.mk\n{name} = own\n'
    done = subprocess.run(["make", "-f", "-", "--eval", f"all:;@echo '[$({name})]'"], input=text, text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("package, name", [("linux", "LINUX"), ("lkmc-userland", "LKMC_USERLAND")])
def test_a_package_and_its_host_package_come_from_the_folder(package: str, name: str) -> None:
    assert overrides.source(package, Path("/s")) == {f"{name}_OVERRIDE_SRCDIR": "/s",
                                                     f"HOST_{name}_OVERRIDE_SRCDIR": "/s"}


def test_a_line_comes_and_goes_beside_the_users_own(folder: Path) -> None:
    (folder / "local.mk").write_text("BUSYBOX_OVERRIDE_SRCDIR = /mine\n")
    overrides.add(folder, SOURCE)
    overrides.add(folder, SOURCE)
    assert (folder / "local.mk").read_text().count("LINUX_OVERRIDE_SRCDIR") == 1
    overrides.remove(folder, SOURCE)
    lines = (folder / "local.mk").read_text().splitlines()
    assert lines[-1] == "BUSYBOX_OVERRIDE_SRCDIR = /mine" and len(lines) <= 2


def test_nothing_is_left_of_a_file_that_was_ours_alone(folder: Path) -> None:
    before = (folder / ".config").read_text()
    overrides.add(folder, SOURCE)
    overrides.remove(folder, SOURCE)
    assert not (folder / "local.mk").exists() and (folder / ".config").read_text() == before


def test_the_file_that_the_configuration_names_stays_in_force(folder: Path) -> None:
    (folder / ".config").write_text(OTHER)
    (folder / "other.mk").write_text("LINUX_OVERRIDE_SRCDIR = /theirs\nTHEIRS = kept\n")
    overrides.add(folder, SOURCE)
    assert (folder / ".config").read_text() == 'BR2_PACKAGE_OVERRIDE_FILE="$(CONFIG_DIR)/local.mk"\n'
    text = (folder / "local.mk").read_text()
    assert text.index("other.mk") < text.index("/s/linux"), "ours is the last word"
    assert overrides.included(folder) == "$(HOME)/other.mk"
    overrides.remove(folder, SOURCE)
    assert (folder / ".config").read_text() == OTHER and not (folder / "local.mk").exists()


def test_a_new_configuration_names_ours_again(folder: Path) -> None:
    (folder / ".config").write_text(OTHER)
    overrides.add(folder, SOURCE)
    (folder / ".config").write_text(OTHER.replace("other", "another"))
    overrides.keep(folder)
    assert "$(CONFIG_DIR)/local.mk" in (folder / ".config").read_text()
    assert overrides.included(folder) == "$(HOME)/another.mk"
    overrides.keep(folder)
    assert overrides.included(folder) == "$(HOME)/another.mk"


def test_make_reads_both_files_though_a_path_is_quoted(folder: Path) -> None:
    (folder / ".config").write_text(OTHER)
    (folder / "other.mk").write_text("THEIRS = kept\n")
    overrides.add(folder, {"override QEMU_VERSION": "9.2.4"})
    assert made(folder, "QEMU_VERSION") == "[9.2.4]", "the package's own version comes later and gives way"
    assert made(folder, "LINUX_VERSION") == "[own]"


def test_packages_that_are_hacked_are_told_from_others(folder: Path) -> None:
    assert overrides.packages(folder) == []
    (folder / "local.mk").write_text("BUSYBOX_OVERRIDE_SRCDIR = /src/busybox\n")
    for package, place in (("linux", "/s/linux"), ("lkmc-userland", "/s/lkmc-userland"), ("qemu", "/s/qemu-10")):
        overrides.add(folder, overrides.source(package, Path(place)))
    assert overrides.packages(folder) == ["linux", "lkmc-userland"]
