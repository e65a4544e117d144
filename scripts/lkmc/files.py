# SPDX-License-Identifier: GPL-2.0-or-later
"""Writing files so that nobody ever sees half of one."""
from __future__ import annotations

from pathlib import Path

from lkmc.errors import UserError


def replace(path: Path, data: bytes) -> None:
    """Write the file whole or not at all. Raises UserError."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UserError(f"{path}: {(error.strerror or str(error)).lower()}; make room there, or choose another folder "
                        f"with --output") from None
