# SPDX-License-Identifier: GPL-2.0-or-later
"""distro: a kernel and a BusyBox out of the distro's packages, with apt programs that are none."""
from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import fakes
import pytest

from lkmc import distro, machine
from lkmc.errors import MissingOutput

V = "6.1.0-9-arm64"
KBUILD, COMMON = "linux-kbuild-6.1.0-9", "linux-headers-6.1.0-9-common"

# A package is a tar archive in $POOL; apt-get download puts it where it stands.
APT_GET = r"""
echo "apt-get $*" >> "$POOL/log"
for last; do :; done
case " $* " in
*" update "*) : > "$(echo "$*" | sed 's/.*Dir::State=\([^ ]*\).*/\1/')/lists/host_Packages"; exit ${UPDATE:-0};;
*" download "*) cp "$POOL/$last.deb" . 2>/dev/null || { echo "E: Unable to locate package $last" >&2; exit 100; };;
esac"""
APT_CACHE = r"""
for last; do :; done
cat "$POOL/$last.show" 2>/dev/null || { echo "E: No packages found" >&2; exit 100; }"""


class Pool:
    """The distro."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def package(self, name: str, **files: str) -> None:
        """A package of files, `{path: content}`; a content that begins with -> is a link."""
        root = self.folder / f"{name}.root"
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            if content.startswith("->"):
                (root / path).symlink_to(content[2:])
            else:
                fakes.script(root / path, content)
        subprocess.run(["tar", "cf", f"{root.with_suffix('.deb')}", "-C", root, "."], check=True)

    def meta(self, name: str, depends: str) -> None:
        (self.folder / f"{name}.show").write_text(f"Package: {name}\nDepends: {depends}\n")

    def downloads(self) -> list[str]:
        lines = (self.folder / "log").read_text().splitlines()
        return [line.split()[-1] for line in lines if " download " in line]

    def updates(self) -> int:
        return sum(line.endswith(" update") for line in (self.folder / "log").read_text().splitlines())


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pool:
    fakes.on_path(monkeypatch, tmp_path / "bin", apt_get=APT_GET, apt_cache=APT_CACHE, dpkg="echo amd64",
                  dpkg_deb='cat "$2"', depmod='touch "$2/lib/modules/$3/modules.dep"')
    monkeypatch.setenv("POOL", str(tmp_path / "pool"))
    pool = Pool(tmp_path / "pool")
    for name in ("linux-image-arm64", "linux-image-6.1-arm64"):
        pool.meta(name, f"other (= 1), linux-image-{V} (= 6.1.9-1), more")
    pool.package(f"linux-image-{V}", **{f"boot/vmlinuz-{V}": "kernel", f"lib/modules/{V}/kernel/a.ko": "module"})
    pool.package(f"linux-image-{V}-dbg", **{f"usr/lib/debug/boot/vmlinux-{V}": "symbols", "usr/lib/debug/a.ko": "big"})
    pool.package(f"linux-headers-{V}", **{
        f"usr/src/linux-headers-{V}/Makefile":
            f"KBUILD_OUTPUT=/usr/src/linux-headers-{V}\ninclude /usr/src/{COMMON}/Makefile",
        f"usr/src/linux-headers-{V}/.config": "CONFIG_A=y",
        f"usr/src/linux-headers-{V}/scripts": f"->../../lib/{KBUILD}/scripts",
        f"usr/src/linux-headers-{V}/tools": f"->../../lib/{KBUILD}/tools"})
    pool.package(COMMON, **{f"usr/src/{COMMON}/Makefile": "all:",
                            f"usr/src/{COMMON}/scripts": f"->../../lib/{KBUILD}/scripts"})
    pool.package(KBUILD, **{f"usr/lib/{KBUILD}/scripts/modpost": "exit 0", f"usr/lib/{KBUILD}/tools/objtool": "exit 0"})
    pool.meta(KBUILD, "libc6 (>= 2.34), libelf1 (>= 0.142), pahole")
    pool.package("busybox-static", **{"bin/busybox": "printf 'bin/sh\\nusr/bin/env\\n'"})
    return pool


@pytest.fixture
def packages(tmp_path: Path, pool: Pool) -> distro.Packages:
    return distro.Packages(machine.read("aarch64").prebuilt, tmp_path / "cache")


@pytest.mark.parametrize("series", [None, "6.1"])
def test_a_kernel_is_an_image_with_modules_and_headers(packages: distro.Packages, series: str | None) -> None:
    kernel = packages.kernel(series)
    assert kernel.version == V
    assert "kernel" in kernel.vmlinuz.read_text()
    assert (kernel.modules / "kernel/a.ko").exists() and (kernel.modules / "modules.dep").exists()
    assert (kernel.build / ".config").exists()


def test_the_headers_are_put_together_below_the_cache(tmp_path: Path, packages: distro.Packages) -> None:
    build = packages.kernel(None).build
    assert f"include {tmp_path}/cache/unpacked/{COMMON}_arm64/usr/src/{COMMON}/Makefile" in (
        build / "Makefile").read_text()
    assert f"KBUILD_OUTPUT={build}\n" in (build / "Makefile").read_text()
    assert (build / "scripts/modpost").exists() and (build / "tools/objtool").exists()


def test_a_kernel_names_what_its_programs_need_on_the_host(packages: distro.Packages) -> None:
    assert packages.kernel(None).needs == ("libc6", "libelf1", "pahole")
    assert packages.kernel(None).needs == ("libc6", "libelf1", "pahole")


def test_of_the_debug_information_only_the_kernel_is_unpacked(packages: distro.Packages) -> None:
    file = packages.symbols(V)
    assert "symbols" in file.read_text() and not (file.parents[1] / "a.ko").exists()


def test_what_was_unpacked_is_not_downloaded_again(pool: Pool, packages: distro.Packages) -> None:
    first = packages.kernel(None)
    downloads = pool.downloads()
    assert packages.kernel(None) == first
    assert pool.downloads() == downloads == [f"linux-headers-{V}", KBUILD, COMMON, f"linux-image-{V}"]


def test_the_kbuild_programs_are_the_hosts(pool: Pool, packages: distro.Packages) -> None:
    packages.kernel(None)
    [kbuild] = [line for line in (pool.folder / "log").read_text().splitlines() if line.endswith(f"download {KBUILD}")]
    assert "APT::Architecture=amd64" in kbuild


def test_package_lists_are_read_once_a_day(
        pool: Pool, packages: distro.Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    packages.busybox()
    assert pool.updates() == 2, "one for each architecture"
    packages.kernel(None)
    assert pool.updates() == 2
    for stamp in packages.cache.glob("apt/*/updated"):
        os.utime(stamp, (1, 1))
    packages.kernel(None)
    assert pool.updates() == 3


def test_busybox_says_its_applets(packages: distro.Packages) -> None:
    path, applets = packages.busybox()
    assert path.name == "busybox" and "arm64" in str(path)
    assert applets == ("bin/sh", "usr/bin/env")


@pytest.fixture
def archive(tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host has its release, mine, from somewhere."""
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"VERSION_CODENAME": "mine"})
    fakes.on_path(monkeypatch, tmp_path / "bin2", apt_get=f"""
case "$*" in indextargets*) echo 'other http://other/'; echo 'mine http://archive/'; exit;; esac{APT_GET}""")


