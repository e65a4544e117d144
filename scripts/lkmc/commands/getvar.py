# SPDX-License-Identifier: GPL-2.0-or-later
"""Print what the runners know of an output folder and a run, by name.

    cat "$(scripts/getvar --arch aarch64 run_cmd_file)"
    scripts/getvar --list
    scripts/getvar --type input        the options that lkmc.toml can set
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from lkmc import gem5, machine, options, output, paths
from lkmc.cli import near
from lkmc.errors import MissingOutput, UserError
from lkmc.output import Output
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "list", "type")

VARIABLES: dict[str, Callable[[Output, RunFolder], object]] = {
    "arch": lambda out, run: out.arch,
    "baremetal_build_dir": lambda out, run: out.images / "baremetal",
    "baremetal_source_dir": lambda out, run: paths.TOP / "baremetal",
    "buildroot_build_dir": lambda out, run: out.path / "build",
    "buildroot_config": lambda out, run: out.path / ".config",
    "buildroot_host_dir": lambda out, run: out.host,
    "buildroot_images_dir": lambda out, run: out.images,
    "buildroot_target_dir": lambda out, run: out.path / "target",
    "console_log": lambda out, run: run.console_log,
    "disk_image": lambda out, run: out.images / (out.disk.image if out.disk else "rootfs.ext4"),
    "gem5_guest_terminal_file": lambda out, run: run.m5out / gem5.CONSOLE_LOG,
    "gem5_readfile": lambda out, run: run.readfile,
    "initrd": lambda out, run: out.images / "rootfs.cpio",
    "kernel_modules_source_dir": lambda out, run: paths.TOP / "kernel_modules",
    "linux_build_dir": lambda out, run: out.linux_build,
    "linux_config": lambda out, run: out.linux_build / ".config",
    "linux_image": lambda out, run: out.kernel(machine.read(out.arch)),
    "m5out_dir": lambda out, run: run.m5out,
    "monitor_socket": lambda out, run: run.socket("monitor"),
    "out_dir": lambda out, run: out.path,
    "out_rootfs_overlay_dir": lambda out, run: out.overlay,
    "p9_dir": lambda out, run: out.path / "9p",
    "qmp_socket": lambda out, run: run.socket("qmp"),
    "result_file": lambda out, run: run.result,
    "rootfs_overlay_dir": lambda out, run: paths.TOP / "rootfs_overlay",
    "run_cmd_file": lambda out, run: run.script,
    "run_dir": lambda out, run: run.path,
    "userland_source_dir": lambda out, run: paths.TOP / "userland",
    "vmlinux": lambda out, run: out.images / "vmlinux",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="the variable to print")


def main(args: argparse.Namespace) -> int:
    if args.type == "input":
        for name in options.SETTABLE:
            how = options.OPTIONS[name][1]
            print(f"{name:24}{how['help'] % {'default': how.get('default')}}")
        return 0
    if args.name is not None and args.name not in VARIABLES:
        raise UserError(f"no variable {args.name!r}{near(args.name, VARIABLES)}; scripts/getvar --list names them all")
    if args.name is None and not args.list:
        raise UserError("give the NAME of a variable; scripts/getvar --list names them all")
    try:
        built = output.find(args.output, args.arch, "arch" in args.typed)
    except MissingOutput as error:
        if not args.list:
            raise
        print(*VARIABLES, sep="\n")
        print(f"without values: {error}", file=sys.stderr)
        return 0
    run = RunFolder.of(built.path, args.run_id)
    if args.list:
        _list(built, run)
    else:
        print(VARIABLES[args.name](built, run))
    return 0


def _list(built: Output, run: RunFolder) -> None:
    for name, value in VARIABLES.items():
        try:
            print(f"{name:28}{value(built, run)}")
        except MissingOutput:
            print(f"{name:28}(not built)")
