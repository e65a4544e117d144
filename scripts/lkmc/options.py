# SPDX-License-Identifier: GPL-2.0-or-later
"""Every option of every command, spelled once. A command names those that it takes; lkmc.toml may set any of them."""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lkmc.option_types import arch, memory, name_of, number, size


def option(*flags: str, **how: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    return flags, how


SWITCH = {"action": "store_true", "default": False}

OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "after": option("--after", default="", metavar="ARGUMENTS", help="GDB's arguments after ours"),
    "all-archs": option("-A", "--all-archs", **SWITCH, help="all architectures, instead of that of --arch"),
    "arch": option("-a", "--arch", type=arch, default="x86_64", metavar="ARCH",
                   help="architecture of the guest: x86_64, aarch64, arm, or x, A, a (default: %(default)s)"),
    "background": option("--background", **SWITCH,
                         help="return once the emulator runs; the console goes to the run folder"),
    "baremetal": option("-b", "--baremetal", metavar="PROGRAM",
                        help="run this program of baremetal/, or the file of this path, in the place of Linux"),
    "base": option("--base", type=Path, metavar="DIR",
                   help="the output whose toolchain and configuration a variant starts from (default: out/ARCH)"),
    "baseline": option("--baseline", default="sh -c :", metavar="CMD", help="compare with this (default: %(default)s)"),
    "before": option("--before", default="", metavar="ARGUMENTS",
                     help="GDB's arguments before ours, such as '-ex \"set debug remote 1\"'"),
    "beside": option("--beside", action="append", default=[], metavar="NAME=COMMAND",
                     help="measure this command as well, in turn with ours; may be repeated"),
    "buildroot": option("--buildroot", type=Path, metavar="DIR",
                        help="this Buildroot tree instead of the pinned one that is cloned"),
    "caches": option("--caches", **SWITCH, help="give gem5's processors caches, whatever their type"),
    "config": option("--config", "--fragment", type=Path, action="append", default=[], metavar="FRAGMENT",
                     help="merge this Buildroot fragment onto the defconfig; may be repeated, the last one wins"),
    "config-file": option("--config-file", type=Path, metavar="FILE",
                          help="read default options from FILE instead of lkmc.toml"),
    "cpus": option("-c", "--cpus", type=number(1, 64, int), default=1, metavar="N",
                   help="cores of the guest (default: %(default)s)"),
    "cpu-type": option("--cpu-type", choices=("atomic", "timing", "minor", "o3", "hpi"), metavar="TYPE",
                       help="gem5's processors: atomic (default) or timing, minor, o3, hpi, which are slower and "
                            "closer to real ones"),
    "defconfig": option("--defconfig", metavar="NAME",
                        help="a defconfig of ours or Buildroot's, or a file (default: lkmc_ARCH_defconfig)"),
    "direct": option("--direct", metavar="PACKAGE",
                     help="only repeat this package's last build step, without Buildroot: lkmc-kernel-modules"),
    "debug": option("--debug", **SWITCH, help="log GDB's remote protocol into the run folder's gdb-remote.log"),
    "debug-symbols": option("--debug-symbols", **SWITCH,
                            help="also the debug information of the distro's kernel, for GDB: close to a gigabyte"),
    "debug-vm": option("--debug-vm", **SWITCH, help="run the emulator itself under the host's GDB"),
    "debug-vm-args": option("--debug-vm-args", metavar="ARGUMENTS",
                            help="GDB's own arguments for --debug-vm, which this implies"),
    "disk2": option("--disk2", type=Path, metavar="DIR",
                    help="pack this folder into a second disk, which the guest mounts at /mnt/disk2"),
    "dry-run": option("--dry-run", **SWITCH, help="print the command and do nothing"),
    "early": option("--early", **SWITCH, help="stop at the kernel's first instruction, with symbols for early boot"),
    "emulator": option("--emulator", choices=("qemu", "gem5"), default="qemu", metavar="EMULATOR",
                       help="qemu or gem5 (default: %(default)s)"),
    "enable": option("--enable", **SWITCH, help="print only the assignments that enable the symbol"),
    "eval": option("-E", "--eval", metavar="CMD", help="replace init with this shell command"),
    "eval-after": option("-F", "--eval-after", metavar="CMD", help="run this shell command at the end of init"),
    "eval-file": option("--eval-file", metavar="FILE", help="like --eval, with the script FILE (-: standard input)"),
    "eval-after-file": option("--eval-after-file", metavar="FILE",
                              help="like --eval-after, with the script FILE (-: standard input)"),
    "frame-capture": option("--frame-capture", **SWITCH,
                            help="give gem5's guest a screen, and write each picture on it into the run folder"),
    "functions": option("--functions", **SWITCH, help="only the functions, without files and lines"),
    "gcc-which": option("--gcc-which", choices=("host", "buildroot", "crosstool-ng"), metavar="WHICH",
                        help="compile programs with the compiler of host (distro packages), buildroot, or crosstool-ng "
                             "(for --baremetal)"),
    "gem5": option("--gem5", type=Path, metavar="FILE",
                   help="this gem5 instead of the output's, such as build/ARM/gem5.opt of a source tree"),
    "gem5-exe-args": option("--gem5-exe-args", metavar="ARGUMENTS",
                            help="arguments of gem5 itself, such as --debug-help"),
    "gem5-readfile": option("--gem5-readfile", metavar="TEXT", help="what m5 readfile prints in the guest"),
    "gem5-restore": option("--gem5-restore", type=number(1, 1000, int), metavar="N",
                           help="go on from a checkpoint of this run folder, 1 being the last one"),
    "gem5-script": option("--gem5-script", choices=("linux", "biglittle"), metavar="SCRIPT",
                          help="which of scripts/gem5 gem5 runs: linux (default), or biglittle, with processors of "
                               "two kinds"),
    "gem5-tree": option("--gem5-tree", type=Path, metavar="DIR",
                        help="the source tree whose configs/ belong to --gem5 (default: the one around it)"),
    "graphic": option("--graphic", **SWITCH, help="give the guest a screen, in a window, with its terminal there"),
    "initrd": option("-i", "--initrd", **SWITCH, help="boot from rootfs.cpio in memory instead of the disk"),
    "instant": option("--instant", **SWITCH,
                      help="start from the saved state of a guest that has booted, which is made the first time"),
    "snapshots": option("--snapshots", **SWITCH,
                        help="have scripts/qemu-monitor savevm and loadvm unmount and mount the host's folders"),
    "jobs": option("-j", "--jobs", type=number(1, 1000, int), metavar="N",
                   help="how many simulations run at a time (default: one for each processor of this host)"),
    "json": option("--json", **SWITCH, help="print JSON"),
    "junit": option("--junit", type=Path, metavar="FILE", help="also write the results as JUnit's XML"),
    "kdb": option("--kdb", **SWITCH, help="let the kernel's debugger KDB take the console at boot"),
    "kernel": option("--kernel", metavar="VERSION",
                     help="the distro's kernel series, such as 6.12 (default: the distro's standard one)"),
    "kernel-cli": option("--kernel-cli", default="", metavar="TEXT", help="add this to the kernel's command line"),
    "kernel-cli-after-dash": option("--kernel-cli-after-dash", default="", metavar="TEXT",
                                    help="add this to the kernel's command line, for init"),
    "kernel-version": option("--kernel-version", metavar="KERNEL",
                             help="a variant's Linux: a version such as 6.12.30, a tarball, or GIT#COMMIT"),
    "keyword": option("-k", "--keyword", action="append", default=[], metavar="NAME",
                      help="only the examples of this name, a pattern of the shell; may be repeated"),
    "kgdb": option("--kgdb", **SWITCH, help="use the kernel's own GDB stub, on a second serial port"),
    "kvm": option("-K", "--kvm", **SWITCH, help="run on the host's own processor"),
    **{f"{cache}-size": option(f"--{cache}-size", type=size, metavar="SIZE",
                               help=f"size of gem5's {cache.upper()} cache, such as 32kB; implies --caches")
       for cache in ("l1d", "l1i", "l2")},
    "lcov": option("--lcov", type=Path, metavar="FILE", help="also write the lines as a tracefile of lcov"),
    "linux": option("--linux", type=Path, metavar="DIR", help="take Linux's symbols from these kernel sources"),
    "linux-fragment": option("--linux-fragment", type=Path, action="append", default=[], metavar="FRAGMENT",
                             help="merge this fragment onto the kernel's configuration; may be repeated"),
    "linux-set": option("--linux-set", action="append", default=[], metavar="CONFIG_X=VALUE",
                        help="set this option of the kernel's configuration; may be repeated"),
    "list": option("--list", **SWITCH, help="list all names with their values"),
    "machine": option("--machine", metavar="NAME",
                      help="one of gem5's machines (default: the first in board/ARCH/machine.toml)"),
    "memory": option("-m", "--memory", type=memory, metavar="SIZE",
                     help="memory of the guest (default: what board/ARCH/machine.toml says)"),
    "no-continue": option("--no-continue", **SWITCH, help="stay where the guest is when GDB attaches"),
    "no-lxsymbols": option("--no-lxsymbols", **SWITCH, help="do not follow the modules that the guest loads"),
    "output": option("-o", "--output", type=Path, metavar="DIR",
                     help="Buildroot's output folder (default: out/ARCH, else out/ARCH-prebuilt)"),
    "persist": option("--persist", **SWITCH, help="let the guest write to the disk image"),
    "pid": option("--pid", type=number(1, 1 << 22, int), metavar="PID",
                  help="only this process of those that run the program"),
    "qmp": option("--qmp", **SWITCH, help="speak QMP: commands and answers are JSON"),
    "qemu-which": option("--qemu-which", choices=("host", "buildroot"), metavar="WHICH",
                         help="host's QEMU or buildroot's (default: the output's own where it has one)"),
    "qemu-version": option("--qemu-version", metavar="QEMU",
                           help="a variant's own QEMU: a version such as 10.1.0, a tarball, or GIT#COMMIT"),
    "quiet": option("-q", "--quiet", **SWITCH, help="print nothing but the guest's console and errors"),
    "record": option("--record", **SWITCH, help="keep a recording of the run, which --replay repeats exactly"),
    "record-failed": option("--record-failed", action=argparse.BooleanOptionalAction, default=True,
                            help="run what failed once more, recorded, to be replayed into GDB (default: do)"),
    "registers": option("--registers", type=number(1, 1000000, int), metavar="N",
                        help="write what N instructions change in the registers into the run folder, and leave"),
    "replay": option("--replay", **SWITCH, help="repeat the run of this --run-id that was recorded, exactly"),
    "run-id": option("-n", "--run-id", type=name_of("run id"), default="0", metavar="ID",
                     help="name of the run's folder; several can run at a time (default: %(default)s)"),
    "rate": option("--rate", **SWITCH, help="write no lines, only how many addresses a second are turned into them"),
    "runs": option("--runs", type=number(1, 1000, int), default=5, metavar="N",
                   help="how often each thing is measured (default: %(default)s)"),
    "set": option("--set", action="append", default=[], metavar="BR2_X=VALUE",
                  help="set this option of Buildroot's configuration; may be repeated"),
    "sim": option("--sim", **SWITCH, help="run the program of --baremetal in GDB's own simulator"),
    "static": option("--static", **SWITCH, help="link programs to no shared library"),
    "minutes": option("--minutes", type=number(1, 10_000, float), metavar="N",
                      help="begin no test and no build after this time; the summary says what was left out"),
    "tier": option("--tier", action="append", choices=("unit", "modules", "boot", "buildroot", "gem5"), metavar="TIER",
                   help="run only this tier: unit, modules, boot, buildroot or gem5; may be repeated"),
    "timeout": option("--timeout", type=number(0.1, 1e6, float), metavar="SECONDS",
                      help="end the run after this time, with exit status 124"),
    "times": option("--times", type=number(1, 1000, int), default=5, metavar="N",
                    help="how many of the last ones (default: %(default)s)"),
    "tmux": option("--tmux", **SWITCH,
                   help="start scripts/run-gdb in a second pane of this tmux window; on gem5, without --wait-gdb, the "
                        "guest's terminal"),
    "tmux-args": option("--tmux-args", metavar="ARGUMENTS",
                        help="arguments of scripts/run-gdb, or --tmux-program, for --tmux, which this implies"),
    "tmux-program": option("--tmux-program", choices=("run-gdb", "run-gdb-user", "run-gdbserver"), metavar="SCRIPT",
                           help="for --tmux, which this implies: the one of scripts/ that debugs, run-gdb (the "
                                "default), run-gdb-user or run-gdbserver"),
    "trace": option("--trace", metavar="EVENTS",
                    help="write QEMU's events of these names, or gem5's of these debug flags, into the run folder; "
                         "help lists them"),
    "trace-insts-stdout": option("--trace-insts-stdout", **SWITCH,
                                 help="print every instruction that gem5 executes: --trace ExecAll, here"),
    "type": option("--type", choices=("input",), help="list the options that lkmc.toml can set"),
    "userland": option("-u", "--userland", metavar="PROGRAM",
                       help="run this program of userland/, or the file of this path, without a guest"),
    "userland-args": option("--userland-args", metavar="ARGUMENTS",
                            help="arguments for the program of --userland, quoted as for a shell"),
    "variant": option("--variant", type=name_of("variant"), metavar="NAME",
                      help="the output out/ARCH-NAME, in the place of --output"),
    "verbose": option("-v", "--verbose", **SWITCH, help="print more about what is done"),
    "vnc": option("--vnc", **SWITCH, help="give the guest a screen, shown by VNC (scripts/vnc) instead of in a window"),
    "wait-gdb": option("-w", "--wait-gdb", **SWITCH, help="wait for scripts/run-gdb before the first instruction"),
    "yes": option("-y", "--yes", **SWITCH, help="install missing distro packages without asking"),
}
# What lkmc.toml may set.
SETTABLE = tuple(sorted(set(OPTIONS) - {"config-file"}))
# What every command takes.
COMMON = ("config-file", "yes")


def add(parser: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    """Give the parser the options of these names, and their opposites, of which the help has one line."""
    for name in names + COMMON:
        flags, how = OPTIONS[name]
        parser.add_argument(*flags, **how)
        if how.get("action") == "store_true":
            parser.add_argument(f"--{opposite(name)}", action="store_false", default=False,
                                dest=name.replace("-", "_"), help=argparse.SUPPRESS)


def default(name: str) -> Any:
    """What an option, by argparse's name for it, is where neither the command line nor lkmc.toml says it."""
    return OPTIONS[name.replace("_", "-")][1].get("default")


def opposite(switch: str) -> str:
    """The name of what overrules a switch that lkmc.toml turns on."""
    return switch.removeprefix("no-") if switch.startswith("no-") else f"no-{switch}"
