"""Every notebook, executed as a learner would: in order, alone, twice, and out of order."""

import os
import shutil
import subprocess
import sys

import pytest
import yaml

from lab import course
from lab.strict import web_adapter
from sandbox import cloud
from tests import chapters, layers
from tools import notebooks
from tools.parts import PARTS

pytestmark = [pytest.mark.timeout(600), pytest.mark.random_order(disabled=True)]
NAMES = [path.stem for path in notebooks.every()]


# The layer has libraries for Linux, and streams are the adapter's: `python -m tools.others.adapter`.
STRICT = {"KIT_STRICT": "1"} if sys.platform == "linux" and web_adapter.program().is_file() else {}
# What a strict sandbox has put into a stack's settings, and the usual one does not want.
NARROW = ("gateway:adapterLayerArn", "gateway:layerArns")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A sandbox of its own for the pages that run alone; each has its own stack."""
    path = tmp_path_factory.mktemp("kit")
    cloud.start(path)
    yield path
    cloud.stop(path)


def widen(home, stack):
    """Take back what a strict sandbox wanted of a stack: `pulumi config rm`, and an `up`."""
    file = home / "workspaces" / stack / f"Pulumi.{stack}.yaml"
    if not file.exists():
        return  # nobody has deployed yet
    settings = yaml.safe_load(file.read_text("utf-8"))
    kept = {k: v for k, v in settings["config"].items() if k not in NARROW}
    file.write_text(yaml.safe_dump({**settings, "config": kept}), "utf-8")
    up = f"from lab import start, up; start({course.LAST}); up()"
    env = notebooks.kernel_environment(home, {"KIT_STACK": stack})
    done = subprocess.run(
        [sys.executable, "-c", up], cwd=notebooks.ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Sandbox:
    """A sandbox that is strict or not, as a turn wants it: what is deployed stays."""

    def __init__(self, home):
        self.home, self._env = home, None

    def of(self, env, stack):
        """Have it run with these variables; the same, for a kernel."""
        before, self._env = self._env, env
        if env != before:
            cloud.stop(self.home)
            with pytest.MonkeyPatch.context() as patch:
                for key, value in env.items():
                    patch.setenv(key, value)
                cloud.start(self.home)
        if before and not env:
            widen(self.home, stack)
        return env


@pytest.fixture(scope="module")
def in_order(tmp_path_factory):
    """The sandbox of one learner's way."""
    if STRICT:
        layers.made()
    sandbox = Sandbox(tmp_path_factory.mktemp("kit"))
    yield sandbox
    cloud.stop(sandbox.home)


def run(name, home, stack, env=None, **more):
    env = {"KIT_STACK": stack, **(env or {})}
    return notebooks.run(notebooks.named(name), home=home, env=env, **more)


def check(done):
    assert done.error is None, done.error
    assert done.cells == notebooks.code_cells(done.notebook) > 0


def test_each_chapter_has_its_notebook_and_no_other_exists():
    assert [chapter.name for chapter in course.CHAPTERS] == NAMES


@pytest.fixture(scope="module")
def before():
    """What ran so far on this stack: some pages say what is seen only when nothing is missing."""
    return []


def mixed(names):
    """An order in which most come before what they build on, the same on every machine."""
    return sorted(names, key=lambda name: name[::-1])


def slow(name):
    """Pages with instances start and end some: once is what CI has time for."""
    return chapters.INSTANCES <= int(name[:2]) <= chapters.WHOLE


# One learner's way: all pages in order, each again while all chapters are deployed, then the end, twice.
# Strict where something is seen for the first time: what AWS would refuse of the course, or would not
# find, is refused and not found. The second time in the usual sandbox, as learners have it.
TURNS = [
    *(("first", name) for name in NAMES[:-1]),
    *(("again", name) for name in mixed(NAMES[:-1]) if not slow(name)),
    *((turn, NAMES[-1]) for turn in ("last", "twice")),
]


@pytest.mark.parametrize(("turn", "name"), TURNS, ids=["-".join(turn) for turn in TURNS])
def test_runs_in_order_and_again_out_of_order(turn, name, in_order, before, tmp_path):
    complete = before == TURNS[: TURNS.index((turn, name))]
    before.append((turn, name))
    first = complete and turn in ("first", "last")
    if turn == "again":
        # As on a machine that writes five tokens a second: fewer are asked for.
        env = {**in_order.of({}, "in-order"), "KIT_SPEED": "5"}
    else:
        env = in_order.of(STRICT, "in-order")
    check(run(name, in_order.home, "in-order", env, first=first))
    if turn == "first" and name.startswith("21"):
        assert_a_copy_sees_no_change(in_order.home, "in-order", tmp_path / "infra")


def assert_a_copy_sees_no_change(home, stack, copy):
    """`pulumi preview` in a copy of gateway/, in a terminal, agrees that nothing is left to do."""
    left = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", "build")
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


# Where somebody begins: on the first page of a part, and on the last. And where the function passes on
# what instances stream. The others run in order and again out of order.
BEGINNINGS = {*(part.first for part in PARTS), course.LAST, course.CHAPTERS[-1].number}
ALONE = [name for name in NAMES if int(name[:2]) in BEGINNINGS]


@pytest.mark.parametrize("name", ALONE)
def test_runs_alone_and_first(name, home):
    """As somebody does who begins in the middle: what the page builds on is deployed by itself."""
    check(run(name, home, f"alone-{name[:2]}"))


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
