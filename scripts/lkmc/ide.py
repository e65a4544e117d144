# SPDX-License-Identifier: GPL-2.0-or-later
"""What editors read: how each source file of an output was compiled (the JSON Compilation Database of Clang), and how
Visual Studio Code attaches GDB to a run."""
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lkmc import baremetal, examples, paths
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import Machine
from lkmc.output import Output

# The first line of the .NAME.o.cmd that Kbuild keeps of each object.
KBUILD = re.compile(r"(?:saved)?cmd_\S+ := (.*) (\S+\.[cS])\s*(?:;.*)?$")
MODULES = paths.TOP / "kernel_modules"
PROGRAMS = paths.TOP / "userland"
COMPILER = re.compile(r"(gcc|g\+\+)$")
NAME = "LKMC {arch}: attach to {run}"


def commands(built: Output, mach: Machine, compilers: tuple[str, str]) -> list[dict[str, str]]:
    """An entry for each compiled file of the kernel, the modules and the programs, with and without Linux. compilers:
    of C and of C++."""
    entries = [*_kbuild(built.linux_build, built.linux_build),
               *_kbuild(built.path / "build/lkmc-kernel-modules", built.linux_build),
               *_made(built, PROGRAMS, f"ARCH={built.arch}", f"CC={compilers[0]}", f"CXX={compilers[1]}",
                      f"PACKAGES={' '.join(_libraries(built))}"),
               *_made(built, baremetal.TREE.path, f"ARCH={built.arch}", *baremetal.compiled_by(built, mach))]
    return sorted(entries, key=lambda entry: entry["file"])


def _kbuild(folder: Path, kernel: Path) -> Iterator[dict[str, str]]:
    """What Kbuild compiled below `folder`, from the kernel's folder; our modules' files are the checkout's."""
    for kept in folder.rglob(".*.o.cmd"):
        found = KBUILD.match(kept.read_text(errors="replace").partition("\n")[0])
        if not found:
            continue
        command, name = found.groups()
        file = (kernel / name).resolve()
        if folder != kernel and (MODULES / file.name).exists():
            file = MODULES / file.name
        if file.exists() and not name.endswith(".mod.c"):       # modpost's
            yield {"directory": str(kernel), "command": f"{command} {file}", "file": str(file)}


def _libraries(built: Output) -> list[str]:
    """The packages that some programs need and this output has."""
    wanted = {symbol for example in examples.find(paths.TOP, built.arch) for symbol in example.words("package")}
    return sorted(symbol for symbol in wanted if built.symbol(symbol) == "y")


def _made(built: Output, folder: Path, *variables: str) -> Iterator[dict[str, str]]:
    """What make would compile in a folder of programs, with these variables of its Makefile."""
    done = subprocess.run(["make", "-C", folder, "-nBs", *variables, "OUT=/tmp"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"make -C {folder} -n: {done.stderr.strip().splitlines()[-1]}")
    for line in done.stdout.replace("\\\n", " ").splitlines():
        words = [word for word in _words(line, built) if not word.endswith(".a")]      # which nobody made in /tmp
        sources = [word for word in words if re.fullmatch(r"[\w/.+-]+\.(c|cpp|S)", word)]
        if words and COMPILER.search(words[0]) and sources:
            yield {"directory": str(folder), "command": shlex.join(words), "file": str(folder / sources[0])}


def _words(line: str, built: Output) -> list[str]:
    """A command of make's as the shell divides it. Some ask the output's pkg-config."""
    if "`" not in line:
        return shlex.split(line)
    found = subprocess.run(["sh", "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, check=True,
                           env={**os.environ, "PATH": f"{built.host}/bin:{os.environ['PATH']}"})
    return found.stdout.split("\0")[:-1]


def launch(built: Output, mach: Machine, debugger: str, script: Path, before: bytes) -> str:
    """launch.json with an entry that attaches to this output's run, in the place of an earlier one of ours; `before`
    is the file's content, or empty. Raises UserError when that is not plain JSON."""
    try:
        whole: dict[str, Any] = json.loads(before) if before else {"version": "0.2.0", "configurations": []}
        others = [one for one in whole["configurations"] if one.get("name") != launched(built)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(".vscode/launch.json: not JSON with configurations, perhaps for its comments; move it away, or "
                        "take them out, and try again") from None
    own = {"name": launched(built), "type": "cppdbg", "request": "launch", "cwd": str(paths.TOP),
           "program": str(built.symbols or built.kernel(mach)), "MIMode": "gdb", "miDebuggerPath": debugger,
           "customLaunchSetupCommands": [{"text": f"source {script}"}], "launchCompleteCommand": "None"}
    return json.dumps({**whole, "configurations": [*others, own]}, indent=4) + "\n"


def launched(built: Output) -> str:
    """By this name Visual Studio Code offers it."""
    return NAME.format(arch=built.arch, run=built.path.name)


def check(entries: list[dict[str, str]], built: Output) -> None:
    """Raises MissingOutput when the output's modules were not compiled, or cleaned away."""
    if not any(Path(entry["file"]).parent == MODULES for entry in entries):
        raise MissingOutput(f"{built.path}: no module was compiled here; {built.how}")
