# SPDX-License-Identifier: GPL-2.0-or-later
"""The time from an edit to its message: each loop edits a source, builds, and waits for the guest to say it."""
from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lkmc import buildroot, measure, overrides, paths, sources
from lkmc.console import Console
from lkmc.errors import LkmcError
from lkmc.measure import Sample
from lkmc.output import Output

MODULE = paths.TOP / "kernel_modules/hello.c"
SAYS = 'pr_info("hello init'    # what is changed in it
PACKAGE = "lkmc-kernel-modules"
LIMIT = 300.0                   # seconds after which a guest is given up
_serial = itertools.count(1)


def loops(built: Output, tree: Path, run: Sequence[str]) -> dict[str, Callable[[], Sample]]:
    """The loops of an output; that of the kernel where scripts/hack gave it a source tree."""
    build = [str(paths.TOP / "scripts/build"), "--arch", built.arch, "--output", str(built.path)]
    make = buildroot.command(tree, built.path)
    found = {
        "module, running guest, --direct": lambda: module_running([*build, "--direct", PACKAGE], run),
        "module, running guest, make": lambda: module_running([*make, f"{PACKAGE}-rebuild"], run),
        "module, new image, boot": lambda: module_image([*make, f"{PACKAGE}-rebuild", "all"], run),
    }
    main = sources.folder("linux") / "init/main.c"
    if overrides.package(built.path, sources.folder("linux")):
        found["init/main.c, boot"] = lambda: kernel(main, [*make, "linux-rebuild", "all"], run)
    else:
        print(f"without the loop of the kernel, whose source comes with: scripts/hack --arch {built.arch} "
              f"{built.option} linux", file=sys.stderr)
    found["make without a change"] = lambda: timed(lambda: _build(make))
    found["make that builds nothing"] = lambda: timed(lambda: _build([*make, "-s", "printvars", "VARS=BR2_ARCH"]))
    return found


def module_running(command: Sequence[str], run: Sequence[str]) -> Sample:
    """From an edited module to its message in a guest that runs: built, and loaded from the share."""
    with Console(run, timeout=LIMIT) as guest:
        guest.login()
        text = f"edit {next(_serial)}"
        with edited(MODULE, SAYS, f"{SAYS} {text}"):
            def loop() -> None:
                _build(command)
                said, _ = guest.run("insmod /mnt/9p/out_rootfs_overlay/hello.ko; rmmod hello; dmesg | tail -n 2")
                _must(text in said, f"the guest did not say {text!r} but {said!r}")
            return timed(loop)


def module_image(command: Sequence[str], run: Sequence[str]) -> Sample:
    """From an edited module to its message after a boot of the rebuilt image."""
    text = f"edit {next(_serial)}"
    with edited(MODULE, SAYS, f"{SAYS} {text}"):
        return timed(lambda: _boot(command, [*run, "--eval-after", "insmod /hello.ko"], text))


def kernel(main: Path, command: Sequence[str], run: Sequence[str]) -> Sample:
    """From a line added to start_kernel to its message at boot."""
    before = "\tpage_address_init();\n"
    text = f"start_kernel edit {next(_serial)}"
    with edited(main, before, f'\tpr_info("{text}\\n");\n{before}'):
        return timed(lambda: _boot(command, run, text))


def _boot(command: Sequence[str], run: Sequence[str], text: str) -> None:
    _build(command)
    measure.until(run, {"message": text}, LIMIT, quit_by="\x01x")


def timed(loop: Callable[[], None]) -> Sample:
    began = time.monotonic()
    loop()
    return {"message": time.monotonic() - began}


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    """Replace the first `old` in a source file by `new`; the file is as before afterwards.

    Raises LkmcError when it holds no `old`.
    """
    before = path.read_bytes() if path.exists() else b""
    _must(old.encode() in before, f"{path}: there is no {old.strip()!r} in it to be edited")
    try:
        path.write_bytes(before.replace(old.encode(), new.encode(), 1))
        yield
    finally:
        path.write_bytes(before)


def _build(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    _must(done.returncode == 0, f"{' '.join(command)}: status {done.returncode}; {done.stderr[-500:]}")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise LkmcError(otherwise)
