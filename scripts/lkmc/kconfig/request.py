# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody wants of an output's configuration, and its record in the output."""
from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from lkmc import paths
from lkmc.errors import UserError
from lkmc.kconfig import fragment
from lkmc.kconfig.fragment import Assignment, Layer

RECORD = "lkmc-config.json"             # in the output: the request that its .config was made of
LINUX_SET = "linux-set.config"          # in the output: the kernel fragment of --linux-set
OPTIONS = ("defconfig", "config", "set", "linux-fragment", "linux-set")
FIELDS = {"--fragment": "fragments", "--set": "settings", "--linux-fragment": "linux_fragments",
          "--linux-set": "linux_settings"}      # the lists of a request, by the options that fill them
OWN = "make "                           # what messages call a configuration of the kernel's own, with its target
BASE = "BR2_LINUX_KERNEL_CUSTOM_CONFIG_FILE"
LIST = "BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES"


@dataclass(frozen=True)
class ConfigRequest:
    """A defconfig by its name or file, with fragments over it and single settings over those; later ones win."""
    defconfig: str
    fragments: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    linux_fragments: tuple[str, ...] = ()
    linux_settings: tuple[str, ...] = ()

    @classmethod
    def of(cls, args: argparse.Namespace) -> ConfigRequest:
        """The request that the parsed options of OPTIONS make."""
        name = args.defconfig or f"lkmc_{args.arch}_defconfig"
        return cls(str(Path(name).absolute()) if "/" in name else name, _names(args.config), tuple(args.set),
                   _names(args.linux_fragment), tuple(args.linux_set))

    @property
    def asks(self) -> bool:
        """Whether it asks for more than a defconfig."""
        return bool(self.fragments or self.settings or self.linux_fragments or self.linux_settings)


def _names(files: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(path.absolute()) for path in files)


def read(output: Path) -> ConfigRequest | None:
    """The request that this output was configured by, if scripts/config or scripts/build did it."""
    try:
        table = json.loads((output / RECORD).read_text())
        lists = (tuple(map(str, table[field.name])) for field in fields(ConfigRequest)[1:])
        return ConfigRequest(str(table["defconfig"]), *lists)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def record(output: Path, request: ConfigRequest) -> None:
    (output / RECORD).write_text(json.dumps(asdict(request), indent=1) + "\n")


def left_out(before: ConfigRequest | None, now: ConfigRequest) -> list[str]:
    """The options of an earlier request that this one has not, nor sets otherwise."""
    def names(request: ConfigRequest | None, field: str) -> dict[str, str]:
        return {one.partition("=")[0]: one for one in getattr(request, field, ())}
    return [word for option, field in FIELDS.items() for name, one in names(before, field).items()
            if name not in names(now, field) for word in (option, one)]


def defconfig_file(buildroot: Path, name: str) -> Path:
    """The file of a defconfig: one of ours, one of Buildroot's, or a file. Raises UserError."""
    for path in (paths.TOP / "configs" / name, buildroot / "configs" / name, Path(name)):
        if path.is_file():
            return path.absolute()
    raise UserError(f"--defconfig {name}: no such defconfig; ours are configs/lkmc_*_defconfig, and "
                    f"`make -C {buildroot} list-defconfigs` lists Buildroot's")


def layers(buildroot: Path, request: ConfigRequest) -> list[Layer]:
    """The layers for Buildroot, the weakest first. Raises UserError for input that is no configuration."""
    found = [fragment.read(defconfig_file(buildroot, request.defconfig), "BR2_")]
    found += [fragment.read(Path(path), "BR2_") for path in request.fragments]
    found.append(fragment.settings(request.settings, "BR2_", "--set"))
    kernel = linux_layers(request)
    if kernel:
        last = fragment.merged(found).get(LIST)
        files = last.value[1:-1].split() if last else []
        files += [_in_make(Path(path)) for path in request.linux_fragments]
        files += [f"$(BASE_DIR)/{LINUX_SET}"] if request.linux_settings else []
        files = [*dict.fromkeys(reversed(files))][::-1]     # make wants each once: where it was asked for last
        found.append(Layer("kernel fragments", (Assignment(LIST, f'"{" ".join(files)}"', "kernel fragments"),)))
    return found


def linux_layers(request: ConfigRequest) -> list[Layer]:
    """The layers that the request adds to the kernel's. Raises UserError for input that is no configuration."""
    found = [fragment.read(Path(path), "CONFIG_") for path in request.linux_fragments]
    if request.linux_settings:
        found.append(fragment.settings(request.linux_settings, "CONFIG_", "--linux-set"))
    return found


def _in_make(path: Path) -> str:
    """A file as Buildroot's configuration names it."""
    absolute = path.absolute()
    if absolute.is_relative_to(paths.TOP):
        return f"$(BR2_EXTERNAL_LKMC_PATH)/{absolute.relative_to(paths.TOP)}"
    return str(absolute)


def kernel_files(config: Mapping[str, str], output: Path, buildroot: Path) -> list[Path]:
    """The files that Buildroot merges into the kernel's configuration, the weakest first."""
    words = [word for name in (BASE, LIST) for word in config.get(name, '""')[1:-1].split()]
    for variable, folder in (("$(BR2_EXTERNAL_LKMC_PATH)", paths.TOP), ("$(BASE_DIR)", output),
                             ("$(TOPDIR)", buildroot)):
        words = [word.replace(variable, str(folder)) for word in words]
    return [buildroot / word for word in words]     # which make is run in


def kernel_layers(config: Mapping[str, str], output: Path, buildroot: Path,
                  defconfig: Callable[[str], str]) -> tuple[Layer, ...]:
    """The layers of the kernel of a configuration; `defconfig` makes one of the kernel's own, which may be in the place
    of a file. Raises UserError."""
    own = _own_defconfig(config)
    if own:
        config = {name: value for name, value in config.items() if name != BASE}
    found = [fragment.read(path, "CONFIG_") for path in kernel_files(config, output, buildroot)]
    return (*([fragment.parse(defconfig(own), "CONFIG_", f"{OWN}{own}")] if own else []), *found)


def _own_defconfig(config: Mapping[str, str]) -> str:
    """The target of the kernel's makefile that makes the configuration to begin with, where it is no file of ours."""
    if config.get("BR2_LINUX_KERNEL_USE_ARCH_DEFAULT_CONFIG") == "y":
        return "defconfig"
    name = config.get("BR2_LINUX_KERNEL_DEFCONFIG", '""')[1:-1]
    return f"{name}_defconfig" if name and config.get("BR2_LINUX_KERNEL_USE_DEFCONFIG") == "y" else ""
