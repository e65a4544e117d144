# SPDX-License-Identifier: GPL-2.0-or-later
"""linux-requests, which Buildroot runs before it configures the kernel: what the fragments ask for in vain fails."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import fakes
import pytest

from lkmc import paths

# In the place of the kernel's kconfig: a FEATURE that MENU has, and a last word on MENU.
CONF = """
for word; do case $word in KCONFIG_CONFIG=*) config=${word#*=};; esac; done
echo "$@" >> "${0%/*}/log"
value() { sed -n "s/^CONFIG_$1=//p; s/^# CONFIG_$1 is not set/n/p" "$config" | tail -n 1; }
menu=$(value MENU) feature=$(value FEATURE)
[ "$menu" = y ] || feature=
{ echo "CONFIG_MENU=${menu:-n}"; echo "${feature:+CONFIG_FEATURE=$feature}"; } > "$config.new"
grep -v -e CONFIG_MENU -e CONFIG_FEATURE "$config" >> "$config.new" || true
mv "$config.new" "$config"
"""


class Kernel:
    """A kernel's build folder, and a copy of the script in a checkout whose scripts/config cannot run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.build = folder, folder / "o/build/linux"
        self.build.mkdir(parents=True)
        self.conf = fakes.script(folder / "conf", CONF)
        script = folder / "checkout/scripts/lkmc/linux-requests"
        script.parent.mkdir(parents=True)
        shutil.copy(paths.TOP / "scripts/lkmc/linux-requests", script)
        self.config = fakes.script(folder / "checkout/scripts/config", "exit 125")
        self.script = script

    def check(self, *fragments: str, edit: tuple[str, str] = ("", "")) -> subprocess.CompletedProcess[str]:
        """Merge these fragments, edit what comes of it, and check that."""
        files = [self.folder / f"{number}.config" for number in range(len(fragments))]
        for file, text in zip(files, fragments, strict=True):
            file.write_text(text)
        config = self.build / ".config"
        config.write_text("".join(fragments))
        subprocess.run([self.conf, f"KCONFIG_CONFIG={config}"], check=True)
        config.write_text(config.read_text().replace(*edit) if edit[0] else config.read_text())
        (self.build / ".stamp_dotconfig").touch()
        return subprocess.run(["sh", self.script, self.build, *files, "--", self.conf], capture_output=True, text=True)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_nothing_is_said_of_requests_that_took(kernel: Kernel) -> None:
    done = kernel.check("CONFIG_MENU=y\n",
                        "CONFIG_FEATURE=y\n# CONFIG_GONE is not set\nCONFIG_HEX=0x0A\nCONFIG_E=\"\"\n",
                        edit=("CONFIG_HEX=0x0A", "CONFIG_HEX=0xa"))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_lost_request_fails_with_file_and_line_and_the_next_command(kernel: Kernel) -> None:
    done = kernel.check("CONFIG_NUMBER=3\n", "# about\nCONFIG_FEATURE=y\n")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The kernel's configuration lost these requests:", f"{kernel.folder}/1.config:2: CONFIG_FEATURE=y",
        f"Ask for the reason with: scripts/config explain CONFIG_FEATURE --output {kernel.folder}/o"]


def test_scripts_config_is_asked_for_the_reasons(kernel: Kernel) -> None:
    kernel.config.write_text('#!/bin/sh\necho "${MAKEFLAGS-none} $*"\nexit 1\n')
    done = kernel.check("CONFIG_FEATURE=y\n")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines()[2:] == [f"none check linux --output {kernel.folder}/o"]


def test_it_fails_again_after_it_failed(kernel: Kernel) -> None:
    assert [kernel.check("CONFIG_FEATURE=y\n").returncode for _ in range(2)] == [1, 1]


def test_a_request_that_a_later_fragment_displaces_is_not_lost(kernel: Kernel) -> None:
    assert kernel.check("CONFIG_MENU=y\nCONFIG_FEATURE=y\n", "# CONFIG_MENU is not set\n").returncode == 0


def test_a_request_that_a_fixup_or_an_editor_displaces_is_not_lost(kernel: Kernel) -> None:
    assert kernel.check("CONFIG_NUMBER=3\n", edit=("CONFIG_NUMBER=3", "CONFIG_NUMBER=4")).returncode == 0


def test_an_optional_request_is_not_lost(kernel: Kernel) -> None:
    assert kernel.check("# lkmc: optional=CONFIG_A,CONFIG_FEATURE\nCONFIG_FEATURE=y\n").returncode == 0


def test_a_kconfig_that_fails_is_heard(kernel: Kernel) -> None:
    kernel.conf.write_text("#!/bin/sh\necho broken >&2\nexit 2\n")
    (kernel.build / ".config").write_text("CONFIG_B=y\n")
    (kernel.folder / "a").write_text("CONFIG_A=y\n")
    done = subprocess.run(["sh", kernel.script, kernel.build, kernel.folder / "a", "--", kernel.conf],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "broken" in done.stderr


def test_over_a_defconfig_of_the_kernels_own(kernel: Kernel) -> None:
    """The base is then the name of a target, which the kernel's make writes first."""
    (kernel.folder / "a").write_text("CONFIG_FEATURE=y\n")
    (kernel.build / ".config").write_text("CONFIG_B=y\n")
    fakes.script(kernel.conf, CONF.replace("value() {", 'touch "$config"\nvalue() {'))
    done = subprocess.run(["sh", kernel.script, kernel.build, "some_defconfig", kernel.folder / "a", "--", kernel.conf],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "a:1: CONFIG_FEATURE=y" in done.stderr
    assert "some_defconfig" in (kernel.folder / "log").read_text()


def test_the_configuration_before_an_edit_is_kept(kernel: Kernel) -> None:
    kernel.check("CONFIG_NUMBER=3\n")
    kept = kernel.build / ".config.lkmc"
    assert "CONFIG_NUMBER=3" in kept.read_text()
    (kernel.build / ".config").write_text("CONFIG_NUMBER=4\n")
    subprocess.run(["sh", kernel.script, kernel.build, kernel.folder / "0.config", "--", kernel.conf], check=True)
    assert "CONFIG_NUMBER=3" in kept.read_text()
