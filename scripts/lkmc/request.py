# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user asked for, checked and frozen."""
from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from lkmc import option_types
from lkmc.conflicts import only_one, refuse
from lkmc.errors import UserError

# Options that QEMU has no use for. What lkmc.toml may say of where gem5 is does not count.
GEM5_ONLY = ("cpu_type", "caches", "l1i_size", "l1d_size", "l2_size", "gem5_exe_args", "gem5_restore", "gem5_readfile",
             "trace_insts_stdout", "gem5_script", "machine", "frame_capture")
PAYLOADS = ("eval", "eval_after", "eval_file", "eval_after_file")


class When(Enum):
    """When the payload runs."""
    INIT = "eval"               # in the place of init
    AFTER = "eval-after"        # at the end of init's start scripts


@dataclass(frozen=True)
class Payload:
    """A shell script for the guest: any bytes but NUL, of any length."""
    when: When
    script: bytes


@dataclass(frozen=True)
class Gem5Request:
    """What only gem5 takes. program, tree: a gem5 that is not the output's, and its scripts."""
    cpu_type: str = "atomic"
    caches: bool = False
    l1i_size: str | None = None
    l1d_size: str | None = None
    l2_size: str | None = None
    program: Path | None = None
    tree: Path | None = None
    own_arguments: tuple[str, ...] = ()     # of gem5 itself, not of the script that it runs
    restore: int | None = None              # of its checkpoints the last but N - 1
    readfile: bytes | None = None           # what `m5 readfile` prints
    trace_stdout: bool = False              # traces on standard output instead of in a file
    script: str = "linux"                   # of scripts/gem5, for a guest
    machine: str | None = None              # None: the board's first
    frames: bool = False                    # a screen, and a file of each picture on it
    checkpoint: Path | None = None          # of another run, in the place of `restore`

    @classmethod
    def of_program(cls, args: argparse.Namespace, **others: Any) -> Gem5Request:
        """On the gem5 that the options name, with these other fields."""
        return cls(program=args.gem5 and args.gem5.absolute(), tree=args.gem5_tree and args.gem5_tree.absolute(),
                   **others)


@dataclass(frozen=True)
class RunRequest:
    """One run of a guest."""
    payload: Payload | None = None
    kernel_cli: str = ""
    kernel_cli_after_dash: str = ""
    initrd: bool = False
    cpus: int = 1
    memory: str | None = None   # None: the machine's
    kvm: bool = False
    persist: bool = False
    background: bool = False
    interactive: bool = False   # somebody can type on the console
    qemu_which: str | None = None
    run_id: str = "0"
    timeout: float | None = None
    wait_gdb: bool = False      # stop before the first instruction
    kgdb: bool = False          # the kernel's own GDB stub, on a second serial port
    kdb: bool = False           # the kernel's own debugger, on the console
    instant: bool = False       # start from the saved state of a guest that has booted
    snapshots: bool = False     # prepare the guest for savevm and loadvm
    disk2: Path | None = None   # a folder for the second disk
    graphic: bool = False       # a screen, and the guest's terminal on it
    vnc: bool = False           # a screen, shown by VNC instead of in a window
    extra: tuple[str, ...] = ()
    baremetal: bool = False     # a program without Linux, whose console is standard input and output
    trace: tuple[str, ...] = ()  # patterns of QEMU's events, or gem5's debug flags
    gem5: Gem5Request | None = None     # on gem5 instead of QEMU
    record: bool = False        # write down all that is not the guest's own doing
    replay: bool = False        # do again what was recorded

    @classmethod
    def of(cls, args: argparse.Namespace) -> RunRequest:
        """The request that parsed options make."""
        for text in (args.kernel_cli, args.kernel_cli_after_dash):
            if "\n" in text or "\0" in text:
                raise UserError("the kernel's command line is one line; pass a script by --eval-after-file instead")
        typed = sys.stdin is not None and sys.stdin.isatty() and not args.background
        return cls(
            payload(args), args.kernel_cli, args.kernel_cli_after_dash, args.initrd, args.cpus, args.memory, args.kvm,
            args.persist, args.background, typed or args.graphic, args.qemu_which, args.run_id, args.timeout,
            args.wait_gdb, args.kgdb, args.kdb, args.instant, args.snapshots, args.disk2 and args.disk2.absolute(),
            args.graphic, args.vnc, args.rest, args.baremetal is not None,
            trace_patterns(args), _gem5(args), args.record, args.replay)

    @property
    def rr(self) -> str:
        """QEMU's word for recording or replaying; empty when it does neither."""
        return "record" if self.record else "replay" if self.replay else ""

    @property
    def screen(self) -> bool:
        return self.graphic or self.vnc

    @property
    def listens(self) -> bool:
        """Whether the host has something to say to the guest while it runs; /lkmc/shares hears it."""
        return self.snapshots or self.disk2 is not None


def trace_patterns(args: argparse.Namespace) -> tuple[str, ...]:
    """What --trace names."""
    if args.trace_insts_stdout:
        return ("ExecAll",)
    return tuple(word for word in (args.trace or "").split(",") if word)


def check_emulator(args: argparse.Namespace) -> None:
    """Raises UserError where an option was typed that the other emulator has."""
    if args.emulator == "gem5":
        refuse(args, ["qemu_which"], "is QEMU's; leave it out, or give --emulator qemu")
    else:
        refuse(args, GEM5_ONLY, "is gem5's; give --emulator gem5, or leave it out")


def _gem5(args: argparse.Namespace) -> Gem5Request | None:
    if args.emulator != "gem5":
        return None
    own = tuple(option_types.words("--gem5-exe-args", args.gem5_exe_args or ""))
    return Gem5Request.of_program(
        args, cpu_type=args.cpu_type or "atomic", caches=args.caches, l1i_size=args.l1i_size, l1d_size=args.l1d_size,
        l2_size=args.l2_size, own_arguments=own, restore=args.gem5_restore, readfile=_text(args.gem5_readfile),
        trace_stdout=args.trace_insts_stdout, script=args.gem5_script or "linux", machine=args.machine,
        frames=args.frame_capture)


def payload(args: argparse.Namespace) -> Payload | None:
    """The payload of one of PAYLOADS, if any was given. Raises UserError for more, and for what cannot be read."""
    only_one(args, *PAYLOADS)
    given = [(When.INIT, _text(args.eval)), (When.AFTER, _text(args.eval_after)),
             (When.INIT, _file(args.eval_file)), (When.AFTER, _file(args.eval_after_file))]
    found = next((Payload(when, script) for when, script in given if script is not None), None)
    if found and b"\0" in found.script:
        raise UserError("the payload holds a NUL byte, which no shell can read; encode it, for example with base64")
    return found


def _text(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text) + b"\n"


def _file(name: str | None) -> bytes | None:
    if name is None:
        return None
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}; give the payload as a file, or - for standard input") from None
