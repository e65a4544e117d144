# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's command line, made from a request, a machine, an output folder and a run folder. No I/O but looking."""
from __future__ import annotations

import shutil
from pathlib import Path

from lkmc import guest, kvm, paths, replay, screen, trace_events
from lkmc.errors import MissingOutput, UserError
from lkmc.machine import Machine
from lkmc.output import Disk, Output
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
from lkmc.state import State

# Names in QEMU's graph of block devices: the second disk has one of them, the next one for this guest has the other.
DISK2 = ("disk2-a", "disk2-b")
# Room for snapshots, also where the root file system is in memory.
SNAPSHOTS = ("-drive", "if=none,id=snapshots,driver=null-co,size=1M,snapshot=on")
NO_SNAPSHOTS = ("persist", "disk2")     # options that give the guest a disk of which QEMU keeps none
# Kernel options: of the two debuggers inside Linux, and of the one that is talked to.
KGDB, KDB = "CONFIG_KGDB_SERIAL_CONSOLE", "CONFIG_KGDB_KDB"


def program(request: RunRequest, machine: Machine, output: Output) -> str:
    """The QEMU to start: the output's own where it has one, else the host's. Raises MissingOutput."""
    built = output.program(machine.qemu.program)
    if built and request.qemu_which != "host":
        return str(built)
    if request.qemu_which == "buildroot":
        raise MissingOutput(f"{output.host}/bin/{machine.qemu.program}: not built; build it with {output.build} "
                            f"--set BR2_PACKAGE_HOST_QEMU=y, or leave out --qemu-which")
    found = shutil.which(machine.qemu.program)
    if found is None:
        raise MissingOutput(f"no {machine.qemu.program} on this host: install the distro's package "
                            f"{machine.qemu.package}, or build one with scripts/build --arch {output.arch}")
    return found


def command(request: RunRequest, machine: Machine, output: Output, run: RunFolder,
            state: State | None = None) -> tuple[str, ...]:
    """QEMU's argv for this run. state: of a request that is `instant`."""
    disk = None if request.initrd else output.disk
    emulator = program(request, machine, output)
    return (
        emulator,
        "-machine", machine.qemu.machine,
        *(_state(memory(request, machine), state) if state else ()),
        *processor(request, machine, output),
        *replay.clock(request, value(run.recording / replay.EVENTS)),
        *replay.properties(request, machine),
        "-m", memory(request, machine), "-smp", str(request.cpus),
        "-nodefaults", "-no-reboot",
        *screen.arguments(request, machine, output, emulator, value(run.socket(screen.SOCKET))),
        "-kernel", _image(output.kernel(machine), state.kernel if state else None),
        *_root(request, output, disk, state),
        "-append", guest.command_line(request, machine, output, disk),
        *_console(request, run),
        *_channels(request, run, state),
        *_debugger(request, machine, output, run),
        *(_listener(run) if request.listens else ()),
        *(SNAPSHOTS if request.snapshots else ()),
        *(_disk2(run) if request.disk2 else ()),
        *(() if request.rr else _shares(output)),
        "-netdev", "user,id=net", *replay.network(request, "virtio-net-pci,netdev=net,romfile="),
        "-device", "virtio-rng-pci",
        *(word for device in _devices(machine, Path(emulator)) for word in ("-device", device)),
        *trace_events.words(request.trace, emulator, run),
        *request.extra,
    )


def _devices(machine: Machine, emulator: Path) -> tuple[str, ...]:
    """The machine's devices; of our own those that this QEMU has, as external.mk noted beside it when it was built."""
    note = emulator.parent.parent / "share/lkmc/qemu-devices"
    known = note.read_text().split() if note.exists() else []
    own = (device for device in machine.qemu.own_devices if device.partition(",")[0] in known)
    return (*machine.qemu.devices, *own)


def memory(request: RunRequest, machine: Machine) -> str:
    return request.memory or machine.qemu.memory


def processor(request: RunRequest, machine: Machine, output: Output) -> tuple[str, ...]:
    """What simulates the processors, and which ones. Raises UserError for a KVM that cannot be used."""
    if request.kvm:
        why = kvm.missing(output.arch)
        if why:
            raise UserError(f"KVM cannot be used: {why}; leave out --kvm")
        return ("-accel", "kvm", "-cpu", "host")
    return (*_one_thread(request), *(("-cpu", machine.qemu.cpu) if machine.qemu.cpu else ()))


def _one_thread(request: RunRequest) -> tuple[str, ...]:
    """No thread for the processor alone, where there is one processor, which costs nothing.

    Beside such threads the guest's timers go on, and QEMU before 10.2 ends a single step that one of them interrupts
    before it began: GDB, leaving a breakpoint, is at the same instruction then, and stops there once more. Several
    processors in one thread wait for each other, on arm for minutes as Linux boots.
    """
    if request.cpus > 1 or any("accel" in word for word in request.extra):
        return ()
    return ("-accel", "tcg,thread=single")


def _state(size: str, state: State) -> tuple[str, ...]:
    """The guest's memory is a file, shared while the state is made, and then mapped by each run for itself alone.

    Commands from a file tell QEMU to read the rest of the state: no option can say that the memory is there already.
    """
    share = "off" if state.ready else "on"
    restore = ("-chardev", f"pipe,id=restore,path={value(state.restore.with_suffix(''))}",
               "-mon", "chardev=restore,mode=control", "-incoming", "defer") if state.ready else ("-S",)
    return ("-machine", "memory-backend=memory", "-object",
            f"memory-backend-file,id=memory,size={size},share={share},mem-path={value(state.memory)}",
            *restore)


