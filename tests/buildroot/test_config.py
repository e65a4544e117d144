# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfiglib's view of the real trees beside what their own conf computes; the tree's fragments take, and lost requests
are told."""
from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lkmc import buildroot, paths
from lkmc.kconfig import agreement, fragment, linux, request, subject, view
from lkmc.kconfig.fragment import Assignment, Layer
from lkmc.kconfig.request import ConfigRequest
from lkmc.kconfig.state import State
from lkmc.kconfig.tree import BuildrootTree, LinuxTree, Tree, compute_all
from lkmc.machine import arches
from lkmc.output import Output

# Each fragment of an example has conf compute a configuration, which takes seconds: no shrinking, and always the same.
# The first example is the simplest one, the second is random.
FEW = settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate],
               suppress_health_check=list(HealthCheck))
SCRIPT = str(paths.TOP / "scripts/config")
LOST = "CONFIG_NF_CONNTRACK_FTP"


def fragments(names: Sequence[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    """Five fragments with a few to many of these symbols each."""
    one = st.dictionaries(st.sampled_from(names), st.sampled_from(["y", "n"]), min_size=8, max_size=40)
    return st.lists(one, min_size=5, max_size=5)


def random_layer(chosen: dict[str, str]) -> Layer:
    return Layer("random", tuple(Assignment(name, value, "random") for name, value in chosen.items()))


def all_differences(tree: Tree, stacks: Sequence[Sequence[Layer]]) -> Iterator[dict[str, tuple[str, str]]]:
    """For each stack of layers, the symbols on whose value conf and Kconfiglib do not agree."""
    texts = [fragment.text(fragment.merged(layers).values()) for layers in stacks]
    for text, computed in zip(texts, compute_all(tree, texts), strict=True):
        yield agreement.differences(State(computed.tree, tree.prefix), text, computed.config)


def offered(tree: Tree, layers: Sequence[Layer]) -> list[str]:
    """The names of symbols that somebody at these layers could turn on or off."""
    computed = tree.compute(fragment.text(fragment.merged(layers).values()))
    state = State(computed.tree, tree.prefix)
    state.load(computed.config)
    return [state.name(symbol) for symbol in state.tree.unique_defined_syms
            if symbol.visibility and symbol.str_value in ("y", "m", "n")]


@pytest.fixture(scope="session")
def kernel(out: Output) -> LinuxTree:
    found = linux.of_output(out.path)
    if found is None:
        pytest.skip(f"{out.path}: no kernel sources in build/, which scripts/build unpacks")
    return found


@pytest.fixture(scope="session")
def layers(out: Output, kernel: LinuxTree) -> list[Layer]:
    """What is merged into the kernel's configuration."""
    return list(subject.kernel_layers(buildroot.provide(None), kernel, out.path, out.arch))


@pytest.fixture(scope="session")
def aarch64() -> tuple[BuildrootTree, list[Layer], list[str]]:
    """Buildroot, a defconfig, and the names that it offers."""
    tree = BuildrootTree(buildroot.provide(None), subject.scratch())
    defaults = request.layers(tree.path, ConfigRequest("lkmc_aarch64_defconfig"))
    return tree, defaults, offered(tree, defaults)


@pytest.fixture(scope="session")
def names(kernel: LinuxTree, layers: list[Layer]) -> list[str]:
    return offered(kernel, layers)


@FEW
@given(data=st.data())
def test_conf_and_kconfiglib_agree_on_random_fragments_of_buildroot(
        aarch64: tuple[BuildrootTree, list[Layer], list[str]], data: Any) -> None:
    tree, defaults, offers = aarch64
    stacks = [[*defaults, random_layer(one)] for one in data.draw(fragments(offers))]
    assert list(all_differences(tree, stacks)) == [{}] * len(stacks)


@FEW
@given(data=st.data())
def test_they_agree_on_random_fragments_of_linux(
        kernel: LinuxTree, layers: list[Layer], names: list[str], data: Any) -> None:
    chosen = data.draw(fragments(names))
    stacks = [[*layers, random_layer(one)] for one in chosen]
    assert list(all_differences(kernel, stacks)) == [{}] * len(stacks)


