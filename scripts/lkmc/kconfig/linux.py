# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel of an output: where its sources are, and whether requests for it take."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lkmc import configured, machine
from lkmc.errors import MissingOutput
from lkmc.kconfig import fragment, lost
from lkmc.kconfig.fragment import Layer
from lkmc.kconfig.lost import Lost
from lkmc.kconfig.state import State
from lkmc.kconfig.tree import LinuxTree


def of_output(output: Path) -> LinuxTree | None:
    """The kernel tree that Buildroot unpacked in this output with the output's compiler, if both are there."""
    config = output / ".config"
    sources = [path for path in (output / "build").glob("linux-*") if (path / "Kconfig").is_file()
               and path.name != "linux-headers"]
    if not sources or not config.is_file():
        return None
    arch = configured.arch_of(output)
    compilers = sorted((path for path in (output / "host/bin").glob("*-gcc") if "-linux" in path.name),
                       key=lambda path: len(path.name))
    if arch not in machine.arches() or not compilers:
        return None
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    return LinuxTree(newest, machine.read(arch).prebuilt.kernel_arch, str(compilers[0]).removesuffix("gcc"))


def of_sources(sources: Path, arch: str) -> LinuxTree:
    """A kernel source tree with the compiler of the output that it lies in, else the distro's. Raises MissingOutput."""
    if not (sources / "scripts/kconfig/Makefile").is_file():
        raise MissingOutput(f"{sources}: no kernel source tree; name an unpacked one with --linux DIR")
    sources = sources.absolute()
    own = of_output(sources.parents[1]) if sources.parent.name == "build" else None
    names = machine.read(arch).prebuilt
    return own if own and own.arch == names.kernel_arch else LinuxTree(sources, names.kernel_arch, names.compiler)


def check(tree: LinuxTree, layers: Sequence[Layer]) -> tuple[list[Lost], list[str]]:
    """What of these layers the kernel's `conf` does not take, and what Kconfiglib sees otherwise. Raises LkmcError."""
    computed = tree.compute(fragment.text(fragment.merged(layers).values()))
    state = State(computed.tree, "CONFIG_")
    state.load(computed.config)
    lost.refuse_wrong_values(state, layers)
    return lost.find(state, layers, computed.config), lost.disagreements(state, layers, computed.config)
