# SPDX-License-Identifier: GPL-2.0-or-later
"""flight_recorder: what failed runs again under record, and how to look at it is told."""
from __future__ import annotations

import argparse
from pathlib import Path

import fakes
import pytest

from lkmc import flight_recorder, launch, recording
from lkmc.errors import EmulatorFailed
from lkmc.examples import Example
from lkmc.outcome import TIMED_OUT, Outcome
from lkmc.output import Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder

ARGS = argparse.Namespace(run_id="0", cpus=1, memory="512M", qemu_which=None, timeout=None)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[RunRequest]:
    """The requests of the runs, which end with status 1, or as the example is called."""
    requests: list[RunRequest] = []
    ends = {"hang": Outcome(TIMED_OUT, "time limit"), "well": Outcome(0, "so")}

    def once(request: RunRequest, built: Output, run: RunFolder) -> Outcome:
        requests.append(request)
        run.finish({})
        if "broken" in request.run_id:
            raise EmulatorFailed("no QEMU")
        return next((end for name, end in ends.items() if name in request.run_id), Outcome(1, "so it ended"))
    monkeypatch.setattr(launch, "once", once)
    monkeypatch.setattr(recording, "read", lambda run: None)
    return requests


def record(tmp_path: Path, *names: str, **keys: str) -> None:
    flight_recorder.record([Example(name, Path(name), dict(keys)) for name in names], ARGS,
                           fakes.output_folder(tmp_path))


def test_each_is_recorded_in_a_run_of_its_own(tmp_path: Path, ran: list[RunRequest],
                                              capsys: pytest.CaptureFixture[str]) -> None:
    record(tmp_path, "a.sh", "hang.sh", "well.sh", "broken.sh", qemu="-device,x")
    assert [request.run_id for request in ran] == [f"test-0-{name}.sh-rr" for name in ("a", "hang", "well", "broken")]
    assert all(request.record and request.background and request.extra == ("-device", "x") for request in ran)
    assert ran[0].payload and ran[0].payload.script == b"exec /test_all.sh a.sh\n"
    said = capsys.readouterr().out
    assert all(line.startswith("# ") for line in said.splitlines())
    assert f"scripts/run --output {tmp_path} --run-id test-0-a.sh-rr --replay --wait-gdb" in said
    for told in ("status 1, so it ended", "the time limit again", "it did not fail this time", "not recorded: no QEMU"):
        assert told in said


def test_one_by_the_host_is_run_itself_and_not_all_of_many_are(tmp_path: Path, ran: list[RunRequest],
                                                               capsys: pytest.CaptureFixture[str]) -> None:
    record(tmp_path, *(f"{number}.sh" for number in range(8)), test="host")
    assert len(ran) == flight_recorder.MOST
    assert ran[0].payload and ran[0].payload.script == b"exec /0.sh\n"
    assert "3 more failed" in capsys.readouterr().out
