# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that boot a guest: they run on every output folder given by --output."""
from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import debugging
import pytest
from booting import RUN, Run
from debugging import Booted, Debugger, Press
from hypothesis import settings

from lkmc import apt, paths, time_limit
from lkmc.console import Console
from lkmc.output import Output
from lkmc.run_folder import RunFolder

LOG_END = 3000      # characters
WAIT = 180          # seconds that no boot takes, nor any other wait
WAITS = 8           # as long as that, and a test has failed

settings.register_profile("lkmc", deadline=None)      # the machine may be busy
settings.load_profile("lkmc")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--output", action="append", default=[], help="boot this output folder; may be repeated")
    parser.addoption("--slow", action="store_true", help="also run the tests that take minutes each")
    parser.addoption("--headers", action="append", default=[],
                     help="ARCH=DIR: compile the modules against these kernel headers; may be repeated")
    parser.addoption("--timeout-multiplier", type=float, default=1.0, help="for slow machines")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "out" in metafunc.fixturenames:
        outputs = [Output.read(Path(path).absolute()) for path in metafunc.config.getoption("output")]
        metafunc.parametrize("out", [pytest.param(out, id=out.path.name, marks=side_by_side(out, metafunc))
                                     for out in outputs], scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test of a guest ends, too, when each of its many waits does."""
    for item in items:
        if item.path.parent.name == "boot":
            item.add_marker(pytest.mark.timeout(WAITS * WAIT * config.getoption("timeout_multiplier")))


def side_by_side(out: Output, metafunc: pytest.Metafunc) -> pytest.MarkDecorator:
    """What pytest-xdist runs one after another: the tests of an output that some of them build anew, and else those of
    a file."""
    name = out.path.name
    return pytest.mark.xdist_group(f"{name}-{metafunc.definition.path.stem}" if out.prebuilt else name)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    if late := time_limit.over():
        pytest.skip(late)


@pytest.fixture(autouse=True)
def no_installing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests neither install packages nor depend on those of this machine; those of apt itself are marked `apt`."""
    if "unit" in request.path.parts and not request.node.get_closest_marker("apt"):
        monkeypatch.setattr(apt, "require", lambda programs, yes: None)
        monkeypatch.setattr(apt, "install", lambda packages, yes: None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function, call: pytest.CallInfo[None]
                              ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a test that fails, show how the logs of its run end: the next test of that name writes them anew."""
    report = yield
    given: dict[str, Any] = item.funcargs
    if report.failed and {"out", "run_id"} <= given.keys():
        run = RunFolder.of(given["out"].path, given["run_id"])
        report.sections += [(f"the end of {log}", log.read_text(errors="replace")[-LOG_END:])
                            for log in (run.console_log, run.emulator_log, run.gdb_log) if log.exists()]
    return report


@pytest.fixture
def checkout() -> Iterator[None]:
    """For tests that edit a file of the checkout, or build from it: no test of another output does so meanwhile."""
    with (paths.OUT / "tests.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def limit(request: pytest.FixtureRequest) -> float:
    """Seconds that no boot takes."""
    return WAIT * float(request.config.getoption("timeout_multiplier"))


@pytest.fixture
def run_id(request: pytest.FixtureRequest) -> str:
    """A run id of the test's own, so that its folder stays to be looked at."""
    return "test-" + str(request.node.originalname).removeprefix("test_")[:50]


@pytest.fixture
def options(out: Output, run_id: str) -> list[str]:
    return [RUN, "--output", str(out.path), "--run-id", run_id]


@pytest.fixture
def run(options: list[str], limit: float) -> Run:
    """scripts/run on the output, with standard input that is none."""
    def start(*words: str | bytes, **how: Any) -> subprocess.CompletedProcess[bytes]:
        how.setdefault("stdin", subprocess.DEVNULL)
        command = [*options, "--timeout", str(limit), *words]
        return subprocess.run(command, capture_output=True, timeout=2 * limit, **how)
    return start


@pytest.fixture
def start(out: Output, run_id: str) -> Iterator[Callable[..., RunFolder]]:
    """Start a guest in the background; it is ended with the test."""
    common = ["--output", str(out.path), "--run-id", run_id]

    def run(*options: str) -> RunFolder:
        command = [RUN, "--quiet", *common, "--background", *options]
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=60)
        return RunFolder.of(out.path, run_id)
    yield run
    subprocess.run([str(paths.TOP / "scripts/qemu-monitor"), *common, "quit"], stdin=subprocess.DEVNULL,
                   capture_output=True)


@pytest.fixture
def console(options: list[str], limit: float) -> Callable[..., Console]:
    """scripts/run on the output, on a terminal."""
    def start(*words: str) -> Console:
        return Console([*options, *words], timeout=limit)
    return start


@pytest.fixture
def booted(console: Callable[..., Console]) -> Booted:
    """A guest whose shell is on a terminal, for tests of what comes after the boot, which is waited for only once."""
    @contextmanager
    def start(*words: str) -> Iterator[Console]:
        with console("--instant", *words) as guest:
            guest.login()
            yield guest
    return start


@pytest.fixture
def debugger(out: Output, run_id: str, limit: float) -> Callable[..., Debugger]:
    """One of our scripts for GDB, on the run of `console` or `options`; scripts/run-gdb unless it is named."""
    def start(*words: str, script: str = "run-gdb") -> Debugger:
        debugging.until(lambda: RunFolder.of(out.path, run_id).lock.held(), limit)
        return Debugger(debugging.command(script, out, run_id, *words), timeout=limit)
    return start


@pytest.fixture
def press(out: Output, run_id: str) -> Press:
    """Press keys, such as alt-f2, one after the other."""
    def keys(*names: str) -> None:
        lines = "".join(f"sendkey {name} 20\n" for name in names)
        subprocess.run([str(paths.TOP / "scripts/qemu-monitor"), "--output", str(out.path), "--run-id", run_id],
                       input=lines, text=True, check=True, timeout=60)
    return keys


@pytest.fixture
def symbols(out: Output) -> None:
    """Only where the kernel was built with debug information, and we have it."""
    if not out.debug_symbols:
        pytest.skip(f"this output's kernel has no debug information{'; --debug-symbols' if out.prebuilt else ''}")


@pytest.fixture(scope="session")
def bare_metal(out: Output) -> None:
    """The programs of an output that Buildroot made are made here where they are not part of it."""
    if not (out.images / "baremetal/hello.elf").exists():
        subprocess.run([str(paths.TOP / "scripts/build-baremetal"), "--output", str(out.path)], check=True)
