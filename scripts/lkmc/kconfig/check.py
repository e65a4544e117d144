# SPDX-License-Identifier: GPL-2.0-or-later
"""Go through the tree's defconfigs and fragments, for every architecture: lines that do not take, that no longer exist,
or that only repeat the default; and symbols that Kconfiglib sees otherwise than `conf`."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lkmc import machine, paths
from lkmc.errors import LkmcError
from lkmc.kconfig import agreement, fragment, linux, lost, request, subject
from lkmc.kconfig.fragment import Assignment, Layer
from lkmc.kconfig.lost import Lost
from lkmc.kconfig.request import ConfigRequest
from lkmc.kconfig.state import State
from lkmc.kconfig.tree import BuildrootTree, Computed, LinuxTree, Tree, compute_all

# Findings that count only where they hold for all architectures: fragments are shared.
KINDS = {"gone": "no architecture has these symbols", "elsewhere": "no architecture is the one that these need",
         "repeats": "these only repeat the default"}
LEGACY = "Config.in.legacy"         # where Buildroot keeps the symbols that it no longer has


@dataclass(frozen=True)
class Stack:
    """Layers that are merged, and those of them that are looked at."""
    layers: tuple[Layer, ...]
    mine: frozenset[Layer]

    @property
    def text(self) -> str:
        """The layers as one partial .config."""
        return fragment.text(fragment.merged(self.layers).values())


@dataclass(frozen=True)
class Finding:
    """What is wrong with a line for one architecture."""
    request: Assignment
    arch: str
    kind: str           # lost, elsewhere, gone, legacy, differs or repeats
    text: str = ""


@dataclass(frozen=True)
class Found:
    """What was found in the whole tree."""
    lines: tuple[str, ...]
    fails: bool


def output(tree: Path, folder: Path, arch: str, of: str = "") -> tuple[list[Lost], list[str]]:
    """What an output asks for and did not get, of Buildroot, of Linux, or (`of` is empty) of both; what Kconfiglib sees
    otherwise than `conf`."""
    missing: list[Lost] = []
    notes: list[str] = []
    about = [subject.buildroot(tree, folder, arch)] if of != "linux" and request.read(folder) else []
    kernel = linux.of_output(folder) if of != "buildroot" else None
    if kernel:
        about.append(subject.Subject(kernel, subject.kernel_layers(tree, kernel, folder, arch), None))
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
        found += _stacks(BuildrootTree(tree, subject.scratch()), arch, _each(defaults, fragments))
        kernel = linux.of_sources(sources, arch) if sources else linux.of_output(paths.OUT / arch)
        if kernel:
            found += _stacks(kernel, arch, _kernel(tree, kernel, defaults, fragments))
        seen.append(f"checked {arch}: {1 + len(fragments)} Buildroot files, " + (
            f"kernel fragments by {kernel.path.name}" if kernel else "no kernel fragment, for no kernel sources are "
            "unpacked: name some with --linux DIR"))
    lines = list(_lines(found, len(arches)))
    return Found((*lines, *seen), any(_fails(one, found, len(arches)) for one in found))


def _each(defaults: Sequence[Layer], others: Sequence[Layer]) -> list[Stack]:
    """The default layers, and each other layer on top of them."""
    return [Stack(tuple(defaults), frozenset(defaults)),
            *(Stack((*defaults, layer), frozenset({layer})) for layer in others)]


def _kernel(tree: Path, kernel: LinuxTree, defaults: Sequence[Layer], fragments: Sequence[Layer]) -> list[Stack]:
    """The kernel's layers by default, in the place of which some Buildroot fragments put others, and each fragment that
    is in none of these on top of the default ones."""
    configs = [{name: one.value for name, one in fragment.merged(layers).items()}
               for layers in (defaults, *([*defaults, one] for one in fragments))]
    usual, *others = [request.kernel_layers(config, Path(), tree, kernel.defconfig) for config in configs]
    stacks = [Stack(layers, frozenset(layer for layer in layers
                                      if layer not in usual and not layer.name.startswith(request.OWN)))
              for layers in others if layers != usual]
    used = {layer.name for layer in usual} | {layer.name for stack in stacks for layer in stack.layers}
    files = [path for path in sorted((paths.TOP / "linux").glob("*.config")) if fragment.show(path) not in used]
    return stacks + _each(usual, [fragment.read(path, "CONFIG_") for path in files])


def _stacks(tree: Tree, arch: str, stacks: Sequence[Stack]) -> list[Finding]:
    """Findings in stacks of layers."""
    computed = compute_all(tree, [stack.text for stack in stacks])
    return [one for stack, made in zip(stacks, computed, strict=True) for one in _stack(made, tree.prefix, arch, stack)]


def _stack(computed: Computed, prefix: str, arch: str, stack: Stack) -> list[Finding]:
    layers = stack.layers
    requests = [one for one in fragment.merged(layers).values()
                if any(one in layer.assignments for layer in stack.mine)]
    state = State(computed.tree, prefix)
    state.load(computed.config)
    found = []
    try:
        lost.refuse_wrong_values(state, layers)
    except LkmcError as error:
        return [Finding(layers[-1].assignments[-1], arch, "lost", str(error))]
    for one in lost.find(state, layers, computed.config):
        if one.request in requests and one.fails:
            found.append(Finding(one.request, arch, "elsewhere") if _of_another_architecture(one)
                         else Finding(one.request, arch, "lost", str(one)))
    for request_ in requests:
        symbol = state.symbol(request_.name)
        if symbol is None:
            found.append(Finding(request_, arch, "gone"))
        elif any(node.filename.endswith(LEGACY) for node in symbol.nodes):
            found.append(Finding(request_, arch, "legacy", f"{request_.where}: {request_}: Buildroot no longer has it"))
    file = [layer.name for layer in layers if layer in stack.mine and layer.assignments][-1]
    for name, (its, ours) in agreement.differences(state, stack.text, computed.config).items():
        found.append(Finding(Assignment(name, its, file), arch, "differs",
                             f"{file}: conf gives {name} the value {its}, Kconfiglib {ours}"))
    return found + [Finding(one, arch, "repeats") for one in _repeating(state, stack, requests)]


def _of_another_architecture(one: Lost) -> bool:
    """Whether a request lacks nothing but another architecture, for which a shared fragment may have the line."""
    return any(f"BR2_{arch} is" in one.reason or f"BR2_{arch} (it is" in one.reason for arch in machine.arches())


def _repeating(state: State, stack: Stack, requests: Sequence[Assignment]) -> Iterator[Assignment]:
    """Those whose symbol has the same value without them: in the stack, and over its first layer alone, for the next
    fragment is no reason to leave a line out of this one."""
    found = set(_unneeded(state, stack.layers, requests))
    for layer in stack.layers:
        if layer not in stack.mine:
            continue
        mine = [one for one in layer.assignments if one in found]
        alone = tuple(dict.fromkeys((stack.layers[0], layer)))
        state.load(fragment.text(fragment.merged(alone).values()))
        yield from _unneeded(state, alone, mine)


def _unneeded(state: State, layers: Sequence[Layer], requests: Sequence[Assignment]) -> Iterator[Assignment]:
    """Those whose symbol has the same value without them at this state, and that no other line contradicts."""
    for one in requests:
        symbol = state.symbol(one.name)
        others = [other for layer in layers for other in layer.assignments if other.name == one.name]
        if symbol is None or symbol.choice or one.default:
            continue
        if any(not fragment.same(one.value, other.value) for other in others):
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
        if one.text:
            yield f"{one.text} [{one.arch}]"
    everywhere = [one for one in dict.fromkeys((one.request, one.kind) for one in found if one.kind in KINDS)
                  if _is_everywhere(*one, found, arches)]
    for kind, words in KINDS.items():
        for file in dict.fromkeys(one.where.rpartition(":")[0] for one, its in everywhere if its == kind):
            names = [f"{one.name} ({one.where.rpartition(':')[2]})" for one, its in everywhere
                     if its == kind and one.where.rpartition(":")[0] == file]
            yield f"{file}: {words}: {' '.join(names)}"


def _fails(one: Finding, found: Sequence[Finding], arches: int) -> bool:
    if one.kind in KINDS:
        optional = one.kind == "repeats" or one.request.optional
        return not optional and _is_everywhere(one.request, one.kind, found, arches)
    return True


def _is_everywhere(one: Assignment, kind: str, found: Sequence[Finding], arches: int) -> bool:
    """Whether a finding holds for all architectures that merge this file."""
    times = {finding.arch for finding in found if finding.kind == kind and finding.request == one}
    return len(times) == arches or one.where.startswith(("board/", "configs/lkmc_"))
