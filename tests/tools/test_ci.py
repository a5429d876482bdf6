"""CI notices tests and notebooks that did not run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests import conftest
from tools.run import SIDE_BY_SIDE

ROOT = Path(__file__).parents[2]
FILES = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/**/test_*.py")]
SPEC = importlib.util.spec_from_file_location("count", ROOT / ".ci" / "count.py")
count = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(count)

EXIST = "tests/a.py::test_one\ntests/a.py::test_runs[00_start]\n"


def report(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


ONE = '<testcase classname="a" name="test_one"/>'
NOTEBOOK = '<testcase classname="a" name="test_runs[00_start]"><system-out/></testcase>'


def problems(*cases: str, exist: str = EXIST, notebooks: tuple[str, ...] = ("00_start",)):
    return count.problems(exist, report(*cases), list(notebooks), ["tests/a.py"])


def test_all_that_exists_ran():
    assert problems(ONE, NOTEBOOK) == []


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
    (found,) = problems(*cases, notebooks=tuple(notebooks))
    assert problem in found


def test_a_skip_for_another_kind_of_machine_is_allowed():
    assert problems(skipped("Windows only: x"), NOTEBOOK) == []


def test_a_file_whose_tests_are_not_found_is_named():
    (found,) = count.problems(EXIST, report(ONE, NOTEBOOK), ["00_start"], ["tests/a.py", "b.py"])
    assert found == "b.py has no test"


def test_no_tests_at_all_is_a_problem():
    assert problems(exist="") != []


# What tests/conftest.py says of the tests


@pytest.mark.parametrize("pattern", sorted({*conftest.TESTS, *conftest.TOGETHER, *conftest.APART}))
def test_a_pattern_still_means_some_tests(pattern):
    assert [file for file in FILES if fnmatchcase(file, pattern.partition("::")[0])]


def test_tests_of_a_file_stay_in_one_worker_and_so_do_files_that_share_a_gateway():
    one, other = "tests/a.py::test_one[x::y]", "tests/a.py::test_other"
    assert conftest.unit(one) == conftest.unit(other) != conftest.unit("tests/b.py::test_one")
    in_order, alone = (f"tests/test_notebooks.py::test_{name}[00]" for name in ("in", "alone"))
    assert conftest.unit(in_order) != conftest.unit(alone)
    assert conftest.unit(in_order) == conftest.unit(in_order.replace("00", "01"))
    shared = {conftest.unit(f"tests/deployed/test_{name}.py::test_x") for name in "ab"}
    assert len(shared) == 1


def test_what_takes_longest_begins_first_and_what_is_pure_is_last():
    pure = conftest.rank("tests/tools/test_ci.py::test_a", ["tmp_path"])
    sandbox = conftest.rank("tests/sandbox/server/test_app.py::test_a", ["account"])
    assert conftest.rank("tests/test_notebooks.py::test_a") < sandbox < pure == conftest.PURE


# A run in workers


@pytest.fixture
def trial(tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs tests in two workers, with the kit's own conftest.py."""
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_other.py").write_text("def test_other():\n    pass\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfaulthandler_exit_on_timeout = true\n")

    def run(tests: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "tests" / "test_trial.py").write_text(tests)
        command = [sys.executable, "-m", "pytest", *SIDE_BY_SIDE, "-n", "2"]
        command += ["--exist=exist.txt", "--junitxml=junit.xml"]
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        return subprocess.run(
            [*command, *arguments], cwd=tmp_path, env=environ, capture_output=True, text=True
        )

    return run


def judged(folder: Path) -> list[str]:
    """What CI says of such a run."""
    exist, junit = (folder / name for name in ("exist.txt", "junit.xml"))
    files = ["tests/test_trial.py", "tests/test_other.py"]
    return count.problems(exist.read_text(), junit.read_text(), ["test_one"], files)


LATE = """
@pytest.fixture(scope="session")
def end():
    yield
    os._exit(0)


def test_one(end):
    pass
"""
PATIENCE = 3  # seconds
TWO = "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n"


def test_workers_report_every_test(trial, tmp_path):
    done = trial(TWO)
    assert done.returncode == 0, done.stdout
    assert judged(tmp_path) == []


def test_tests_that_are_taken_away_are_missed(trial, tmp_path):
    done = trial(TWO, "-k", "one")
    assert done.returncode == 0, done.stdout
    assert judged(tmp_path) == ["3 tests exist and 1 ran"]


@pytest.mark.parametrize(
    "end",
    [
        "def test_one():\n    os._exit(0)\n",
        "def test_one():\n    time.sleep(60)\n",
        LATE,
    ],
    ids=["in a test", "hanging", "after the last test"],
)
def test_a_worker_that_dies_fails_the_run(trial, end):
    patience = f"faulthandler_timeout={PATIENCE}"
    done = trial("import os, time\nimport pytest\n" + end, "-o", patience)
    assert done.returncode != 0, done.stdout
    assert "error: a worker died" in done.stdout


def test_the_workflow_runs_all_of_it_as_root_where_namespaces_can_be_made():
    """Docker's usual container refuses `unshare`, by which tests make a bare root or a dead network."""
    import yaml

    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8")
    job = yaml.safe_load(text)["jobs"]["tests"]
    assert job["steps"][-1] == {"run": "bash .ci/run"}
    assert job["container"] == {"image": "rust:1-bookworm", "options": "--privileged"}
