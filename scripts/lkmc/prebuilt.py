# SPDX-License-Identifier: GPL-2.0-or-later
"""Make an output folder of Buildroot's shape from the distro's packages: its kernel, its BusyBox, our examples."""
from __future__ import annotations

import contextlib
import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lkmc import apt, distro, initramfs, kernel_image, paths, programs
from lkmc.configured import PREBUILT
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import Machine, Prebuilt

# Drivers that the guest's scripts need and that distro kernels have as modules, loaded at boot in this order.
BOOT_MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "virtio_rng", "virtio_net", "9pnet_virtio", "9p")
# What our examples and the guides use beside them, loaded when asked for.
MORE_MODULES = ("overlay", "uio", "uio_pci_generic", "squashfs", "ext4", "crc32c_generic", "evdev", "cn", "configs",
                "virtio_gpu", "virtio_input", "kgdboc", "tun", "leds_gpio", "gpio_keys", "nfsv3", "nfsv4")
TOOLS = {"make": "make", "cpio": "cpio", "depmod": "kmod", "dpkg-deb": "dpkg", "gcc": "gcc", "xz": "xz-utils"}


def make(machine: Machine, output: Path, series: str | None, yes: bool, symbols: bool = False) -> None:
    """Make or refresh the output folder for a machine.

    series: the distro's kernel series, such as "6.12"; None for its standard kernel. symbols: also the kernel's debug
    information, as images/vmlinux.debug; what is there already stays while the kernel is the same. Packages and what is
    unpacked of them stay in the cache, so a second call only compiles what changed in kernel_modules/ and userland/.
    Raises MissingOutput when this host cannot do it, naming scripts/build, and UserError when the folder is another's.
    """
    config = output / ".config"
    if config.exists() and PREBUILT not in config.read_text(errors="replace"):
        raise UserError(f"{output} was made by scripts/build; give scripts/prebuilt another folder, with --variant or "
                        f"--output")
    cache = paths.cache() / "prebuilt"
    with alone(cache):
        _make_output(machine, output, distro.Packages(machine.prebuilt, cache), series, yes, symbols)


@contextlib.contextmanager
def alone(cache: Path) -> Iterator[Path]:
    """Wait for another scripts/prebuilt: both unpack into the cache, and perhaps build in one folder."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another scripts/prebuilt to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache


def _make_output(machine: Machine, output: Path, packages: distro.Packages, series: str | None, yes: bool,
                 symbols: bool) -> None:
    try:
        apt.require(TOOLS, yes)
        install_compilers(machine.prebuilt, yes)
        kernel, (busybox, applets) = packages.kernel(series), packages.busybox()
        apt.install([package for package in kernel.needs if not apt.installed(package)], yes)
        debug = packages.symbols(kernel.version) if symbols else None
    except (MissingOutput, subprocess.CalledProcessError) as error:
        raise MissingOutput(f"no prebuilt output here: {error}; instead build one with: scripts/build "
                            f"--arch {machine.arch}") from None
    build = output / "build"
    build.mkdir(parents=True, exist_ok=True)
    _link(build / f"linux-{kernel.version}", kernel.build)
    kernel_image.install(kernel.vmlinuz, machine.prebuilt, output / "images")
    _link_symbols(output / "images/vmlinux.debug", debug, kernel.version)
    modules = _build_modules(machine, kernel, build / "lkmc-kernel-modules")
    target = output / "target"
    initramfs.fill(target, busybox, applets, (paths.TOP / "kernel_modules").glob("*.sh"))
    initramfs.add_modules(target, kernel.modules, MORE_MODULES, modules, BOOT_MODULES)
    programs = _build_userland(machine, build / "lkmc-userland", target)
    _refresh(output / "images/lkmc", [*modules, *programs])
    _strip(machine, target)
    initramfs.pack(target, output / "images/rootfs.cpio")
    (output / ".config").write_text(f'# Made by scripts/prebuilt.\n{PREBUILT}\nBR2_{machine.arch}=y\n'
                                    f'BR2_ARCH="{machine.arch}"\nLKMC_PREBUILT_KERNEL="{kernel.version}"\n')
    say(f"{output}: Linux {kernel.version}, {len(modules)} modules")


def _link_symbols(link: Path, debug: Path | None, version: str) -> None:
    if debug or (link.is_symlink() and link.readlink().name != f"vmlinux-{version}"):
        link.unlink(missing_ok=True)
    if debug:
        link.symlink_to(debug)


def install_compilers(names: Prebuilt, yes: bool) -> None:
    """The C and C++ compilers, which a host of the same architecture has under the same names, and static glibc."""
    apt.require(dict(zip((f"{names.compiler}gcc", f"{names.compiler}g++"), names.compiler_packages, strict=True)), yes)
    if not apt.installed(names.libc_package):
        apt.install([names.libc_package], yes)


def say(text: str) -> None:
    print(f"prebuilt: {text}", file=sys.stderr, flush=True)


def _build_modules(machine: Machine, kernel: distro.Kernel, build: Path) -> list[Path]:
    """Compile a copy of kernel_modules/ against the kernel's headers; return the .ko files."""
    _copy_sources(paths.TOP / "kernel_modules", build)
    prefix = machine.prebuilt.compiler
    # The kernel's own compiler version is named in its headers; any close version of ours does.
    programs.make(["-C", kernel.build, f"M={build}", f"ARCH={machine.prebuilt.kernel_arch}", f"CROSS_COMPILE={prefix}",
                   f"CC={prefix}gcc", f"LKMC_INCLUDE={paths.TOP}/include", "modules"], build.with_suffix(".log"))
    return sorted(build.glob("*.ko"))


