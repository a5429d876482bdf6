"""Where else people open the course: a dev container, and what repo2docker and Binder build.

No image is built here, for that takes Docker and minutes: what they run is checked against the kit.
`python -m tests.trials.containers` builds and runs a room's; CONTRIBUTING has how the dev container was.
"""

import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import pytest
import yaml

from lab import copies
from tools import environment, run

ROOT = Path(__file__).parents[1]
BINDER = ROOT / ".binder"


@pytest.fixture(scope="module")
def container():
    return json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))


SIZE = {"type": "string", "pattern": r"^\d+([tgmk]b)?$"}
TEXTS = {"type": "array", "items": {"type": "string"}}
# What a devcontainer.json may say (devContainer.base.schema.json of devcontainers/spec, read on
# 2026-11-30), as far as ours does: another name would be ignored, and nobody told.
SPEC = {
    "type": "object",
    "required": ["image"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "image": {"type": "string"},
        "hostRequirements": {
            "additionalProperties": False,
            "properties": {
                "cpus": {"type": "integer", "minimum": 1},
                "memory": SIZE,
                "storage": SIZE,
            },
        },
        "onCreateCommand": {"type": "string"},
        "postStartCommand": {"type": "string"},
        "remoteEnv": {"additionalProperties": {"type": ["string", "null"]}},
        "customizations": {
            "additionalProperties": False,
            "properties": {
                "vscode": {
                    "additionalProperties": False,
                    "properties": {
                        "extensions": {"items": {"pattern": r"^[\w-]+\.[\w-]+$"}},
                        "settings": {
                            "additionalProperties": False,
                            "properties": {
                                "python.defaultInterpreterPath": {"type": "string"},
                                "jupyter.widgetScriptSources": {
                                    "items": {"enum": ["jsdelivr.com", "unpkg.com"]}
                                },
                            },
                        },
                    },
                },
                "codespaces": {"additionalProperties": False, "properties": {"openFiles": TEXTS}},
            },
        },
    },
}


def test_the_container_says_what_the_specification_knows(container):
    import jsonschema  # takes seconds to load: not where tests are only counted

    jsonschema.validate(container, SPEC)
    known = container["customizations"]["vscode"]
    assert {"ms-python.python", "ms-toolsai.jupyter"} == set(known["extensions"])
    with pytest.raises(jsonschema.ValidationError, match="postcreatecommand"):
        jsonschema.validate({**container, "postcreatecommand": "make setup"}, SPEC)


def test_the_container_sets_up_with_a_job_of_the_kit_and_a_python_that_it_knows(container):
    command, job = container["onCreateCommand"].split()
    assert command == "make" and job in run.JOBS
    version = re.search(r"/python:(\d+)\.(\d+)-", container["image"])
    assert run.python_problem(tuple(map(int, version.groups()))) is None


def test_the_container_opens_what_is_there_with_the_kits_own_python(container):
    own = container["customizations"]
    for name in own["codespaces"]["openFiles"]:
        folder, page = name.split("/")
        assert folder == copies.WORK and (ROOT / "notebooks" / page).is_file()
    folder = "${containerWorkspaceFolder}"
    python = environment.choose({}, environment.conda_name()).python
    inside = python.relative_to(ROOT).as_posix()
    assert own["vscode"]["settings"]["python.defaultInterpreterPath"] == f"{folder}/{inside}"
    assert container["remoteEnv"]["PATH"].startswith(f"{folder}/{Path(inside).parent.as_posix()}:")


def test_the_containers_learner_works_on_copies(container, tmp_path):
    """As it starts, each time: a page that was changed stays, and who has an old one is told."""
    python, flag, module = container["postStartCommand"].split()
    assert (python, flag) == ("python", "-m")
    told = partial(
        subprocess.run, [sys.executable, flag, module], cwd=ROOT, text=True, capture_output=True,
        check=True, env={**os.environ, copies.COURSE: str(tmp_path)},
    )  # fmt: skip
    assert told().stdout == ""
    work = tmp_path / copies.WORK
    page = work / f"{copies.FIRST}.ipynb"
    assert page.read_bytes() == (ROOT / "notebooks" / page.name).read_bytes()
    page.write_text("mine")
    (work / copies.NOTE).write_text(json.dumps({copies.FIRST: "of an earlier page"}))
    said = told().stdout
    assert said.startswith(f"{copies.FIRST}: there is a newer page") and page.read_text() == "mine"


def test_no_image_has_what_is_a_learners_or_a_machines():
    """All that git ignores stays outside, but a bundle, from which an image may be set up."""
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [
        re.sub(r"^\*\*/", "", each.strip("/")) for each in kept if each[:1] not in ("", "#")
    ]
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    left = [
        each for each in ignored
        if each[:1] not in ("", "#") and not any(fnmatch(each.strip("/"), p) for p in patterns)
    ]  # fmt: skip
    assert left == ["bundle/"] and ".git" in patterns


def test_binder_gets_the_same_python_as_conda():
    there, here = (
        yaml.safe_load(path.read_text("utf-8"))
        for path in (BINDER / "environment.yml", ROOT / "environment.yml")
    )
    assert there == here


@pytest.mark.skipif(
    sys.platform == "win32", reason="Linux and macOS only: repo2docker's is a script"
)
def test_binders_last_step_fills_the_environment_that_repo2docker_made(tmp_path):
    """The step itself, with a Python that only says what set-up would be told."""
    assert os.access(BINDER / "postBuild", os.X_OK)
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    says = "import os, sys; print(*sys.argv[1:], os.environ['CONDA_PREFIX'], os.environ['CONDA_DEFAULT_ENV'])"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{says}" "$@"\n')
    python.chmod(0o755)
    told = subprocess.run(
        [BINDER / "postBuild"], cwd=ROOT, text=True, capture_output=True, timeout=60, check=True,
        env={"PATH": os.environ["PATH"], "NB_PYTHON_PREFIX": str(tmp_path)},
    ).stdout.split()  # fmt: skip
    assert told[:2] == ["tools/run.py", "setup"]
    variables = dict(zip(("CONDA_PREFIX", "CONDA_DEFAULT_ENV"), told[2:], strict=True))
    chosen = environment.choose(variables, environment.conda_name())
    assert chosen == environment.Environment(tmp_path, conda=True)
