# SPDX-License-Identifier: GPL-2.0-or-later
"""Write an output's configuration, and say what of the request did not take."""
from __future__ import annotations

import shlex
import sys
from pathlib import Path

from lkmc.errors import LkmcError
from lkmc.kconfig import fragment, linux, lost, request
from lkmc.kconfig.lost import Lost
from lkmc.kconfig.request import ConfigRequest
from lkmc.kconfig.state import State
from lkmc.kconfig.tree import BuildrootTree


def write(tree: Path, output: Path, wanted: ConfigRequest, linux_too: bool = True) -> tuple[list[Lost], list[str]]:
    """Write .config and the kernel fragment of an output with the Buildroot `tree`; return what did not take, and what
    Kconfiglib sees otherwise than `conf`. Nothing is written when this raises LkmcError.

    The kernel's part is checked as well where its sources are there, else when Buildroot configures the kernel.
    """
    config, missing, notes = _compute(tree, output, wanted, linux_too)
    return missing, [*notes, *_store(output, config, wanted)]


def _compute(tree: Path, output: Path, wanted: ConfigRequest,
             linux_too: bool = True) -> tuple[str, list[Lost], list[str]]:
    """The .config, what of the request is not in it, and what else is to be said; nothing is written."""
    layers = request.layers(tree, wanted)
    defconfig = request.defconfig_file(tree, wanted.defconfig)
    text = fragment.text(fragment.merged(layers).values()) + f'BR2_DEFCONFIG="{defconfig}"\n'
    computed = BuildrootTree(tree, output).compute(text)
    state = State(computed.tree, "BR2_")
    state.load(computed.config)
    lost.refuse_wrong_values(state, layers)
    kernel = linux.of_output(output) if linux_too and request.linux_layers(wanted) else None
    missing, notes = lost.find(state, layers, computed.config), lost.disagreements(state, layers, computed.config)
    if kernel:
        over = list(request.kernel_layers(_without_settings(computed.config), output, tree, kernel.defconfig))
        over += request.linux_layers(wanted)[len(wanted.linux_fragments):]
        found, doubts = linux.check(kernel, over)
        missing, notes = missing + found, notes + doubts
    return computed.config, missing, notes


def _without_settings(config: str) -> dict[str, str]:
    """A configuration without the file of --linux-set among its kernel fragments, for that is still to be written."""
    values = fragment.values(config)
    return values | {request.LIST: values.get(request.LIST, '""').replace(f"$(BASE_DIR)/{request.LINUX_SET}", "")}


def _store(output: Path, config: str, wanted: ConfigRequest) -> list[str]:
    """Write it all; a note of what the output was configured with before, for each request begins at the defconfig."""
    gone = request.left_out(request.read(output), wanted)
    settings = output / request.LINUX_SET
    if wanted.linux_settings:
        lines = fragment.text(fragment.settings(wanted.linux_settings, "CONFIG_", "--linux-set").assignments)
        text = f"# The --linux-set of scripts/config.\n{lines}"
        if not settings.exists() or settings.read_text() != text:       # for make, a newer file is a changed one
            settings.write_text(text)
    else:
        settings.unlink(missing_ok=True)
    request.record(output, wanted)
    target, part = output / ".config", output / ".config.lkmc"
    if target.exists():
        _merge_again(output, target.read_text(), config)
        target.replace(output / ".config.old")
    part.write_text(config)
    part.replace(target)
    return [f"{output} was configured with {shlex.join(gone)} before, which is left out now; give it again to keep it "
            f"(the former .config is .config.old)"] if gone else []


def _merge_again(output: Path, before: str, now: str) -> None:
    """Have the next make build a kernel anew that was configured by other files: make looks at their times only."""
    had, has = fragment.values(before), fragment.values(now)
    if any(had.get(name) != has.get(name) for name in (request.BASE, request.LIST)):
        for stamp in output.glob("build/linux-*/.stamp_dotconfig"):     # as Buildroot's linux-reconfigure does
            stamp.unlink()


def configure(tree: Path, output: Path, wanted: ConfigRequest) -> None:
    """write() for a build, which a lost request ends before it began, the output as it was. Raises LkmcError."""
    config, missing, notes = _compute(tree, output, wanted)
    for text in [*(one for one in missing if not one.fails), *notes]:
        print(text, file=sys.stderr)
    lost_ones = [str(one) for one in missing if one.fails]
    if lost_ones:
        raise LkmcError("; ".join([*lost_ones, "nothing was built; change the request, or ask scripts/config explain"]))
    for text in _store(output, config, wanted):
        print(text, file=sys.stderr)
