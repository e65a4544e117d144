# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of the host in the guest by NFS, from a server that runs as a program of its own."""
from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import debugging
import pytest

from lkmc.console import Console
from lkmc.output import Output

SERVER = "ganesha.nfsd"
CONFIGURATION = """\
NFS_CORE_PARAM {{
    Protocols = 4; Bind_addr = 127.0.0.1; NFS_Port = {port};
    Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false;
}}
NFSV4 {{ Graceless = true; RecoveryBackend = "fs"; RecoveryRoot = "{folder}/recovery"; }}
EXPORT {{
    Export_Id = 1; Path = "{folder}/export"; Pseudo = "/"; Access_Type = RW; Squash = No_Root_Squash;
    FSAL {{ Name = VFS; }}
}}
"""


def free_port() -> int:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return int(finder.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(out: Output, tmp_path: Path, limit: float) -> Iterator[int]:
    """The port of a server that exports tmp_path/export."""
    if not out.kernel_has("CONFIG_NFS_V4"):
        pytest.skip("this kernel has no CONFIG_NFS_V4; linux/nfs.config adds it")
    if shutil.which(SERVER) is None or os.geteuid() != 0:
        pytest.skip(f"no {SERVER} that could run here: it needs root; the distro's packages are nfs-ganesha and "
                    f"nfs-ganesha-vfs")
    (tmp_path / "export").mkdir()
    port = free_port()
    (tmp_path / "server.conf").write_text(CONFIGURATION.format(port=port, folder=tmp_path))
    command = [SERVER, "-F", "-f", str(tmp_path / "server.conf"), "-L", str(tmp_path / "log"), "-p",
               str(tmp_path / "pid")]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as child:
        try:
            debugging.until(lambda: answers(port) or child.poll() is not None, limit)
            if child.poll() is not None:
                pytest.skip(f"{SERVER} cannot run on this host: {(tmp_path / 'log').read_text()[-300:]}")
            yield port
        finally:
            child.terminate()
            try:
                child.wait(limit)
            except subprocess.TimeoutExpired:
                child.kill()


def test_a_folder_of_a_server_of_the_host_is_mounted(console: Callable[..., Console], server: int,
                                                     tmp_path: Path) -> None:
    (tmp_path / "export/host").write_text("from the host\n")
    with console() as guest:
        guest.login()
        guest.run("modprobe -q nfsv4; ifup -a; mkdir -p /mnt/nfs")
        text, status = guest.run(f"mount -t nfs4 -o addr=10.0.2.2,port={server},proto=tcp,vers=4.2,soft 10.0.2.2:/ "
                                 f"/mnt/nfs")
        assert status == 0, text
        assert guest.run("cat /mnt/nfs/host")[0] == "from the host\n"
        assert guest.run("echo from the guest > /mnt/nfs/guest && umount /mnt/nfs") == ("", 0)
    assert (tmp_path / "export/guest").read_text() == "from the guest\n"
