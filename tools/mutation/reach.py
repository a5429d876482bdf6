"""Which tests reach which lines, so that a fault is shown only to tests that can find it."""

from __future__ import annotations

import functools
import gc
import sys
import threading
import time
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

# A test that takes more is left out: seconds of the processor, which other work on the machine does
# not make more of, and seconds on the clock, for tests that wait.
SLOWEST, LONGEST = 3.0, 20.0


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

    def reach(self, file: str, lines: range) -> list[str]:
        """Tests that run one of these lines, the quickest first."""
        found = [
            test
            for test, files in self.tests.items()
            if file in files and not files[file].isdisjoint(lines)
        ]
        return sorted(found, key=self.seconds.__getitem__)

    def touch(self, file: str) -> list[str]:
        """Tests that run any line of the file, the quickest first."""
        found = [test for test, files in self.tests.items() if file in files]
        return sorted(found, key=self.seconds.__getitem__)

    def on_import(self, file: str, lines: range) -> bool:
        """Whether one of these lines ran before the tests."""
        return not self.imported.get(file, set()).isdisjoint(lines)

    def forget(self, tests: Iterable[str]) -> None:
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
        lines, self._lines = self._lines, {}
        return lines

    def _call(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        return self._line(frame, event, arg) if frame.f_code.co_filename in self.files else None

    def _line(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        self._lines.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)
        return self._line


def run(items: list[pytest.Item], first: bool = False) -> list[str]:
    """Runs these tests; the ones that fail, or the first of them."""
    failed = []
    for number, item in enumerate(items):
        after = items[number + 1] if number + 1 < len(items) else None
        before = item.session.testsfailed
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if item.session.testsfailed > before:
            failed.append(item.nodeid)
            if first:
                break
    return failed


def forget_caches(files: Iterable[str]) -> None:
    """Empties what functions of these files remember: a test reaches all that it would alone."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            code = getattr(each.__wrapped__, "__code__", None)
            if code is not None and code.co_filename in files:
                each.cache_clear()


def traced(items: list[pytest.Item], tracer: Tracer) -> Reached:
    """Runs these tests and notes what each reaches; one that fails or dawdles is left out.

    Each makes its fixtures anew: what a module's tests share, a program that was run, is reached by
    all of them, not only by the first.
    """
    found = Reached({})
    for item in items:
        forget_caches(tracer.files)
        before, start, busy = item.session.testsfailed, time.perf_counter(), time.process_time()
        tracer.start()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        lines, took = tracer.stop(), time.perf_counter() - start
        quick = time.process_time() - busy <= SLOWEST and took <= LONGEST
        if lines and quick and item.session.testsfailed == before:
            found.tests[item.nodeid], found.seconds[item.nodeid] = lines, took
    return found
