# SPDX-License-Identifier: GPL-2.0-or-later
"""cover: which functions a command brings, and the boots that tell."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import block_files
import fakes
import pytest
from block_files import BOOT, ENDED, Guests

from lkmc import cli, plugin
from lkmc.commands import cover, trace_boot
from lkmc.outcome import GUEST_DIED, Outcome

Covered = Callable[..., int]
NOTHING, START, BOTH = (1, 1, 0, 0, 5), (1, 1, 9, 0, 5), (1, 1, 9, 4, 5)    # how often each block of BOOT ran


def boots(*times: tuple[int, ...], outcome: Outcome = ENDED) -> Guests:
    """Boots in which the blocks of BOOT ran so often."""
    return Guests(*(lambda path, often=often: block_files.counted(path, BOOT, often) for often in times),
                  outcome=outcome)


@pytest.fixture
def covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Covered:
    """scripts/cover with these guests; its exit status."""
    monkeypatch.setattr(plugin, "provide", lambda name, emulator, yes: Path(f"/{name}.so"))

    def start(guests: Guests, *words: str, config: str = "") -> int:
        output = block_files.kernel_output(tmp_path / "o", config)
        fakes.script(output.host / "bin/aarch64-linux-addr2line",
                     "while read -r address; do echo start_kernel; echo /o/build/linux-6.12.9/init/main.c:7; done")
        monkeypatch.setattr(trace_boot, "once", guests)
        return cli.main("cover", ["--output", str(output.path), *words])
    return start


def payloads(guests: Guests) -> list[str]:
    """The commands that the guests were given."""
    return [request.payload.script.decode().splitlines()[-1] for request in guests.requests if request.payload]


def test_a_function_that_no_boot_without_the_command_ran_is_printed(
        covered: Covered, capsys: pytest.CaptureFixture[str]) -> None:
    guests = boots(NOTHING, START, BOTH)
    assert covered(guests, "--", "insmod", "/a b.ko") == 0
    assert capsys.readouterr().out == "4 run_init_process\n"
    assert payloads(guests) == ["sh -c :"] * cover.BASELINES + ["insmod '/a b.ko'"]
    assert all(request.extra[1].endswith("/blocks.bin,sequence=off") for request in guests.requests)


def test_one_word_is_a_line_for_the_shell_and_the_comparison_can_be_chosen(covered: Covered) -> None:
    guests = boots(START, START, START)
    assert covered(guests, "--baseline", "lsmod", "--", "insmod /hello.ko; rmmod hello") == 0
    assert payloads(guests) == ["lsmod", "lsmod", "insmod /hello.ko; rmmod hello"]


def test_lines_are_written_for_lcov(covered: Covered, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hello.info"
    guests = boots(NOTHING, NOTHING, START)
    assert covered(guests, "--lcov", str(file), "--", "x", config="CONFIG_DEBUG_INFO=y\n") == 0
    assert capsys.readouterr().out == "9 start_kernel\n"
    assert {"SF:init/main.c", "FNDA:9,start_kernel", "DA:7,9"} <= set(file.read_text().splitlines())


@pytest.mark.parametrize(("words", "said"), [
    ([], "give a command for the guest behind --: scripts/cover -- insmod /hello.ko"),
    (["--lcov", "x", "--", "true"], "this kernel has no debug information; leave out --lcov, or build one with "
                                    "scripts/build --arch aarch64"),
])
def test_what_cannot_be_is_refused_before_anything_boots(
        covered: Covered, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    guests = boots()
    assert covered(guests, *words) == 125 and not guests.requests
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1


def test_a_command_may_fail_but_its_guest_has_to_live(covered: Covered, capsys: pytest.CaptureFixture[str]) -> None:
    assert covered(boots(NOTHING, outcome=Outcome(GUEST_DIED, "the guest panicked")), "--", "x") == 125
    assert "sh -c :: the guest panicked; log: " in capsys.readouterr().err


def test_the_status_of_a_command_that_fails_is_none_of_ours(
        covered: Covered, capsys: pytest.CaptureFixture[str]) -> None:
    assert covered(boots(NOTHING, NOTHING, START, outcome=Outcome(1, "status 1")), "--", "x") == 0
    told = capsys.readouterr()
    assert told.out == "9 start_kernel\n"
    assert "scripts/cover: x: it failed (status 1); log: " in told.err


def test_where_lines_cannot_be_written_nothing_boots(covered: Covered, capsys: pytest.CaptureFixture[str]) -> None:
    guests = boots()
    assert covered(guests, "--lcov", "/no/such/file", "--", "x", config="CONFIG_DEBUG_INFO=y\n") == 125
    assert not guests.requests and "/no/such/file: no such folder" in capsys.readouterr().err