def _image(whole: Path, head: Path | None) -> str:
    """What QEMU reads: a head that a state has kept of the image will do."""
    return str(head if head and head.exists() else whole)


def _root(request: RunRequest, output: Output, disk: Disk | None, state: State | None) -> tuple[str, ...]:
    if request.persist and not (disk and disk.writable):
        raise UserError(f"--persist needs a disk, but the root file system is {disk.image if disk else 'in memory'}; "
                        f"leave out --persist, or build rootfs.ext4 with scripts/build")
    if disk is None:
        in_kernel = output.root_in_kernel and not request.initrd
        return () if in_kernel else ("-initrd", _image(output.image("rootfs.cpio"), state.initrd if state else None))
    image, kind = (state.disk, "qcow2") if state else (output.image(disk.image), "raw")
    snapshot = "off" if request.persist or (state and not state.ready) else "on"
    return (*replay.drive(request, "root", f"format={kind},snapshot={snapshot},file={value(image)}"),
            "-device", "virtio-blk-pci,drive=root")


def _console(request: RunRequest, run: RunFolder) -> tuple[str, ...]:
    """The serial console, logged, with the monitor behind Ctrl-A C; the runner's events; the monitor for others."""
    where = "stdio,signal=off"
    if request.background:
        where = f"socket,server=on,wait=off,path={value(run.socket('console'))}"
    return ("-chardev", f"{where},id=console,mux=on,logfile={value(run.console_log)}",
            "-serial", "chardev:console", "-mon", "chardev=console",
            "-qmp", f"unix:{value(run.socket('events'))},server=on,wait=off",
            "-qmp", f"unix:{value(run.socket('qmp'))},server=on,wait=off",
            "-monitor", f"unix:{value(run.socket('monitor'))},server=on,wait=off")


def _channels(request: RunRequest, run: RunFolder, state: State | None) -> tuple[str, ...]:
    """The disk with the payload and the port for its status; rootfs_overlay/lkmc/guest.sh is at their other end."""
    payload = (*replay.drive(request, "payload", f"format=raw,readonly=on,file={value(run.payload)}"),
               "-device", "virtio-blk-pci,drive=payload,serial=lkmc.payload") if request.payload and not state else ()
    if request.rr:
        return (*payload, *replay.status(request, value(run.status)))
    how = f"pipe,path={value(run.orders.with_suffix(''))}" if state and state.ready else "file,path=/dev/null"
    orders = ("-chardev", f"{how},id=orders",
              "-device", "virtserialport,id=orders,chardev=orders,name=lkmc.orders") if state else ()
    return (*payload, "-device", "virtio-serial-pci",
            "-chardev", f"file,id=status,path={value(run.status)}",
            "-device", "virtserialport,chardev=status,name=lkmc.status", *orders)


def _listener(run: RunFolder) -> tuple[str, ...]:
    """/lkmc/shares is at the port's other end."""
    return ("-chardev", f"pipe,id=shares,path={value(run.shares[0].with_suffix(''))}",
            "-device", "virtserialport,chardev=shares,name=lkmc.shares")


def _disk2(run: RunFolder) -> tuple[str, ...]:
    """The second disk, a copy of the run's own that the guest may write to."""
    return ("-blockdev", f"raw,node-name={DISK2[0]},file.driver=file,"
                         f"file.filename={value(run.disk2(DISK2[0]))}",
            "-device", f"virtio-blk-pci,id=disk2,drive={DISK2[0]},serial=lkmc.disk2")


def _debugger(request: RunRequest, machine: Machine, output: Output, run: RunFolder) -> tuple[str, ...]:
    """The stubs that GDB attaches to: the emulator's own, and on demand the kernel's at a second serial port."""
    stub = ("-chardev", _socket("gdb", run), "-gdb", "chardev:gdb", *(["-S"] if request.wait_gdb else []))
    for flag, asked, own in (("--kgdb", request.kgdb, machine.qemu.kgdb_needs), ("--kdb", request.kdb, KDB)):
        for option in (KGDB, own):
            if asked and not output.kernel_has(option):
                raise UserError(f"this kernel has no {option}, which {flag} needs; leave out {flag}, or build one with "
                                f"scripts/build --arch {output.arch}")
    if not request.kgdb:
        return stub
    return (*stub, "-chardev", _socket("kgdb", run), "-device", f"{machine.qemu.kgdb_device},chardev=kgdb")


def _socket(name: str, run: RunFolder) -> str:
    return f"socket,id={name},server=on,wait=off,path={value(run.socket(name))}"


def _shares(output: Output) -> tuple[str, ...]:
    """Folders of the host that the guest finds in /mnt/9p/TAG; only the first can be written."""
    shares = (("data", output.path / "9p", ""), ("rootfs_overlay", paths.TOP / "rootfs_overlay", ",readonly=on"),
              ("out_rootfs_overlay", output.overlay, ",readonly=on"))
    return tuple(word for tag, path, how in shares for word in (
        "-fsdev", f"local,id={tag},security_model=none{how},path={value(path)}",
        "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"))


def value(path: Path) -> str:
    """A path inside an option of QEMU's, where a comma ends a value unless it is doubled."""
    return str(path).replace(",", ",,")
