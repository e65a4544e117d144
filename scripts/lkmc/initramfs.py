# SPDX-License-Identifier: GPL-2.0-or-later
"""The root file system of the prebuilt output: BusyBox, rootfs_overlay, our examples, a few kernel modules."""
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from lkmc import paths

FOLDERS = ("bin", "dev", "etc", "home/user0", "lib/modules", "mnt", "proc", "root", "run", "sbin", "sys", "tmp",
           "usr/bin", "usr/sbin", "var/run")
# As board/common/users.txt has them: root without a password, user0 with the password "a".
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nuser0:x:1000:1000:user0:/home/user0:/bin/sh\n",
    "etc/shadow": "root::19000::::::\n"
                  "user0:$5$lkmc$yoWlX.u8NE/PR7UxUzddZCh.jrdASqKT31GJokAGkzC:19000::::::\n",
    "etc/group": "root:x:0:\ntty:x:5:\nuser0:x:1000:\n",
    "etc/hostname": "lkmc\n",
    "etc/hosts": "127.0.0.1 localhost lkmc\n",
}
HOME_OWNER = "+1000:+1000"


def fill(target: Path, busybox: Path, applets: Iterable[str], files: Iterable[Path]) -> None:
    """Make the folder `target` anew: BusyBox and links to it, accounts, rootfs_overlay/, files at the root."""
    shutil.rmtree(target, ignore_errors=True)
    for folder in FOLDERS:
        (target / folder).mkdir(parents=True)
    shutil.copy2(busybox, target / "bin/busybox")
    for applet in applets:
        if not (target / applet).exists():
            (target / applet).symlink_to("/bin/busybox")
    for name, text in FILES.items():
        (target / name).write_text(text)
    (target / "etc/shadow").chmod(0o600)
    shutil.copytree(paths.TOP / "rootfs_overlay", target, dirs_exist_ok=True, symlinks=True)
    for path in files:
        shutil.copy2(path, target / path.name)


def add_modules(target: Path, kernel_modules: Path, wanted: Iterable[str], ours: Iterable[Path],
                boot: Iterable[str]) -> None:
    """Add the distro's modules of these names with what they depend on, and ours; `boot` are loaded at every boot.

    kernel_modules: lib/modules/VERSION with its modules.dep. A name that this kernel has built in is passed over.
    """
    version = kernel_modules.name
    folder = target / "lib/modules" / version
    for name in sorted(closure(kernel_modules, (*wanted, *boot))):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(kernel_modules / name, folder / name)
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        if (kernel_modules / name).exists():
            shutil.copy2(kernel_modules / name, folder / name)
    (folder / "updates").mkdir(parents=True, exist_ok=True)
    for path in ours:
        shutil.copy2(path, folder / "updates" / path.name)
        shutil.copy2(path, target / path.name)
    subprocess.run(["depmod", "-b", str(target), version], check=True, capture_output=True)
    loaded = [name for name in boot if closure(kernel_modules, (name,))]
    (target / "etc/modules").write_text("\n".join(loaded) + "\n")


def closure(kernel_modules: Path, names: Iterable[str]) -> set[str]:
    """The module files of these names and of all they depend on, as modules.dep writes them."""
    needs = {}
    for line in (kernel_modules / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        needs[path.rsplit("/", 1)[-1].split(".ko")[0].replace("-", "_")] = {path, *rest.split()}
    return set().union(*(needs.get(name.replace("-", "_"), set()) for name in names))


def pack(target: Path, image: Path) -> None:
    """Pack the folder as a cpio archive: everything root's, but the user's home. The time stamps are the sources'."""
    part = image.with_name(image.name + ".part")
    with part.open("wb") as file:
        for folder, owner in ((".", "+0:+0"), ("home/user0", HOME_OWNER)):
            names = sorted(os.path.join(base, name) for base, folders, files in os.walk(target / folder)
                           for name in [".", *folders, *files])
            relative = b"\0".join(os.fsencode(os.path.relpath(name, target)) for name in dict.fromkeys(names))
            subprocess.run(["cpio", "--quiet", "--create", "--format=newc", "--null", "--reproducible",
                            f"--owner={owner}"], check=True, cwd=target, input=relative, stdout=file)
    part.replace(image)
