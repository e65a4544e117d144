# SPDX-License-Identifier: GPL-2.0-or-later
"""What Buildroot made of our defconfig and packages; the boot tests then run on the same folders."""
from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from booting import RUN

from lkmc import buildroot, paths
from lkmc.output import Output

pytestmark = pytest.mark.usefixtures("checkout")

# The kernel options that the runners and the modules cannot do without, by what they are for.
NEEDED = {
    "modules": "CONFIG_MODULE_UNLOAD", "the exit status": "CONFIG_VIRTIO_CONSOLE", "the payload": "CONFIG_VIRTIO_BLK",
    "shares": "CONFIG_9P_FS", "GDB": "CONFIG_GDB_SCRIPTS", "debug information": "CONFIG_DEBUG_INFO",
    "/proc/config.gz": "CONFIG_IKCONFIG_PROC", "initrd": "CONFIG_BLK_DEV_INITRD", "ftrace": "CONFIG_FUNCTION_TRACER",
    "kprobes": "CONFIG_KPROBES", "KGDB": "CONFIG_KGDB",
}


def make(out: Output, *targets: str) -> str:
    command = ["make", "-C", str(buildroot.provide(None)), f"O={out.path}", f"BR2_EXTERNAL={paths.TOP}", *targets]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_the_images_are_there(out: Output) -> None:
    root = out.disk.image if out.disk else "rootfs.cpio"
    assert {path.name for path in out.images.iterdir()} >= {root, "rootfs.cpio", "vmlinux", "lkmc"}
    assert (out.overlay / "hello.ko").exists() and (out.overlay / "hello.out").exists()
    links = list((out.path / "target").glob("*.ko"))
    assert links and [link for link in links if not link.exists()] == []


def test_programs_without_a_system_are_images(out: Output, limit: float) -> None:
    if out.symbol("BR2_PACKAGE_LKMC_BAREMETAL") != "y":
        pytest.skip("this output's configuration has no lkmc-baremetal, as that of arm and aarch64 has")
    assert (out.images / "baremetal/hello.elf").exists()
    make(out, "lkmc-baremetal-rebuild")
    done = subprocess.run([RUN, "-q", "--output", str(out.path), "--run-id", "test-baremetal", "--timeout", str(limit),
                           "--baremetal", "hello"], stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * limit)
    assert (done.returncode, done.stdout) == (0, b"hello\n")


def test_the_kernel_has_what_the_fragments_ask_for(out: Output) -> None:
    assert {what: option for what, option in NEEDED.items() if not out.kernel_has(option)} == {}


def test_vmlinux_has_debug_information(out: Output) -> None:
    sections = subprocess.run(["readelf", "-SW", out.images / "vmlinux"], capture_output=True, text=True, check=True)
    assert " .debug_info " in sections.stdout


def test_packages_are_compiled_as_the_configuration_says(out: Output) -> None:
    """BR2_OPTIMIZE_2 is Buildroot's default; configs/fragments/optimize.config asks for 3."""
    program = next((out.path / "build").glob("sample-package*/sample_package.out"))
    dump = subprocess.run(["readelf", "--debug-dump=info", "--dwarf-depth=1", program], capture_output=True, text=True,
                          check=True)
    level = "-O3" if out.symbol("BR2_OPTIMIZE_3") == "y" else "-O2"
    assert [line for line in dump.stdout.splitlines() if "DW_AT_producer" in line and f" {level} " in line]


def test_an_edited_module_is_rebuilt_by_its_package(out: Output, tmp_path: Path, limit: float) -> None:
    source = paths.TOP / "kernel_modules/hello.c"
    text = source.read_text()
    source.write_text(text.replace("hello init", "hello init hacked"))
    try:
        make(out, "lkmc-kernel-modules-rebuild")
        done = subprocess.run([RUN, "--output", str(out.path), "--run-id", "test-rebuild", "--timeout", str(limit),
                               "--eval-after", "insmod /mnt/9p/out_rootfs_overlay/hello.ko"],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * limit)
        assert done.returncode == 0 and b"hello init hacked" in done.stdout
    finally:
        source.write_text(text)
        make(out, "lkmc-kernel-modules-rebuild")


def test_modules_are_built_anew_for_a_kernel_that_was_configured_after_them(out: Output) -> None:
    mine, kernel = out.path / "build/lkmc-kernel-modules", out.linux_build / ".stamp_configured"
    configured = kernel.stat().st_mtime_ns
    for stamp in mine.glob(".stamp_*"):
        os.utime(stamp, ns=(configured - 1, configured - 1))
    make(out, "lkmc-kernel-modules")
    assert (mine / ".stamp_built").stat().st_mtime_ns > configured
    assert kernel.stat().st_mtime_ns == configured


def test_a_build_without_a_change_builds_nothing(out: Output) -> None:
    before = time.time()
    make(out)
    built = [path for path in (out.path / "build").glob("*/.stamp_built") if path.stat().st_mtime > before]
    assert built == []


def test_the_tree_passes_check_package(out: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)    # its flake8 and python-magic
    make(out, "check-package-external")


def test_the_configuration_survives_savedefconfig(out: Output, tmp_path: Path) -> None:
    """A defconfig of ours is what savedefconfig writes of it: no lost and no needless line."""
    name = f"lkmc_{out.arch}_defconfig"
    folder = tmp_path / "o"
    for targets in ([name], ["savedefconfig", f"BR2_DEFCONFIG={tmp_path / 'saved'}"]):
        subprocess.run(["make", "-C", buildroot.provide(None), f"O={folder}", f"BR2_EXTERNAL={paths.TOP}", *targets],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert (tmp_path / "saved").read_text() == (paths.TOP / "configs" / name).read_text()
