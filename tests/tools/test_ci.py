"""CI notices tests and notebooks that did not run."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("count", ROOT / ".ci" / "count.py")
count = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(count)

COLLECTED = "tests/a.py::test_one\ntests/a.py::test_runs[00_start]\n\n2 tests collected\n"


def report(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


ONE = '<testcase classname="a" name="test_one"/>'
NOTEBOOK = '<testcase classname="a" name="test_runs[00_start]"><system-out/></testcase>'


def test_all_that_exists_ran():
    assert count.problems(COLLECTED, report(ONE, NOTEBOOK), ["00_start"]) == []


def skipped(reason: str) -> str:
    return ONE.replace("/>", f'><skipped type="pytest.skip" message="{reason}"/></testcase>')


@pytest.mark.parametrize(
    ("cases", "notebooks", "problem"),
    [
        ([NOTEBOOK], ["00_start"], "2 tests exist and 1 ran"),
        ([skipped("no chromium"), NOTEBOOK], ["00_start"], "a::test_one skipped: no chromium"),
        ([ONE, NOTEBOOK], ["00_start", "01_role"], "no test ran 01_role.ipynb"),
        ([ONE, NOTEBOOK.replace("system-out", "failure")], ["00_start"], "no test ran 00_start"),
        ([ONE, NOTEBOOK], [], "0 notebooks exist"),
    ],
)
def test_what_did_not_run_is_named(cases, notebooks, problem):
    found = count.problems(COLLECTED, report(*cases), notebooks)
    assert len(found) == 1
    assert problem in found[0]


def test_a_skip_for_another_kind_of_machine_is_allowed():
    assert (
        count.problems(COLLECTED, report(skipped("Windows only: x"), NOTEBOOK), ["00_start"]) == []
    )


def test_no_tests_at_all_is_a_problem():
    assert count.problems("no tests ran", report(), ["00_start"]) != []
