# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands that merge the same files, for scripts/bench: ours with reasons, and the text tools' with olddefconfig."""
from __future__ import annotations

import shlex
from pathlib import Path

from lkmc import buildroot, configured, paths
from lkmc.errors import MissingOutput
from lkmc.kconfig import fragment, linux, request
from lkmc.kconfig.tree import LinuxTree

SCRATCH = "kconfig/bench"       # in the cache
LOST = {"BR2_": "BR2_PACKAGE_GDB_SERVER=y", "CONFIG_": "CONFIG_NF_CONNTRACK_FTP=y"}     # each lacks its menu


def commands(tree: Path, output: Path | None, arch: str) -> dict[str, list[str]]:
    """{name: command}: Buildroot's two, and Linux's two where the output has kernel sources."""
    scratch = paths.cache() / SCRATCH
    found = _of_buildroot(tree, scratch / "buildroot", arch)
    kernel = linux.of_output(output.absolute()) if output else None
    if output and not kernel:
        raise MissingOutput(f"{output}: no kernel sources in build/; scripts/build linux-patch unpacks them")
    if output and kernel:
        found |= _of_linux(tree, scratch / "linux", output.absolute(), kernel)
    return found


def _of_buildroot(tree: Path, folder: Path, arch: str) -> dict[str, list[str]]:
    folder.mkdir(parents=True, exist_ok=True)
    lost = folder / "lost.config"
    lost.write_text(f"{LOST['BR2_']}\n")
    defconfig = request.defconfig_file(tree, f"lkmc_{arch}_defconfig")
    merge = [str(tree / "support/kconfig/merge_config.sh"), "-m", "-O", str(folder), str(defconfig), str(lost)]
    make = buildroot.command(tree, folder, "-s", "olddefconfig")
    return {"Buildroot: scripts/config": [str(paths.TOP / "scripts/config"), "--arch", arch, "--output", str(folder),
                                          "--fragment", str(lost)],
            "Buildroot: merge_config.sh, make": ["sh", "-c", f"{shlex.join(merge)} && {shlex.join(make)}"]}


def _of_linux(tree: Path, folder: Path, output: Path, kernel: LinuxTree) -> dict[str, list[str]]:
    """The output's kernel files with one request more, as an output of its own with links to what was built."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("build", "host"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(output / name)
    lost = folder / "lost.config"
    lost.write_text(f"{LOST['CONFIG_']}\n")
    files = [*request.kernel_files(fragment.values(fragment.config(output / ".config")), output, tree), lost]
    arch = configured.arch_of(output)
    (folder / ".config").write_text(f'BR2_ARCH="{arch}"\n{request.LIST}="{" ".join(map(str, files))}"\n')
    merge = [str(tree / "support/kconfig/merge_config.sh"), "-m", "-O", str(folder), *map(str, files)]
    merged, make = folder / "merged", [*kernel.make(), f"KCONFIG_CONFIG={folder}/merged", "olddefconfig"]
    return {"Linux: scripts/config": [str(paths.TOP / "scripts/config"), "check", "linux", "--arch", arch,
                                      "--output", str(folder)],
            "Linux: merge_config.sh, make": ["sh", "-c", f"KCONFIG_CONFIG={merged} {shlex.join(merge)} && "
                                                         f"{shlex.join(make)}"]}
