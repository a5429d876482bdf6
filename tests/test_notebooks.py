"""Every notebook, executed as a learner would: in order, alone, twice, and out of order."""

import os
import shutil
import subprocess
import sys

import pytest

from lab import course
from sandbox import cloud
from tools import notebooks

pytestmark = [pytest.mark.timeout(600), pytest.mark.random_order(disabled=True)]
NAMES = [path.stem for path in notebooks.every()]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A sandbox of its own for all runs of this module; each order has its own stack."""
    path = tmp_path_factory.mktemp("kit")
    cloud.start(path)
    yield path
    cloud.stop(path)


def run(name, home, stack, **more):
    return notebooks.run(notebooks.named(name), home=home, env={"KIT_STACK": stack}, **more)


def check(done):
    assert done.error is None, done.error
    assert done.cells == notebooks.code_cells(done.notebook) > 0


def test_each_chapter_has_its_notebook_and_no_other_exists():
    assert [chapter.name for chapter in course.CHAPTERS] == NAMES


@pytest.fixture(scope="module")
def before():
    """The notebooks that ran in order so far: some say what is seen only when none is missing."""
    return []


@pytest.mark.parametrize("name", NAMES)
def test_runs_in_order(name, home, before, tmp_path):
    first = before == NAMES[: len(before)] and NAMES[len(before)] == name
    before.append(name)
    check(run(name, home, "in-order", first=first))
    if name.startswith("14"):
        assert_a_copy_sees_no_change(home, "in-order", tmp_path / "infra")


def assert_a_copy_sees_no_change(home, stack, copy):
    """`pulumi preview` in a copy of gateway/, in a terminal, agrees that nothing is left to do."""
    left = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml")
    shutil.copytree(notebooks.ROOT / "gateway", copy, ignore=left)
    config = home / "workspaces" / stack / f"Pulumi.{stack}.yaml"
    quiet = ["--expect-no-changes", "--non-interactive"]
    done = subprocess.run(
        ["pulumi", "preview", "--stack", stack, "--config-file", str(config), *quiet],
        cwd=copy,
        env={**os.environ, **cloud.environment(home)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_runs_alone_and_again(name, home):
    stack = f"alone-{name[:2]}"
    check(run(name, home, stack))
    if name[:2] in ("15", "16"):  # a sandbox has three instances, for all its stacks
        check(run("99", home, stack))
    else:  # those two take a minute, and run again in another order
        check(run(name, home, stack))


def test_runs_out_of_order(home):
    for name in [*sorted(NAMES, key=lambda name: name[::-1]), "99"]:
        check(run(name, home, "shuffled"))


def test_an_error_that_a_handler_left_counts(home, tmp_path):
    """A failure inside a button's callback does not stop a notebook; the runner sees it."""
    import nbformat

    click = "import ipywidgets\nb = ipywidgets.Button()\nb.on_click(lambda _: 1 / 0)\nb.click()"
    path = tmp_path / "click.ipynb"
    cells = [nbformat.v4.new_code_cell(click)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    done = notebooks.run(path, home=home)
    assert done.error is not None
    assert "ZeroDivisionError" in done.error


def test_command_fails_when_a_notebook_does(home):
    done = subprocess.run(
        [sys.executable, "-m", "tools.notebooks", "no-such", "--home", str(home)],
        cwd=notebooks.ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "no notebook 'no-such'" in done.stderr
