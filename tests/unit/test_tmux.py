# SPDX-License-Identifier: GPL-2.0-or-later
"""tmux: the second pane, and what is said where there can be none."""
from __future__ import annotations

from pathlib import Path

import fakes
import pytest

from lkmc import cli, launch, tmux
from lkmc.errors import UserError
from lkmc.outcome import Outcome
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

TMUX = r"""printf '%s\n' "$*" >>{log}
case $1 in
list-panes) printf '%%0 \n%%3 1\n%%4 \n' ;;
split-window) echo %7 ;;
esac"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fakes.on_path(monkeypatch, tmp_path / "bin", tmux=TMUX.format(log=tmp_path / "log"))
    monkeypatch.setenv("TMUX_PANE", "%0")
    return tmp_path / "log"


def test_only_the_pane_of_an_earlier_run_makes_room(log: Path) -> None:
    assert tmux.beside(["a", "b c"]) == "%7"
    listed, killed, split, marked = log.read_text().splitlines()
    assert listed.startswith("list-panes -t %0 ") and killed == "kill-pane -t %3"
    assert split.startswith("split-window -h -t %0 ") and "a 'b c' || " in split
    assert marked == f"set-option -p -t %7 {tmux.OURS} 1"


def test_a_pane_may_end_while_it_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = "kill-pane | set-option) echo \"can't find pane\" >&2; exit 1 ;;\nesac"
    fakes.on_path(monkeypatch, tmp_path / "bin", tmux=TMUX.format(log=tmp_path / "log").replace("esac", gone))
    monkeypatch.setenv("TMUX_PANE", "%0")
    assert tmux.beside(["a"]) == "%7"


def test_outside_of_tmux_nothing_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("TMUX_PANE", raising=False)
    output = fakes.output_folder(tmp_path / "o")
    for words in (["--tmux"], ["--tmux-args", "start_kernel"]):
        assert cli.main("run", ["--output", str(output.path), *words]) == 125
        assert "start one with: tmux" in capsys.readouterr().err
    assert not (output.path / "run").exists()


@pytest.mark.parametrize(("words", "script"), [
    (["--tmux"], "run-gdb {run}"), (["--tmux-args", "start_kernel", "--kgdb"], "run-gdb {run} --kgdb start_kernel"),
    (["--tmux-program", "run-gdb-user", "--tmux-args", "count main", "--kgdb"], "run-gdb-user {run} count main"),
    (["--tmux-program", "run-gdbserver", "--tmux-args=count"], "run-gdbserver {run} count")])
def test_a_debugger_of_the_user_s_choice_is_beside_the_guest(
        tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], script: str) -> None:
    def supervise(request: RunRequest, command: tuple[str, ...], run: RunFolder, *rest: object) -> Outcome:
        run.finish({"command": command})
        return Outcome(0, "done")
    output = fakes.output_folder(tmp_path / "o", linux_config="CONFIG_PVH=y\nCONFIG_KGDB_SERIAL_CONSOLE=y\n"
                                                              "CONFIG_SERIAL_8250=y\n")
    monkeypatch.setattr(launch, "prepare", lambda *how: None)
    monkeypatch.setattr(launch, "supervise", supervise)
    assert cli.main("run", ["-q", "--output", str(output.path), *words]) == 0
    started = next(line for line in log.read_text().splitlines() if line.startswith("split-window"))
    assert f"/scripts/{script.format(run=f'--output {output.path} --run-id 0')} ||" in started


@pytest.mark.parametrize(("words", "said"), [
    (["--tmux-program", "run-gdb-user"], "name it in --tmux-args"),
    (["--tmux-program", "run-gdb", "--baremetal", "hello"], "--tmux-program is for a guest with Linux")])
def test_a_debugger_that_could_not_start_is_refused(log: Path, capsys: pytest.CaptureFixture[str], words: list[str],
                                                    said: str) -> None:
    assert cli.main("run", words) == 125
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--tmux-args", "--debug-vm-args"])
def test_an_open_quote_is_refused(option: str, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main("run", [option, "-ex 'run"]) == 125
    assert f"{option}: no closing quotation" in capsys.readouterr().err


def test_what_tmux_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX_PANE", "%0")
    fakes.on_path(monkeypatch, tmp_path / "bin", tmux="echo no server >&2; exit 1")
    with pytest.raises(UserError, match="tmux list-panes: no server; leave out --tmux"):
        tmux.beside(["a"])
    fakes.on_path(monkeypatch, tmp_path / "empty", alone=True)
    with pytest.raises(UserError, match="tmux: No such file or directory; install it"):
        tmux.beside(["a"])


def test_debug_vm_is_in_this_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--background"], ["--timeout", "3"], ["--tmux"], ["--tmux-args", "start_kernel"], ["--record"]):
        assert cli.main("run", ["--debug-vm", *words]) == 125
        assert f"{words[0]} does not go with --debug-vm" in capsys.readouterr().err
