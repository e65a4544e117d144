# SPDX-License-Identifier: GPL-2.0-or-later
"""Instant boot on gem5. A state is a checkpoint of a guest that waits for its orders; any processor can take over."""
from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace

from lkmc import gem5, gem5_files, instant, process
from lkmc.errors import EmulatorFailed
from lkmc.instant import NOBODY, UNBORN
from lkmc.outcome import GUEST_DIED
from lkmc.request import RunRequest
from lkmc.run_folder import RunFolder
from lkmc.state import State

LIMIT = 7200.0      # seconds of the boot whose end is kept


class Boot(instant.Boot):
    """A boot on gem5."""

    def obstacle(self) -> str:
        if _own(self.request.extra)[0].max_ticks:
            return "--max-ticks counts from the beginning of the boot"
        return super().obstacle()

    def common(self, other: RunFolder) -> RunRequest:
        """The quickest processor boots, without what is asked of this run's."""
        request = super().common(other)
        assert request.gem5 is not None, "a request for QEMU"
        booting = replace(request.gem5, cpu_type="atomic", caches=False, l1i_size=None, l1d_size=None, l2_size=None,
                          own_arguments=(), readfile=None, trace_stdout=False)
        return replace(request, trace=(), gem5=booting, extra=tuple(_own(request.extra)[1]))

    def key(self) -> str:
        common = self.common(NOBODY)
        assert common.gem5 is not None
        scripts = (*gem5.SCRIPTS.glob("*.py"), gem5.program(common.gem5, self.built).tree / gem5.MARK)
        return instant.name(gem5.command(common, self.machine, self.built, NOBODY, UNBORN), scripts)

    def save(self, part: RunFolder, state: State) -> None:
        making = State(part.path, ready=False)
        for left in (making.checkpoint, part.m5out):        # by a boot that did not come to its end
            shutil.rmtree(left, ignore_errors=True)
        common = self.common(part)
        command = gem5.command(common, self.machine, self.built, part, making)
        gem5_files.prepare(common, part, command)
        child = process.start(command, part, subprocess.DEVNULL, mute=True, other=gem5.OTHER)
        try:
            child.wait(LIMIT)
        except subprocess.TimeoutExpired:
            raise EmulatorFailed(f"the guest did not boot in {LIMIT:.0f} seconds: see {part.console_log}") from None
        finally:
            process.kill(child)
        if child.returncode == GUEST_DIED:
            raise EmulatorFailed(f"the guest died: see {part.console_log}")
        if child.returncode:
            words = part.emulator_log.read_text(errors="replace")
            raise EmulatorFailed(f"gem5: {gem5_files.why(words)}; the command: {part.script}")
        if not (making.checkpoint / gem5.CHECKPOINT).is_file():
            raise EmulatorFailed(f"the guest did not wait to be saved: is the output of this version of the scripts? "
                                 f"see {part.console_log}")


def _own(extra: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Of what the script in scripts/gem5 is told, that which is no part of the computer; and the rest."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for option in ("--initparam", "--max-ticks"):
        parser.add_argument(option, nargs="?")
    return parser.parse_known_args(extra)
