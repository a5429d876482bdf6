"""How a test run uses the machine: what is pure, what stays in one process, what must be seen."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
from xdist.scheduler import LoadScopeScheduling

# What is not pure. `make check` runs the pure tests alone: those that start no sandbox, no engine, no
# kernel, no browser, no other process, no model, and no lint, which it runs beside them. Workers begin with these tests, in this
# order, then with all that use one of these fixtures: what takes long must not be the last to begin.
TESTS = (
    "tests/test_notebooks.py*",
    "tests/deployed/*",
    "tests/tools/workshop/hub/*",
    "tests/test_benchmarks.py*",
    "tests/trials/*",
    "tests/lab/session/*",
    "tests/sandbox/provider/test_engine.py*",
    "tests/sandbox/test_cloud.py*",
    "tests/browser/*",
    "tests/lab/*_sandbox.py*",
    "tests/lab/*_in_kernel.py*",
    "tests/gateway/test_budget.py*",
    "tests/gateway/test_copy_deployed.py*",
    "tests/gateway/test_strict_deployed.py*",
    "tests/gateway/test_exercise_13_1.py*",
    "tests/sandbox/test_engine.py*",
    "tests/sandbox/test_command.py*",
    "tests/sandbox/test_provider_child.py*",
    "tests/sandbox/server/scaling/*",
    "tests/sandbox/server/machines/test_guard.py*",
    "tests/sandbox/server/functions/test_provisioned.py*",
    "tests/sandbox/server/functions/test_strict.py*",
    "tests/sandbox/server/gateway/test_authorizers.py*",
    "tests/sandbox/server/gateway/test_limits.py*",
    "tests/sandbox/test_proof.py*",
    "tests/test_documents.py::test_pulumi_*",
    "tests/test_lint.py*",
    "tests/gateway/test_copy*",
    "tests/lab/exporting/*",
    "tests/lab/account/*_sandbox.py*",
    "tests/gateway/test_guide.py::test_the_model_is_held_*",
    "tests/gateway/test_guide.py::test_whatever_is_let_through_*",
    "tests/gateway/test_adapter.py*",
    "tests/gateway/test_chat.py*",
    "tests/gateway/test_chat_tools.py*",
    "tests/gateway/test_handler.py*",
    "tests/gateway/test_layer.py*",
    "tests/gateway/test_model.py*",
    "tests/gateway/test_server.py*",
    "tests/sandbox/provider/test_process.py*",
    "tests/sandbox/test_build.py*",
    "tests/sandbox/test_pip_environment.py*",
    "tests/tools/test_ci.py::test_a_worker_that_dies_*",
    "tests/tools/test_lint.py*",
    "tests/tools/test_mutation.py*",
    "tests/tools/test_run.py*",
    "tests/tools/test_tutorial.py::test_an_interrupt_*",
    "tests/tools/test_expects.py::test_a_run_*",
    "tests/tools/workshop/test_board.py::test_the_command_*",
    "tests/tools/workshop/test_handin.py*",
    "tests/tools/workshop/test_room.py::test_this_machine_is_ready_*",
)
FIXTURES = {"account", "running", "cli", "kernel", "kernels", "fake", "home", "trial"}
# Files that share something that takes long to make, a deployed chapter, a browser: one worker has
# all of them.
TOGETHER = ("tests/deployed/*", "tests/lab/*_sandbox.py", "tests/browser/*")
# Files that are long, and whose test functions do not share what they deploy: a function a worker.
APART = ("tests/test_notebooks.py",)
MOST = 4  # workers: with more, all would wait for the longest file
MEMORY = 3 * 1024**3  # bytes that a worker, its sandbox and the functions in there take at most

PURE = len(TESTS) + 1
# A machine that runs tests is busy: it is not measured, and its notebooks ask for what is usual.
os.environ.setdefault("KIT_SPEED", "40")
# Thousands of collected tests stay as long as the run: looking through them for garbage as often as
# Python does by itself took a fifth of the time of pure tests.
gc.set_threshold(50_000, 20, 50)
# What a shell runs behind & hears no SIGINT, nor do its children: tests that send one would wait for it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
DIED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kit")
    group.addoption("--pure", action="store_true", help="only tests that start nothing")
    group.addoption("--exist", metavar="FILE", help="write down the names of all tests there are")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[DIED] = []
    config.option.loadscopereorder = False  # xdist's own order: the files with most tests first


def rank(place: str, fixtures: Iterable[str] = ()) -> int:
    """How early a file or a test is begun."""
    for number, pattern in likely(place.partition("::")[0]):
        if "::" not in pattern or fnmatchcase(place, pattern):
            return number
    return PURE if FIXTURES.isdisjoint(fixtures) else PURE - 1


@cache
def likely(path: str) -> list[tuple[int, str]]:
    """Those of TESTS that a file's tests may meet, with their places: looked up once a file."""
    return [
        (number, pattern)
        for number, pattern in enumerate(TESTS)
        if fnmatchcase(path, pattern.partition("::")[0])
    ]


