# SPDX-License-Identifier: GPL-2.0-or-later
"""Outputs that take configuration, toolchain and host programs from another one, their base, as Buildroot settings."""
from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from lkmc import buildroot, configured, overrides, paths, sources
from lkmc.conflicts import refuse
from lkmc.errors import LkmcError, MissingOutput, UserError
from lkmc.kconfig import request
from lkmc.kconfig.request import ConfigRequest
from lkmc.output import Output

OPTIONS = ("variant", "base", "kernel-version", "qemu-version")
# The options that say what an output is to be configured as, by argparse's names: all but which output it is.
CONFIGURING = tuple(name.replace("-", "_") for name in (*request.OPTIONS, *OPTIONS) if name != "variant")
BASE_CONFIG = "base_defconfig"          # in a variant's output: what its base was configured as
FRAGMENT = "variant.config"             # and what the variant is over it

# What an external toolchain's options claim of it (BR2_TOOLCHAIN_EXTERNAL_...), by the option of every configuration
# that each selects; of a pair of numbered ones, the value that has the number.
FEATURES = {
    "CUSTOM_GLIBC": "BR2_TOOLCHAIN_USES_GLIBC", "CUSTOM_MUSL": "BR2_TOOLCHAIN_USES_MUSL",
    "CUSTOM_UCLIBC": "BR2_TOOLCHAIN_USES_UCLIBC",
    "WCHAR": "BR2_USE_WCHAR", "LOCALE": "BR2_ENABLE_LOCALE", "HAS_THREADS": "BR2_TOOLCHAIN_HAS_THREADS",
    "HAS_THREADS_DEBUG": "BR2_TOOLCHAIN_HAS_THREADS_DEBUG", "HAS_THREADS_NPTL": "BR2_TOOLCHAIN_HAS_THREADS_NPTL",
    "HAS_SSP": "BR2_TOOLCHAIN_HAS_SSP", "HAS_SSP_STRONG": "BR2_TOOLCHAIN_HAS_SSP_STRONG",
    "INET_RPC": "BR2_TOOLCHAIN_HAS_NATIVE_RPC", "CXX": "BR2_INSTALL_LIBSTDCPP", "DLANG": "BR2_TOOLCHAIN_HAS_DLANG",
    "FORTRAN": "BR2_TOOLCHAIN_HAS_FORTRAN", "OPENMP": "BR2_TOOLCHAIN_HAS_OPENMP",
}
NUMBERED = {"GCC": "BR2_TOOLCHAIN_GCC_AT_LEAST", "HEADERS": "BR2_TOOLCHAIN_HEADERS_AT_LEAST"}
# Buildroot asks for these only where the C library leaves the answer open.
OPEN_WITH = {"WCHAR": "UCLIBC", "LOCALE": "UCLIBC", "HAS_THREADS": "UCLIBC", "HAS_THREADS_DEBUG": "UCLIBC",
             "HAS_THREADS_NPTL": "UCLIBC"}
KERNEL_SOURCES = ("LATEST_VERSION", "LATEST_CIP_VERSION", "LATEST_CIP_RT_VERSION", "CUSTOM_VERSION", "CUSTOM_TARBALL",
                  "CUSTOM_GIT", "CUSTOM_HG", "CUSTOM_SVN")
VERSION = r"\d+\.\d+(\.\d+)*(-rc\d+)?"
HOST_QEMU = ("BR2_PACKAGE_HOST_QEMU", "BR2_PACKAGE_HOST_QEMU_SYSTEM_MODE", "BR2_PACKAGE_HOST_QEMU_VIRTFS")


def asks(args: argparse.Namespace) -> bool:
    """Whether the options ask for a variant that is other than its base."""
    return bool(args.base or args.kernel_version or args.qemu_version)


