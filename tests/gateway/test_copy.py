"""A copy of gateway/ runs from a folder of any name, and never another folder's code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"
# What the official Python executor does with a program, under mocks; then: whose code was it?
RUN = """
import asyncio, runpy, sys
import pulumi
from pulumi.runtime.mocks import Mocks, set_mocks


class Cloud(Mocks):
    def new_resource(self, args):
        return args.name + "-id", {**args.inputs, "outputs": {}}

    def call(self, args):
        return {"region": "us-east-1", "partition": "aws"}


asyncio.set_event_loop(asyncio.new_event_loop())
pulumi.runtime.set_all_config({"gateway:modelLayer": "false"})
set_mocks(Cloud(), project="gateway", stack="copy", preview=True)
exports = {}
pulumi.export = exports.__setitem__


@pulumi.runtime.test
def program():
    runpy.run_path(sys.argv[1], run_name="__main__")


program()
assert "model_url" in exports
for name, module in sys.modules.items():
    if name.partition(".")[0] in ("here", "gateway", "auth", "settings"):
        print(name, getattr(module, "__file__", None))
"""


def copied(folder):
    """gateway/ as somebody copies it: without what Python and Pulumi left in it."""
    left = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", ".*_cache", "build")
    return Path(shutil.copytree(GATEWAY, folder, ignore=left))


@pytest.fixture
def decoys(tmp_path):
    """A folder on the path with packages of the names that a copy might take by mistake."""
    for name in ("gateway", "auth", "settings", "here"):
        package = tmp_path / "installed" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("raise RuntimeError('another folder')\n")
    return tmp_path / "installed"


@pytest.mark.parametrize(("name", "given"), [
    ("infra", "the folder"), ("my-copy", "a dot"), ("v1.2", "its file"), ("gateway", "a dot"),
    ("json", "the folder"),
])  # fmt: skip
def test_a_copy_runs_its_own_code_whatever_its_name(tmp_path, decoys, name, given):
    copy = copied(tmp_path / "elsewhere" / name)
    (tmp_path / "run.py").write_text(RUN)
    target = {"the folder": str(copy), "a dot": ".", "its file": str(copy / "__main__.py")}[given]
    done = subprocess.run(
        [sys.executable, str(tmp_path / "run.py"), target],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(decoys)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert loaded.pop("here") == "None"
    assert {"here.program", "here.auth", "here.settings"} <= set(loaded)
    assert all(copy in Path(file).parents for file in loaded.values()), loaded


@pytest.mark.parametrize("installed", ["the kit's own", "a decoy"])
def test_a_copy_that_imports_another_folders_program_is_refused_in_one_sentence(
    tmp_path, decoys, installed
):
    """In the kit's environment `gateway` is installed: notebooks import it."""
    copy = copied(tmp_path / "infra")
    file = copy / "budget.py"
    file.write_text(
        file.read_text().replace("from .settings import", "from gateway.settings import")
    )
    (tmp_path / "run.py").write_text(RUN)
    path = str(GATEWAY.parent if installed == "the kit's own" else decoys)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "run.py"), str(copy)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert (
        "RunError: a file here imports gateway, which is another folder's program." in done.stderr
    )
    assert "from .settings import Settings" in done.stderr


def test_it_brings_what_a_repository_needs_with_the_versions_of_this_kit():
    brought = {path.relative_to(GATEWAY).as_posix() for path in GATEWAY.rglob("*")}
    assert {
        "README.md",
        "requirements.txt",
        ".gitignore",
        ".gitattributes",
        ".github/workflows/gateway.yml",
        "tests/test_program.py",
        "tests/test_functions.py",
    } <= brought
    pins = (GATEWAY / "requirements.txt").read_text("utf-8").split()
    pyproject = (GATEWAY.parent / "pyproject.toml").read_text("utf-8")
    for pin in pins[:2]:
        assert f'"{pin}"' in pyproject
    workflow = (GATEWAY / ".github/workflows/gateway.yml").read_text("utf-8")
    assert f"pulumi-version: {pins[0].partition('==')[2]}" in workflow
    assert "id-token: write" in workflow
    assert workflow.count("pulumi up --yes") == 2


def test_no_file_of_the_program_names_a_package_that_it_does_not_bring():
    """So the kit's own installed `gateway` can never stand in for a copy's file."""
    for file in GATEWAY.glob("*.py"):
        text = file.read_text("utf-8")
        assert "import gateway" not in text and "from gateway" not in text, file.name
