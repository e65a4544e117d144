# SPDX-License-Identifier: GPL-2.0-or-later
"""The exit status of scripts/run is the guest's; the console's text decides nothing."""
from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from booting import Run
from debugging import until

from lkmc.console import EOL, Console
from lkmc.output import Output
from lkmc.run_folder import RunFolder


def test_the_payload_status_comes_back(run: Run) -> None:
    assert run("--eval-after", "exit 7").returncode == 7


def test_a_payload_in_place_of_init_reports_its_status_and_sees_no_mounts(run: Run) -> None:
    done = run("--eval", "echo pid=$$; echo proc=$(ls /proc | wc -l) sys=$(ls /sys | wc -l); exit 9")
    assert done.returncode == 9
    assert b"pid=1\r\n" in done.stdout and b"proc=0 sys=0\r\n" in done.stdout


def test_a_syntax_error_in_place_of_init_is_status_2(run: Run) -> None:
    assert run("--eval", 'echo "').returncode == 2


def test_the_last_words_of_a_payload_are_waited_for(console: Callable[..., Console], out: Output, run_id: str,
                                                    limit: float) -> None:
    status = RunFolder.of(out.path, run_id).status
    with console("--eval-after", "echo ready; read -r _; echo last words; exit 7") as guest:
        guest.wait_for("ready")
        guest.child.send("\x13\n")       # Ctrl-S holds back what the terminal puts out
        with pytest.raises(AssertionError):
            until(lambda: bool(status.read_text()), 2)
        guest.child.send("\x11")         # and Ctrl-Q lets it go
        guest.wait_for("last words")
        until(lambda: status.read_text() == "status 7\n", limit)


def test_ctrl_c_ends_the_payload_as_it_says_itself(console: Callable[..., Console], out: Output, run_id: str,
                                                   limit: float) -> None:
    status = RunFolder.of(out.path, run_id).status
    with console("--eval-after", "trap 'exit 3' INT; /count.sh; exit 4") as guest:
        guest.wait_for(r"\n2" + EOL)
        guest.child.sendcontrol("c")
        until(lambda: status.read_text() == "status 3\n", limit)


def test_a_panic_is_101(run: Run, out: Output, run_id: str) -> None:
    assert run("--eval-after", "insmod /panic.ko").returncode == 101
    result = json.loads((out.path / "run" / run_id / "result.json").read_text())
    assert result["code"] == 101 and "panic" in result["reason"]


def test_the_text_of_a_panic_is_no_panic(run: Run) -> None:
    done = run("--eval-after", "echo 'Kernel panic - not syncing: no'; echo lkmc_test_fail; echo status 3")
    assert b"lkmc_test_fail" in done.stdout
    assert done.returncode == 0


def test_the_time_limit_is_124(run: Run) -> None:
    assert run("--timeout", "4", "--eval-after", "/sleep_forever.out").returncode == 124


def test_without_a_payload_it_boots_to_the_prompt_and_powers_off(run: Run) -> None:
    done = run()
    assert done.returncode == 0
    assert b"\n# " in done.stdout


@pytest.mark.parametrize("how", ["--eval", "--eval-after"])
def test_a_payload_may_power_off_by_itself(run: Run, how: str) -> None:
    done = run(how, "insmod /hello.ko; /poweroff.out")
    assert done.returncode == 0
    assert b"hello init" in done.stdout


def test_a_custom_init_gets_arguments_and_environment(run: Run) -> None:
    done = run("--kernel-cli", "init=/init_env_poweroff.out - asdf=qwer zxcv")
    text = done.stdout.replace(b"\r", b"")
    assert b"args:\n/init_env_poweroff.out\n-\nzxcv\n" in text
    assert b"env:\nHOME=/\nTERM=linux\nasdf=qwer\n" in text


def test_the_seed_form_of_a_command_after_the_dash_is_evaluated(run: Run) -> None:
    done = run("--kernel-cli-after-dash", 'lkmc_eval="insmod /hello.ko;/poweroff.out"')
    assert b"hello init" in done.stdout and done.returncode == 0


def test_the_result_and_a_replayable_command_are_kept(run: Run, out: Output, run_id: str) -> None:
    folder = out.path / "run" / run_id
    assert run("--eval-after", "exit 4").returncode == 4
    assert json.loads((folder / "result.json").read_text())["code"] == 4
    assert b"Linux version" in (folder / "console.log").read_bytes()
    (folder / "status").unlink()
    import subprocess
    subprocess.run([folder / "run.sh"], stdin=subprocess.DEVNULL, capture_output=True, timeout=90)
    assert (folder / "status").read_text() == "status 4\n"
