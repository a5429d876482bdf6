"""Secrets and their versions against a real emulator."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sandbox.provider.core import facts, states
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from sandbox.provider.core.wire import Secret
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_updates,
)

PARAMETER = "aws:ssm/parameter:Parameter"
SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"


def policy(action: str) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def secret(life: Lives) -> Life:
    return life(SECRET, name=life.name("course"), recoveryWindowInDays=0)


def test_a_small_secret_has_all_outputs_and_can_be_deleted_twice(secret: Life) -> None:
    assert_complete(secret)
    assert secret.id == secret.outputs["arn"]
    assert secret.outputs["policy"] == "" and secret.outputs["replicas"] == []
    assert_imports(secret, secret.id, unknown=("recoveryWindowInDays",))
    assert_deleted(secret)


def test_a_secret_keeps_takes_and_imports_every_argument(life: Lives) -> None:
    secret = life(
        SECRET,
        name=life.name("course"),
        description="a key",
        kmsKeyId=KEY,
        policy=policy("secretsmanager:PutSecretValue"),
        recoveryWindowInDays=7,
        tags={"team": "llm"},
    )
    assert_complete(secret)
    assert_imports(secret, secret.id, unknown=("recoveryWindowInDays", "policy"))
    changes: list[dict[str, Any]] = [
        {"description": None},
        {"kmsKeyId": "alias/other"},
        {"policy": policy("secretsmanager:DeleteSecret")},
        {"recoveryWindowInDays": 10},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
    ]
    assert_updates(secret, changes)
    secret.update(policy="")
    assert secret.outputs["policy"] == ""
    assert_found(secret.ctx, secret.token, secret.inputs, secret.id)
    assert_deleted(secret)


def test_versions_of_a_secret_follow_each_other(life: Lives, secret: Life, ctx: Context) -> None:
    first = life(VERSION, secretId=secret.id, secretString="one")
    assert_complete(first)
    assert first.id == f"{secret.id}|{first.outputs['versionId']}"
    assert first.outputs["versionStages"] == ["AWSCURRENT"]
    assert_imports(first, first.id)
    binary = base64.b64encode(b"\x00two").decode()
    second = life(VERSION, secretId=secret.id, secretBinary=binary)
    assert_complete(second)
    assert first.read()["versionStages"] == ["AWSPREVIOUS"]
    client = ctx.client("secretsmanager")
    assert client.get_secret_value(SecretId=secret.id)["SecretBinary"] == b"\x00two"
    second.update(versionStages=["AWSCURRENT", "blue"])
    assert second.outputs["versionStages"] == ["AWSCURRENT", "blue"]
    second.update(versionStages=["AWSCURRENT"])
    assert second.outputs["versionStages"] == ["AWSCURRENT"]
    first.delete()
    first.delete()
    # The current version goes with the secret only.
    second.delete()
    assert client.get_secret_value(SecretId=secret.id)["VersionId"] == second.outputs["versionId"]
    secret.delete()
    assert second.read() is None
    second.delete()


def test_a_version_for_writing_only_shows_nothing(life: Lives, secret: Life, ctx: Context) -> None:
    hidden = life(VERSION, secretId=secret.id, secretStringWo="x", secretStringWoVersion=1)
    assert hidden.outputs["hasSecretStringWo"] is True
    assert "secretString" not in hidden.outputs and "secretStringWo" not in hidden.outputs
    value = ctx.client("secretsmanager").get_secret_value(SecretId=secret.id)
    assert value["SecretString"] == "x"
    with pytest.raises(CallError, match=r"expected SECRET-ID\|VERSION-ID"):
        kind(VERSION).read(ctx, "nope", {})


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (PARAMETER, "value"),
        (PARAMETER, "valueWo"),
        (VERSION, "secretString"),
        (VERSION, "secretBinary"),
        ("aws:cognito/userPoolClient:UserPoolClient", "clientSecret"),
    ],
)
def test_what_is_secret_on_aws_is_marked(token: str, name: str) -> None:
    type = facts.of(token)
    assert type
    assert states.outputs(type, {}, {name: "x"}, None, {})[name] == Secret("x")
