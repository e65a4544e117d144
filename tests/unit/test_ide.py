# SPDX-License-Identifier: GPL-2.0-or-later
"""ide: the compilation database and launch.json."""
from __future__ import annotations

import json
from pathlib import Path

import fakes
import pytest

from lkmc import baremetal, cli, ide, machine, paths
from lkmc.output import Output


@pytest.fixture
def built(tmp_path: Path) -> Output:
    output = fakes.output_folder(tmp_path / "o", images=["vmlinux", "rootfs.cpio"])
    kernel, modules = output.path / "build/linux-6.12.9", output.path / "build/lkmc-kernel-modules"
    for folder in (kernel / "init", modules):
        folder.mkdir(parents=True)
    (kernel / "init/main.c").touch()
    (kernel / "init/.main.o.cmd").write_text("savedcmd_init/main.o := gcc -DX='\"a b\"' -c -o init/main.o init/main.c  "
                                             "\n\nsource_init/main.o := init/main.c\n")
    (kernel / "init/.gone.o.cmd").write_text("cmd_init/gone.o := gcc -c -o init/gone.o init/gone.c\n")
    (kernel / ".vmlinux.o.cmd").write_text("savedcmd_vmlinux.o := ld -r -o vmlinux.o a.a\n")
    (modules / "hello.c").touch()
    (modules / ".hello.o.cmd").write_text(f"savedcmd_{modules}/hello.o := gcc -c -o {modules}/hello.o {modules}/hello.c"
                                          "   ; ./tools/objtool/objtool --module hello.o\n")
    for name in ("gcc", "g++", "gdb"):
        fakes.script(output.host / "bin" / f"x86_64-linux-{name}", "exit 0")
    return output


def run(built: Output, to: Path) -> int:
    return cli.main("ide", ["--output", str(built.path), "--to", str(to)])


def test_each_file_is_where_it_is_edited_and_as_it_was_compiled(built: Output, tmp_path: Path) -> None:
    assert run(built, tmp_path) == 0
    entries = {entry["file"]: entry for entry in json.loads((tmp_path / "compile_commands.json").read_text())}
    kernel = built.path / "build/linux-6.12.9"
    main = entries[f"{kernel}/init/main.c"]
    assert main["directory"] == str(kernel)
    assert main["command"] == f"gcc -DX='\"a b\"' -c -o init/main.o {kernel}/init/main.c"
    hello = entries[f"{paths.TOP}/kernel_modules/hello.c"]
    assert hello["directory"] == str(kernel)
    assert hello["command"].endswith(f"hello.o {paths.TOP}/kernel_modules/hello.c")
    program = entries[f"{paths.TOP}/userland/cpp/hello_cpp.cpp"]
    assert program["directory"] == f"{paths.TOP}/userland" and "x86_64-linux-g++ -std=" in program["command"]
    without_linux = entries[f"{paths.TOP}/baremetal/hello.c"]
    assert without_linux["directory"] == f"{paths.TOP}/baremetal" and " -ffreestanding " in without_linux["command"]
    assert without_linux["command"].startswith("x86_64-linux-gnu-gcc ") and ".a " not in without_linux["command"]
    assert {f"{paths.TOP}/baremetal/lib/{name}" for name in ("main.c", "x86_64/start.S")} <= set(entries)
    assert not any("gone" in file or file.endswith("vmlinux.o") for file in entries)


def test_a_program_is_there_if_the_output_has_its_library_with_what_pkg_config_says(built: Output, tmp_path: Path
                                                                                    ) -> None:
    with (built.path / ".config").open("a") as config:
        config.write("BR2_PACKAGE_LIBDRM=y\n")
    fakes.script(built.host / "bin/pkg-config", """[ "$*" = '--cflags libdrm' ] && echo -I/drm -DOF_DRM""")
    assert run(built, tmp_path) == 0
    whole = json.loads((tmp_path / "compile_commands.json").read_text())
    entries = {entry["file"]: entry["command"] for entry in whole}
    libraries = f"{paths.TOP}/userland/libs"
    assert " -I/drm -DOF_DRM " in entries[f"{libraries}/libdrm_modeset.c"]
    assert f"{libraries}/openblas_hello.c" not in entries


def test_launch_keeps_what_the_user_has(built: Output, tmp_path: Path) -> None:
    file = tmp_path / ".vscode/launch.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"version": "0.2.0", "inputs": [1], "configurations": [{"name": "mine"}]}))
    for _ in range(2):
        assert run(built, tmp_path) == 0
    whole = json.loads(file.read_text())
    assert whole["inputs"] == [1] and [one["name"] for one in whole["configurations"]] == ["mine", ide.launched(built)]
    own = whole["configurations"][1]
    assert own["miDebuggerPath"] == str(built.host / "bin/x86_64-linux-gdb")
    script = (built.path / "ide.gdb").read_text()
    assert own["customLaunchSetupCommands"] == [{"text": f"source {built.path}/ide.gdb"}]
    assert f'session.connect("{built.path}/run/0/gdb.sock")' in script and "\ncontinue" not in script


@pytest.mark.parametrize("arch", machine.arches())
def test_programs_without_linux_are_compiled_as_the_output_s_package_compiles_them(tmp_path: Path, arch: str) -> None:
    mach = machine.read(arch)
    for which, prefix in mach.baremetal.compilers:
        symbol = f"BR2_PACKAGE_LKMC_BAREMETAL_{which.upper().replace('-', '_')}=y\n"
        output = fakes.output_folder(tmp_path / which, arch, config=symbol)
        own = "" if which == "host" else str(fakes.script(output.host / f"bin/{prefix}gcc", "exit 0").parent) + "/"
        assert baremetal.compiled_by(output, mach) == (f"TOOLCHAIN={which}", f"BIN={own}")
        entries = {entry["file"]: entry["command"] for entry in ide.commands(output, mach, ("a-gcc", "a-g++"))}
        assert entries[f"{paths.TOP}/baremetal/hello.c"].startswith(f"{own}{prefix}gcc ")


@pytest.mark.parametrize("text", [b'{"configurations": [], // mine\n}', b"[]", b'{"configurations": [1]}', b"{}",
                                  b"\xff\xfe"])
def test_a_file_that_we_cannot_read_stays_as_it_is(
        built: Output, tmp_path: Path, text: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / ".vscode/launch.json"
    file.parent.mkdir()
    file.write_bytes(text)
    assert run(built, tmp_path) == 125
    assert "launch.json" in capsys.readouterr().err and file.read_bytes() == text
    assert not (tmp_path / "compile_commands.json").exists()


def test_an_output_without_compiled_modules_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = fakes.output_folder(tmp_path / "o", images=["vmlinux"])
    for name in ("gcc", "g++", "gdb"):
        fakes.script(output.host / "bin" / f"x86_64-linux-{name}", "exit 0")
    assert run(output, tmp_path) == 125
    assert "no module was compiled here; make it with: scripts/build" in capsys.readouterr().err
