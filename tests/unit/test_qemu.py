# SPDX-License-Identifier: GPL-2.0-or-later
"""qemu: the command line that starts a guest."""
from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import fakes
import pytest

from lkmc import kvm, machine, paths, qemu
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import arches
from lkmc.output import Output
from lkmc.request import Payload, RunRequest, When
from lkmc.run_folder import RunFolder

PAYLOAD = Payload(When.AFTER, b"true\n")


def command(output: Output, request: RunRequest = RunRequest()) -> tuple[str, ...]:  # noqa: B008  it is frozen
    return qemu.command(request, machine.read(output.arch), output, RunFolder.of(output.path, "0"))


def values(argv: tuple[str, ...], option: str) -> list[str]:
    """What follows each occurrence of an option."""
    return [value for word, value in pairwise(argv) if word == option]


def one(argv: tuple[str, ...], option: str, *, has: str = "") -> str:
    [value] = [value for value in values(argv, option) if has in value]
    return value


@pytest.mark.parametrize("arch", arches())
def test_each_machine_is_started_as_its_board_says(tmp_path: Path, arch: str) -> None:
    output, mach = fakes.output_folder(tmp_path, arch), machine.read(arch)
    argv = command(output)
    assert argv[0] == str(tmp_path / "host/bin" / mach.qemu.program)
    assert one(argv, "-machine") == mach.qemu.machine
    assert values(argv, "-cpu") == ([mach.qemu.cpu] if mach.qemu.cpu else [])
    assert one(argv, "-kernel") == str(output.images / mach.kernels[0].image)
    assert set(mach.qemu.devices) <= set(values(argv, "-device"))
    assert f"console={mach.console}" in one(argv, "-append").split()


@pytest.mark.parametrize("arch", arches())
def test_devices_of_our_own_are_there_when_the_emulator_has_them(tmp_path: Path, arch: str) -> None:
    output, own = fakes.output_folder(tmp_path, arch), machine.read(arch).qemu.own_devices
    assert "lkmc_pci_min" in own
    assert not set(own) & set(values(command(output), "-device")), "a QEMU without our patches"
    note = output.host / "share/lkmc/qemu-devices"
    note.parent.mkdir(parents=True)
    note.write_text("lkmc_pci_min\nlkmc_other\n")
    assert set(own) & set(values(command(output), "-device")) == {"lkmc_pci_min"}
    note.write_text("\n".join(own))
    assert set(own) <= set(values(command(output), "-device"))


def test_the_devices_are_those_of_the_emulator_that_is_started(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = fakes.output_folder(tmp_path / "out")
    note = output.host / "share/lkmc/qemu-devices"
    note.parent.mkdir(parents=True)
    note.write_text("lkmc_pci_min\n")
    fakes.script(tmp_path / "distro/bin/qemu-system-x86_64", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "distro/bin"))
    assert "lkmc_pci_min" in values(command(output), "-device")
    assert "lkmc_pci_min" not in values(command(output, RunRequest(qemu_which="host")), "-device")


@pytest.mark.parametrize("arch", arches())
@pytest.mark.parametrize("background", [False, True])
def test_nothing_listens_on_tcp(tmp_path: Path, arch: str, background: bool) -> None:
    argv = command(fakes.output_folder(tmp_path, arch), RunRequest(background=background, payload=PAYLOAD))
    for word in argv:
        assert not re.search(r"tcp:|telnet|hostfwd|port=|host=|-vnc|-gdb tcp|spice|websocket", word), word
    assert all("socket," not in value or "path=" in value for value in values(argv, "-chardev"))
    assert all(value.startswith("unix:") for value in values(argv, "-qmp") + values(argv, "-monitor"))


@pytest.mark.parametrize("arch", arches())
@pytest.mark.parametrize("request_", [RunRequest(payload=PAYLOAD), RunRequest(initrd=True, background=True)],
                         ids=["disk", "memory"])
