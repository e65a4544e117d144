# SPDX-License-Identifier: GPL-2.0-or-later
"""conflicts: only what was typed can conflict; what lkmc.toml says beside it, and does not apply, is as if not said."""
from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import fakes
import pytest

from lkmc import cli, conflicts, gem5_run, paths, programs
from lkmc.commands import qemu_rr, run
from lkmc.commands import test_user_mode as suite
from lkmc.configured import PREBUILT
from lkmc.errors import UserError
from lkmc.request import PAYLOADS, payload


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our checkout, but for lkmc.toml, which a test writes."""
    for path in paths.TOP.iterdir():
        if path.name not in ("lkmc.toml", "out"):
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.setattr(paths, "TOP", tmp_path)
    return tmp_path


def parsed(file: str, *words: str) -> Namespace:
    (paths.TOP / "lkmc.toml").write_text(file)
    return cli.parse(run, "run", list(words))


@pytest.mark.parametrize("default", PAYLOADS)
@pytest.mark.parametrize("typed", PAYLOADS)
def test_one_of_several_that_is_typed_wins_over_the_files(default: str, typed: str) -> None:
    args = parsed(f'{default.replace("_", "-")} = "theirs"', f"--{typed.replace('_', '-')}", "mine")
    conflicts.only_one(args, *PAYLOADS)
    assert {name: getattr(args, name) for name in PAYLOADS if getattr(args, name) is not None} == {typed: "mine"}


def test_one_of_several_that_the_file_has_holds_where_none_is_typed() -> None:
    args = parsed('eval-after = "theirs"\nuserland = "hello"', "--no-trace-insts-stdout")
    conflicts.only_one(args, *PAYLOADS)
    conflicts.only_one(args, "userland", "baremetal")
    assert (args.eval_after, args.userland) == ("theirs", "hello")


@pytest.mark.parametrize("file, words", [("", ["-E", "a", "--eval-file", "/missing"]),
                                         ('eval = "a"\neval-file = "/missing"', [])])
def test_two_of_several_conflict_before_a_file_is_read(file: str, words: list[str]) -> None:
    with pytest.raises(UserError, match="^give only one of --eval and --eval-file$"):
        payload(parsed(file, *words))


def test_what_does_not_apply_is_refused_where_it_was_typed() -> None:
    args = parsed("initrd = true", "--initrd", "--no-persist", "--kernel-cli", "")
    conflicts.refuse(args, ["persist", "kernel_cli"], "is for others")
    with pytest.raises(UserError, match="^--initrd is for others$"):
        conflicts.refuse(args, ["initrd"], "is for others")


def test_what_does_not_apply_is_forgotten_where_the_file_says_it() -> None:
    args = parsed('initrd = true\ndisk2 = "/d"\nkernel-cli = "quiet"')
    conflicts.refuse(args, ["initrd", "disk2", "kernel_cli", "not_of_this_command"], "is for others")
    assert (args.initrd, args.disk2, args.kernel_cli) == (False, None, "")


EVERYDAY = """kernel-cli = "quiet"
initrd = true
persist = true
eval-after-file = "/missing"
graphic = true
record = true
cpu-type = "o3"
kgdb = true
kvm = true
instant = true
memory = "1G"
"""


@pytest.mark.parametrize("words", [["--static", "--userland", "hello"], ["--baremetal", "hello"]])
@pytest.mark.parametrize("emulator", ["qemu", "gem5"])
def test_everyday_defaults_are_for_the_runs_that_they_apply_to(
        checkout: Path, capsys: pytest.CaptureFixture[str], words: list[str], emulator: str) -> None:
    built = fakes.output_folder(checkout / "output", "aarch64", config=f"{PREBUILT}\n")
    fakes.gem5(built)
    (checkout / "lkmc.toml").write_text(EVERYDAY)
    command = ["--output", str(built.path), "--dry-run", "--emulator", emulator, *words]
    assert cli.main("run", command) == 0, capsys.readouterr().err


def test_what_only_qemu_has_is_forgotten_on_gem5() -> None:
    args = parsed('emulator = "gem5"\nuserland = "hello"\nbackground = true\ntmux = true\nvnc = true')
    gem5_run._check(args)
    assert (args.background, args.tmux, args.vnc) == (False, False, False)


@pytest.mark.parametrize("file, words", [
    ("kvm = true\nsnapshots = true", ["--record"]),
    ('record = true\neval-after = "other"', ["--replay"]),
    ("timeout = 60\nbackground = true\ntmux = true", ["--debug-vm"]),
    ("snapshots = true", ["--persist"]), ("snapshots = true", ["--disk2", "/d"]),
    ('persist = true\ndisk2 = "/d"', ["--snapshots"]),
    ('trace = "x"', ["--emulator", "gem5", "--trace-insts-stdout"])])
def test_what_does_not_go_with_what_was_typed_is_forgotten(file: str, words: list[str]) -> None:
    args = parsed(file, *words)
    run._check(args)
    assert not any(getattr(args, line.split()[0].replace("-", "_")) for line in file.splitlines())


@pytest.mark.parametrize("words", [["--persist"], ["--disk2", "/d"]])
def test_a_disk_that_holds_no_snapshots_is_refused_beside_them(words: list[str]) -> None:
    with pytest.raises(UserError, match="^give only one of --snapshots and --"):
        run._check(parsed("", "--snapshots", *words))


def test_an_output_of_the_file_is_none_for_all_architectures(checkout: Path) -> None:
    (checkout / "lkmc.toml").write_text('output = "/o"')
    args = cli.parse(suite, "test-user-mode", ["--all-archs"])
    assert len(programs.arches_of(args)) > 1 and args.output is None


def test_a_recording_and_its_replay_know_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Namespace] = []
    monkeypatch.setattr(run, "main", runs.append)
    qemu_rr.main(cli.parse(qemu_rr, "qemu-rr", ["-F", "true"]))
    assert [args.typed for args in runs] == [{"eval_after"}] * 2
