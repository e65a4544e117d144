# SPDX-License-Identifier: GPL-2.0-or-later
"""Make .venv with the pinned Python packages of a requirements file. Standard library only: it runs before the rest."""
from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lkmc import apt, paths  # noqa: E402  after the path to them
from lkmc.errors import LkmcError, MissingOutput  # noqa: E402

OLDEST = (3, 11)
VENV = paths.TOP / ".venv"


def provide(requirements: Path) -> None:
    """Have the packages of this requirements file in .venv. Raises MissingOutput."""
    installed = VENV / requirements.relative_to(paths.TOP).as_posix().replace("/", "-")
    if installed.exists() and installed.read_bytes() == requirements.read_bytes():
        return
    print(f"installing the Python packages of {requirements.relative_to(paths.TOP)} into .venv", file=sys.stderr)
    if not (VENV / "bin/pip").exists():
        venv.create(VENV, with_pip=True, clear=True)
    command = [VENV / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "-r", requirements]
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        why = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise MissingOutput(f"pip: {why[-1] if why else done.stderr.strip()}; run: {' '.join(map(str, command))}")
    shutil.copy(requirements, installed)


def agreed(argv: list[str]) -> bool:
    """Whether the answer to what we ask before sudo is there: typed, or in lkmc.toml."""
    import tomllib      # not in a Python that is too old
    if "--yes" in argv or "-y" in argv:
        return True
    with contextlib.suppress(OSError, ValueError):      # what is wrong with the file is told later
        return tomllib.loads((paths.TOP / "lkmc.toml").read_text()).get("yes") is True
    return False


def main(argv: list[str]) -> int:
    """Make .venv for scripts/run and its kind."""
    try:
        if sys.version_info < OLDEST:
            wanted = ".".join(map(str, OLDEST))
            raise MissingOutput(f"Python {wanted} or newer is needed, this is {sys.version.split()[0]}")
        try:
            import ensurepip  # noqa: F401  absent where the distro splits it off
        except ImportError:
            apt.install(["python3-venv"], agreed(argv))
        provide(paths.TOP / "requirements.txt")
    except (LkmcError, OSError, subprocess.SubprocessError) as error:
        print(f"scripts/{argv[0] if argv else 'run'}: {error}", file=sys.stderr)
        return 125
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
