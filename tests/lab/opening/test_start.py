"""`start`, its card, the names that notebooks import, and resources made outside a program."""

import dataclasses
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

import lab
from lab import errors
from lab.mocks.mocks import event_loop
from lab.opening import start, stray
from lab.opening.card import Card
from lab.session import session, target
from sandbox import variables
from tests.lab.draw import golden
from tests.lab.session.stacks import CHECKOUT

FACTS = {"deploys to": "sandbox", "region": "us-east-1", "deployed": "nothing yet"}
CARDS = {
    "running": Card("Chapter 3", phase="starting the sandbox"),
    "done": Card("Chapter 03: The REST API", FACTS, status="done"),
    "warned": Card("Chapter 03: The REST API", FACTS, [("No <b>", "do & so")], status="done"),
    "failed": Card("Chapter 3", {}, [("The disk is full.", "Free some space.")], status="failed"),
}


@pytest.mark.parametrize("name", sorted(CARDS))
def test_the_card_is_as_it_was_read(name):
    golden.check(f"start/{name}.txt", CARDS[name].text())
    golden.check(f"start/{name}.html", CARDS[name].html())
    assert CARDS[name].record().state() == CARDS[name].state()


def test_start_is_ready_twice_and_says_what_is_deployed(opened, capsys):
    assert lab.start(2).facts["deployed"] == "nothing yet"
    session.up()
    card = lab.start("02_model_function")
    assert card.status == "done"
    assert card.facts["deployed"] == "chapters 01 to 02: 6 resources"
    assert card.facts["model"] == "writes about 40 tokens a second here"
    assert "Ready." in capsys.readouterr().out and not card.problems
    # A page that later ones have changed says so, and names the call that puts it right.
    ((what, fix),) = lab.start(1).problems
    assert what.startswith("Of later chapters (02) more is deployed")
    assert fix == "up(1, delete=True) takes it away; their pages make it again."


def test_a_slow_machine_is_told_on_the_card(opened, monkeypatch):
    monkeypatch.setenv("KIT_SPEED", "5")
    ((what, _),) = lab.start(2).problems
    assert what == "This machine is slow: about 20 s for an answer of 100 tokens."


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "nothing yet"),
        (["mine"], "1 resource"),
        (["languageModelApiRole"], "chapter 01: 1 resource"),
        (["languageModelApiRole", "modelPath", "mine"],
         "chapters 01, 04: 3 resources, 1 of them your own"),
    ],
)  # fmt: skip
def test_what_is_deployed_in_words(names, said):
    assert start.deployed(names) == said


def test_a_start_that_fails_shows_why_and_raises(opened, capsys):
    with pytest.raises(errors.LabError, match="There is no chapter 27"):
        lab.start(27)
    assert "Not ready." in capsys.readouterr().out


def test_a_sandbox_that_does_not_start_says_its_fix(opened, monkeypatch, capsys):
    def refuse(home, say, check):
        raise RuntimeError("Port 4566 is taken. Fix: python -m sandbox start --port 4567")

    monkeypatch.setitem(target.TARGETS, "sandbox", refuse)
    with pytest.raises(errors.NotReady) as raised:
        lab.start(1)
    assert raised.value.message == "Port 4566 is taken."
    assert raised.value.fix == "python -m sandbox start --port 4567"
    with pytest.raises(errors.NotReady, match="Port 4566 is taken"):
        session.up()


def test_aws_without_a_network_or_credentials_fails_clearly_and_soon(opened, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(errors.NotReady, match="AWS does not accept you") as raised:
        session.open_session(1, target="aws")
    assert "aws configure" in raised.value.fix


def test_a_target_sets_its_environment_and_takes_the_other_ones_back(monkeypatch):
    monkeypatch.setattr(target, "_before", {})
    environ = {"AWS_PROFILE": "mine", "HOME": "/home/ada"}
    here = {"AWS_ENDPOINT_URL": "http://x"}
    target.enter(target.Target("sandbox", "us-east-1", here, variables.SANDBOX), environ)
    loopback = "127.0.0.1,localhost,::1"
    direct = {"no_proxy": loopback, "NO_PROXY": loopback}
    assert environ == {"AWS_ENDPOINT_URL": "http://x", "HOME": "/home/ada", **direct}
    target.enter(target.Target("aws", "eu-west-1"), environ)
    assert environ == {"AWS_PROFILE": "mine", "HOME": "/home/ada"}


def test_boto3_signs_with_the_key_of_the_target_though_it_had_found_another(monkeypatch):
    import boto3

    monkeypatch.setattr(target, "_before", {})
    monkeypatch.setattr(target, "_signed", [])
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "theirs")
    before = dict(os.environ)
    for key in ("theirs", "one", "one", "other"):
        if key != "theirs":
            env = {**dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), key)}
            target.enter(target.Target("sandbox", "us-east-1", env, variables.SANDBOX))
        client = boto3.client("sts", region_name="us-east-1", endpoint_url="http://127.0.0.1:1")
        assert client._request_signer._credentials.access_key == key
    target.leave()
    target.enter(target.Target("aws", "us-east-1"))
    assert boto3.client("sts")._request_signer._credentials.access_key == "theirs"
    os.environ.clear()
    os.environ.update(before)


