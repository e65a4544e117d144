# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/cover: which of the kernel's functions a command needs."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

from lkmc import paths
from lkmc.output import Output


def cover(out: Output, run_id: str, limit: float, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(paths.TOP / "scripts/cover"), "--output", str(out.path), "--run-id", run_id, *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=6 * limit)


def test_loading_a_module_needs_the_kernels_loader(out: Output, run_id: str, limit: float, tmp_path: Path) -> None:
    lines = out.debug_symbols is not None
    words = ["--lcov", str(tmp_path / "info")] if lines else []
    done = cover(out, run_id, limit, *words, "--baseline", "ls /hello.ko", "--", "insmod", "/hello.ko")
    assert done.returncode == 0, done.stderr
    found = {name: times for times, _, name in (line.partition(" ") for line in done.stdout.splitlines())}
    # On the prebuilt output init has loaded modules before.
    expected = {"hello_init"} if lines else set()
    assert expected | ({"load_module"} if not out.prebuilt else set()) <= set(found)
    assert "start_kernel" not in found and "do_exit" not in found
    if lines:
        text = (tmp_path / "info").read_text()
        assert re.search(r"^SF:.*hello\.c$", text, re.M) and f"FNDA:{found['hello_init']},hello_init\n" in text
        assert text.count("SF:") == text.count("end_of_record")


def test_a_command_and_lines_are_needed(out: Output, run_id: str, limit: float) -> None:
    none = cover(out, run_id, limit)
    assert none.returncode == 125 and "behind --" in none.stderr
    if out.symbols is None:
        refused = cover(out, run_id, limit, "--lcov", "x", "--", "true")
        assert refused.returncode == 125 and "debug information" in refused.stderr
