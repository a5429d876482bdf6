"""Faults are shown to the tests that reach them, and what these say is the verdict."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_imports import PURE_FILES
from tools.mutation import processes
from tools.mutation.processes import HUNG

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
SCOPES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]

MODULE = """import functools

LIMIT = 3


def small(number):
    return number <= LIMIT


def outer(number):
    def inner():
        return number + 1

    return inner()


def never(number):
    return number


@functools.cache
def remembered():
    return 4


def twice(number):
    return number * 2
"""
TESTS = """import module
import pytest

module.remembered()  # as a table of cases does, while tests are collected


@pytest.fixture(scope="module")
def shared():
    return module.twice(4)


def test_first(shared):
    pass


def test_second(shared):
    assert shared == 8


def test_remembered():
    assert module.remembered() == 4


def test_small():
    assert module.small(3) and not module.small(4)


def test_outer():
    assert module.outer(1) > 1


def test_fails():
    assert module.never(1) == 2
"""
HUNT = """
import json, sys
from tools.mutation.hunt import Fault, Hunt

text = open("module.py").read()
faults = [
    ("module.py", Fault(line, range(line, line + 1), "", "", text.replace(old, new)))
    for line, old, new in (
        (7, "<=", "<"), (7, "<=", "<= 0 +"), (12, "+ 1", "+ 2"), (12, "+ 1", "- 1"),
        (3, "3", "4"), (3, "3", "3.0"), (18, "return number\\n", "return None\\n"),
        (7, "return number", "while True: number"), (23, "4", "5"), (27, "*", "+ 1 +"),
    )
]
import os
whole = [(os.path.realpath(file), fault) for file, fault in faults]
found = Hunt(whole, ["test_module.py"], [], lambda word: None).run()
json.dump([[verdict, by] for verdict, by in found], sys.stdout)
"""
FOUND = "test_module.py::test_small"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_each_fault_gets_its_verdict(tmp_path, monkeypatch):
    (tmp_path / "module.py").write_text(MODULE)
    (tmp_path / "test_module.py").write_text(TESTS)
    script = HUNT.replace(
        "import json", "import json, tools.mutation.processes as p; p.GRACE = 1.0\nimport json"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert __import__("json").loads(done.stdout) == [
        ["killed", FOUND], ["survived", ""], ["survived", ""],
        ["killed", "test_module.py::test_outer"], ["killed", FOUND], ["survived", ""],
        ["no test", ""], ["killed", HUNG],
        ["killed", "test_module.py::test_remembered"], ["killed", "test_module.py::test_second"],
    ]  # fmt: skip
    assert (tmp_path / "module.py").read_text() == MODULE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize(
    ("takes", "plain", "verdict"),
    [
        pytest.param((0,), 0, [], id="ends"),
        pytest.param((0.6, 0), 0, [], id="the machine had other work the first time"),
        pytest.param((0.6, 0.6), 0.1, [], id="the machine has other work all the time"),
        pytest.param((0.6, 60), 0.1, [HUNG], id="waits, and the tests without the fault do not"),
        pytest.param((None,), 0, [HUNG], id="turns in a circle"),
    ],
)
def test_other_work_on_the_machine_is_not_a_fault_that_was_found(
    monkeypatch, tmp_path, takes, plain, verdict
):
    monkeypatch.setattr(processes, "GRACE", 0.4)

    def shown():
        times = len(list(tmp_path.iterdir()))
        (tmp_path / str(times)).touch()
        seconds = takes[min(times, len(takes) - 1)]
        while seconds is None:
            pass
        time.sleep(seconds)
        return []

    assert processes.ended(shown, lambda: time.sleep(plain), 0) == verdict


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_names_modules_and_tests_that_are_there(scope):
    assert 50 <= SCOPES[scope]["least"] <= 100
    for room in SCOPES[scope]["rooms"]:
        assert room["modules"] and room["tests"]
        for path in (
            *room["modules"],
            *(each for each in room["tests"] if each.startswith("tests/")),
        ):
            assert (ROOT / path).exists(), path


# What has no faults put into it: tables, texts and names of types, and what only a whole export, a
# real model, the network or another process can show.
APART = {
    "lab/account/actions.py",
    "lab/account/apigateway_actions.py",
    "lab/account/authorization.py",
    "lab/account/machine_actions.py",
    "lab/cost/prices.py",
    "lab/course.py",
    "lab/errors.py",
    "lab/exporting/chapter.py",
    "lab/exporting/tests.py",
    "lab/predictions/questions.py",
    "gateway/__main__.py",
    "gateway/kinds.py",
    "gateway/layer/__main__.py",
    "gateway/layer/adapter.py",
    "gateway/layer/build.py",
    "gateway/functions/model/local/gguf.py",
    "gateway/functions/model/local/llama.py",
    "gateway/functions/model/model.py",
    "gateway/functions/model/start.py",
}


def test_the_scopes_name_all_of_the_gateway_pure_state_and_the_providers_core():
    named = {
        module for scope in SCOPES.values() for room in scope["rooms"] for module in room["modules"]
    }
    places = ("gateway", "sandbox/provider/core", "sandbox/provider/check")
    files = {path for place in places for path in (ROOT / place).rglob("*.py")} | PURE_FILES
    there = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.name != "__init__.py" and ROOT / "gateway" / "tests" not in path.parents
    }
    assert there - named == APART
