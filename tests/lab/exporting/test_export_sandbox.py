"""An export against a sandbox: no change to the course's own stack, and a stack of its own."""

import os
import shutil
import subprocess

import pytest
import requests

from lab.exporting.export import export
from lab.session import session
from sandbox import cloud, engine
from tests import chapters
from tests.lab.session.stacks import as_notebook

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """A kit's folder with its sandbox and chapter 11; and `pulumi` in a folder, as in a terminal."""
    home = tmp_path_factory.mktemp("kit")
    with as_notebook(home):
        session.open_session(chapters.PLANS)
        session.up()
        cli = engine.find()
        engine.ensure_language_host(cli, home)
        reaching = {**os.environ, **cloud.environment(home)}

        def pulumi(folder, *arguments):
            done = subprocess.run(
                [cli.path, *arguments, "--non-interactive"],
                cwd=folder,
                env=reaching,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
            return done.stdout

        yield home, pulumi


@pytest.mark.parametrize("number", [chapters.PLANS, chapters.ALARMS])
def test_it_would_change_nothing_of_the_courses_stack(kit, tmp_path, number):
    home, pulumi = kit
    session.up(number)
    export(number, tmp_path / "mine")
    settings = home / "workspaces" / "course" / "Pulumi.course.yaml"
    where = ("--stack", "course", "--config-file", str(settings))
    pulumi(tmp_path / "mine", "preview", *where, "--expect-no-changes")


def test_a_stack_of_its_own_has_its_prefix_and_tags_and_answers(kit, tmp_path):
    folder = tmp_path / "mine"
    _, pulumi = kit
    export(chapters.PLANS, folder)
    pulumi(folder, "stack", "init", "dev")
    pulumi(folder, "config", "set", "gateway:modelLayer", "false")
    pulumi(folder, "up", "--yes")
    pulumi(folder, "preview", "--expect-no-changes")
    url = pulumi(folder, "stack", "output", "model_url").strip()
    name = pulumi(folder, "stack", "output", "function_name").strip()
    assert name.startswith("dev-LanguageModelLambda-")
    assert requests.post(url, json={"prompt": "Say hello."}, timeout=60).status_code == 401
    keys = pulumi(folder, "stack", "output", "team_keys", "--show-secrets", "--json")
    key = keys.split('"blue":')[1].split('"')[1]
    answer = requests.post(
        url,
        json={"prompt": "Say hello.", "max_tokens": 3},
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    text = (folder / "Pulumi.dev.yaml").read_text("utf-8")
    assert "# yours" in text, "Pulumi has thrown the comments away"
    import boto3

    arn = pulumi(folder, "stack", "output", "function_arn").strip()
    tags = boto3.client("lambda").list_tags(Resource=arn)["Tags"]
    assert tags["gateway:stack"] == "dev" and tags["gateway:project"] == "gateway"
    pulumi(folder, "destroy", "--yes")
    shutil.rmtree(folder)
