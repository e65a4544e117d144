# SPDX-License-Identifier: GPL-2.0-or-later
"""network, scripts/forward and scripts/ssh without a guest: which port, which server, which error."""
from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import fakes
import pytest
from test_qmp import Sticks

from lkmc import network, paths, qmp
from lkmc.commands import ssh
from lkmc.errors import MissingOutput

TABLE = """Hub -1 (net):\r
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r
  TCP[ESTABLISHED]   9       10.0.2.15 40000       127.0.0.1    22     0     0\r
"""
WAY = "  TCP[HOST_FORWARD]  3       127.0.0.1 34483       10.0.2.15    22     0     0\r\n"


class Usernet(Sticks):
    """Answers with one table after the other, and with nothing to the rest."""

    def __init__(self, *tables: str) -> None:
        super().__init__({})
        self.tables = list(tables)

    def execute(self, name: str, arguments: dict[str, Any] | None = None) -> Any:
        line = (arguments or {})["command-line"]
        self.asked.append((name, line))
        return self.tables.pop(0) if line == "info usernet" else ""


def test_a_port_is_forwarded_from_the_local_host_to_a_free_port() -> None:
    monitor = Usernet(TABLE, TABLE + WAY)
    assert network.forward(monitor, 22) == 34483
    assert ("human-monitor-command", "hostfwd_add net tcp:127.0.0.1:0-:22") in monitor.asked


def test_a_port_that_is_forwarded_already_is_not_forwarded_again() -> None:
    monitor = Usernet(TABLE + WAY)
    assert network.forward(monitor, 22) == 34483
    assert len(monitor.asked) == 1


def test_a_port_that_did_not_come_is_an_error() -> None:
    with pytest.raises(qmp.MonitorError, match="port 22 of the guest was not forwarded"):
        network.forward(Usernet(TABLE, TABLE), 22)


@pytest.mark.parametrize(("symbol", "program"), [("BR2_PACKAGE_OPENSSH", "sshd"), ("BR2_PACKAGE_DROPBEAR", "dropbear")])
def test_the_server_is_the_one_that_the_output_has(tmp_path: Path, symbol: str, program: str) -> None:
    assert f"/usr/sbin/{program} " in ssh.server(fakes.output_folder(tmp_path, config=f"{symbol}=y\n"))


def test_without_a_server_the_fragment_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingOutput, match=r"no ssh server; .* configs/fragments/openssh\.config"):
        ssh.server(fakes.output_folder(tmp_path))
    assert (paths.TOP / "configs/fragments/openssh.config").exists()


def test_a_port_that_is_none_is_one_line(tmp_path: Path) -> None:
    output = fakes.output_folder(tmp_path)
    done = subprocess.run([paths.TOP / "scripts/forward", "--output", output.path, "65536"], capture_output=True,
                          stdin=subprocess.DEVNULL, text=True)
    assert done.returncode == 125 and done.stderr.startswith("scripts/forward: not a port: 65536; ")
