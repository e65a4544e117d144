# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest reaches servers of the host, and the host those of the guest, each on the local host only."""
from __future__ import annotations

import functools
import http.server
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import debugging
import pytest

from lkmc import paths
from lkmc.commands import ssh
from lkmc.console import Console
from lkmc.errors import MissingOutput
from lkmc.output import Output

Script = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def script(out: Output, run_id: str, limit: float) -> Script:
    """One of our scripts on the test's own run."""
    def start(name: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(paths.TOP / "scripts" / name), "--output", str(out.path), "--run-id", run_id, *words]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * limit)
    return start


@pytest.fixture
def guest(console: Callable[..., Console]) -> Iterator[Console]:
    """A guest with a network."""
    with console() as guest:
        guest.login()
        text, status = guest.run("ifup -a")
        assert status == 0, text
        yield guest


def test_the_guest_fetches_a_file_from_a_server_of_the_host(guest: Console, tmp_path: Path) -> None:
    (tmp_path / "page").write_text("from the host\n")
    serve = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        text, status = guest.run(f"wget -q -O - http://10.0.2.2:{server.server_port}/page")
        server.shutdown()
    assert (text, status) == ("from the host\n", 0)


def test_the_guest_sends_to_a_server_of_the_host(guest: Console, limit: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(limit)
        guest.run(f"(echo from the guest | nc 10.0.2.2 {server.getsockname()[1]} > /dev/null &)")
        connection, _ = server.accept()
        with connection:
            assert connection.makefile().readline() == "from the guest\n"


def test_after_ifdown_there_is_no_way_out(guest: Console) -> None:
    assert "default via 10.0.2.2" in guest.run("ip route")[0]
    assert guest.run("ifdown -a")[1] == 0
    assert "default" not in guest.run("ip route")[0]


def test_the_host_reaches_a_server_of_the_guest(guest: Console, script: Script, limit: float) -> None:
    # Not a child of this shell: BusyBox 1.35's may end with one that ends while a line is typed.
    guest.run("(nc -l -p 45455 < /dev/null > /tmp/heard &)")
    debugging.until(lambda: ":B18F " in guest.run("cat /proc/net/tcp /proc/net/tcp6")[0], limit)
    first, again = script("forward", "45455"), script("forward", "45455")
    assert first.returncode == 0 and first.stdout == again.stdout, first.stderr
    host, port = first.stdout.split()
    assert host == "127.0.0.1"
    with socket.create_connection((host, int(port)), timeout=limit) as connection:
        connection.sendall(b"from the host\n")
    debugging.until(lambda: guest.run("cat /tmp/heard")[0] == "from the host\n", limit)


def test_ssh_runs_a_command_with_the_outputs_key_and_without_a_password(out: Output, script: Script,
                                                                        run_id: str) -> None:
    try:
        ssh.server(out)
    except MissingOutput as error:
        done = script("ssh", "true")
        assert done.returncode == 125 and done.stderr == f"scripts/ssh: {error}\n"
        pytest.skip(str(error))
    try:
        done = script("ssh", "--", "id -un; exit 7")
        assert (done.returncode, done.stdout) == (7, "root\n"), done.stderr
        assert script("ssh", "--", "test -e /tmp/there || touch /tmp/there").returncode == 0
        assert script("ssh", "--", "test -e /tmp/there").returncode == 0    # the same guest
        port = script("forward", "22").stdout.split()[1]
        refused = subprocess.run(["ssh", "-F", "none", "-v", "-p", port, "-o", "StrictHostKeyChecking=no", "-o",
                                  "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "IdentityFile=none",
                                  "user0@127.0.0.1", "true"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert refused.returncode == 255 and "Permission denied (publickey)" in refused.stderr
    finally:
        script("qemu-monitor", "quit")
