# SPDX-License-Identifier: GPL-2.0-or-later
"""The cross tools of an output folder: the output's own, else the distro's."""
from __future__ import annotations

import glob
import os
import shutil
from pathlib import Path

from lkmc.errors import MissingOutput
from lkmc.machine import Machine
from lkmc.output import Output

DISTRO_GDB = "gdb-multiarch"


def tool(name: str, output: Output, machine: Machine, yes: bool) -> str:
    """The path of a cross tool such as readelf or gdb. Raises MissingOutput, naming the tools that there are."""
    built = [path for folder in output.programs for path in sorted(folder.glob(f"*-linux*-{glob.escape(name)}"))]
    if built:
        return str(built[0])
    from lkmc import apt
    if name == "gdb":
        apt.require({DISTRO_GDB: DISTRO_GDB}, yes)
        return str(shutil.which(DISTRO_GDB))
    apt.require({f"{machine.prebuilt.compiler}gcc": machine.prebuilt.compiler_packages[0]}, yes)
    found = shutil.which(machine.prebuilt.compiler + name)
    if found is None:
        raise MissingOutput(f"the toolchain has no {name}; it has {', '.join(names(output, machine))}")
    return found


def names(output: Output, machine: Machine) -> list[str]:
    """The tools that there are."""
    prefix = machine.prebuilt.compiler
    own = {path.name.rpartition("-linux-")[2].removeprefix("gnu-")
           for folder in output.programs for path in folder.glob("*-linux-*")}
    distro = {path.name.removeprefix(prefix) for folder in map(Path, os.environ.get("PATH", "").split(os.pathsep))
              for path in folder.glob(f"{prefix}*")}
    return sorted(own | distro)
