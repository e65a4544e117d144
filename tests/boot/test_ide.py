# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts/ide writes is true: the files compile so, and an editor's GDB attaches."""
from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import debugging
import pexpect
import pytest
from debugging import Boot

from lkmc import paths
from lkmc.output import Output
from lkmc.run_folder import RunFolder


@pytest.fixture
def ide(out: Output, run_id: str, tmp_path: Path) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """The database by file, and the entry of launch.json."""
    subprocess.run([paths.TOP / "scripts/ide", "--yes", "--output", out.path, "--run-id", run_id, "--to", tmp_path],
                   check=True, stdout=subprocess.DEVNULL)
    entries = json.loads((tmp_path / "compile_commands.json").read_text())
    return ({entry["file"]: entry for entry in entries},
            json.loads((tmp_path / ".vscode/launch.json").read_text())["configurations"][0])


def test_files_compile_as_the_database_says(ide: tuple[dict[str, dict[str, str]], dict[str, str]], out: Output) -> None:
    entries = ide[0]
    wanted = [f"{paths.TOP}/kernel_modules/hello.c", f"{paths.TOP}/userland/c/hello.c",
              f"{paths.TOP}/userland/cpp/hello_cpp.cpp"]
    kernel, baremetal = out.linux_build.resolve() / "init/main.c", f"{paths.TOP}/baremetal/hello.c"
    wanted += [str(kernel)] if kernel.exists() else []
    wanted += [baremetal] if shutil.which(entries[baremetal]["command"].split()[0]) else []
    for file in wanted:
        entry = entries[file]
        done = subprocess.run(f"{entry['command']} -fsyntax-only", shell=True, cwd=entry["directory"],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_an_editor_s_gdb_attaches(ide: tuple[dict[str, dict[str, str]], dict[str, str]], console: Boot, out: Output,
                                  run_id: str, limit: float, symbols: None) -> None:
    """By the machine interface, as an editor speaks it."""
    launch = json.loads(json.dumps(ide[1]))
    with console("--wait-gdb") as guest:
        debugging.until(lambda: RunFolder.of(out.path, run_id).lock.held() and
                        RunFolder.of(out.path, run_id).socket("gdb").exists(), limit)
        child = pexpect.spawn(launch["miDebuggerPath"], ["-nx", "-q", "--interpreter=mi2", launch["program"]],
                              timeout=limit, encoding="utf-8", echo=False)
        for command, answer in ((launch["customLaunchSetupCommands"][0]["text"], r"\^done"),
                                ("-break-insert start_kernel", r"\^done,bkpt=.*init/main\.c"),
                                ("-exec-continue", r'\*stopped,reason="breakpoint-hit".*func="start_kernel"'),
                                ("-gdb-exit", r"\^exit")):
            child.sendline(command)
            child.expect(answer)
        child.close()
        guest.login()