def test_a_comma_in_a_path_ends_no_value(tmp_path: Path, arch: str, request_: RunRequest) -> None:
    output = fakes.output_folder(tmp_path / "a,b", arch)
    argv = command(output, request_)
    for option in ("-drive", "-chardev", "-fsdev", "-qmp", "-monitor"):
        for value in values(argv, option):
            assert "a,b" not in value.replace(",,", ""), value
            whole = [part.replace("\0", ",") for part in value.replace(",,", "\0").split(",")]
            assert sum(str(output.path) in part for part in whole) == value.count("a,,b"), value
    assert one(argv, "-kernel").startswith(str(output.path)), "-kernel takes a plain path"


def test_the_disk_is_not_written_unless_that_is_asked_for(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path)
    assert "snapshot=on" in one(command(output), "-drive")
    assert "snapshot=off" in one(command(output, RunRequest(persist=True)), "-drive")
    assert "root=/dev/vda" in one(command(output), "-append")


def test_the_second_disk_comes_after_the_root_and_may_be_written(tmp_path: Path) -> None:
    argv = command(fakes.output_folder(tmp_path / "a,b"), RunRequest(disk2=Path("/folder")))
    assert one(argv, "-blockdev") == ("raw,node-name=disk2-a,file.driver=file,"
                                      f"file.filename={tmp_path}/a,,b/run/0/disk2-a.ext4")
    disks = [value for value in values(argv, "-device") if value.startswith("virtio-blk-pci")]
    assert disks == ["virtio-blk-pci,drive=root", "virtio-blk-pci,id=disk2,drive=disk2-a,serial=lkmc.disk2"]
    assert "name=lkmc.shares" in one(argv, "-device", has="chardev=shares") and "lkmc_listen=1" in one(argv, "-append")


def test_the_root_in_memory_has_no_disk(tmp_path: Path) -> None:
    argv = command(fakes.output_folder(tmp_path), RunRequest(initrd=True))
    assert one(argv, "-initrd").endswith("images/rootfs.cpio") and not values(argv, "-drive")
    assert "root=" not in one(argv, "-append")


def test_an_output_without_a_disk_is_booted_in_memory(tmp_path: Path) -> None:
    assert values(command(fakes.output_folder(tmp_path, images=["vmlinux", "rootfs.cpio"])), "-initrd")


def test_an_image_left_from_an_older_configuration_is_not_booted(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path, images=["vmlinux", "rootfs.cpio"])
    (output.images / "rootfs.ext4").write_bytes(fakes.EXT4)
    assert values(command(output), "-initrd") and not values(command(output), "-drive")


def test_a_squashfs_is_mounted_read_only(tmp_path: Path) -> None:
    argv = command(fakes.output_folder(tmp_path, images=["vmlinux", "rootfs.squashfs"]))
    assert "images/rootfs.squashfs" in one(argv, "-drive")
    assert "root=/dev/vda ro" in one(argv, "-append")


def test_a_root_in_the_kernel_needs_neither_disk_nor_initrd(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path, config="BR2_TARGET_ROOTFS_INITRAMFS=y\n")
    argv = command(output)
    assert not values(argv, "-initrd") and not values(argv, "-drive") and "root=" not in one(argv, "-append")
    assert values(command(output, RunRequest(initrd=True)), "-initrd")


@pytest.mark.parametrize("images, initrd", [
    (None, True), (["vmlinux", "rootfs.cpio"], False), (["vmlinux", "rootfs.squashfs"], False)])
def test_persist_is_refused_when_there_is_no_disk(tmp_path: Path, images: list[str] | None, initrd: bool) -> None:
    output = fakes.output_folder(tmp_path, images=images)
    with pytest.raises(UserError, match="--persist needs a disk"):
        command(output, RunRequest(persist=True, initrd=initrd))


def test_a_missing_root_file_system_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingOutput, match=r"rootfs\.cpio: no such file"):
        command(fakes.output_folder(tmp_path, images=["vmlinux"]))


def test_what_the_user_adds_comes_last(tmp_path: Path) -> None:
    extra = ("-device", "pci-testdev", "-S")
    assert command(fakes.output_folder(tmp_path), RunRequest(extra=extra))[-3:] == extra


def test_the_payload_is_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path)
    drive = one(command(output, RunRequest(payload=PAYLOAD)), "-drive", has="id=payload")
    assert "readonly=on" in drive and f"file={output.path}/run/0/payload" in drive
    assert not any("id=payload" in word for word in command(output))


