# SPDX-License-Identifier: GPL-2.0-or-later
"""bootstrap: the Python packages are installed once, and again when their list changes."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest

from lkmc import bootstrap, paths
from lkmc.errors import MissingOutput


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose virtual environment logs what pip is asked for."""
    monkeypatch.setattr(paths, "TOP", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    fakes.script(tmp_path / ".venv/bin/pip", "exit 1")
    fakes.script(tmp_path / ".venv/bin/python", f'echo "$*" >> {tmp_path}/log')
    (tmp_path / "requirements.txt").write_text("one==1\n")
    return tmp_path


def ran(top: Path) -> int:
    return len((top / "log").read_text().splitlines()) if (top / "log").exists() else 0


def test_packages_are_installed_once(top: Path) -> None:
    for _ in range(2):
        bootstrap.provide(top / "requirements.txt")
    assert ran(top) == 1
    assert f"-r {top}/requirements.txt" in (top / "log").read_text()
    assert (top / ".venv/requirements.txt").read_text() == "one==1\n"


def test_a_list_that_changed_is_installed_again(top: Path) -> None:
    bootstrap.provide(top / "requirements.txt")
    (top / "requirements.txt").write_text("one==2\n")
    bootstrap.provide(top / "requirements.txt")
    assert ran(top) == 2


def test_two_lists_do_not_hide_each_other(top: Path) -> None:
    (top / "tests").mkdir()
    (top / "tests/requirements.txt").write_text("one==1\n")
    bootstrap.provide(top / "requirements.txt")
    bootstrap.provide(top / "tests/requirements.txt")
    assert ran(top) == 2


def test_a_failing_pip_is_quoted_and_tried_again(top: Path) -> None:
    fakes.script(top / ".venv/bin/python", "echo noise >&2; echo 'ERROR: no such package' >&2; exit 1")
    with pytest.raises(MissingOutput, match="pip: ERROR: no such package; run: .*/bin/python -m pip install"):
        bootstrap.provide(top / "requirements.txt")
    assert not (top / ".venv/requirements.txt").exists()


def test_an_old_python_is_told_what_is_needed(
        top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 1))
    assert bootstrap.main(["run"]) == 125
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("scripts/run: Python 99.1 or newer is needed")


@pytest.mark.parametrize(("argv", "defaults", "yes"), [
    (["run"], None, False), (["run", "--yes"], None, True), (["run", "-y"], "yes = false", True),
    (["run"], "yes = true", True), (["run"], "yes = false", False), (["run"], "yes =", False),
    (["run"], b"\xff", False)])
def test_yes_is_typed_or_a_default(top: Path, argv: list[str], defaults: str | bytes | None, yes: bool) -> None:
    if defaults is not None:
        (top / "lkmc.toml").write_bytes(defaults if isinstance(defaults, bytes) else defaults.encode())
    assert bootstrap.agreed(argv) is yes
