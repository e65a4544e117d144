# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of the guest, with their debug information, and the libraries that they use."""
from __future__ import annotations

from pathlib import Path

from lkmc.errors import MissingOutput
from lkmc.output import Output


def find(output: Output, name: str) -> Path:
    """The unstripped file of a program: a path, one of ours by its name, or busybox. Raises MissingOutput."""
    built = output.path / "build"
    places = [Path(name), output.overlay / name, output.overlay / f"{name}.out",
              *sorted(built.glob(f"{name}-*/{name}") if "/" not in name else ())]
    for place in places:
        if place.is_file():
            return place.absolute()
    raise MissingOutput(f"no program {name!r}: give its path on the host, or the name of one that is in "
                        f"{output.overlay}; {output.how}")


def roots(output: Output) -> list[Path]:
    """Where the guest's libraries are: in staging before they were stripped."""
    return [path for path in (output.path / "staging", output.path / "target") if path.is_dir()]
