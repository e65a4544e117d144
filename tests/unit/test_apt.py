# SPDX-License-Identifier: GPL-2.0-or-later
"""apt: missing programs are named, and installed once that is agreed to."""
from __future__ import annotations

import os
import sys
from pathlib import Path

import fakes
import pytest

from lkmc import apt
from lkmc.errors import MissingOutput

pytestmark = pytest.mark.apt
LOG = 'echo "$DEBIAN_FRONTEND $0 $*" >> "$LOG"; '


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with nothing but the shell's own commands; what runs is logged here."""
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return tmp_path / "log"


def host(monkeypatch: pytest.MonkeyPatch, log: Path, uid: int = 0, **programs: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    fakes.on_path(monkeypatch, log.parent / "bin", alone=True, **programs)


def ran(log: Path) -> list[str]:
    return log.read_text().replace(f"{log.parent}/bin/", "").splitlines() if log.exists() else []


# Installing a package makes its program.
INSTALLS = LOG + 'shift 3; for p; do printf "#!/bin/sh\\n" > "${0%/*}/$p"; /bin/chmod +x "${0%/*}/$p"; done'


def test_programs_that_are_there_need_no_package(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    host(monkeypatch, log, cpio="exit 0", apt_get=LOG)
    apt.require({"cpio": "cpio"}, False)
    assert ran(log) == []


def test_root_installs_what_is_missing(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    host(monkeypatch, log, cpio="exit 0", apt_get=INSTALLS)
    apt.require({"cpio": "cpio", "xz": "xz", "bc": "bc"}, False)
    assert ran(log) == ["noninteractive apt-get install -y --no-install-recommends bc xz"]


def test_the_command_is_printed(
        monkeypatch: pytest.MonkeyPatch, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    host(monkeypatch, log, apt_get=INSTALLS)
    apt.require({"bc": "bc"}, False)
    assert capsys.readouterr().err == "+ apt-get install -y --no-install-recommends bc\n"


def test_a_user_who_was_not_asked_is_told_the_command(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    host(monkeypatch, log, uid=1000, apt_get=LOG, sudo=LOG)
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115  closed below
    by_hand = "run: sudo apt-get install -y --no-install-recommends bc xz-utils"
    with sys.stdin, pytest.raises(MissingOutput, match=by_hand):
        apt.require({"xz": "xz-utils", "bc": "bc"}, False)
    assert ran(log) == []


def test_a_user_who_agreed_installs_through_sudo(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    host(monkeypatch, log, uid=1000, apt_get=INSTALLS, sudo=LOG + '"$@"')
    apt.require({"bc": "bc"}, True)
    assert ran(log) == ["noninteractive sudo apt-get install -y --no-install-recommends bc",
                        "noninteractive apt-get install -y --no-install-recommends bc"]


@pytest.mark.parametrize("answer, agreed", [("y\n", True), ("Yes\n", True), ("\n", False), ("n\n", False), ("", False)])
def test_a_user_at_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch, log: Path, answer: str, agreed: bool) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return answer
    host(monkeypatch, log, uid=1000, apt_get=INSTALLS, sudo='"$@"')
    monkeypatch.setattr(sys, "stdin", Terminal())
    if agreed:
        apt.require({"bc": "bc"}, False)
    else:
        with pytest.raises(MissingOutput, match="sudo apt-get install"):
            apt.require({"bc": "bc"}, False)


def test_old_package_lists_are_read_anew_before_giving_up(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    host(monkeypatch, log, apt_get=LOG + 'echo "E: Unable to locate package bc"; exit 100')
    with pytest.raises(MissingOutput, match="apt-get: E: Unable to locate package bc; run: sudo apt-get install"):
        apt.require({"bc": "bc"}, False)
    assert [line.split()[2] for line in ran(log)] == ["install", "update", "install"]


def test_a_host_without_apt_is_told_the_packages(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    host(monkeypatch, log)
    with pytest.raises(MissingOutput, match="no apt-get; install by its own means: bc xz-utils"):
        apt.require({"xz": "xz-utils", "bc": "bc"}, True)


def test_a_package_without_its_program_is_named(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    host(monkeypatch, log, apt_get=LOG)
    with pytest.raises(MissingOutput, match="no program depmod on this host although its package kmod is installed"):
        apt.require({"depmod": "kmod"}, False)


@pytest.mark.parametrize("says, there", [
    ("install ok installed", True), ("deinstall ok config-files", False), ("", False)])
def test_a_package_is_installed_when_dpkg_says_so(
        monkeypatch: pytest.MonkeyPatch, log: Path, says: str, there: bool) -> None:
    host(monkeypatch, log, dpkg_query=f"printf '{says}'")
    assert apt.installed("libc6-dev") is there
