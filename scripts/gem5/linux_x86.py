# SPDX-License-Identifier: GPL-2.0-or-later
"""A PC that boots Linux. Runs inside gem5: scripts/lkmc/gem5.py writes its command line.

An initial RAM disk is told to Linux as by any boot loader: Documentation/arch/x86/boot.rst of its source. gem5 has no
parameter for it, but puts files at addresses, among them our part of the header that it writes itself.
"""
import os
import struct
from pathlib import Path

import guest
import m5
import pc
import processor_options
import processors_x86
from m5.objects import X86FsLinux

HEADER = 0x90200 + 0x210        # type_of_loader in the zero page, whose address is that of gem5's fs_workload.cc
LOADER = 0xFF                   # one without a number
PAGE = 4096
COMMAND_LINE = 512              # bytes that gem5 has for it, with the zero at its end


def header(address: int, size: int) -> bytes:
    """type_of_loader to ramdisk_size of Linux's boot header: where the RAM disk is, in bytes."""
    return struct.pack("<BBHIII", LOADER, 0, 0, 0, address, size)


def initrd(path: Path, memory: int, folder: Path) -> dict[str, list[object]]:
    """The files that gem5 loads for an initial RAM disk at the end of so many bytes of memory; one is made here.

    Raises ValueError where it does not fit.
    """
    size = path.stat().st_size
    address = (memory - size) // PAGE * PAGE
    if address <= HEADER:
        raise ValueError(f"{path}: {size} bytes, too large for {memory} of memory; give more with --memory")
    said = folder / "initrd.header"
    said.write_bytes(header(address, size))
    return {"extras": [str(path), str(said)], "extras_addrs": [address, HEADER]}


def main() -> None:
    parser = guest.options(__doc__)
    processor_options.add(parser, processors_x86.KINDS)
    args = parser.parse_args()
    try:
        if len(os.fsencode(args.command_line)) >= COMMAND_LINE:
            raise ValueError(f"--command-line: a PC of gem5's has room for {COMMAND_LINE - 1} bytes")
        more = initrd(Path(args.initrd), pc.memory(args).size(), Path(m5.options.outdir)) if args.initrd else {}
        system = pc.computer(args, X86FsLinux(**guest.linux(args), **more))
    except ValueError as error:
        parser.error(str(error))
    guest.boot(args, system)


if __name__ == "__m5_main__":
    main()
