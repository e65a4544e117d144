# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree: what every file in it must keep to."""
from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lkmc import cli, paths

README = paths.TOP / "README.md"
# These cannot hold a licence line: Buildroot's own formats have another first line or none, Markdown would show it,
# savedefconfig and merge tools drop it.
NO_SPDX_NAMES = {"LICENSE", ".checkpackageignore", "Config.in", "Config.in.host", "external.desc", "users.txt",
                 "COMMIT_EDITMSG"}
NO_SPDX_SUFFIXES = {".md", ".hash", ".patch", ".log", ".png", ".svg"}


def tracked() -> list[Path]:
    """The files of the work tree that git has."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=paths.TOP, check=True, capture_output=True).stdout
    files = [paths.TOP / name.decode() for name in listed.split(b"\0") if name]
    return [path for path in files if path.is_file() and not path.is_symlink()]


TRACKED = tracked()
COMMANDS = sorted(path.name for path in (paths.TOP / "scripts").iterdir() if path.is_file())


def name(path: Path) -> str:
    return path.relative_to(paths.TOP).as_posix()


def can_hold_spdx(path: Path) -> bool:
    package = path.suffix == ".mk" and path.is_relative_to(paths.TOP / "package")
    return not (package or path.name in NO_SPDX_NAMES or path.suffix in NO_SPDX_SUFFIXES
                or path.name.endswith("_defconfig") or path.stat().st_size == 0)


def test_every_file_that_can_names_its_licence_at_the_top() -> None:
    without = [name(path) for path in TRACKED if can_hold_spdx(path)
               and b"SPDX-License-Identifier: " not in b"".join(path.read_bytes().splitlines()[:2])]
    assert without == []


def test_no_file_names_the_machine_it_was_made_on() -> None:
    pip = subprocess.run([sys.executable, "-m", "pip", "config", "list"], text=True, capture_output=True).stdout
    places = [word.strip("'") for line in pip.splitlines() if "index-url" in line or "find-links" in line
              for word in line.partition("=")[2].replace("\\n", " ").split()]
    forbidden = {urlsplit(place).netloc.rpartition("@")[2] or urlsplit(place).path for place in places}
    forbidden -= {"", "pypi.org"}
    if len(paths.TOP.parts) > 2:        # /lkmc is also a folder of the guest
        forbidden.add(str(paths.TOP))
    found = [(name(path), word) for path in TRACKED for word in sorted(forbidden)
             if word.encode() in path.read_bytes()]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    marks = [b"TO" + b"DO", b"FIX" + b"ME", b"XX" + b"X:"]
    found = [name(path) for path in TRACKED if path.suffix not in {".patch", ".md"} and path.name != "LICENSE"
             if any(mark in path.read_bytes() for mark in marks)]
    assert found == []


def test_text_ends_with_one_newline_and_lines_without_spaces() -> None:
    wrong = []
    for path in TRACKED:
        data = path.read_bytes()
        if b"\0" in data or path.suffix == ".patch" or path.name == "LICENSE" or "/tests/data/" in str(path):
            continue
        if (data and (not data.endswith(b"\n") or data.endswith(b"\n\n"))) or b" \n" in data or b"\r\n" in data:
            wrong.append(name(path))
    assert wrong == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_module_and_says_how_it_is_used(
        command: str, capsys: pytest.CaptureFixture[str]) -> None:
    stub = (paths.TOP / "scripts" / command).read_text()
    assert f'/lkmc/start" {command} "$@"' in stub and len(stub.splitlines()) <= 10
    module = importlib.import_module(f"lkmc.commands.{command.replace('-', '_')}")
    with pytest.raises(SystemExit) as ended:
        cli.main(command, ["--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"usage: scripts/{command}" in printed and (module.__doc__ or "?").splitlines()[0] in printed


def test_every_command_module_has_its_command() -> None:
    modules = {path.stem.replace("_", "-") for path in (paths.TOP / "scripts/lkmc/commands").glob("[!_]*.py")}
    assert modules <= set(COMMANDS)


def test_help_works_from_the_shell_in_any_folder(tmp_path: Path) -> None:
    (tmp_path / "lkmc").mkdir()     # what lies here is not ours
    done = subprocess.run([paths.TOP / "scripts/run", "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "scripts/run" in done.stdout and done.stderr == ""


def test_python_modules_are_of_a_comfortable_size() -> None:
    sizes = {name(path): len(path.read_text().splitlines()) for path in TRACKED if path.suffix == ".py"}
    assert {path: size for path, size in sizes.items() if size > 300} == {}


@pytest.mark.skipif(not README.exists(), reason="there is no README.md yet")
def test_the_readme_fits_on_a_few_screens() -> None:
    assert len(README.read_text().splitlines()) <= 120


def test_every_executable_file_has_an_interpreter() -> None:
    wrong = [name(path) for path in TRACKED if path.stat().st_mode & 0o111 and not path.read_bytes().startswith(b"#!")]
    assert wrong == []