def unit(test: str) -> str:
    """What one worker has to itself: all tests of the same unit run in one process, in order."""
    path, _, name = test.partition("::")
    for pattern in TOGETHER:
        if fnmatchcase(path, pattern):
            return pattern
    return f"{path}::{name.partition('[')[0]}" if path in APART else path


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With --pure, files of TESTS are not even imported."""
    place = collection_path.relative_to(config.rootpath).as_posix()
    place += "/" if collection_path.is_dir() else ""
    return (config.option.pure and rank(place) < PURE) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Write down what exists, before an option takes tests away; workers begin with the longest."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if config.option.exist and worker in ("", "gw0"):
        names = "".join(f"{item.nodeid}\n" for item in items)
        Path(config.option.exist).write_text(names, encoding="utf-8")
    ranks = {item: rank(item.nodeid, item.fixturenames) for item in items}
    if config.option.pure:
        items[:] = [item for item in items if ranks[item] == PURE]
        config.hook.pytest_deselected(items=[item for item in ranks if ranks[item] < PURE])
    if worker:
        items.sort(key=ranks.__getitem__)


@pytest.fixture(scope="module", autouse=True)
def no_session_of_before() -> None:
    """boto3's own session keeps the keys that it found first: those of another module's sandbox."""
    if boto3 := sys.modules.get("boto3"):
        boto3.DEFAULT_SESSION = None  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def pure_tests_start_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """With --pure, a test that TESTS and FIXTURES have forgotten says so."""
    with pytest.MonkeyPatch.context() as patch:
        if request.config.option.pure:
            patch.setattr("sandbox.cloud.start", not_pure)
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_makes_progress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests check and predict is noted in a folder of theirs, not in this checkout's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("progress")
        patch.setattr("lab.marks.journal.home", lambda: folder)
        yield


def not_pure(*_: Any, **__: Any) -> None:
    pytest.fail("this test starts a sandbox: name it in TESTS of tests/conftest.py")


class Scheduling(LoadScopeScheduling):
    """A unit goes to one worker, as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return Scheduling(config, log) if config.option.dist == "loadscope" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many there are: as far as memory goes, one more than cores, for a sixth of a run is waiting.

    None for a few tests, which are done before one starts.
    """
    option = config.option
    if option.file_or_dir or option.keyword or option.markexpr or option.lf:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    room = psutil.virtual_memory().available // MEMORY
    workers = min((cores or 1) + 1, room, MOST)
    return workers if workers > 1 else 0


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """A worker has ended; with an error when it was not asked to."""
    if error:
        node.config.stash[DIED].append(f"{node.gateway.id}: {error}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A worker that died fails the run, even if it was between two tests."""
    if session.config.stash[DIED] and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for death in terminalreporter.config.stash[DIED]:
        terminalreporter.write_line(f"error: a worker died: {death}", red=True)
