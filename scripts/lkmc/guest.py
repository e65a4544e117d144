# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest is told: the kernel's command line. The other half of each word is in rootfs_overlay/lkmc/."""
from __future__ import annotations

import re

from lkmc import screen
from lkmc.errors import UserError
from lkmc.machine import Machine
from lkmc.output import Disk, Output
from lkmc.request import RunRequest, When

EVAL_INIT = "/lkmc/eval.sh"
INSTANT = 1         # how orders look to a guest that is restored; rootfs_overlay/etc/init.d/S98lkmc has it too
# A panic reboots at once, which ends the emulator; every program is at the same address in every run.
ALWAYS = ("panic=-1", "norandmaps")
# What some kernels are told: addresses are those of vmlinux; KASAN goes on after its first report.
WHERE_IT_HAS = {"CONFIG_RANDOMIZE_BASE": "nokaslr", "CONFIG_KASAN": "kasan_multi_shot"}


def command_line(request: RunRequest, machine: Machine, output: Output, disk: Disk | None) -> str:
    """The kernel's command line for a root file system on a disk, or in memory (None)."""
    words = [f"console={machine.console}", *screen.kernel_words(request), *ALWAYS]
    words += [word for option, word in WHERE_IT_HAS.items() if output.kernel_has(option)]
    words += ["root=/dev/vda", "rw" if disk.writable else "ro"] if disk else []
    words += _kgdb(request, machine, output)
    words += machine.qemu.record_cli if request.rr and request.cpus == 1 else ()
    before, after = split(request.kernel_cli)
    if request.payload and request.payload.when is When.INIT:
        before.append(f"init={EVAL_INIT}")
    if not disk:    # the kernel looks for its init under another name when the root file system is in memory
        before = ["rd" + word if word.startswith("init=") else word for word in before]
    after += split("- " + request.kernel_cli_after_dash)[1] + _listener(request) + screen.guest_words(request)
    if request.gem5:
        after.append(f"lkmc_gem5={'vdb' if disk else 'vda'}")       # the disk of a payload
    if request.instant:
        after += [f"lkmc_instant={INSTANT}", "lkmc_poweroff=1"]     # a guest that does not know the first one ends
    elif not custom_init(request) or request.payload:
        after += orders(request)
    return " ".join(words + before + (["-"] if after else []) + after)


def _kgdb(request: RunRequest, machine: Machine, output: Output) -> list[str]:
    """Stop for the kernel's own debugger as soon as its serial port is there."""
    if request.kgdb and request.kdb:
        raise UserError("KGDB and KDB share one driver: give only one of --kgdb and --kdb")
    port = f"{machine.qemu.kgdb_port},115200" if request.kgdb else machine.console
    if screen.kdb_has_keyboard(request, machine, output):
        port = f"kbd,{port}"
    return ["kgdbwait", f"kgdboc={port}", *machine.qemu.kgdb_words] if request.kgdb or request.kdb else []


def _listener(request: RunRequest) -> list[str]:
    if request.listens and (custom_init(request) or (request.payload and request.payload.when is When.INIT)):
        raise UserError("--snapshots and --disk2 need init's start scripts: give the payload by --eval-after, and no "
                        "init=")
    return ["lkmc_listen=1"] if request.listens else []


def custom_init(request: RunRequest) -> bool:
    """Whether the kernel's command line names an init that is not ours."""
    return any(word.startswith(("init=", "rdinit=")) for word in split(request.kernel_cli)[0])


def orders(request: RunRequest) -> list[str]:
    """What the guest's scripts find in their environment."""
    return [*(["lkmc_payload=1"] if request.payload else []), *([] if _stays(request) else ["lkmc_poweroff=1"])]


def _stays(request: RunRequest) -> bool:
    """Whether a shell is left at the end: there, or on gem5 later, somebody may come to its console."""
    return request.interactive or bool(request.gem5 and request.background and not request.payload)


def split(text: str) -> tuple[list[str], list[str]]:
    """Words of a kernel command line before and after its lone "-". Double quotes keep a word together, as in Linux."""
    if text.count('"') % 2:
        raise UserError(f"the kernel's command line has an open quote, which would swallow what follows: {text}")
    words = re.findall(r'(?:[^ \t\n\v\f\r"]|"[^"]*")+', text)
    where = words.index("-") if "-" in words else len(words)
    return words[:where], words[where + 1:]
