# SPDX-License-Identifier: GPL-2.0-or-later
"""Tell editors of an output: compile_commands.json in the checkout, for clangd and whatever else reads it, with the
kernel's files, the modules, the programs and those without Linux; and in .vscode/launch.json an entry that attaches
GDB to its run.

    scripts/ide --arch aarch64
    scripts/run --arch aarch64 --wait-gdb       and then start "LKMC aarch64: attach to aarch64"
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from lkmc import files, gdb, ide, machine, output, paths, toolchain
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, default=paths.TOP, metavar="DIR",
                        help="the folder that the editor has open (default: the checkout)")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    mach = machine.read(built.arch)
    compilers = (toolchain.tool("gcc", built, mach, args.yes), toolchain.tool("g++", built, mach, args.yes))
    entries = ide.commands(built, mach, compilers)
    ide.check(entries, built)
    run = RunFolder.of(built.path, args.run_id)
    script = built.path / "ide.gdb"
    vscode = args.to / ".vscode/launch.json"
    launch = ide.launch(built, mach, toolchain.tool("gdb", built, mach, args.yes), script,
                        vscode.read_bytes() if vscode.exists() else b"")
    text = gdb.script("gdbinit.j2", maker="scripts/ide", run=str(run.path), script=str(script), osabi="none",
                      reverse_limit=0, target=str(run.socket("gdb")), work=str(run.path / "symbols"),
                      breakpoint=None, go_on=False, registers=None,
                      follow_modules=True, program=None, early=None, remote_log="", kgdb=False,
                      **gdb.kernel_values(built, mach, built.symbols))
    vscode.parent.mkdir(parents=True, exist_ok=True)
    files.replace(args.to / "compile_commands.json", json.dumps(entries, indent=0).encode())
    files.replace(script, text.encode())
    files.replace(vscode, launch.encode())
    print(f"{args.to}/compile_commands.json: {len(entries)} files\n{vscode}: start {ide.launched(built)!r} while a "
          f"guest runs: scripts/run {run.options} --wait-gdb")
    return 0
