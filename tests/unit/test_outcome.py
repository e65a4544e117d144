# SPDX-License-Identifier: GPL-2.0-or-later
"""outcome: every way in which a run can end, and the exit status that it gets."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lkmc.outcome import GUEST_DIED, OUR_ERROR, TIMED_OUT, Ended, guest_status, of_program, outcome

# returncode, status channel, QMP's reason, timed out | exit status with a payload, and without one
CASES = [
    ("the payload succeeded", Ended(0, "status 0\n", "guest-shutdown"), 0, 0),
    ("the payload failed", Ended(0, "status 7\n", "guest-shutdown"), 7, 7),
    ("the payload's status is one of ours", Ended(0, "status 125\n", "guest-shutdown"), 125, 125),
    ("it powered off without a word", Ended(0, "", "guest-shutdown"), 0, 0),
    ("a panic reboots, which ends the emulator", Ended(0, "", "guest-reset"), GUEST_DIED, GUEST_DIED),
    ("a panic that a device reported", Ended(0, "", "guest-panic"), GUEST_DIED, GUEST_DIED),
    ("a panic after the status", Ended(0, "status 0\n", "guest-reset"), GUEST_DIED, GUEST_DIED),
    ("the time limit", Ended(-15, "", "host-signal", True), TIMED_OUT, TIMED_OUT),
    ("the time limit of a hung emulator", Ended(-9, "", None, True), TIMED_OUT, TIMED_OUT),
    ("the time limit after the status", Ended(-15, "status 0\n", None, True), TIMED_OUT, TIMED_OUT),
    ("the emulator refused an option", Ended(1, "", None), OUR_ERROR, OUR_ERROR),
    ("the emulator crashed", Ended(-11, "", None), OUR_ERROR, OUR_ERROR),
    ("the emulator crashed after the status", Ended(-11, "status 0\n", None), OUR_ERROR, OUR_ERROR),
    ("the user quit by Ctrl-A X", Ended(0, "", "host-ui"), OUR_ERROR, 0),
    ("the user quit in the monitor", Ended(0, "", "host-qmp-quit"), OUR_ERROR, 0),
    ("somebody killed the emulator", Ended(0, "", "host-signal"), OUR_ERROR, 0),
    ("the user quit after the payload", Ended(0, "status 3\n", "host-ui"), 3, 3),
    ("nothing was heard but the status", Ended(0, "status 4\n", None), 4, 4),
    ("nothing was heard", Ended(0, "", None), GUEST_DIED, GUEST_DIED),
    ("it was no emulator", Ended(0, "", None, answered=False), OUR_ERROR, OUR_ERROR),
    ("the guest ended before QMP was heard", Ended(0, "status 4\n", None, answered=False), 4, 4),
    ("half a status", Ended(0, "status 1", None), GUEST_DIED, GUEST_DIED),
]


@pytest.mark.parametrize("ended, with_payload, without", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_exit_status_of_a_run_that_ended_so(ended: Ended, with_payload: int, without: int) -> None:
    assert outcome(ended, payload=True).code == with_payload
    assert outcome(ended, payload=False).code == without


@pytest.mark.parametrize("ended", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_every_outcome_has_a_reason_of_one_line(ended: Ended) -> None:
    assert len(outcome(ended, payload=True).reason.splitlines()) == 1


@pytest.mark.parametrize("ended, code", [
    (Ended(0, "", None), 0),
    (Ended(1, "", None), 1),
    (Ended(255, "", None), 255),
    (Ended(1, "status 007\n", None), 7),
    (Ended(1, "status 200\n", "guest-shutdown"), 200),
    (Ended(0, "", "guest-shutdown"), 0),
    (Ended(0, "", "guest-reset"), GUEST_DIED),
    (Ended(0, "", "host-ui"), 0),
    (Ended(-15, "", "host-signal", True), TIMED_OUT),
    (Ended(1, "", None, answered=False), OUR_ERROR),
    (Ended(-11, "", None), OUR_ERROR),
])
def test_the_exit_status_of_a_program_without_a_system(ended: Ended, code: int) -> None:
    assert of_program(ended).code == code
    assert len(of_program(ended).reason.splitlines()) == 1


@pytest.mark.parametrize("text, status", [
    ("status 0\n", 0),
    ("status 255\n", 255),
    ("status 256\n", None),
    ("status -1\n", None),
    ("status\n", None),
    ("status seven\n", None),
    ("status 7", None),
    ("status 1\nstatus 2\n", 2),
    ("status 1\nstatus 2", 1),
    ("junk\nstatus 3\njunk\n", 3),
    ("stat", None),
    ("", None),
    ("\0\0status 1\n", None),
    ("status ²\n", None),
    ("status ٣\n", None),
])
def test_the_guests_status_is_its_last_whole_line(text: str, status: int | None) -> None:
    assert guest_status(text) == status


@given(st.text())
def test_any_text_in_the_status_channel_is_a_status_or_none(text: str) -> None:
    status = guest_status(text)
    assert status is None or 0 <= status <= 255


@given(st.integers(0, 255), st.text())
def test_what_stands_before_the_last_status_does_not_matter(status: int, noise: str) -> None:
    assert guest_status(f"{noise}\nstatus {status}\n") == status
