# SPDX-License-Identifier: GPL-2.0-or-later
"""The distro's packages on the host: what is missing is named, and installed once that is agreed to."""
from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping

from lkmc.errors import MissingOutput


def require(programs: Mapping[str, str], yes: bool) -> None:
    """Install the packages of those programs ({program: package}) that are not on PATH. Raises MissingOutput."""
    install([package for program, package in programs.items() if shutil.which(program) is None], yes)
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise MissingOutput(f"no program {missing[0]} on this host although its package {programs[missing[0]]} "
                            f"is installed; look at PATH")


def installed(package: str) -> bool:
    """Whether dpkg has this package."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True)
    return "ok installed" in done.stdout


def install(packages: list[str], yes: bool) -> None:
    """Install packages with apt-get, through sudo when not root. Raises MissingOutput, naming the command."""
    wanted = sorted({package for package in packages})
    if not wanted:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    by_hand = f"run: sudo {shlex.join(command)}"
    if shutil.which("apt-get") is None:
        raise MissingOutput(f"this host has no apt-get; install by its own means: {' '.join(wanted)}")
    if os.geteuid() != 0:
        if not yes and not _agreed(wanted):
            raise MissingOutput(f"missing distro packages; {by_hand}")
        command = ["sudo", *command]
    print(f"+ {shlex.join(command)}", file=sys.stderr, flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for attempt in ("with the package lists as they are", "with fresh ones"):
        if attempt == "with fresh ones":
            update = [*command[:command.index("apt-get")], "apt-get", "update"]
            subprocess.run(update, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
        if done.returncode == 0:
            return
    reasons = [line for line in done.stdout.splitlines() if line.startswith("E:")]
    raise MissingOutput(f"apt-get: {' '.join(reasons) or 'failed'}; {by_hand}")


def _agreed(packages: list[str]) -> bool:
    if not sys.stdin.isatty():
        return False
    print(f"Install {' '.join(packages)} with sudo? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
