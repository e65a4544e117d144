# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/test-guest from its command line to its exit status, with an emulator that is none."""
from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import fakes
import pytest

from lkmc import paths
from lkmc.output import Output

HELLO = ("-k", "hello.out", "-k", "hello.sh")


@pytest.fixture
def output(tmp_path: Path) -> Output:
    return fakes.output_folder(tmp_path / "out")


def emulator(output: Output, report: str, status: str) -> None:
    """An emulator that writes these texts to the guest's ports, says something and ends."""
    fakes.script(output.host / "bin/qemu-system-x86_64", f"""echo on standard output
for word; do
case $word in
file,id=ktap,path=*) printf %s {shlex.quote(report)} >"${{word#*path=}}" ;;
file,id=status,path=*) printf %s {shlex.quote(status)} >"${{word#*path=}}" ;;
esac
done""")


def suite_of(output: Output, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(paths.TOP / "scripts/test-guest"), "--output", str(output.path), *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def test_standard_output_is_ktap_and_nothing_else(output: Output, tmp_path: Path) -> None:
    said = "KTAP version 1\n1..2\nok 1 hello.out\nok 2 hello.sh # SKIP why\n"
    emulator(output, said, "status 0\n")
    done = suite_of(output, *HELLO, "--junit", str(tmp_path / "junit.xml"))
    assert (done.returncode, done.stdout) == (0, said)
    assert done.stderr == f"+ {output.path}/run/test-0-guest/run.sh\n"
    [suite] = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [case.get("name") for case in suite] == ["hello.out", "hello.sh"]


def test_a_failure_is_exit_status_1(output: Output) -> None:
    said = "KTAP version 1\n1..2\nok 1 hello.out\n# the\r kernel\nnot ok 2 hello.sh # w\rhy\n"
    emulator(output, said, "status 1\n")
    done = suite_of(output, "--quiet", "--no-record-failed", *HELLO)
    assert (done.returncode, done.stdout, done.stderr) == (1, said.replace("\r", ""), "")


def test_what_failed_and_cannot_be_recorded_is_a_failure_still(output: Output) -> None:
    emulator(output, "KTAP version 1\n1..2\nok 1 hello.out\nnot ok 2 hello.sh # why\n", "status 1\n")
    done = suite_of(output, "--quiet", *HELLO)
    assert done.returncode == 1 and "\n# hello.sh: not recorded: " in done.stdout, done.stdout + done.stderr


def test_results_without_a_status_are_a_failure(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator(output, "KTAP version 1\n1..2\nok 1 hello.out\nok 2 hello.sh\n", "")
    monkeypatch.setenv("FAKE_QEMU", '{"reason": "guest-panic"}')
    with (output.host / "bin/qemu-system-x86_64").open("a") as script:
        script.write(f'exec {Path(__file__).with_name("fake_qemu.py")} "$@"\n')
    done = suite_of(output, *HELLO)
    assert done.returncode == 1
    last = [line for line in done.stdout.splitlines() if not line.startswith("#")][-1]
    assert last.startswith("not ok 2 hello.sh # the results say 0, but the guest died after this")


def test_examples_for_other_machines_are_skipped_with_a_reason(output: Output) -> None:
    done = suite_of(output, "-k", "m5ops.out", "-k", "pmccntr.sh", "-k", "poweroff.out")
    assert done.returncode == 0 and not (output.path / "run").exists()
    assert done.stdout == ("KTAP version 1\n1..3\nok 1 m5ops.out # SKIP only on gem5\n"
                           "ok 2 pmccntr.sh # SKIP only on arm,aarch64\n"
                           "ok 3 poweroff.out # SKIP tested by tests/boot/test_guest.py\n")


def test_an_unknown_name_is_one_line(output: Output) -> None:
    done = suite_of(output, "-k", "helo")
    assert (done.returncode, done.stdout) == (125, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("scripts/test-guest: no example 'helo' to test (did you mean hello")


def test_an_emulator_that_fails_is_an_error_of_ours(output: Output) -> None:
    fakes.script(output.host / "bin/qemu-system-x86_64", "echo no such device >&2; exit 1")
    done = suite_of(output, "--quiet", *HELLO)
    assert done.returncode == 125 and "no such device" in done.stderr
