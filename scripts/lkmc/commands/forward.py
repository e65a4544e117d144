# SPDX-License-Identifier: GPL-2.0-or-later
"""Make a TCP port of a running guest reachable from the host, on 127.0.0.1 only; print the host's address and port.

    scripts/forward 8000        # 127.0.0.1 41735

The guest needs its network: ifup -a. Asked again, it prints the same. The way is gone with the run.
"""
from __future__ import annotations

import argparse

from lkmc import network, output, qmp
from lkmc.errors import UserError
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("port", type=int, metavar="PORT", help="the guest's port")


def main(args: argparse.Namespace) -> int:
    if not 0 < args.port < 65536:
        raise UserError(f"not a port: {args.port}; give a number from 1 to 65535")
    built = output.find(args.output, args.arch, "arch" in args.typed)
    with qmp.of_run(RunFolder.of(built.path, args.run_id)) as monitor:
        print(network.HOST, network.forward(monitor, args.port))
    return 0
