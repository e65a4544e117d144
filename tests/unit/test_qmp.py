# SPDX-License-Identifier: GPL-2.0-or-later
"""qmp and scripts/qemu-monitor: what is asked, and what an answer means. A monitor of sticks answers."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lkmc import qmp
from lkmc.commands import qemu_monitor
from lkmc.errors import UserError
from lkmc.run_folder import RunFolder

RUN = RunFolder(Path("/no/run"))


class Sticks(qmp.Monitor):
    """Gives the answers of a table, and keeps what it was asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers, self.asked = answers, list[tuple[str, Any]]()

    def execute(self, name: str, arguments: dict[str, Any] | None = None) -> Any:
        self.asked.append((name, arguments))
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize("line, command", [
    ("query-status", ("query-status", {})),
    ('{"execute": "stop"}', ("stop", {})),
    ('{"execute": "qom-get", "arguments": {"path": "/a b"}}', ("qom-get", {"path": "/a b"})),
    ("qom-get path=/machine property=type", ("qom-get", {"path": "/machine", "property": "type"})),
    ('send-key keys=[{"type":"qcode","data":"a"}] hold-time=5',
     ("send-key", {"keys": [{"type": "qcode", "data": "a"}], "hold-time": 5})),
])
def test_a_qmp_command_is_json_or_words(line: str, command: tuple[str, dict[str, Any]]) -> None:
    assert qmp.parse(line) == command


def test_a_value_of_qmp_may_have_spaces_where_the_shell_has_told_the_words() -> None:
    assert qmp.parse("human-monitor-command", "command-line=info status") == (
        "human-monitor-command", {"command-line": "info status"})


@pytest.mark.parametrize("line", ["{", "{}", '{"execute": "a", "arguments": 3}', "stop now"])
def test_what_is_no_qmp_command_is_refused_with_the_right_form(line: str) -> None:
    with pytest.raises(UserError, match="write "):
        qmp.parse(line)


@pytest.mark.parametrize("text", [
    "Error: Snapshot 'x' does not exist in one or more devices", "unknown command: 'foo'", "invalid parameter: nokey",
    "unexpected end of expression\r\nTry \"help xp\" for more information", "invalid CPU index",
    "0000000000000000:\r\n0000000000000010: Cannot access memory", "Device 'disk' not found",
    "Invalid host forwarding rule 'tcp::1-:99999' (Bad guest port)", "host forwarding rule for tcp::1 not found",
    "Could not set up host forwarding rule 'tcp::1-:22'", "Mouse at index '9' not found", "unknown event \"no\"",
    "Error opening logfile /no/log: No such file or directory", "Invalid boot device 'z'"])
def test_an_answer_for_people_that_is_an_error_is_raised(text: str) -> None:
    with pytest.raises(qmp.MonitorError):
        Sticks({"human-monitor-command": text + "\r\n"}).human("x")


def test_an_answer_for_people_has_plain_lines() -> None:
    sticks = Sticks({"human-monitor-command": "VM status: running\r\nno Error: here\r\n"})
    assert sticks.human("info status") == "VM status: running\nno Error: here\n"
    assert sticks.asked == [("human-monitor-command", {"command-line": "info status"})]


def test_a_screendump_lands_in_the_callers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sticks = Sticks({"screendump": {}})
    for words in (("screendump a.png",), ("screendump", "my file.png"), ("screendump 'my file.png'",)):
        assert qemu_monitor.human(sticks, *words, run=RUN) == ""
    qemu_monitor.human(sticks, "screendump", "/b.ppm", "video1", run=RUN)
    assert sticks.asked == [*(("screendump", {"filename": f"{tmp_path}/{name}", "format": "png"})
                              for name in ("a.png", "my file.png", "my file.png")),
                            ("screendump", {"filename": "/b.ppm", "device": "video1", "format": "ppm"})]


def test_an_open_quote_is_refused_like_any_other_command() -> None:
    with pytest.raises(qmp.MonitorError, match="no closing quotation"):
        qemu_monitor.human(Sticks({}), "screendump 'a.png", run=RUN)


def test_a_machine_without_a_display_is_told_how_to_get_one() -> None:
    sticks = Sticks({"screendump": qmp.MonitorError("There is no console to take a screendump from")})
    with pytest.raises(qmp.MonitorError, match="no screen.*--vnc"):
        qemu_monitor.human(sticks, "screendump a.png", run=RUN)


def test_a_run_that_is_not_alive_is_an_error_that_names_its_start(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"no such run.*scripts/run --output {tmp_path} --run-id mine"), \
            qmp.of_run(RunFolder.of(tmp_path, "mine")):
        pass


def test_one_command_that_fails_does_not_keep_the_next_from_running(capsys: pytest.CaptureFixture[str]) -> None:
    sticks = Sticks({"stop": qmp.MonitorError("no"), "query-status": {"running": False}})
    commands = [("stop\n",), ("\n",), ("query-status\n",)]
    assert qemu_monitor._all(commands, sticks, qemu_monitor._qmp) == 1
    printed = capsys.readouterr()
    assert '"running": false' in printed.out and printed.err == "scripts/qemu-monitor: stop: no\n"
