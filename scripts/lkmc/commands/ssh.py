# SPDX-License-Identifier: GPL-2.0-or-later
"""Run a command in a guest over ssh, or a shell; start the guest first where none of this --run-id is alive.

    scripts/ssh --arch aarch64
    scripts/ssh --arch aarch64 'insmod /hello.ko; dmesg | tail -n 1'
    scripts/qemu-monitor --run-id ssh quit      # the guest goes on until then

A key of the output lets you in, which the guest gets in its payload; its server takes no passwords. The exit status is
the command's, or ssh's 255. The guest needs a server: configs/fragments/openssh.config.
"""
from __future__ import annotations

import argparse
import shlex
import socket
import subprocess
import time
from pathlib import Path

from lkmc import apt, network, output, paths, qmp
from lkmc.errors import EmulatorFailed, MissingOutput, UserError
from lkmc.output import Output
from lkmc.run_folder import RunFolder

OPTIONS = ("arch", "output", "variant", "run-id", "instant", "timeout")
PORT = 22
LIMIT = 120.0       # seconds until the server answers, unless --timeout says otherwise
GREETING = 2.0      # seconds for a server's greeting, once it is there
# By the symbol of its package: how to start the server so that it takes no passwords.
SERVERS = {
    "BR2_PACKAGE_OPENSSH": "ssh-keygen -A && /usr/sbin/sshd -o PasswordAuthentication=no -o PermitEmptyPasswords=no "
                           "-o KbdInteractiveAuthentication=no -o PermitRootLogin=prohibit-password",
    "BR2_PACKAGE_DROPBEAR": "rm -f /etc/dropbear; mkdir -p /etc/dropbear; /usr/sbin/dropbear -R -s",
}
PAYLOAD = """\
# From scripts/ssh.
mkdir -p -m 700 /root/.ssh
echo {key} >/root/.ssh/authorized_keys
killall -q sshd dropbear        # one that the start scripts began
ifup -a >/dev/null 2>&1
{{ {server}; }} >/dev/null && exec sleep 2147483647
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run_id="ssh")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND", help="what the guest's shell runs")


def main(args: argparse.Namespace) -> int:
    built = output.find(args.output, args.arch, "arch" in args.typed)
    apt.require({"ssh": "openssh-client"}, args.yes)
    key = _key(built)
    run = RunFolder.of(built.path, args.run_id)
    try:
        port = _forward(run)
    except UserError:
        _start(args, built, run, key)
        port = _forward(run)
    _await(port, run, args.timeout or LIMIT)
    command = ["ssh", "-F", "none", "-i", str(key), "-p", str(port), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
               "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
               f"root@{network.HOST}", *args.command]
    return subprocess.run(command).returncode


def server(built: Output) -> str:
    """The command that starts the guest's ssh server. Raises MissingOutput."""
    for symbol, command in SERVERS.items():
        if built.symbol(symbol) == "y":
            return command
    raise MissingOutput(f"{built.path}: its guest has no ssh server; {built.build} "
                        f"--config configs/fragments/openssh.config makes one")


def _key(built: Output) -> Path:
    """The private key that opens this output's guests; its public half is beside it."""
    key = built.path / "ssh/key"
    if not key.exists():
        key.parent.mkdir(mode=0o700, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lkmc", "-f", str(key)], check=True)
    return key


def _forward(run: RunFolder) -> int:
    with qmp.of_run(run) as monitor:
        return network.forward(monitor, PORT)


def _start(args: argparse.Namespace, built: Output, run: RunFolder, key: Path) -> None:
    """Start a guest that lets the key in, in the background."""
    payload = PAYLOAD.format(key=shlex.quote(key.with_suffix(".pub").read_text().strip()), server=server(built))
    command = [str(paths.TOP / "scripts/run"), "--quiet", "--background", "--output", str(built.path),
               "--run-id", run.path.name, *(["--instant"] if args.instant else []), "--eval-after-file", "-"]
    if subprocess.run(command, input=payload.encode()).returncode:
        raise EmulatorFailed(f"no guest was started; see {run.emulator_log}")


def _await(port: int, run: RunFolder, limit: float) -> None:
    """Wait until the server greets: a forwarded port takes connections before that, and drops or forgets them."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            with socket.create_connection((network.HOST, port), GREETING) as connection:
                if connection.recv(4) == b"SSH-":
                    return
        except ConnectionRefusedError:
            break
        except OSError:
            pass
        time.sleep(0.05)
    raise EmulatorFailed(f"no ssh server answers: was the guest started by scripts/ssh? its console: "
                         f"{run.console_log}; another --run-id starts another")
