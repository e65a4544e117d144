# SPDX-License-Identifier: GPL-2.0-or-later
"""initramfs: the root file system of the prebuilt output."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import fakes
import pytest

from lkmc import initramfs, paths

needs_cpio = pytest.mark.skipif(shutil.which("cpio") is None, reason="no cpio on this host")

DEP = """kernel/net/9p/9pnet.ko.xz:
kernel/net/9p/9pnet_virtio.ko.xz: kernel/net/9p/9pnet.ko.xz kernel/drivers/virtio/virtio_ring.ko.xz
kernel/drivers/virtio/virtio_ring.ko.xz: kernel/drivers/virtio/virtio.ko.xz
kernel/fs/over-lay.ko: kernel/fs/base.ko
"""


@pytest.fixture
def distro_modules(tmp_path: Path) -> Path:
    """lib/modules/VERSION of a distro's kernel."""
    folder = tmp_path / "lib/modules/6.1.0-1"
    for line in DEP.splitlines():
        for name in line.replace(":", " ").split():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name)
    (folder / "modules.dep").write_text(DEP)
    (folder / "modules.builtin").write_text("kernel/drivers/virtio/virtio_pci.ko\n")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A filled folder."""
    busybox = fakes.script(tmp_path / "busybox", "exit 0")
    (tmp_path / "hello.out").write_text("program")
    initramfs.fill(tmp_path / "target", busybox, ("bin/sh", "usr/bin/env", "sbin/init", "linuxrc", "bin/busybox"),
                   [tmp_path / "hello.out"])
    return tmp_path / "target"


@pytest.mark.parametrize("names, files", [
    (["9pnet"], {"kernel/net/9p/9pnet.ko.xz"}),
    (["9pnet_virtio"], {"kernel/net/9p/9pnet.ko.xz", "kernel/net/9p/9pnet_virtio.ko.xz",
                        "kernel/drivers/virtio/virtio_ring.ko.xz"}),
    (["over_lay"], {"kernel/fs/over-lay.ko", "kernel/fs/base.ko"}),
    (["over-lay"], {"kernel/fs/over-lay.ko", "kernel/fs/base.ko"}),
    (["virtio_pci", "none"], set()),
    ([], set()),
])
def test_a_module_brings_what_it_depends_on(distro_modules: Path, names: list[str], files: set[str]) -> None:
    assert initramfs.closure(distro_modules, names) == files


def test_busybox_is_there_under_all_its_names(target: Path) -> None:
    for name in ("bin/sh", "usr/bin/env", "sbin/init", "linuxrc"):
        assert (target / name).readlink() == Path("/bin/busybox")
    assert not (target / "bin/busybox").is_symlink()


def test_the_overlay_and_the_programs_are_at_the_root(target: Path) -> None:
    assert (target / "hello.out").read_text() == "program"
    for path in (paths.TOP / "rootfs_overlay").rglob("*"):
        copied = target / path.relative_to(paths.TOP / "rootfs_overlay")
        assert copied.is_dir() if path.is_dir() else copied.read_bytes() == path.read_bytes()


def test_only_root_may_read_the_passwords(target: Path) -> None:
    assert (target / "etc/shadow").stat().st_mode & 0o777 == 0o600
    assert "user0:x:1000:1000:" in (target / "etc/passwd").read_text()


def test_filling_again_takes_away_what_was_there(target: Path) -> None:
    (target / "stale").touch()
    initramfs.fill(target, target.parent / "busybox", (), [])
    assert not (target / "stale").exists() and not (target / "hello.out").exists()


def test_modules_of_the_distro_and_ours_are_added(
        tmp_path: Path, target: Path, distro_modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path / "fakes", depmod='echo "$@" > "$2/depmod.words"')
    (tmp_path / "hello.ko").write_text("ours")
    initramfs.add_modules(target, distro_modules, ["over_lay"], [tmp_path / "hello.ko"], ["virtio_pci", "9pnet"])
    folder = target / "lib/modules/6.1.0-1"
    assert (folder / "kernel/fs/base.ko").exists() and (folder / "kernel/net/9p/9pnet.ko.xz").exists()
    assert not (folder / "kernel/drivers").exists(), "nobody asked for those"
    assert (folder / "modules.builtin").exists()
    assert (target / "hello.ko").read_text() == (folder / "updates/hello.ko").read_text() == "ours"
    assert (target / "depmod.words").read_text().split() == ["-b", str(target), "6.1.0-1"]


def test_only_modules_that_this_kernel_has_are_loaded_at_boot(
        tmp_path: Path, target: Path, distro_modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path / "fakes", depmod="exit 0")
    initramfs.add_modules(target, distro_modules, [], [], ["virtio_pci", "9pnet"])
    assert (target / "etc/modules").read_text() == "9pnet\n"


@needs_cpio
def test_all_is_roots_but_the_users_home(target: Path) -> None:
    (target / "home/user0/note").touch()
    initramfs.pack(target, target.parent / "rootfs.cpio")
    with (target.parent / "rootfs.cpio").open("rb") as image:
        listed = ""
        for _ in range(2):      # the archive of the home follows the other one
            listed += subprocess.run(["cpio", "-itvn", "--quiet"], stdin=image, check=True, text=True,
                                     capture_output=True, bufsize=0).stdout
    owners = {line.split()[-1]: tuple(line.split()[2:4]) for line in listed.splitlines() if "->" not in line}
    assert owners["home/user0/note"] == owners["home/user0"] == ("1000", "1000")
    assert {owner for name, owner in owners.items() if not name.startswith("home/user0")} == {("0", "0")}
    assert {"bin/busybox", "etc/shadow", "init", "hello.out"} <= set(owners)


@needs_cpio
def test_packing_twice_makes_the_same_bytes(target: Path) -> None:
    one, two = target.parent / "one", target.parent / "two"
    initramfs.pack(target, one)
    initramfs.pack(target, two)
    assert one.read_bytes() == two.read_bytes()
    assert not list(target.parent.glob("*.part"))


@needs_cpio
def test_a_copy_of_the_folder_packs_to_the_same_bytes(target: Path) -> None:
    one, two = target.parent / "one", target.parent / "two"
    initramfs.pack(target, one)
    shutil.copytree(target, target.parent / "copy", symlinks=True)
    initramfs.pack(target.parent / "copy", two)
    assert one.read_bytes() == two.read_bytes()
