# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulator itself under GDB, and GDB beside it under tmux."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from debugging import Debugger, until

from lkmc import machine
from lkmc.output import Output
from lkmc.run_folder import RunFolder


def test_the_emulator_runs_under_gdb(out: Output, options: list[str], run_id: str, limit: float) -> None:
    words = ["--eval-after", "echo in the guest", "--debug-vm-args",
             '-batch -ex starti -ex "info proc exe" -ex continue']
    done = subprocess.run([*options, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=limit)
    assert done.returncode == 0, f"{done.stdout[-2000:].decode()}{done.stderr[-2000:].decode()}"
    program = Path(shutil.which(machine.read(out.arch).qemu.program) or "").name
    assert f"/{program}'\n".encode() in done.stdout and b"in the guest\r\n" in done.stdout
    assert b"exited normally" in done.stdout
    assert b"[New Thread" not in done.stdout.partition(b"in the guest\r\n")[2], "GDB fails where one begins at the end"
    assert json.loads((out.path / "run" / run_id / "result.json").read_text())["reason"] == "the emulator was debugged"


def test_gdb_asks_and_stops_inside_the_emulator(out: Output, options: list[str], limit: float) -> None:
    with Debugger([*options, "--debug-vm"], limit) as gdb:
        gdb.prompt()
        gdb.do("set confirm off")
        gdb.do("set breakpoint pending on")
        gdb.do("break ppoll")
        assert re.search(r'^Thread \d+ "qemu-system.*hit Breakpoint 1[.,].*ppoll', gdb.do("run"), re.M)
        assert re.search(r"^#\d+ .* in \w+ \(\)$", gdb.do("thread apply 1 bt"), re.M)
        gdb.do("kill")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[partial[str]]:
    """A tmux server of the test's own."""
    if not shutil.which("tmux"):
        pytest.skip("no tmux on this machine")

    def call(*words: str) -> str:
        return subprocess.run(["tmux", "-f", "/dev/null", "-S", tmp_path / "tmux", *words], capture_output=True,
                              text=True, check=False).stdout
    yield partial(call)
    call("kill-server")


@pytest.mark.parametrize(("words", "function"), [
    (["--tmux-args", "start_kernel"], "start_kernel"),
    (["--kernel-cli", "init=/count.out", "--tmux-program", "run-gdb-user", "--tmux-args", "count"], "main")])
def test_tmux_shows_the_debugger_beside_the_emulator(
        out: Output, options: list[str], run_id: str, tmux: partial[str], limit: float, symbols: None, words: list[str],
        function: str) -> None:
    tmux("new-session", "-d", "-x", "200", "-y", "50", "-s", "lkmc", "sh")
    command = " ".join([*options, "--wait-gdb", *words])
    left = tmux("list-panes", "-t", "lkmc", "-F", "#{pane_id}").strip()
    seen = {left}

    def debugger() -> str:
        """The new pane, once GDB has stopped there."""
        listed = tmux("list-panes", "-t", "lkmc", "-F", "#{pane_id} #{pane_active}").splitlines()
        new = [pane.split()[0] for pane in listed if pane.endswith(" 1") and pane.split()[0] not in seen]
        shown = tmux("capture-pane", "-p", "-t", new[0]) if new else ""
        return new[0] if re.search(rf"Breakpoint [\d.]+, {function} ", shown) else ""

    def panes() -> list[str]:
        return [tmux("capture-pane", "-p", "-t", pane).strip() for pane in
                tmux("list-panes", "-t", "lkmc", "-F", "#{pane_id}").split()]

    for _ in range(2):
        tmux("send-keys", "-t", left, command, "Enter")
        until(debugger, limit, "GDB's stop in the right pane", panes)
        seen.add(debugger())
        assert len(tmux("list-panes", "-t", "lkmc").splitlines()) == 2, "the earlier one has gone"
        tmux("send-keys", "-t", left, "C-a", "x")
        until(lambda: not RunFolder.of(out.path, run_id).lock.held(), limit, "the emulator's end", panes)