def test_the_status_has_a_port_of_its_own(tmp_path: Path) -> None:
    argv = command(fakes.output_folder(tmp_path))
    assert one(argv, "-chardev", has="id=status") == f"file,id=status,path={tmp_path}/run/0/status"
    assert "virtserialport,chardev=status,name=lkmc.status" in values(argv, "-device")


def test_the_runners_qmp_is_not_the_one_for_others(tmp_path: Path) -> None:
    assert [value.split(",")[0] for value in values(command(fakes.output_folder(tmp_path)), "-qmp")] == [
        f"unix:{tmp_path}/run/0/events.sock", f"unix:{tmp_path}/run/0/qmp.sock"]


def test_the_console_is_this_terminal_and_logged(tmp_path: Path) -> None:
    console = one(command(fakes.output_folder(tmp_path)), "-chardev", has="id=console")
    assert console.startswith("stdio,") and f"logfile={tmp_path}/run/0/console.log" in console


def test_the_console_of_a_background_run_is_a_socket(tmp_path: Path) -> None:
    console = one(command(fakes.output_folder(tmp_path), RunRequest(background=True)), "-chardev", has="id=console")
    assert console.startswith("socket,") and "stdio" not in console
    assert f"path={tmp_path}/run/0/console.sock" in console and "logfile=" in console


def test_only_the_data_folder_can_be_written_by_the_guest(tmp_path: Path) -> None:
    shares = values(command(fakes.output_folder(tmp_path)), "-fsdev")
    assert [share.split("path=")[1] for share in shares] == [
        f"{tmp_path}/9p", str(paths.TOP / "rootfs_overlay"), f"{tmp_path}/images/lkmc"]
    assert ["readonly=on" in share for share in shares] == [False, True, True]


def test_memory_and_cores_are_the_requests(tmp_path: Path) -> None:
    argv = command(fakes.output_folder(tmp_path), RunRequest(memory="2G", cpus=4))
    assert one(argv, "-m") == "2G" and one(argv, "-smp") == "4"


def test_a_command_is_the_same_each_time(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path)
    request = RunRequest(payload=PAYLOAD, background=True)
    assert command(output, request) == command(output, replace(request))


@pytest.mark.parametrize("cpus", [1, 2])
def test_one_processor_has_no_thread_for_itself(tmp_path: Path, cpus: int) -> None:
    argv = command(fakes.output_folder(tmp_path), RunRequest(cpus=cpus))
    assert values(argv, "-accel") == (["tcg,thread=single"] if cpus == 1 else [])


@pytest.mark.parametrize("extra", [("-accel", "tcg,thread=multi"), ("-machine", "accel=tcg")])
def test_an_accelerator_of_the_user_s_is_the_only_one(tmp_path: Path, extra: tuple[str, ...]) -> None:
    argv = command(fakes.output_folder(tmp_path), RunRequest(extra=extra))
    assert values(argv, "-accel") + values(argv, "-machine")[1:] == [extra[1]]


def test_a_run_with_kvm_uses_the_hosts_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = fakes.output_folder(tmp_path, "arm")
    monkeypatch.setattr(kvm, "missing", lambda arch: "")
    argv = command(output, RunRequest(kvm=True))
    assert one(argv, "-accel") == "kvm" and one(argv, "-cpu") == "host"
    monkeypatch.setattr(kvm, "missing", lambda arch: "of the weather")
    with pytest.raises(UserError, match="KVM cannot be used: of the weather; leave out --kvm"):
        command(output, RunRequest(kvm=True))


def test_the_hosts_qemu_is_used_where_the_output_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = fakes.output_folder(tmp_path / "out", "arm")
    fakes.on_path(monkeypatch, tmp_path / "bin", qemu_system_arm="exit 0", alone=True)
    assert command(output)[0].startswith(str(tmp_path / "out"))
    assert command(output, RunRequest(qemu_which="host"))[0] == f"{tmp_path}/bin/qemu-system-arm"
    (output.host / "bin/qemu-system-arm").unlink()
    assert command(output)[0] == f"{tmp_path}/bin/qemu-system-arm"
    with pytest.raises(MissingOutput, match="scripts/build --arch arm --output .* --set BR2_PACKAGE_HOST_QEMU=y"):
        command(output, RunRequest(qemu_which="buildroot"))


