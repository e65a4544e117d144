# SPDX-License-Identifier: GPL-2.0-or-later
"""Go through the tree's defconfigs and fragments, for every architecture: lines that do not take, that no longer exist,
or that only repeat the default."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lkmc import paths
from lkmc.errors import LkmcError
from lkmc.kconfig import fragment, linux, lost, request, subject
from lkmc.kconfig.fragment import Assignment, Layer
from lkmc.kconfig.lost import Lost
from lkmc.kconfig.request import ConfigRequest
from lkmc.kconfig.state import State
from lkmc.kconfig.tree import BuildrootTree, LinuxTree, Tree

# Findings that count only where they hold for all architectures: fragments are shared.
KINDS = {"gone": "no architecture has these symbols", "repeats": "these only repeat the default"}
LEGACY = "Config.in.legacy"         # where Buildroot keeps the symbols that it no longer has


@dataclass(frozen=True)
class Finding:
    """What is wrong with a line for one architecture."""
    request: Assignment
    arch: str
    kind: str           # lost, gone, legacy or repeats
    text: str = ""


@dataclass(frozen=True)
class Found:
    """What was found in the whole tree."""
    lines: tuple[str, ...]
    fails: bool


def output(tree: Path, folder: Path, arch: str) -> tuple[list[Lost], list[str]]:
    """What an output asks for and did not get, of Buildroot and of the kernel; what Kconfiglib sees otherwise than
    `conf`."""
    missing: list[Lost] = []
    notes: list[str] = []
    about = [subject.buildroot(tree, folder, arch)] if request.read(folder) else []
    kernel = linux.of_output(folder)
    if kernel:
        about.append(subject.Subject(kernel, subject.kernel_layers(tree, folder, arch), None))
    for part in about:
        state, config = part.state(part.asked)
        missing += [one for one in lost.find(state, part.layers, config) if one.fails]
        notes += lost.disagreements(state, part.layers, config)
    return missing, notes


def everything(tree: Path, arches: Sequence[str], sources: Path | None) -> Found:
    """All defconfigs and fragments of these architectures; Linux's by the kernel sources given, else by those of the
    outputs in out/, where there are any."""
    found: list[Finding] = []
    seen: list[str] = []
    for arch in arches:
        defaults = request.layers(tree, ConfigRequest(f"lkmc_{arch}_defconfig"))
        fragments = [fragment.read(path, "BR2_") for path in sorted((paths.TOP / "configs/fragments").glob("*.config"))]
        buildroot = BuildrootTree(tree, subject.scratch())
        found += _stacks(buildroot, arch, defaults, fragments)
        kernel = linux.of_sources(sources, arch) if sources else linux.of_output(paths.OUT / arch)
        if kernel:
            found += _kernel(kernel, arch, subject.kernel_layers(tree, None, arch))
        seen.append(f"checked {arch}: {1 + len(fragments)} Buildroot files, " + (
            f"kernel fragments by {kernel.path.name}" if kernel else "no kernel fragment, for no kernel sources are "
            "unpacked: name some with --linux DIR"))
    lines = list(_lines(found, len(arches)))
    return Found((*lines, *seen), any(one.kind in ("lost", "legacy") for one in found))


def _kernel(tree: LinuxTree, arch: str, defaults: Sequence[Layer]) -> list[Finding]:
    used = {layer.name for layer in defaults}
    others = [layer for path in sorted((paths.TOP / "linux").glob("*.config"))
              for layer in [fragment.read(path, "CONFIG_")] if layer.name not in used]
    return _stacks(tree, arch, defaults, others)


def _stacks(tree: Tree, arch: str, defaults: Sequence[Layer], others: Sequence[Layer]) -> list[Finding]:
    """Findings in the default layers, and in each other layer on top of them."""
    found = _stack(tree, arch, defaults, set(defaults))
    for layer in others:
        found += _stack(tree, arch, [*defaults, layer], {layer})
    return found


def _stack(tree: Tree, arch: str, layers: Sequence[Layer], mine: set[Layer]) -> list[Finding]:
    """Findings in some of the layers that are merged."""
    requests = [one for one in fragment.merged(layers).values() if any(one in layer.assignments for layer in mine)]
    computed = tree.compute(fragment.text(fragment.merged(layers).values()))
    state = State(computed.tree, tree.prefix)
    state.load(computed.config)
    found = []
    try:
        lost.refuse_wrong_values(state, layers)
    except LkmcError as error:
        return [Finding(layers[-1].assignments[-1], arch, "lost", str(error))]
    for one in lost.find(state, layers, computed.config):
        if one.request in requests and one.fails:
            found.append(Finding(one.request, arch, "lost", str(one)))
    for request_ in requests:
        symbol = state.symbol(request_.name)
        if symbol is None:
            found.append(Finding(request_, arch, "gone"))
        elif any(node.filename.endswith(LEGACY) for node in symbol.nodes):
            found.append(Finding(request_, arch, "legacy", f"{request_.where}: {request_}: Buildroot no longer has it"))
    return found + [Finding(one, arch, "repeats") for one in _repeating(state, requests)]


def _repeating(state: State, requests: Sequence[Assignment]) -> Iterator[Assignment]:
    """Those whose symbol has the same value without them."""
    for one in requests:
        symbol = state.symbol(one.name)
        if symbol is None or symbol.choice:
            continue
        kept = symbol.user_value
        symbol.unset_value()
        if fragment.same(one.value, state.value(symbol)):
            yield one
        if kept is not None:
            symbol.set_value({0: "n", 1: "m", 2: "y"}.get(kept, kept))


def _lines(found: Sequence[Finding], arches: int) -> Iterator[str]:
    """A line for each finding: a line that takes on one architecture may be gone from others, or be their default."""
    for one in dict.fromkeys(found):
        if one.kind in ("lost", "legacy"):
            yield f"{one.text} [{one.arch}]"
    everywhere = [one for one in dict.fromkeys((one.request, one.kind) for one in found if one.kind in KINDS)
                  if _is_everywhere(*one, found, arches)]
    for kind, words in KINDS.items():
        for file in dict.fromkeys(one.where.rpartition(":")[0] for one, its in everywhere if its == kind):
            names = [f"{one.name} ({one.where.rpartition(':')[2]})" for one, its in everywhere
                     if its == kind and one.where.rpartition(":")[0] == file]
            yield f"{file}: {words}: {' '.join(names)}"


def _is_everywhere(one: Assignment, kind: str, found: Sequence[Finding], arches: int) -> bool:
    """Whether a finding holds for all architectures that merge this file."""
    times = {finding.arch for finding in found if finding.kind == kind and finding.request == one}
    return len(times) == arches or one.where.startswith(("board/", "configs/lkmc_"))
