"""A copy of gateway/ with an environment of its own: tested, deployed as README says, taken down."""

import os
import re
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest
import requests
from packaging.markers import default_environment
from packaging.requirements import Requirement

from sandbox import cloud

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="README's commands are for sh"),
]


def needed(requirements):
    """What pip would install for these lines: distributions by name, those that they need with them."""
    found, todo = {}, [Requirement(line) for line in requirements]
    while todo:
        wanted = todo.pop()
        if wanted.marker and not wanted.marker.evaluate({**default_environment(), "extra": ""}):
            continue
        try:
            there = metadata.distribution(wanted.name)
        except metadata.PackageNotFoundError:
            pytest.skip(f"{wanted} is not installed; install it with: make setup")
        assert wanted.specifier.contains(there.version), f"{wanted}: {there.version} is installed"
        name = re.sub(r"[-_.]+", "-", there.name).lower()
        if name not in found:
            found[name] = there
            todo += [Requirement(line) for line in there.requires or []]
    return found


def fresh_environment(folder, requirements):
    """A virtual environment with what the requirements name and nothing else, from files that are here.

    pip would fetch the same versions and unpack 200 MB of them, which takes minutes.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    found = needed(requirements)
    for each in found.values():
        for file in each.files or []:
            if ".." not in file.parts:
                source, target = Path(each.locate_file(file)), site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(source, target)
                except OSError:
                    shutil.copy(source, target)
    return found


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """A folder that looks like the kit's, with a sandbox, and a copy of gateway/ beside it."""
    folder = tmp_path_factory.mktemp("copy")
    left = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", ".*_cache", "build")
    shutil.copytree(ROOT / "gateway", folder / "kit" / "gateway", ignore=left)
    lines = (ROOT / "gateway" / "requirements.txt").read_text("utf-8").split()
    found = fresh_environment(folder / "fresh", lines)
    assert {"pulumi", "pulumi-aws", "pytest"} <= set(found)
    assert not {"boto3", "llm-gateway-course", "jupyterlab", "xllamacpp"} & set(found)
    yield folder
    cloud.stop(folder / "home")


def shell(kit, script, cwd="kit"):
    """A script in a shell in which the copy's environment is active, and `python` is the kit's own."""
    fresh, own = kit / "fresh", kit / "bin"
    own.mkdir(exist_ok=True)
    if not (own / "python").exists():
        (own / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        (own / "python").chmod(0o755)
    env = {
        **os.environ,
        "KIT_HOME": str(kit / "home"),
        "VIRTUAL_ENV": str(fresh),
        "PATH": f"{own}{os.pathsep}{fresh / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    env.pop("PYTHONPATH", None)
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=kit / cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=400,
    )


def test_its_own_tests_pass_in_an_environment_of_its_own(kit):
    done = shell(kit, f"{kit / 'fresh' / 'bin' / 'python'} -m pytest -q tests", "kit/gateway")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"\d\d passed", done.stdout)


LEARNER = """
from lab import start, up
start(1)
up(1)
"""
TRACE = "import os, sys; open({!r}, 'a').write(' '.join(sys.argv) + chr(10))\n"


def commands():
    """README's commands, to the letter; but nobody is there to say yes."""
    text = (ROOT / "README.md").read_text("utf-8").partition("## Copy the gateway")[2]
    block = text.split("```")[1]
    assert "cp -r gateway ../infra" in block and block.rstrip().endswith("pulumi up")
    return re.sub("^pulumi up$", "pulumi up --yes", block, flags=re.MULTILINE)


def versions(kit, environment):
    """Each change of the function is a version, and the API calls one of them, never what is newest."""

    def called(change):
        """The version that the API calls after a change and an `up`, and a second one in vain."""
        done = shell(kit, f"{environment}{change}\npulumi up --yes")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        uri = shell(kit, environment + "pulumi stack output integration_uri").stdout
        return re.search(r":function:[\w-]+:?(\d*)/invocations", uri)[1]

    assert called("pulumi config set gateway:publishVersions true") == "1"
    assert called("echo '# another' >>functions/model/pages.py") == "2"
    again = shell(kit, environment + "pulumi up --yes --expect-no-changes")
    assert again.returncode == 0, again.stdout[-3000:]
    assert called("pulumi config set gateway:functionQualifier 1") == "1"


def test_what_readme_says_of_a_copy_is_true_to_the_letter(kit):
    learner = shell(kit, f"python -c '{LEARNER}'")
    assert learner.returncode == 0, learner.stderr
    (site,) = (kit / "fresh").glob("lib/python3*/site-packages")
    (site / "trace.pth").write_text(TRACE.format(str(kit / "ran")))
    up = shell(kit, commands())
    assert up.returncode == 0, up.stdout[-3000:] + up.stderr[-3000:]
    assert "language_host.py" in (kit / "ran").read_text(), "the program ran in another environment"
    environment = f'eval "$(python -m sandbox env)"; cd {kit / "infra"}\n'

    again = shell(kit, environment + "pulumi up --yes --expect-no-changes")
    assert again.returncode == 0, again.stdout[-3000:]
    outputs = "pulumi stack output invoke_url; pulumi stack output team_keys --show-secrets"
    url, keys = shell(kit, environment + outputs).stdout.split("\n", 1)
    key = re.search(r'"?blue"?:\s*"?([\w-]+)', keys)[1]
    answer = requests.get(f"{url}/models", headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert answer.json()["data"][0]["id"] == "SmolLM2-135M-Instruct"
    assert requests.get(f"{url}/models", timeout=60).status_code == 401

    versions(kit, environment)
    answer = requests.get(f"{url}/models", headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert answer.status_code == 200, answer.text

    down = shell(kit, environment + "pulumi destroy --yes")
    assert down.returncode == 0, down.stdout[-3000:]
    still = shell(kit, environment + "pulumi stack ls --all --json").stdout
    counts = re.findall(r'"name": "([^"]*)".*?"resourceCount": (\d+)', still, re.DOTALL)
    assert {name.rpartition("/")[2]: int(count) > 1 for name, count in counts} == {
        "mine": False,
        "course": True,
    }
