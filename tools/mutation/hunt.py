"""Shows faults to tests: a process for each fault, forked from one that has imported everything.

Most faults are inside of functions. Their processes are forked from a session of pytest that has
collected all tests, and the function gets its changed code. A fault in a line that runs on import
(a constant, a default, a field) needs the import again: its process is forked before the session,
and collects for itself. The first are shown to the tests that were seen to reach their statement,
the others to all: a constant is read where nothing of its own file runs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import tempfile
import time
import types
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from tools.mutation import reach
from tools.mutation.processes import ended, forked
from tools.mutation.reach import Reached, Tracer

KILLED, SURVIVED, UNTESTED = "killed", "survived", "no test"
# pytest's own plugins are among what is imported before its second start.
REWRITE = "ignore::pytest.PytestAssertRewriteWarning"
ARGUMENTS = ("-q", "-p", "no:cacheprovider", "-o", "timeout=0", "-W", REWRITE)


@dataclass(frozen=True)
class Fault:
    """A module with one fault.

    Attributes:
        line: of the fault, from 1.
        lines: those of the statement that has it.
        change: the fault itself, as `old -> new`.
    """

    line: int
    lines: range
    operator: str
    change: str
    source: str


class Hunt:
    """Faults in some files, and the tests that have to find them.

    Args:
        faults: each with the whole path of its file.
        tests: what pytest is to collect, as on its command line.
        without: modules that are not there, only things that take any call: threads that a
            library starts on import are not in a fork. Tests that need it fail, and are left out.
        say: gets a word now and then on how far it is.
        seconds: of tests that a fault is shown to, the quickest; None: all that reach it.
    """

    def __init__(
        self,
        faults: list[tuple[str, Fault]],
        tests: list[str],
        without: list[str],
        say: Callable[[str], object],
        seconds: float | None = None,
    ) -> None:
        self.seconds = seconds
        self.faults, self.tests, self.say = faults, tests, say
        sys.modules.update({name: MagicMock(name=name) for name in without})
        self.files = frozenset(file for file, _ in faults)
        self._texts = {file: Path(file).read_text(encoding="utf-8") for file in self.files}
        self._verdicts: dict[int, str] = {}
        self.killers: dict[int, str] = {}
        self._base = Path(tempfile.mkdtemp(prefix="mutation-"))

    def run(self) -> list[tuple[str, str]]:
        """`killed`, `survived` or `no test` for each fault in its order, and the test that found it.

        Raises:
            RuntimeError: the tests cannot be collected, or not pass without a fault.
        """
        modules = forked(lambda: self._pytest(self.tests, _modules_of_others))
        if modules is None:
            raise RuntimeError(f"pytest cannot collect {' '.join(self.tests)}")
        _import_all(modules)
        self._verdicts, self.killers, early = forked(self._in_session)
        for file in sorted({self.faults[number][0] for number in early}):
            mine = {number: early[number] for number in early if self.faults[number][0] == file}
            took = self._without_a_fault(file, list(mine.values()))
            for number, tests in mine.items():
                best = self._best_first(file, tests)
                shown = partial(self._fail_imported, file, self.faults[number][1].source, best)
                plain = partial(self._fail_imported, file, self._texts[file], best)
                self._judge(number, ended(shown, plain, took) if best else [])
        return [
            (self._verdicts[number], self.killers.get(number, ""))
            for number in range(len(self.faults))
        ]

    def _without_a_fault(self, file: str, lists: list[list[str]]) -> float:
        """Takes tests out of these lists that fail where nothing is wrong with the file.

        Returns:
            The seconds that the others take.
        """
        while longest := max(lists, key=len):
            start = time.perf_counter()
            failed = forked(partial(self._fail_imported, file, self._texts[file], longest))
            if not failed:
                return time.perf_counter() - start
            self.say(f"left out, for it fails without a fault: {failed[0]}\n")
            for tests in lists:
                tests[:] = [test for test in tests if test not in failed]
        return 0.0

    def _judge(self, number: int, failed: list[str] | None) -> None:
        """The verdict, from the tests that failed; None: a process that broke off."""
        self._verdicts[number] = SURVIVED if failed == [] else KILLED
        self.killers[number] = failed[0] if failed else ""
        if failed == []:
            file, fault = self.faults[number]
            self.say(f"survived: {Path(file).name}:{fault.line}: {fault.change}\n")
        if len(self._verdicts) % 25 == 0:
            survived = sum(verdict != KILLED for verdict in self._verdicts.values())
            self.say(f"{len(self._verdicts)} of {len(self.faults)}, {survived} survived\n")

    def _pytest(self, tests: Iterable[str], work: Callable[[pytest.Session], Any]) -> Any:
        """What this makes of the collected tests; None where they cannot be collected."""
        plugin = _Instead(work)
        with (
            open(os.devnull, "w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            pytest.main([*ARGUMENTS, f"--basetemp={self._base}", *tests], plugins=[plugin])
        return plugin.result

    def _in_session(self) -> tuple[dict[int, str], dict[int, str], dict[int, list[str]]]:
        """Verdicts and killers of the faults inside of functions, and the tests for the others."""
        tracer = Tracer(self.files)
        tracer.start()
        return self._pytest(self.tests, lambda session: self._shown(session, tracer))

    def _shown(
        self, session: pytest.Session, tracer: Tracer
    ) -> tuple[dict[int, str], dict[int, str], dict[int, list[str]]]:
        imported = tracer.stop()
        items = {item.nodeid: item for item in session.items}
        live, known = _functions(self.files), reach.caches(self.files)
        gc.freeze()  # what was collected is not looked through again, and not copied to each fork
        reached: Reached = forked(lambda: reach.traced(session.items, tracer, known))
        reached.imported = imported
        reaching = sum(bool(lines) for lines in reached.tests.values())
        self.say(f"{reaching} of {len(items)} tests reach the files\n")
        order = [items[test] for test in reached.all()]
        failed, reached.seconds = forked(lambda: _timed(order))
        self.say(f"left out, for they fail in another order: {failed}" if failed else "all pass\n")
        reached.leave_out(failed)
        early: dict[int, list[str]] = {}
        for number, (file, fault) in enumerate(self.faults):
            tests = self._best_first(file, reached.reach(file, fault.lines, self.seconds))
            codes = _changed(_compiled(file, self._texts[file]), _compiled(file, fault.source))
            inside = all(len(old.co_freevars) == len(new.co_freevars) for old, new in codes.items())
            if reached.on_import(file, fault.lines) or not inside:
                early[number] = reached.first_of_all(file, self.seconds)
            elif tests:
                chosen = [items[test] for test in tests]
                shown = partial(_fail_patched, file, fault.source, codes, live, known, chosen)
                plain = partial(reach.run, chosen)
                took = sum(reached.seconds[test] for test in tests)
                self._judge(number, ended(shown, plain, took))
            else:
                self._verdicts[number] = UNTESTED
        return self._verdicts, self.killers, early

    def _best_first(self, file: str, tests: list[str]) -> list[str]:
        """These tests, but first of all those that have found most faults of this file."""
        by = [by for number, by in self.killers.items() if self.faults[number][0] == file]
        return sorted(tests, key=lambda test: -by.count(test))

    def _fail_imported(self, file: str, text: str, tests: list[str]) -> list[str] | None:
        """The first of these tests that fails where the file is imported with this text."""

        def run(session: pytest.Session) -> list[str]:
            items = {item.nodeid: item for item in session.items}
            return reach.run([items[test] for test in tests], first=True)

        _load_as(file, text)
        paths = dict.fromkeys(test.partition("::")[0] for test in tests)
        return self._pytest(paths, run)


def _timed(tests: list[pytest.Item]) -> tuple[list[str], dict[str, float]]:
    """Which of these tests fail, and the seconds that each takes without the tracer."""
    seconds: dict[str, float] = {}
    return reach.run(tests, seconds=seconds), seconds


def _fail_patched(
    file: str,
    text: str,
    codes: dict[types.CodeType, types.CodeType],
    live: dict[types.CodeType, list[types.FunctionType]],
    known: list[Any],
    tests: list[pytest.Item],
) -> list[str]:
    """The first of these tests that fails where living functions get other code."""
    _load_as(file, text)
    for old, new in codes.items():
        for function in live.get(old, ()):
            function.__code__ = new
    reach.forget(known)
    return reach.run(tests, first=True)


class _Instead:
    """A plugin of pytest that does something else with the collected tests than run them all."""

    def __init__(self, work: Callable[[pytest.Session], Any]) -> None:
        self.work, self.result = work, None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not session.testsfailed:  # else a file did not import
            self.result = self.work(session)
        return True


def _modules_of_others(session: pytest.Session) -> list[str]:
    """What the tests have imported that is not of this tree."""
    return [
        name
        for name, module in sys.modules.items()
        if "site-packages" in (getattr(module, "__file__", None) or "") and "." not in name[:1]
    ]


def _import_all(modules: Iterable[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _compiled(file: str, text: str) -> types.CodeType:
    return compile(text, file, "exec", dont_inherit=True)


def _load_as(file: str, text: str) -> None:
    """From now on, who loads this file gets this text."""
    usual = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> types.CodeType | None:
        if os.path.realpath(self.path) == file:
            return compile(text, self.path, "exec", dont_inherit=True)
        return usual(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]


def _functions(files: frozenset[str]) -> dict[types.CodeType, list[types.FunctionType]]:
    """The functions of these files that exist now, by their code."""
    found: dict[types.CodeType, list[types.FunctionType]] = defaultdict(list)
    for each in gc.get_objects():
        if isinstance(each, types.FunctionType) and each.__code__.co_filename in files:
            found[each.__code__].append(each)
    return found


def _changed(before: types.CodeType, after: types.CodeType) -> dict[types.CodeType, types.CodeType]:
    """What code became of which, where it differs; with all code that is inside of it."""
    found = {} if before == after else {before: after}
    inside = [
        [each for each in code.co_consts if isinstance(each, types.CodeType)]
        for code in (before, after)
    ]
    if len(inside[0]) == len(inside[1]):
        for old, new in zip(*inside):
            found |= _changed(old, new)
    return found
