# SPDX-License-Identifier: GPL-2.0-or-later
"""qemu_words: what has QEMU run no guest, and what helps where it lacks something."""
from __future__ import annotations

import pytest

from lkmc import qemu_words


@pytest.mark.parametrize("extra", [
    ("-d", "help"), ("-device", "edu,help"), ("-cpu", "?"), ("-machine", "virt,dumpdtb=a.dtb"), ("--version",),
    ("-h",), ("-S", "-machine", "dumpdtb=a")])
def test_some_options_have_qemu_tell_something_instead(extra: tuple[str, ...]) -> None:
    assert qemu_words.tells(extra)


@pytest.mark.parametrize("extra", [(), ("-S",), ("-append", "help me"), ("-device", "edu,id=help-me"),
                                   ("-drive", "file=help.img")])
def test_others_do_not(extra: tuple[str, ...]) -> None:
    assert not qemu_words.tells(extra)


def test_a_device_of_ours_that_this_qemu_lacks_comes_with_its_cure() -> None:
    said = "qemu: -device lkmc_pci_min: 'lkmc_pci_min' is not a valid device model name"
    assert qemu_words.cured(said).startswith(f"{said}; ") and "scripts/build" in qemu_words.cured(said)
    other = said.replace("lkmc_pci_min", "nonsense")
    assert qemu_words.cured(other) == other