def wanted(args: argparse.Namespace, tree: Path, output: Path) -> ConfigRequest:
    """The configuration that the options ask for: an architecture's, or a variant's over its base's. For a variant,
    files that it is made of are written to the output. Raises LkmcError."""
    if not args.variant and not asks(args):
        return ConfigRequest.of(args)
    refuse(args, ["defconfig"], "is not for a variant, which has its base's; change it with --fragment and --set")
    base = Output.read((args.base or paths.OUT / args.arch).absolute())
    if base.prebuilt:
        raise configured.not_buildroots(base.path)
    if base.path == output:
        raise UserError(f"{output} is the base itself; name its variant with --variant, or --output another folder")
    output.mkdir(parents=True, exist_ok=True)
    (output / BASE_CONFIG).write_text(_saved(tree, base, output))
    lines = settings(base, args.kernel_version, args.qemu_version)
    _tell_left_out(args, output / FRAGMENT)
    (output / FRAGMENT).write_text("\n".join([f"# What scripts/build made of {base.path}.", *lines, ""]))
    asked = ConfigRequest.of(args)
    return replace(asked, defconfig=str(output / BASE_CONFIG),
                   fragments=(str(output / FRAGMENT), *asked.fragments))


def _tell_left_out(args: argparse.Namespace, file: Path) -> None:
    """Say which versions the variant had so far and loses now, for each request begins at its base."""
    before = file.read_text() if file.exists() else ""
    for option, sign in (("kernel_version", "BR2_LINUX_KERNEL_CUSTOM_"), ("qemu_version", f"{HOST_QEMU[0]}=y")):
        if getattr(args, option) is None and re.search(f"^{sign}", before, re.M):
            print(f"{file.parent} was made with --{option.replace('_', '-')} before, which is left out now; give it "
                  f"again to keep it", file=sys.stderr)


def override(args: argparse.Namespace, output: Path) -> None:
    """After the .config was written: the package overrides that go with it."""
    overrides.keep(output)
    if args.qemu_version:
        overrides.add(output, qemu(args.qemu_version))


def _saved(tree: Path, base: Output, output: Path) -> str:
    """The base's configuration as a defconfig, for another folder."""
    config, saved = output / ".config.base", output / BASE_CONFIG
    text = base.config
    before = overrides.included(base.path)
    if before:      # the hacks of the base stay its own
        text = text.replace(f'{overrides.SYMBOL}="{overrides.OWN}"', f'{overrides.SYMBOL}="{before}"')
    config.write_text(text.replace(f"$(BASE_DIR)/{request.LINUX_SET}", f"{base.path}/{request.LINUX_SET}"))
    command = buildroot.command(tree, output, "-s", f"BR2_CONFIG={config}", f"BR2_DEFCONFIG={saved}", "savedefconfig")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise LkmcError(f"{base.path}/.config: {(done.stderr.strip() or 'savedefconfig failed').splitlines()[-1]}; "
                            f"try {base.build} olddefconfig")
        return saved.read_text()
    finally:
        config.unlink()


def settings(base: Output, kernel: str | None = None, qemu: str | None = None) -> list[str]:
    """Lines for the .config of a variant of `base`, over the base's own."""
    lines = [f'BR2_LKMC_BASE="{base.path}"', *toolchain(base)]
    # The emulator and the debugger are the base's.
    lines += ["# BR2_PACKAGE_HOST_GDB is not set"]
    lines += [f"{name}=y" for name in HOST_QEMU] if qemu else ["# BR2_PACKAGE_HOST_QEMU is not set"]
    if kernel:
        lines += linux(kernel)
    if kernel or qemu:      # nobody can have written down the checksums of versions yet to be chosen
        lines += ["# BR2_DOWNLOAD_FORCE_CHECK_HASHES is not set"]
    return lines


def toolchain(base: Output) -> list[str]:
    """The base's toolchain as an external one; none where it is external already, for then the variant has the same.

    Raises MissingOutput when the base has not built it.
    """
    if base.symbol("BR2_TOOLCHAIN_BUILDROOT") != "y":
        return []
    compilers = sorted(path.name for path in (base.host / "bin").glob("*-buildroot-*-gcc.br_real"))
    if not compilers:
        raise MissingOutput(f"{base.host}/bin: no toolchain was built here; make it with: "
                            f"{base.build} toolchain")
    return ["# BR2_TOOLCHAIN_BUILDROOT is not set", "BR2_TOOLCHAIN_EXTERNAL=y", "BR2_TOOLCHAIN_EXTERNAL_CUSTOM=y",
            "BR2_TOOLCHAIN_EXTERNAL_PREINSTALLED=y", f'BR2_TOOLCHAIN_EXTERNAL_PATH="{base.host}"',
            f'BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX="{compilers[0].removesuffix("-gcc.br_real")}"', *features(base)]


