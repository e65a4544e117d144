# SPDX-License-Identifier: GPL-2.0-or-later
"""measure: figures of several subjects, taken in turn."""
from __future__ import annotations

import subprocess
from pathlib import Path

import fakes
import pytest

from lkmc import cli, measure
from lkmc.errors import EmulatorFailed


def test_subjects_are_measured_in_turn() -> None:
    order: list[str] = []

    def subject(name: str) -> measure.Sample:
        order.append(name)
        return {"exit": float(len(order))}
    samples = measure.in_turn({"a": lambda: subject("a"), "b": lambda: subject("b")}, 2, lambda said: None)
    assert order == ["a", "b", "a", "b"]
    assert samples == {"a": [{"exit": 1.0}, {"exit": 3.0}], "b": [{"exit": 2.0}, {"exit": 4.0}]}


def test_a_table_has_the_median_the_range_and_the_ratio_to_the_first() -> None:
    lines = measure.table({"ours": [{"exit": 2.0}, {"exit": 1.0}, {"exit": 9.0}], "theirs": [{"exit": 4.0}]})
    assert [line.split() for line in lines[1:]] == [
        ["ours", "exit", "2.00s", "1.00s", "9.00s", "1.00"], ["theirs", "exit", "4.00s", "4.00s", "4.00s", "2.00"]]


def test_a_figure_that_only_one_subject_has_is_compared_with_itself() -> None:
    [line] = measure.table({"ours": [{"exit": 2.0}], "theirs": []})[1:]
    assert line.split()[-1] == "1.00"


def test_marks_are_timed_in_their_order_to_the_exit() -> None:
    sample = measure.until(["sh", "-c", "echo one; echo two"], {"first": "one", "second": "two"}, 20)
    assert list(sample) == ["first", "second", "exit"]
    assert 0 < sample["first"] <= sample["second"] <= sample["exit"]


def test_a_command_can_be_told_to_quit_after_its_last_mark() -> None:
    assert list(measure.until(["sh", "-c", "echo ready; read line"], {"ready": "ready"}, 20, "\n")) == ["ready"]


def test_a_mark_that_does_not_come_is_an_error_with_the_end_of_the_console() -> None:
    with pytest.raises(EmulatorFailed, match="no 'never'.*some words"):
        measure.until(["echo", "some words"], {"mark": "never"}, 20)


def test_the_first_of_several_marks_is_timed_or_the_exit() -> None:
    marks = {"early": "one", "late": "two"}
    assert list(measure.first_of(["sh", "-c", "echo one; read line"], marks, 20, "\n")) == ["early"]
    assert list(measure.first_of(["echo", "three"], marks, 20, "\n")) == ["exit"]
    with pytest.raises(EmulatorFailed, match="nothing of early, late"):
        measure.first_of(["sleep", "20"], marks, 0.2, "\n")


def test_processor_time_is_that_of_the_command() -> None:
    busy = measure.processor_seconds(["sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done"])
    idle = measure.processor_seconds(["sleep", "0.1"])
    assert busy["CPU"] > idle["CPU"] >= 0


def test_the_machine_is_one_line() -> None:
    assert len(measure.machine_line().splitlines()) == 1


def test_a_boot_that_was_not_traced_to_its_end_is_not_measured_another_time(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.output_folder(tmp_path)
    kept = tmp_path / "run/bench-trace/blocks.bin"
    kept.parent.mkdir(parents=True)

    def fails(command: list[str], **how: object) -> None:
        assert command[0].endswith("/scripts/trace-boot")
        kept.write_bytes(b"half of it")
        raise subprocess.CalledProcessError(125, command)
    monkeypatch.setattr(subprocess, "run", fails)
    assert cli.main("bench", ["trace", "--output", str(tmp_path)]) == 125 and not kept.exists()
