# SPDX-License-Identifier: GPL-2.0-or-later
# flake8: noqa: E101,W191
"""Small Kconfig trees for the tests, and a make that computes their .config with Kconfiglib in conf's place."""
from __future__ import annotations

import re
import sys
from pathlib import Path

import fakes
import pytest

from lkmc.kconfig import dialect
from lkmc.kconfig.state import State

# What only later kernels say: a Kconfiglib that nobody taught stops at these.
NEW = re.compile(r"\tmodules\n|\ttransitional\n| if MENU # a comment")

# What later kernels say and Kconfiglib 14.1.0 does not know, and each kind of dependency once.
LINUX = """mainmenu "A kernel"

config MODULES
	bool "Modules"
	modules
	default y

config ARCH_HAS_A
	def_bool y

config ARCH_HAS_B
	bool

config FEATURE
	bool "A feature"
	depends on ARCH_HAS_A
	select HELPER

config HELPER
	bool
	help
		Helps a feature.

config DEEP
	bool "Deep in the menus"
	depends on MENU && (FEATURE || OTHER)

config MENU
	bool "A menu"

config OTHER
	bool "Another"
	depends on ARCH_HAS_B

config FOREIGN
	bool "Another architecture's"
	depends on ARCH_HAS_B

config TRI
	tristate "A module"

config OLD
	bool "What it was called"
	transitional

config CONDITIONAL
	tristate "Needs TRI where there is a MENU"
	depends on TRI if MENU # a comment

config NUMBER
	int "A number"
	range 1 64
	default 8

config ADDRESS
	hex "An address"
	range 0x10 0x1000
	default 0x100

config NAME
	string "A name"
	depends on !FEATURE

choice
	prompt "How"
	default HOW_A

config HOW_A
	bool "In way A"

config HOW_B
	bool "In way B"

config HOW_C
	bool "In way C"
	depends on MENU

endchoice
"""

BUILDROOT = """mainmenu "A Buildroot"
source "$BR2_BASE_DIR/.br2-external.in.paths"

choice
	prompt "Architecture"

config BR2_aarch64
	bool "aarch64"

config BR2_arm
	bool "arm"

config BR2_x86_64
	bool "x86_64"

endchoice

config BR2_ARCH
	string
	default "aarch64" if BR2_aarch64
	default "arm" if BR2_arm
	default "x86_64" if BR2_x86_64

config BR2_DEFCONFIG
	string "Location to save it"
	default "$(CONFIG_DIR)/defconfig"

config BR2_PACKAGE_A
	bool "a"

config BR2_PACKAGE_A_TOOLS
	bool "tools of a"
	depends on BR2_PACKAGE_A

config BR2_PACKAGE_X86
	bool "x86 only"
	depends on BR2_x86_64

config BR2_JOBS
	int "jobs"
	range 0 99

config BR2_LINUX_KERNEL_USE_ARCH_DEFAULT_CONFIG
	bool "the kernel's own configuration"

config BR2_LINUX_KERNEL_CUSTOM_CONFIG_FILE
	string "file"
	depends on !BR2_LINUX_KERNEL_USE_ARCH_DEFAULT_CONFIG

config BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES
	string "fragments"
"""

# Kconfiglib in the place of conf, for both trees: what the tests are about is what stands around it.
MAKE = r"""
for word; do
	case $word in BR2_CONFIG=*|KCONFIG_CONFIG=*) config=${word#*=};; KBUILD_KCONFIG=*) top=${word#*=};; esac
done
echo "make $*" >> "$LOG"
case $* in *" defconfig") echo CONFIG_MENU=y > "$config"; exit;; esac
if [ "${top-}" ]; then
	export srctree="$KERNEL" CONFIG_=CONFIG_
	sh -c "$(sed -n 's/^lkmc-told := $(shell,\(.*\))$/\1/p' "$top")"
	cd "$KERNEL" && KCONFIG_CONFIG="$config" exec %s -m olddefconfig Kconfig >/dev/null 2>&1
fi
cd "$TREE" && CONFIG_= BR2_BASE_DIR="$TREE" CONFIG_DIR='$(CONFIG_DIR)' KCONFIG_CONFIG="$config" \
	%s -m olddefconfig Config.in >/dev/null 2>&1
"""


def linux(folder: Path, text: str = LINUX, config: str = "") -> State:
    """Kconfiglib at a .config of the kernel with this Kconfig file."""
    (folder / "Kconfig").write_text(text)
    state = State(dialect.load("Kconfig", {"srctree": str(folder), "CONFIG_": "CONFIG_"}), "CONFIG_")
    state.load(config)
    return state


def buildroot(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Buildroot with a defconfig `some_defconfig`, and a make that configures it."""
    tree = folder / "buildroot"
    fakes.script(tree / "support/kconfig/merge_config.sh", "exit 1")
    fakes.script(tree / "support/scripts/br2-external", 'touch "$2/.br2-external.in.paths"')
    (tree / ".br2-external.in.paths").touch()
    (tree / "Config.in").write_text(BUILDROOT)
    (tree / "Makefile").write_text("export BR2_VERSION := 1\n")
    (tree / "configs").mkdir()
    (tree / "configs/some_defconfig").write_text("BR2_aarch64=y\nBR2_PACKAGE_A=y\n")
    monkeypatch.setenv("TREE", str(tree))
    monkeypatch.setenv("LOG", str(folder / "log"))
    fakes.on_path(monkeypatch, folder / "bin", make=MAKE % (sys.executable, sys.executable))
    return tree


def kernel(output: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kernel that Buildroot unpacked in this output; its make is that of buildroot()."""
    tree = output / "build/linux-6.12"
    (tree / "scripts/kconfig").mkdir(parents=True)
    (tree / "scripts/kconfig/Makefile").touch()
    (tree / "Kconfig").write_text(NEW.sub("", LINUX))
    fakes.script(output / "host/bin/aarch64-linux-gcc", "exit 0")
    monkeypatch.setenv("KERNEL", str(tree))
    fakes.cache(monkeypatch, output.parent / "cache")
    return tree