def _build_userland(machine: Machine, build: Path, target: Path) -> list[Path]:
    """Compile userland/ statically, as the guest has no shared libraries; install into target; return the programs."""
    prefix = machine.prebuilt.compiler
    programs.make(["-C", paths.TOP / "userland", f"OUT={build}", f"ARCH={machine.arch}", f"CC={prefix}gcc",
                   f"CXX={prefix}g++", "LDFLAGS=-static", f"DESTDIR={target}", "install"], build.with_suffix(".log"))
    return sorted(build.glob("*.out"))


def _strip(machine: Machine, target: Path) -> None:
    """Take debug information out of the guest's copies, as Buildroot does; images/lkmc keeps it."""
    ours = [*target.glob("*.out"), *target.glob("*.ko"), *target.glob("lib/modules/*/updates/*.ko")]
    subprocess.run([f"{machine.prebuilt.compiler}strip", "--strip-debug", *ours], check=True)


def _copy_sources(source: Path, target: Path) -> None:
    """Copy what changed; take away what is no longer in the source, and what was built from it."""
    target.mkdir(exist_ok=True)
    names = {path.name for path in source.iterdir() if path.is_file()}
    listed = target / ".sources"        # what was copied the last time, to tell it from what was built
    before = set(listed.read_text().splitlines()) if listed.exists() else set()
    for gone in sorted(before - names):
        (target / gone).unlink(missing_ok=True)
        for product in target.glob(f"{Path(gone).stem}.*") if gone.endswith(".c") else ():
            product.unlink()
    if before != names:
        listed.write_text("\n".join(sorted(names)))
    for name in names:
        new, old = source / name, target / name
        if not old.exists() or old.read_bytes() != new.read_bytes():
            shutil.copy2(new, old)
            old.touch()


def _refresh(folder: Path, files: list[Path]) -> None:
    """Make the folder hold these files and no others, each renamed into place."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name not in {path.name for path in files}:
            old.unlink()
    for path in files:
        shutil.copy2(path, folder / f"{path.name}.part")
        (folder / f"{path.name}.part").replace(folder / path.name)


def _link(link: Path, to: Path) -> None:
    for old in link.parent.glob("linux-*"):
        old.unlink()
    link.symlink_to(to)
