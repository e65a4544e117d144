# SPDX-License-Identifier: GPL-2.0-or-later
"""A payload may hold any bytes but NUL, and be long: what goes in is what the guest's shell sees."""
from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest
from booting import Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lkmc.output import Output

# Any bytes but NUL, which no shell can hold.
TEXTS = st.lists(st.binary(max_size=300).map(lambda text: text.replace(b"\0", b"")), min_size=20, max_size=40)


def quoted(text: bytes) -> bytes:
    return b"'" + text.replace(b"'", b"'\\''") + b"'"


@given(texts=TEXTS)
@settings(max_examples=2, suppress_health_check=list(HealthCheck))
def test_bytes_in_are_the_bytes_that_the_shell_saw(run: Run, out: Output, tmp_path: Path, texts: list[bytes]) -> None:
    lines = [b"printf %%s %b > /mnt/9p/data/payload-%d" % (quoted(text), i) for i, text in enumerate(texts)]
    script = tmp_path / "script"
    script.write_bytes(b"\n".join(lines) + b"\n")
    assert run("--eval-after-file", str(script)).returncode == 0
    seen = [(out.path / "9p" / f"payload-{i}").read_bytes() for i in range(len(texts))]
    assert seen == texts


@pytest.mark.parametrize("option", ["--eval-file", "--eval-after-file"])
def test_a_payload_of_16_mib_arrives_whole(run: Run, tmp_path: Path, option: str) -> None:
    noise = random.Random(1).randbytes(12 << 20).hex().encode()[:16 << 20]
    script = tmp_path / "script"
    script.write_bytes(b"exec md5sum <<'EOF'\n" + noise + b"\nEOF\n" if option == "--eval-after-file" else
                       b"md5sum <<'EOF'\n" + noise + b"\nEOF\n")
    done = run(option, str(script))
    assert hashlib.md5(noise + b"\n").hexdigest().encode() in done.stdout
    assert done.returncode == 0


def test_an_argument_may_hold_quotes_newlines_and_bytes_that_are_no_utf_8(run: Run) -> None:
    done = run("--eval-after", b"printf '%s' 'a\"$b\xff\xfe\nc' | md5sum")
    assert hashlib.md5(b'a"$b\xff\xfe\nc').hexdigest().encode() in done.stdout


def test_standard_input_can_be_the_payload(run: Run) -> None:
    done = run("--eval-after-file", "-", stdin=None, input=b"echo from $((40 + 2)) stdin\nexit 3\n")
    assert b"from 42 stdin" in done.stdout
    assert done.returncode == 3
