# SPDX-License-Identifier: GPL-2.0-or-later
"""kvm: why the host's processor cannot run a guest."""
from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from lkmc import kvm
from lkmc.request import RunRequest


def test_kvm_is_refused_for_another_processor() -> None:
    other = "arm" if platform.machine() != "arm" else "x86_64"
    assert kvm.missing(other) == f"this host is {platform.machine()}, the guest {other}"


def test_kvm_is_refused_without_the_device(tmp_path: Path) -> None:
    assert "there is no" in kvm.missing(platform.machine(), tmp_path / "kvm")


def test_kvm_is_refused_without_permission_and_the_group_is_named(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "kvm"
    device.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert kvm.missing(platform.machine(), device) == (
        f"no permission to open {device}; join its group {device.group()}")


def test_kvm_is_used_where_it_can_be(tmp_path: Path) -> None:
    (tmp_path / "kvm").touch()
    assert kvm.missing(platform.machine(), tmp_path / "kvm") == ""


def test_silence_is_a_hint_only_of_a_guest_that_should_run_under_kvm() -> None:
    assert "without --kvm it is emulated" in kvm.silent(RunRequest(kvm=True))
    for request in (RunRequest(), RunRequest(kvm=True, wait_gdb=True), RunRequest(kvm=True, baremetal=True)):
        assert kvm.silent(request) == ""
