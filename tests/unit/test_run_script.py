# SPDX-License-Identifier: GPL-2.0-or-later
"""run.sh, and the command read out of it."""
from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from lkmc import run_script

# Arguments of a process hold no NUL; of an emulator's line ends, this is where ours come between the options.
WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), max_size=6)


def test_one_option_with_its_value_is_a_line() -> None:
    assert run_script.text(("qemu", "-m", "1G", "-S", "-append", "a b")).splitlines()[2:] == [
        "exec qemu \\", "\t-m 1G \\", "\t-S \\", "\t-append 'a b'"]


@given(words=WORDS)
def test_the_command_is_read_as_it_was_written(words: list[str]) -> None:
    assert run_script.command(run_script.text(["gem5", *words], "ln -sfn /exec '/a b'\n")) == ["gem5", *words]


def test_the_shell_runs_what_was_written() -> None:
    words = (sys.executable, "-c", "import sys; print(sys.argv[1:])", "a  b", "-c", "it's $HOME\n")
    done = subprocess.run(["sh", "-c", run_script.text(words)], capture_output=True, text=True)
    assert done.stdout == "['a  b', '-c', \"it's $HOME\\n\"]\n"