def test_every_line_of_the_trees_fragments_takes(pytestconfig: pytest.Config) -> None:
    """scripts/config check on all architectures, which also compares conf and Kconfiglib, symbol by symbol."""
    folders = [Path(folder).absolute() for folder in pytestconfig.getoption("output")]
    sources = [tree.path for tree in map(linux.of_output, folders) if tree]
    if not sources:
        pytest.skip("no output with kernel sources in build/, which scripts/build unpacks")
    done = subprocess.run([SCRIPT, "check", "--yes", "--linux", str(sources[0])], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    checked = [line.split()[1].rstrip(":") for line in done.stdout.splitlines() if line.startswith("checked ")
               and f"kernel fragments by {sources[0].name}" in line]
    assert checked == list(arches())


def test_the_assignments_that_enable_a_symbol_take(out: Output, kernel: LinuxTree, layers: list[Layer]) -> None:
    """conf itself takes what `explain --enable` prints."""
    stacks, wanted = [], []
    for name in (LOST, "CONFIG_KASAN", "CONFIG_NFS_V4", "CONFIG_LEDS_GPIO"):
        done = subprocess.run([SCRIPT, "explain", name, "--enable", "--output", str(out.path)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        more = fragment.parse(done.stdout, "CONFIG_", name)
        assert name in {one.name for one in more.assignments}
        stacks.append(fragment.text(fragment.merged([*layers, more]).values()))
        wanted.append({one.name: one.value for one in more.assignments})
    for asked, computed in zip(wanted, compute_all(kernel, stacks), strict=True):
        values = fragment.values(computed.config)
        assert {name: values.get(name) for name in asked} == asked


def test_set_takes_what_enables_a_symbol_of_buildroot(out: Output, tmp_path: Path) -> None:
    done = subprocess.run([SCRIPT, "explain", "BR2_PACKAGE_GDB_SERVER", "--enable", "--arch", out.arch, "--output",
                           str(out.path)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) > 1
    words = [word for line in lines for word in ("--set", line)]
    done = subprocess.run([SCRIPT, "--arch", out.arch, "--output", str(tmp_path), *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(lines) <= set((tmp_path / ".config").read_text().splitlines())


def light_output(out: Output, kernel: LinuxTree, folder: Path, added: Path) -> None:
    """An output that shares all but its kernel's configuration with the one given, which asks for one fragment more."""
    (folder / "build").mkdir(parents=True)
    for path in [out.path / "host", out.path / "staging", *(out.path / "build").iterdir()]:
        if path != kernel.path:
            (folder / path.relative_to(out.path)).symlink_to(path)
    own = folder / "build" / kernel.path.name
    view.make(kernel.path, own)
    for stamp in ("downloaded", "extracted", "patched"):
        (own / f".stamp_{stamp}").touch()
    symbol = f'{request.LIST}="'
    assert symbol in out.config
    (folder / ".config").write_text(out.config.replace(symbol, f"{symbol}{added} ", 1))


def test_plain_make_fails_where_the_kernel_loses_a_request(out: Output, kernel: LinuxTree, tmp_path: Path) -> None:
    """It names the fragment, the line, what is not met, and what would help, with nothing but the system in PATH."""
    mine, folder = tmp_path / "mine.config", tmp_path / "o"
    mine.write_text(f"CONFIG_PRINTK=y\n{LOST}=y\n")
    light_output(out, kernel, folder, mine)
    command = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", f"HOME={os.environ['HOME']}",
               *buildroot.command(buildroot.provide(None), folder, "linux-configure")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    assert done.returncode != 0, done.stdout[-2000:]
    said = done.stderr.splitlines()
    assert f"{mine}:2: {LOST}=y" in said, done.stderr[-2000:]
    [why] = [line for line in said if line.startswith(f"{mine}:2: {LOST}=y did not take")]
    assert "it needs CONFIG_NF_CONNTRACK (it is n)" in why and "it takes with CONFIG_NETFILTER=y" in why
    assert not (folder / "build" / kernel.path.name / ".stamp_configured").exists()
    mine.write_text("CONFIG_PRINTK=y\n")
    subprocess.run([*command[:-1], "linux-configure"], stdin=subprocess.DEVNULL, capture_output=True, check=True)