def test_a_host_without_qemu_is_told_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = fakes.output_folder(tmp_path / "out", "aarch64")
    fakes.on_path(monkeypatch, tmp_path / "bin", alone=True)
    with pytest.raises(MissingOutput, match="package qemu-system-arm, or build one with scripts/build --arch aarch64"):
        command(output, RunRequest(qemu_which="host"))


@pytest.mark.parametrize("arch", arches())
def test_gdb_finds_a_stub_in_every_run_and_only_waits_on_demand(tmp_path: Path, arch: str) -> None:
    output = fakes.output_folder(tmp_path, arch)
    argv = command(output)
    assert one(argv, "-gdb") == "chardev:gdb"
    assert one(argv, "-chardev", has="id=gdb,").endswith("/run/0/gdb.sock")
    assert "-S" not in argv
    assert "-S" in command(output, RunRequest(wait_gdb=True))


@pytest.mark.parametrize("arch", arches())
def test_kgdb_has_a_serial_port_of_its_own(tmp_path: Path, arch: str) -> None:
    mach = machine.read(arch)
    config = f"CONFIG_PVH=y\nCONFIG_KGDB_SERIAL_CONSOLE=y\n{mach.qemu.kgdb_needs}=y\n"
    argv = command(fakes.output_folder(tmp_path, arch, config), RunRequest(kgdb=True))
    assert one(argv, "-device", has="chardev=kgdb") == f"{mach.qemu.kgdb_device},chardev=kgdb"
    assert one(argv, "-chardev", has="id=kgdb,").endswith("/run/0/kgdb.sock")
    words = one(argv, "-append").split()
    assert words.index("kgdbwait") < words.index(f"kgdboc={mach.qemu.kgdb_port},115200")
    assert f"console={mach.console}" in words


KDB = "CONFIG_PVH=y\nCONFIG_KGDB_SERIAL_CONSOLE=y\nCONFIG_KGDB_KDB=y\n"


@pytest.mark.parametrize("arch", arches())
def test_kdb_is_on_the_console(tmp_path: Path, arch: str) -> None:
    argv = command(fakes.output_folder(tmp_path, arch, KDB), RunRequest(kdb=True))
    assert {"kgdbwait", f"kgdboc={machine.read(arch).console}"} <= set(one(argv, "-append").split())
    assert "chardev=kgdb" not in " ".join(argv)


@pytest.mark.parametrize("arch", arches())
def test_kdb_reads_the_keyboard_of_a_screen_where_it_can(tmp_path: Path, arch: str) -> None:
    config = KDB + "CONFIG_KDB_KEYBOARD=y\nCONFIG_KEYBOARD_ATKBD=y\n"
    request, console = RunRequest(kdb=True, graphic=True, vnc=True), machine.read(arch).console
    for number, (options, able) in enumerate(((config, arch == "x86_64"), (KDB, False))):
        argv = command(fakes.output_folder(tmp_path / str(number), arch, options), request)
        assert (f"kgdboc=kbd,{console}" in one(argv, "-append").split()) is able
        assert (f"kgdboc={console}" in one(argv, "-append").split()) is not able
        assert ("virtio-keyboard-pci" in argv) is not able, "QEMU gives the keys to one keyboard only"


def test_kgdb_says_what_the_kernel_lacks(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path, "arm", "CONFIG_KGDB_SERIAL_CONSOLE=y\n")
    with pytest.raises(UserError, match="CONFIG_SERIAL_8250_PCI.*scripts/build --arch arm"):
        command(output, RunRequest(kgdb=True))
    with pytest.raises(UserError, match="no CONFIG_KGDB_KDB, which --kdb needs"):
        command(output, RunRequest(kdb=True))
    with pytest.raises(UserError, match="only one of --kgdb and --kdb"):
        command(output, RunRequest(kgdb=True, kdb=True))