def features(base: Output) -> list[str]:
    """What Buildroot wants to be told of an external toolchain that is the base's own."""
    lines = [f"BR2_TOOLCHAIN_EXTERNAL_{what}_{base.symbol(symbol).replace('.', '_')}=y"
             for what, symbol in NUMBERED.items()]
    for feature, symbol in FEATURES.items():
        asked = base.symbol(f"BR2_TOOLCHAIN_USES_{OPEN_WITH[feature]}") == "y" if feature in OPEN_WITH else True
        if asked:
            has = base.symbol(symbol) == "y"
            name = f"BR2_TOOLCHAIN_EXTERNAL_{feature}"
            lines.append(f"{name}=y" if has else f"# {name} is not set")
    return lines


def qemu(source: str) -> dict[str, str]:
    """The make variables for a QEMU version, or for a tarball or a git tree, which is put into src/."""
    if re.fullmatch(VERSION, source):       # package/qemu/qemu.mk has its own, which this overrides
        return {"override QEMU_VERSION": source}
    name = re.sub(r"[^A-Za-z0-9.]+", "-", source.rpartition("/")[2]).strip("-")
    folder = paths.TOP / "src" / f"qemu-{name}"
    if not folder.exists():
        sources.fetch(source, folder)
    elif sources.origin(folder) not in ("", source):
        raise UserError(f"--qemu-version {source}: {folder} is there already, made of {sources.origin(folder)}; move "
                        f"it away, or give that")
    return overrides.source("qemu", folder)


def linux(source: str) -> list[str]:
    """The settings for a Linux version, a tarball (file or URL), or a git tree as GIT#COMMIT. Raises UserError."""
    if re.fullmatch(VERSION, source):
        kind, values = "CUSTOM_VERSION", {"VERSION_VALUE": source}
    elif sources.is_tarball(source):
        kind, values = "CUSTOM_TARBALL", {"TARBALL_LOCATION": _url(source)}
    else:
        tree, commit = git(source, "--kernel-version")
        kind, values = "CUSTOM_GIT", {"REPO_URL": tree, "REPO_VERSION": commit}
    return [*(f"# BR2_LINUX_KERNEL_{other} is not set" for other in KERNEL_SOURCES if other != kind),
            f"BR2_LINUX_KERNEL_{kind}=y",
            *(f'BR2_LINUX_KERNEL_CUSTOM_{name}="{value}"' for name, value in values.items())]


def git(source: str, option: str) -> tuple[str, str]:
    """(URL, commit) of GIT#COMMIT; a local tree's branch or tag becomes its commit. Raises UserError."""
    tree, _, commit = source.partition("#")
    if not tree or not (Path(tree) / ".git").exists():
        if commit and "://" in tree:
            return tree, commit
        raise UserError(f"{option} {source}: neither a version such as 6.12.30, nor a tarball, nor a git tree; write "
                        f"a tree as FOLDER#COMMIT or URL#COMMIT")
    asked = ["git", "-C", tree, "rev-parse", "--verify", "--quiet", f"{commit or 'HEAD'}^{{commit}}"]
    found = subprocess.run(asked, capture_output=True, text=True)
    if found.returncode:
        raise UserError(f"{option} {source}: the tree {tree} has no {commit}; git -C {tree} tag lists its tags")
    return f"file://{Path(tree).absolute()}", found.stdout.strip()


def _url(source: str) -> str:
    if "://" in source:
        return source
    if not Path(source).is_file():
        raise UserError(f"{source}: no such tarball; give a file or a URL")
    return f"file://{Path(source).absolute()}"
