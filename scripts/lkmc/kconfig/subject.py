# SPDX-License-Identifier: GPL-2.0-or-later
"""What a question is about: Buildroot's or Linux's configuration of an output, or of an architecture's defconfig."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lkmc import paths
from lkmc.errors import MissingOutput
from lkmc.kconfig import fragment, linux, request
from lkmc.kconfig.fragment import Layer
from lkmc.kconfig.request import ConfigRequest
from lkmc.kconfig.state import State
from lkmc.kconfig.tree import BuildrootTree, LinuxTree, Tree

CONFIGURED = ".config.lkmc"     # in a kernel's build folder: scripts/lkmc/linux-requests keeps it for us


@dataclass(frozen=True)
class Subject:
    """A configuration, with the tree that it is of and the layers that ask for it."""
    tree: Tree
    layers: tuple[Layer, ...]
    config: str | None          # as it is now; None where nothing has been configured yet
    before: str | None = None   # as it was before anybody edited it, where that is known

    def state(self, config: str | None = None) -> tuple[State, str]:
        """Kconfiglib at this .config, by default the present one, and what `conf` makes of it."""
        text = config if config is not None else self.config if self.config is not None else self.asked
        computed = self.tree.compute(text)
        state = State(computed.tree, self.tree.prefix)
        state.load(computed.config)
        return state, computed.config

    @property
    def asked(self) -> str:
        """The layers as one partial .config."""
        return fragment.text(fragment.merged(self.layers).values())


def scratch() -> Path:
    """An output folder in which Buildroot's `conf` is compiled, for questions that no output is named for."""
    return paths.cache() / "kconfig/buildroot"


def buildroot(tree: Path, output: Path | None, arch: str) -> Subject:
    """Buildroot's configuration of an output, else of the architecture's defconfig."""
    config = output / ".config" if output else None
    wanted = (request.read(output) if output else None) or ConfigRequest(f"lkmc_{arch}_defconfig")
    text = fragment.config(config) if config and config.is_file() else None
    layers = request.layers(tree, wanted)
    return Subject(BuildrootTree(tree, output if output and text is not None else scratch()), tuple(layers), text)


def kernel(tree: Path, output: Path | None, arch: str, sources: Path | None) -> Subject:
    """The kernel's configuration of an output, else what the architecture's defconfig makes of these sources. Raises
    MissingOutput when there are no sources."""
    found = linux.of_sources(sources, arch) if sources else linux.of_output(output) if output else None
    if found is None:
        raise MissingOutput(f"{output or 'no output'}: no kernel sources are unpacked here; have them by scripts/build "
                            f"linux-patch, or name some with --linux DIR")
    before = found.path / CONFIGURED
    return Subject(found, kernel_layers(tree, found, output, arch), _configured(found) if not sources else None,
                   fragment.config(before) if before.is_file() and not sources else None)


def kernel_layers(tree: Path, kernel: LinuxTree, output: Path | None, arch: str) -> tuple[Layer, ...]:
    """What Buildroot merges into the kernel's configuration for an output, else for the architecture's defconfig."""
    if output and (output / ".config").is_file():
        config = fragment.config(output / ".config")
    else:
        config = fragment.text(fragment.merged(request.layers(tree, ConfigRequest(f"lkmc_{arch}_defconfig"))).values())
    return request.kernel_layers(fragment.values(config), output or Path(), tree, kernel.defconfig)


def _configured(tree: LinuxTree) -> str | None:
    file = tree.path / ".config"
    return fragment.config(file) if file.is_file() else None
