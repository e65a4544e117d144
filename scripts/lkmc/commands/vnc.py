# SPDX-License-Identifier: GPL-2.0-or-later
"""Look at the screen of a guest that scripts/run --vnc started, and type there.

    scripts/run --graphic --vnc         # a shell on the screen; without --graphic it stays in the terminal
    scripts/vnc                         # in another terminal

A viewer of your own finds the screen at the UNIX socket that scripts/vnc --dry-run prints: nothing listens on the
network.
"""
from __future__ import annotations

import argparse
import os
import shlex

from lkmc import apt, output, screen
from lkmc.errors import UserError
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "dry-run")
VIEWER = {"vncviewer": "tigervnc-viewer"}       # a program, and the distro's package of it


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    run = RunFolder.of(built.path, args.run_id)
    socket = run.socket(screen.SOCKET)
    [viewer] = VIEWER
    command = (viewer, str(socket))
    if args.dry_run:
        print(shlex.join(command))
        return 0
    if not socket.is_socket():
        raise UserError(f"no such run has a screen by VNC; start one: scripts/run {run.options} --graphic "
                        f"--vnc")
    apt.require(VIEWER, args.yes)
    os.execvp(viewer, command)
