# SPDX-License-Identifier: GPL-2.0-or-later
"""A PC that boots Linux. Runs inside gem5: scripts/lkmc/gem5.py writes its command line.

An initial RAM disk is told to Linux as by any boot loader: Documentation/arch/x86/boot.rst of its source. gem5 has no
parameter for it, but puts files at addresses, among them our part of the header that it writes itself.
"""
import struct
from pathlib import Path

import guest
import m5
import pc
import processor_options
import processors_x86
from m5.objects import X86FsLinux
from m5.util.convert import toMemorySize

HEADER = 0x90200 + 0x210        # type_of_loader in the zero page, whose address is that of gem5's fs_workload.cc
LOADER = 0xFF                   # one without a number
PAGE = 4096


def header(address: int, size: int) -> bytes:
    """type_of_loader to ramdisk_size of Linux's boot header: where the RAM disk is, in bytes."""
    return struct.pack("<BBHIII", LOADER, 0, 0, 0, address, size)


def initrd(path: Path, memory: int, folder: Path) -> dict[str, list[object]]:
    """The files that gem5 loads for an initial RAM disk at the end of so many bytes of memory; one is made here."""
    size = path.stat().st_size
    address = (memory - size) // PAGE * PAGE
    said = folder / "initrd.header"
    said.write_bytes(header(address, size))
    return {"extras": [str(path), str(said)], "extras_addrs": [address, HEADER]}


def main() -> None:
    parser = guest.options(__doc__)
    processor_options.add(parser, processors_x86.KINDS)
    args = parser.parse_args()
    more = initrd(Path(args.initrd), toMemorySize(args.memory), Path(m5.options.outdir)) if args.initrd else {}
    try:
        system = pc.computer(args, X86FsLinux(**guest.linux(args), **more))
    except ValueError as error:
        parser.error(str(error))
    guest.boot(args, system)


if __name__ == "__m5_main__":
    main()
