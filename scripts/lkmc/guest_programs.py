# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of the guest, with their debug information, and the libraries that they use."""
from __future__ import annotations

import glob
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from lkmc import programs
from lkmc.errors import MissingOutput
from lkmc.output import Output

LIBRARIES = ("lib", "usr/lib", "lib64", "usr/lib64")


def find(output: Output, name: str) -> Path:
    """The unstripped file of a program: a path, one of ours by its name, or busybox. Raises MissingOutput;
    UserError for a file that is no program of this architecture."""
    built = output.path / "build"
    places = [Path(name), output.overlay / name, output.overlay / f"{name}.out",
              *sorted(built.glob(f"{glob.escape(name)}-*/{glob.escape(name)}") if "/" not in name else ())]
    for place in places:
        if place.is_file():
            programs.check(place, output.arch)
            return place.absolute()
    raise MissingOutput(f"no program {name!r}: give its path on the host, or the name of one that is in "
                        f"{output.overlay}; {output.how}")


def roots(output: Output) -> list[Path]:
    """Where the guest's libraries are: in staging before they were stripped."""
    return [path for path in (output.path / "staging", output.path / "target") if path.is_dir()]


def with_symbols(output: Output, path: str) -> Path | None:
    """The host's copy of a guest's ELF file, unstripped where there is one of the same build; None without any.

    path: as the guest calls it from the root of the file system that it is in, wherever that is mounted.
    """
    inside, name = path.lstrip("/"), Path(path).name
    staging, stripped = output.path / "staging", output.path / "target" / inside
    places = [output.overlay / inside, output.overlay / name, staging / inside,
              *(staging / folder / name for folder in LIBRARIES)]
    wanted = _build(stripped)
    if wanted:
        places += [*sorted((output.path / "build").glob(f"*/{glob.escape(name)}")), stripped]
    builds = ((place, _build(place)) for place in places if place.is_file())
    return next((place for place, build in builds if build and build == (wanted or build)), None)


def _build(file: Path) -> list[tuple[int, int, int, bytes]]:
    """What an ELF file and its stripped copy have in common, and other builds have not: where its memory is, and its
    notes, one of which names the build. Empty for another file."""
    try:
        with file.open("rb") as opened:
            return [(part["p_offset"], part["p_vaddr"], part["p_filesz"],
                     part.data() if part["p_type"] == "PT_NOTE" else b"")
                    for part in ELFFile(opened).iter_segments() if part["p_type"] in ("PT_LOAD", "PT_NOTE")]
    except (OSError, ELFError):
        return []
