# SPDX-License-Identifier: GPL-2.0-or-later
"""Every example proves itself in the guest."""
from __future__ import annotations

import subprocess

from booting import Run

from lkmc import examples, ktap, paths
from lkmc.output import Output


def test_every_example_of_the_architecture_passes_or_says_why_it_cannot_run(out: Output, run_id: str,
                                                                            limit: float) -> None:
    command = [str(paths.TOP / "scripts/test-guest"), "--output", str(out.path), "--run-id", run_id,
               "--timeout", str(5 * limit)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=15 * limit)
    assert done.returncode == 0, done.stdout + done.stderr
    report = ktap.parse(done.stdout)
    assert report.complete and not report.failed
    known = [example.name for example in examples.find(paths.TOP, out.arch)]
    assert sorted(result.name for result in report.results) == sorted(known)
    assert all(result.reason for result in report.results if result.status is ktap.Status.SKIPPED)


def test_in_the_guest_test_all_runs_the_same(out: Output, run_id: str, limit: float) -> None:
    share = out.path / "9p"
    share.mkdir(exist_ok=True)
    command = [str(paths.TOP / "scripts/run"), "--output", str(out.path), "--run-id", run_id, "--timeout", str(limit),
               "--eval-after", "/test_all.sh -l >/mnt/9p/data/names && /test_all.sh 'hello*' 'kthread?'"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * limit)
    assert done.returncode == 0, done.stdout
    ordinary = [example.name for example in examples.find(paths.TOP, out.arch) if example.shared]
    there = (share / "names").read_text().split()
    # The guest has no program whose package is not in the configuration.
    assert set(there) <= set(ordinary)
    absent = {example for example in examples.find(paths.TOP, out.arch) if example.name in set(ordinary) - set(there)}
    assert all(example.obstacle(out.arch, "qemu", out) for example in absent)
    for name in ("hello.out", "hello.sh", "hello2.sh", "kthreads.sh"):
        assert f" {name}\r\n".encode() in done.stdout


NAMES = """
/test_all.sh hello.sh oops 'kthread?' 'x*'
echo status $?
/test_all.sh -k hello.sh oops
"""


def test_in_the_guest_a_name_of_no_test_is_an_error_before_any_runs(run: Run) -> None:
    """oops.sh damages the guest, so that no pattern and no short name is enough."""
    done = run("--eval-after", NAMES)
    assert done.returncode == 0
    lines = done.stdout.decode(errors="replace").replace("\r", "").splitlines()
    at = lines.index("status 125")
    assert lines[at - 1].startswith("test_all.sh: no test is called 'oops' 'x*'; ")
    assert [line for line in lines if line.startswith(("ok ", "not ok ", "1.."))] == ["1..1", "ok 1 hello.sh"]


# Two messages of the kernel, and tests beside them that look for nothing.
REPORTING = r"""
for name in quiet announced unannounced; do
    echo '#!/bin/sh' >/$name.sh
    chmod +x /$name.sh
done
echo "# lkmc: report=warning" | tee -a /quiet.sh >>/announced.sh
echo 'echo "<4>WARNING: CPU: 0 PID: 1 at a.c:1 f+0x0/0x1" >/dev/kmsg' | tee -a /unannounced.sh >>/announced.sh
echo 'echo "<6>unannounced" >/dev/kmsg' >>/unannounced.sh
/test_all.sh announced unannounced quiet hello.sh
"""


def test_a_report_of_the_kernel_fails_the_test_that_does_not_announce_it(run: Run) -> None:
    done = run("--eval-after", REPORTING)
    assert done.returncode == 1
    lines = done.stdout.decode(errors="replace").replace("\r", "").splitlines()
    assert [line for line in lines if line.startswith(("ok ", "not ok "))] == [
        "ok 1 announced.sh", "ok 2 hello.sh",
        "not ok 3 quiet.sh # exit status 0: the kernel reported nothing of the kind: warning",
        "not ok 4 unannounced.sh # exit status 0: the kernel reported: WARNING: CPU: 0 PID: 1 at a.c:1 f+0x0/0x1"]
    assert "# unannounced" in lines
