# SPDX-License-Identifier: GPL-2.0-or-later
"""One run's folder, $O/run/ID: what the emulator reads and writes."""
from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lkmc import files, paths, payload_disk, run_script
from lkmc.request import Payload
from lkmc.run_lock import Lock

LONGEST_SOCKET = "monitor.sock"
SOCKET_PATH_MAX = 107       # sun_path in <sys/un.h>, less its NUL


@dataclass
class RunFolder:
    """The folder of one run. `claim()` before anything is written."""
    path: Path
    lock: Lock = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.lock = Lock(self.path / "lock")

    @classmethod
    def of(cls, output: Path, run_id: str) -> RunFolder:
        """The folder of an output's run."""
        return cls(output / "run" / run_id)

    @property
    def options(self) -> str:
        """The options that name this run, as one types them."""
        return shlex.join(("--output", str(self.path.parents[1]), "--run-id", self.path.name))

    @property
    def console_log(self) -> Path:
        return self.path / "console.log"

    @property
    def emulator_log(self) -> Path:
        """What the emulator itself says on standard error."""
        return self.path / "emulator.log"

    @property
    def payload(self) -> Path:
        return self.path / "payload"

    @property
    def orders(self) -> Path:
        """What a guest reads when its saved state is brought to life; a "pipe" of QEMU's has two ends in files."""
        return self.path / "orders.in"

    @property
    def shares(self) -> tuple[Path, Path]:
        """Pipes to and from the guest's process that unmounts and mounts the host's folders."""
        return self.path / "shares.in", self.path / "shares.out"

    def disk2(self, name: str) -> Path:
        """The image of a second disk."""
        return self.path / f"{name}.ext4"

    @property
    def recording(self) -> Path:
        """The folder of what --record keeps; later runs with this id leave it alone."""
        return self.path / "recording"

    @property
    def status(self) -> Path:
        return self.path / "status"

    @property
    def script(self) -> Path:
        """run.sh, which replays the run by hand."""
        return self.path / "run.sh"

    def command(self) -> list[str]:
        """The emulator's argv of the last run; nothing before the first."""
        if not self.script.exists():
            return []
        return run_script.command(self.script.read_text(encoding="utf-8", errors="surrogateescape"))

    @property
    def gdb_script(self) -> Path:
        """What GDB begins with."""
        return self.path / "gdbinit"

    @property
    def gdb_log(self) -> Path:
        """GDB's remote protocol, on demand."""
        return self.path / "gdb-remote.log"

    @property
    def registers(self) -> Path:
        """What the registers were, instruction by instruction, with scripts/run-gdb --registers."""
        return self.path / "registers.txt"

    @property
    def trace_text(self) -> Path:
        """QEMU's events, with --trace."""
        return self.path / "trace.txt"

    @property
    def trace_records(self) -> Path:
        """The same as records, where QEMU can write them."""
        return self.path / "trace.bin"

    @property
    def m5out(self) -> Path:
        """What gem5 writes: statistics, configuration, checkpoints, and what the guest sends by m5 writefile."""
        return self.path / "m5out"

    @property
    def frames(self) -> Path:
        """The pictures on gem5's screen, with --frame-capture."""
        return self.m5out / "frames_system.vncserver"

    @property
    def readfile(self) -> Path:
        """What gem5's guest reads by m5 readfile."""
        return self.path / "readfile"

    @property
    def blocks(self) -> Path:
        """What was executed, as qemu_plugins/blocks.c writes it."""
        return self.path / "blocks.bin"

    @property
    def modules(self) -> Path:
        """Where the guest's modules were, as it said at the end of its payload."""
        return self.path / "modules.txt"

    @contextlib.contextmanager
    def modules_from(self, share: Path) -> Iterator[None]:
        """While the guest runs: take what it says of its modules in a shared folder."""
        said = share / "modules"
        said.unlink(missing_ok=True)
        yield
        if said.exists():
            shutil.move(said, self.modules)

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    def socket(self, name: str) -> Path:
        """Path of a UNIX socket in the folder, through a short link where the folder's own path is too long."""
        return (self._link if self._far else self.path) / f"{name}.sock"

    @property
    def _far(self) -> bool:
        return len(os.fsencode(self.path / LONGEST_SOCKET)) > SOCKET_PATH_MAX

    @property
    def _link(self) -> Path:
        return paths.cache() / "run" / hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]

    def claim(self) -> None:
        """Make the folder ours and empty. Raises UserError, naming the pid, when a run with this id is alive."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.lock.take()
        for old in self.path.iterdir():
            if old != self.lock.path and not old.is_dir():
                old.unlink()
        if self._far:
            self._link.parent.mkdir(parents=True, exist_ok=True)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self.path)

    def write(self, command: tuple[str, ...], payload: Payload | None, orders: bytes | None = None,
              listens: bool = False) -> None:
        """Write what the emulator reads, and run.sh. orders: for a guest that is restored, with the payload in them."""
        if orders is not None:
            files.replace(self.orders, orders)
            self.orders.with_suffix(".out").symlink_to(os.devnull)
        elif payload:
            payload_disk.write(self.payload, payload_disk.script(payload))
        if listens:
            for pipe in self.shares:
                os.mkfifo(pipe)
        # finish() takes the link away, which a replay needs again.
        before = shlex.join(("ln", "-sfn", str(self.path), str(self._link))) + "\n" if self._far else ""
        files.replace(self.script, run_script.text(command, before).encode("utf-8", "surrogateescape"))
        self.script.chmod(0o755)

    def finish(self, result: dict[str, Any]) -> None:
        """Write result.json and take away what was only of use while the run lived."""
        files.replace(self.result, (json.dumps(result, indent=1) + "\n").encode())
        if self._far:
            self._link.unlink(missing_ok=True)
        self.lock.give_back()
