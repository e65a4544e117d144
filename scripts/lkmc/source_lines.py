# SPDX-License-Identifier: GPL-2.0-or-later
"""The source line of every address that a trace has: `function file:line`, asked of addr2line in one batch per file."""
from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile

from lkmc import addr2line
from lkmc.blocks import Addresses, Numbers
from lkmc.kernel_functions import Functions

LARGEST = 1 << 16       # bytes of a function
USER, MEMORY, UNKNOWN = "[user]", "[memory]", "[kernel]"


@dataclass(frozen=True)
class Code:
    """Code of a module: an ELF file's section, and from where to where it was in the guest."""
    path: Path
    section: str
    start: int
    end: int


def module_code(said: str, files: Iterable[Path]) -> list[Code]:
    """said: lines of `/sys/module/NAME/sections/SECTION: ADDRESS`; files: unstripped modules."""
    by_name = {path.stem.replace("-", "_"): path for path in files}
    found = []
    for name, section, address in re.findall(r"^/sys/module/(\w+)/sections/(\.\S+): 0x([0-9a-f]+)$", said, re.M):
        if name in by_name and int(address, 16) and "text" in section:
            with by_name[name].open("rb") as file:
                part = ELFFile(file).get_section_by_name(section)
                size = part["sh_size"] if part else 0
            found.append(Code(by_name[name], section, int(address, 16), int(address, 16) + size))
    return found


class Lines:
    """Texts of source lines, each once, and which of them addresses have."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self._number: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text, which may be new."""
        if text not in self._number:
            self._number[text] = len(self.texts)
            self.texts.append(text.encode(errors="surrogateescape"))
        return self._number[text]

    def functions(self, number: Numbers) -> tuple[Lines, Numbers]:
        """Without files and lines: the texts that remain, and the numbers' new ones."""
        fewer = Lines()
        new = fewer.all_of(text.decode(errors="surrogateescape").partition(" ")[0] for text in self.texts)
        return fewer, new[number]

    def all_of(self, texts: Iterable[str]) -> Numbers:
        return np.array([self.number(text) for text in texts], np.int64)


def ask(tool: str, path: Path, section: str, addresses: Addresses) -> list[str]:
    """addr2line's answers, as `function file:line`, or the function alone where no line is known."""
    command = [tool, "-fe", str(path), *(["-j", section] if section else [])]
    done = subprocess.run(command, input="".join(f"{address:#x}\n" for address in addresses.tolist()),
                          capture_output=True, text=True, errors="surrogateescape", check=True)
    answers = done.stdout.split("\n")
    known: dict[str, str] = {}
    return [f"{function} {known[place] if place in known else known.setdefault(place, shown(place))}".rstrip()
            for function, place in zip(answers[0::2], answers[1::2], strict=False)]


def shown(place: str) -> str:
    """addr2line's file:line with the file inside its package; nothing where it is not known."""
    file, _, line = addr2line.known(place).rpartition(":")
    if not line.isdigit():
        return ""
    file = os.path.normpath(file)
    inside = re.sub(r"^.*?/?build/(linux|lkmc)[^/]*/", "", file)
    return (re.sub(r"^(.*/)?build/[^/]+-[^/]+/", "", file) if inside == file else inside) + f":{line}"


def by_function(functions: Functions, addresses: Addresses) -> list[str]:
    """The names of the functions, where lines are not known. Far behind the last one are modules."""
    found = functions.at(addresses)
    found[addresses > functions.address[-1] + np.uint64(LARGEST)] = -1
    return [functions.name[at] if at >= 0 else UNKNOWN for at in found.tolist()]