def test_aws_is_asked_with_the_learners_own_variables_after_a_sandbox_was_open(monkeypatch):
    monkeypatch.setattr(target, "_before", {})
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    before = dict(os.environ)
    seen = {}

    def session_of_boto3():
        seen.update(os.environ)
        raise RuntimeError("seen")

    monkeypatch.setattr("boto3.Session", session_of_boto3)
    here = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    target.enter(target.Target("sandbox", "us-east-1", here, variables.SANDBOX))
    assert "AWS_PROFILE" not in os.environ
    with pytest.raises(errors.NotReady, match="seen"):
        target.reach("aws", Path("/nowhere"), lambda text: None)
    assert seen == before


def test_notebooks_import_these_names_and_each_is_there():
    assert lab.__all__ == [
        "start", "plan", "up", "configure", "outputs", "destroy", "ask", "playground",
        "predict", "check", "hint", "solution", "progress", "show", "reset", "export",
        "aws_preflight", "deployer_policy", "tokens",
    ]  # fmt: skip
    assert all(callable(getattr(lab, name)) for name in lab.__all__)
    assert all(getattr(lab, name).__doc__ for name in lab.__all__)
    with pytest.raises(AttributeError, match="lab has no 'undo'; it has start, plan"):
        lab.undo  # noqa: B018


def test_importing_lab_loads_nothing_heavy():
    code = "import lab, sys; print(sorted({'pulumi', 'boto3', 'ipywidgets'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.fixture
def watched(monkeypatch):
    """The watch for strays, taken off again."""
    monkeypatch.setattr(pulumi.Resource, "__init__", pulumi.Resource.__init__)
    monkeypatch.setattr(pulumi, "export", pulumi.export)
    with event_loop(), warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", stray.OutsideProgram)
        stray.watch()
        stray.watch()
        yield heard


def test_a_resource_outside_a_program_is_warned_of_once_at_the_learners_line(watched):
    aws.iam.Role("mine", assume_role_policy="{}")
    [warning] = [one for one in watched if one.category is stray.OutsideProgram]
    assert 'aws.iam.Role "mine" was made outside a program: it does not exist' in str(
        warning.message
    )
    assert warning.filename == __file__


def test_an_export_outside_a_program_is_an_error_that_says_where_it_belongs(watched):
    with pytest.raises(errors.LabError, match="outside a program: nothing is exported"):
        pulumi.export("url", "x")


def test_a_program_that_the_engine_runs_is_not_warned_of(watched, opened):
    session.up(1)
    assert [one for one in watched if one.category is stray.OutsideProgram] == []


def test_a_stray_resource_in_a_real_kernel_is_told_in_the_cell(kernels):
    kernel = kernels()
    kernel.run("from lab import start\nstart(1)")
    shown = kernel.run("import pulumi_aws as aws\naws.iam.Role('mine', assume_role_policy='{}')")[
        "shown"
    ]
    assert 'aws.iam.Role "mine" was made outside a program' in shown


def test_what_the_sandbox_lost_is_on_the_card_until_an_up_has_made_it_again(opened, monkeypatch):
    session.up(1)
    lost = "iam.json was damaged; it is set aside as iam.json.damaged-1"
    reach = target.TARGETS["sandbox"]

    def damaged(*given):
        return dataclasses.replace(reach(*given), generation="second", damaged=lost)

    monkeypatch.setitem(target.TARGETS, "sandbox", damaged)
    assert any(lost in what for what, _ in lab.start(1).problems)
    session.up(1)
    assert not any(lost in what for what, _ in lab.start(1).problems)


def test_what_was_put_right_is_on_the_card(opened):
    session.up(1)
    opened.stack.state_file.write_text("{")
    assert "it was put right with the one of" in lab.start(1).facts["put right"]
    assert "put right" not in lab.start(1).facts