@pytest.mark.usefixtures("archive")
def test_another_suite_comes_from_where_the_host_has_its_own(
        tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool.meta("linux-headers-arm64", f"linux-base (= 1), linux-headers-{V} (= 6.1.9-1)")
    packages = distro.Packages(machine.read("aarch64").prebuilt, tmp_path / "cache", "next")
    assert packages.headers().name == f"linux-headers-{V}"
    sources = tmp_path / "cache/apt/next/sources.list"
    assert sources.read_text() == "deb http://archive/ next main\n"
    assert f"Dir::Etc::sourcelist={sources}" in (pool.folder / "log").read_text()
    monkeypatch.setattr(platform, "freedesktop_os_release", dict)
    with pytest.raises(MissingOutput, match="no archive of its release that could have next"):
        packages.headers()


@pytest.mark.usefixtures("archive")
def test_a_series_may_be_the_standard_kernel_of_the_backports(pool: Pool, packages: distro.Packages) -> None:
    assert packages.kernel("6").version == V
    sources = packages.cache / "apt/mine-backports/sources.list"
    assert sources.read_text() == "deb http://archive/ mine-backports main\n"
    with pytest.raises(MissingOutput, match=r"linux-image-6\.9-arm64: E: No packages found"):
        packages.kernel("6.9")


def test_a_series_that_the_distro_lacks_is_named(packages: distro.Packages) -> None:
    with pytest.raises(MissingOutput, match=r"linux-image-9\.9-arm64: E: No packages found"):
        packages.kernel("9.9")


def test_a_package_that_stands_for_no_kernel_is_named(pool: Pool, packages: distro.Packages) -> None:
    pool.meta("linux-image-arm64", "nothing")
    with pytest.raises(MissingOutput, match="no package linux-image-arm64"):
        packages.kernel(None)


def test_a_download_that_fails_leaves_no_half_a_package(pool: Pool, packages: distro.Packages) -> None:
    (pool.folder / "busybox-static.deb").unlink()
    with pytest.raises(MissingOutput, match="busybox-static: E: Unable to locate"):
        packages.busybox()
    assert not list(packages.cache.glob("unpacked/*"))


def test_a_torn_package_is_not_taken_for_whole(pool: Pool, packages: distro.Packages) -> None:
    deb = pool.folder / "busybox-static.deb"
    whole = deb.read_bytes()
    deb.write_bytes(whole[:700])
    with pytest.raises((MissingOutput, subprocess.CalledProcessError)):
        packages.busybox()
    deb.write_bytes(whole)
    assert packages.busybox()[0].exists()


def test_a_mirror_that_fails_is_an_error_without_lists_and_a_remark_with_them(
        pool: Pool, packages: distro.Packages, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    fakes.on_path(monkeypatch, pool.folder / "bin",
                  apt_get='case " $* " in *" update "*) echo "E: mirror sync" >&2; exit 100;; esac')
    with pytest.raises(MissingOutput, match="update: E: mirror sync"):
        packages.kernel(None)
    state = packages.cache / "apt/arm64/lists"
    (state / "main_Packages").touch()
    with pytest.raises(MissingOutput, match="no package"):
        pool.meta("linux-image-arm64", "nothing")
        packages.kernel(None)
    assert "going on with the lists that arrived" in capsys.readouterr().err


def test_a_host_without_apt_is_told_so(
        tmp_path: Path, packages: distro.Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.on_path(monkeypatch, tmp_path / "empty", alone=True)
    with pytest.raises(MissingOutput, match="this host has no apt-get"):
        packages.kernel(None)
