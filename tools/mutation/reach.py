"""Which tests reach which lines, so that a fault is shown only to tests that can find it."""

from __future__ import annotations

import functools
import gc
import itertools
import sys
import threading
import time
import types
from collections import defaultdict
from collections.abc import Container, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

# A test that takes more is left out: seconds of the processor, which other work on the machine does
# not make more of, and seconds on the clock, for tests that wait.
SLOWEST, LONGEST = 3.0, 60.0
SOME = 5  # tests of each module that go first


@dataclass
class Reached:
    """What the tests reach in the files that get faults.

    Attributes:
        imported: lines that ran on import, by file.
        tests: lines by file, by test.
        seconds: what each test took.
    """

    imported: dict[str, set[int]]
    tests: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def reach(self, file: str, lines: range, seconds: float | None = None) -> list[str]:
        """Tests that run one of these lines, in the order in which to run them.

        Args:
            seconds: how long all of them may take; the quickest are taken. None: as they are.
        """
        found = [
            test
            for test, files in self.tests.items()
            if file in files and not files[file].isdisjoint(lines)
        ]
        return self._in_order(self._within(found, seconds))

    def first_of_all(self, file: str, seconds: float | None = None) -> list[str]:
        """All tests, those first that run any line of the file."""
        found = [test for test, files in self.tests.items() if file in files]
        some = self._within(found, seconds)
        others = self._within(set(self.tests).difference(found), seconds)
        return [*self._in_order(some), *self._in_order(others)]

    def all(self) -> list[str]:
        """All tests, in the order in which to run them."""
        return self._in_order(self.tests)

    def _within(self, tests: Iterable[str], seconds: float | None) -> list[str]:
        quickest = sorted(tests, key=self.seconds.__getitem__)
        if seconds is None:
            return quickest
        ends = itertools.accumulate(self.seconds[test] for test in quickest)
        return [test for test, end in zip(quickest, ends, strict=True) if end <= seconds]

    def _in_order(self, tests: Iterable[str]) -> list[str]:
        """The quickest first, but those of a module together: they share fixtures.

        First of all go some of each module, for most faults are found by any.
        """
        modules: dict[str, list[str]] = defaultdict(list)
        for test in sorted(tests, key=self.seconds.__getitem__):
            modules[test.partition("::")[0]].append(test)
        some = [test for each in modules.values() for test in each[:SOME]]
        rest = [test for each in modules.values() for test in each[SOME:]]
        return some + rest

    def on_import(self, file: str, lines: range) -> bool:
        """Whether one of these lines ran before the tests."""
        return not self.imported.get(file, set()).isdisjoint(lines)

    def leave_out(self, tests: Iterable[str]) -> None:
        """Leave these tests out."""
        for test in tests:
            self.tests.pop(test, None)


class Tracer:
    """Notes which lines of some files run."""

    def __init__(self, files: Iterable[str]) -> None:
        self.files = frozenset(files)
        self._lines: dict[str, set[int]] = {}

    def start(self) -> None:
        threading.settrace(self._call)
        sys.settrace(self._call)

    def stop(self) -> dict[str, set[int]]:
        """The lines that ran since the start, by file."""
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        return self.taken()

    def taken(self) -> dict[str, set[int]]:
        """The lines that ran since the last time."""
        lines, self._lines = self._lines, {}
        return lines

    def add(self, lines: dict[str, set[int]]) -> None:
        """These ran, too."""
        for file, mine in lines.items():
            self._lines.setdefault(file, set()).update(mine)

    def _call(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        return self._line(frame, event, arg) if frame.f_code.co_filename in self.files else None

    def _line(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        self._lines.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)
        return self._line


def run(
    items: list[pytest.Item], first: bool = False, seconds: dict[str, float] | None = None
) -> list[str]:
    """Runs these tests; the ones that fail, or the first of them.

    Args:
        seconds: gets what each took.
    """
    failed = []
    for number, item in enumerate(items):
        after = items[number + 1] if number + 1 < len(items) else None
        before, start = item.session.testsfailed, time.perf_counter()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if seconds is not None:
            seconds[item.nodeid] = time.perf_counter() - start
        if item.session.testsfailed > before:
            failed.append(item.nodeid)
            if first:
                break
    return failed


def caches(files: Container[str]) -> list[Any]:
    """What functions of these files remember, as far as the garbage collector looks."""
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, functools._lru_cache_wrapper)
        and getattr(getattr(each.__wrapped__, "__code__", None), "co_filename", None) in files
    ]


def forget(remembered: Iterable[Any]) -> None:
    """Empties these caches: a test reaches all that it would alone."""
    for each in remembered:
        each.cache_clear()


class _Fixtures:
    """A plugin of pytest that notes which lines the fixtures reach that several tests share.

    What a module's tests share, a program that was run, is reached by all of them, not only by the
    first.
    """

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.lines: dict[str, dict[str, set[int]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        before = self.tracer.taken()
        try:
            return (yield)
        finally:
            mine = self.tracer.taken()
            self.lines[fixturedef.argname] = mine
            self.tracer.add(before)
            self.tracer.add(mine)

    def reached_by(self, item: pytest.Item) -> None:
        """Adds to the tracer's lines those of the fixtures that the test uses."""
        for name in getattr(item, "fixturenames", ()):
            self.tracer.add(self.lines.get(name, {}))


def traced(items: list[pytest.Item], tracer: Tracer, known: list[Any]) -> Reached:
    """Runs these tests and notes what each reaches; one that fails or dawdles is left out.

    Args:
        known: caches that were there before the collector's objects were frozen: to look through
            all that pulumi_aws makes would take longer than most tests.
    """
    found, fixtures = Reached({}), _Fixtures(tracer)
    files = tracer.files | {str(item.path) for item in items}
    for item in items[:1]:
        item.config.pluginmanager.register(fixtures)
    for number, item in enumerate(items):
        after = items[number + 1] if number + 1 < len(items) else None
        forget([*known, *caches(files)])
        before, start, busy = item.session.testsfailed, time.perf_counter(), time.process_time()
        tracer.start()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        fixtures.reached_by(item)
        lines, took = tracer.stop(), time.perf_counter() - start
        quick = time.process_time() - busy <= SLOWEST and took <= LONGEST
        if quick and item.session.testsfailed == before:
            found.tests[item.nodeid], found.seconds[item.nodeid] = lines, took
    return found
