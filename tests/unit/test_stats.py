# SPDX-License-Identifier: GPL-2.0-or-later
"""stats, gem5-stat: what gem5 writes into stats.txt, by name."""
from __future__ import annotations

import json
from pathlib import Path

import fakes
import pytest

from lkmc import cli, stats
from lkmc.errors import MissingOutput

# As gem5's src/base/stats/text.cc prints it: scalars, a vector with its total, a distribution, a table, no number.
TEXT = """
---------- Begin Simulation Statistics ----------
simSeconds                                   0.000047                       # Number of seconds simulated (Second)
simInsts                                        25600                       # Number of instructions simulated (Count)
hostSeconds                                      0.05                       # Real time elapsed on the host (Second)
system.cpu_cluster.cpus0.numCycles              93713                       # Number of cpu cycles simulated (Cycle)
system.cpu_cluster.cpus1.numCycles              10000                       # Number of cpu cycles simulated (Cycle)
system.cpu_cluster.cpus0.ipc                      nan                       # IPC (Count/Cycle)
system.l2.numCycles2                                1                       # (Cycle)
system.membus.pktCount::total                     512                       # Packet count (Count)
system.cpu.statIssuedInstType_0::IntAlu         17543     68.25%     68.33% # Number of instructions (Count)
system.mem.wrPerTurnAround::stdev        1.500000e+02                       # Writes (Count)
system.cpu.numLoads                            |         10     50.00%     50.00% |         10     50.00%    100.00%
system.cpu.plain                                   -3

---------- End Simulation Statistics   ----------

---------- Begin Simulation Statistics ----------
simInsts                                          100                       # Number of instructions simulated (Count)
system.cpu_cluster.cpus0.numCycles                200                       # Number of cpu cycles simulated (Cycle)

---------- End Simulation Statistics   ----------

---------- Begin Simulation Statistics ----------
simInsts                                           99                       # cut sho"""


@pytest.fixture
def run(tmp_path: Path) -> list[str]:
    """Options that name a run with these statistics."""
    fakes.output_folder(tmp_path / "o", "aarch64")
    (tmp_path / "o/run/0/m5out").mkdir(parents=True)
    (tmp_path / "o/run/0/m5out/stats.txt").write_text(TEXT)
    return ["--output", str(tmp_path / "o")]


def test_each_whole_dump_is_read() -> None:
    first, second = stats.parse(TEXT.splitlines())
    assert second == {"simInsts": 100, "system.cpu_cluster.cpus0.numCycles": 200}
    assert first["simSeconds"] == 0.000047 and first["simInsts"] == 25600 and first["system.cpu.plain"] == -3
    assert first["system.membus.pktCount::total"] == 512
    assert first["system.cpu.statIssuedInstType_0::IntAlu"] == 17543
    assert first["system.mem.wrPerTurnAround::stdev"] == 150
    assert "system.cpu.numLoads" not in first, "a table has no one value"
    assert len(first) == 11


def test_the_end_of_a_name_is_enough_and_the_sum_is_of_all_processors() -> None:
    first, second = stats.parse(TEXT.splitlines())
    assert stats.named(first, "simInsts") == {"simInsts": 25600}
    assert len(stats.named(first, "numCycles")) == 2
    assert stats.total(first, "numCycles") == 103713 and stats.total(second, "numCycles") == 200
    assert stats.total(first, "system.cpu_cluster.cpus1.numCycles") == 10000
    with pytest.raises(MissingOutput, match="no statistic Cycles"):
        stats.total(first, "Cycles")


def test_one_value_of_each_dump_is_printed_in_a_line(run: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main("gem5-stat", [*run, "numCycles"]) == 0
    assert capsys.readouterr().out == "93713 10000\n200\n"
    assert cli.main("gem5-stat", run) == 0
    assert capsys.readouterr().out.split() == ["simInsts", "100", "system.cpu_cluster.cpus0.numCycles", "200"]


def test_json_has_all_dumps_and_numbers_as_they_are(run: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main("gem5-stat", [*run, "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert first["system.cpu_cluster.cpus0.ipc"] is None and first["simSeconds"] == 0.000047
    assert isinstance(first["simInsts"], int) and second["simInsts"] == 100
    assert cli.main("gem5-stat", [*run, "--json", "ipc"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"system.cpu_cluster.cpus0.ipc": None}, {}]


def test_a_wrong_name_is_answered_with_the_nearest(run: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for name, nearest in (("simInst", "simInsts"), ("pktCounts::total", "pktCount::total")):
        assert cli.main("gem5-stat", [*run, name]) == 125
        assert f"did you mean {nearest}" in capsys.readouterr().err


def test_without_statistics_the_next_command_is_named(run: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main("gem5-stat", [*run, "--run-id", "none", "simInsts"]) == 125
    assert "scripts/run --emulator gem5" in capsys.readouterr().err
