# SPDX-License-Identifier: GPL-2.0-or-later
"""Our plugin for QEMU, qemu_plugins/*.c: compiled on first use for the interface of the QEMU that loads it."""
from __future__ import annotations

import functools
import hashlib
import os
import re
import subprocess
from pathlib import Path

from lkmc import apt, paths, qemu
from lkmc.errors import EmulatorFailed

SOURCES = paths.TOP / "qemu_plugins"
FLAGS = ("-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden")
# From which QEMU on there is which interface; later ones keep it. READS can read the guest's registers and memory.
READS = 4
INTERFACES = (((9, 2), READS), ((9, 0), 2))


def words(name: str, emulator: str, arguments: str, yes: bool) -> tuple[str, ...]:
    """QEMU's words that load the plugin. Raises MissingOutput without a compiler, EmulatorFailed."""
    return "-plugin", f"{qemu.value(provide(name, emulator, yes))},{arguments}"


def provide(name: str, emulator: str, yes: bool) -> Path:
    """The plugin, compiled for this QEMU."""
    command = [*FLAGS, f"-DQEMU_PLUGIN_VERSION={interface(emulator)}"]
    sources = sorted(SOURCES.glob("*.[ch]"))
    key = hashlib.sha256("\0".join([*command, *(path.read_text() for path in sources)]).encode()).hexdigest()[:16]
    made = paths.cache() / "qemu_plugins" / f"{name}-{key}.so"
    if not made.exists():
        apt.require({"gcc": "gcc"}, yes)
        made.parent.mkdir(parents=True, exist_ok=True)
        part = made.with_suffix(f".{os.getpid()}")
        subprocess.run(["gcc", *command, "-o", str(part), *(str(path) for path in sources if path.suffix == ".c")],
                       check=True, capture_output=True, text=True)
        part.replace(made)
    return made


@functools.cache
def interface(emulator: str) -> int:
    """The version of the interface to plugins that this QEMU takes. Raises EmulatorFailed."""
    done = subprocess.run([emulator, "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    version = re.search(r"version ([0-9]+)\.([0-9]+)", done.stdout)
    if version is None:
        raise EmulatorFailed(f"{emulator} -version: {(done.stdout + done.stderr).strip() or 'no answer'}; choose "
                             f"another QEMU with --qemu-which")
    number = int(version[1]), int(version[2])
    return next((interface for since, interface in INTERFACES if number >= since), 1)
