"""Permissions of a function against a real emulator."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lambda_.functions import FUNCTION, PERMISSION, permission, small
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
)


def test_a_permission_lives(life: Lives, role: str) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    allowed = life(
        PERMISSION,
        statementId="AllowApi",
        sourceArn="arn:aws:execute-api:us-east-1:000000000000:abc/*/*/model",
        sourceAccount="000000000000",
        **permission(function.id),
    )
    assert_complete(allowed)
    assert allowed.id == "AllowApi"
    assert allowed.imported(f"{function.id}/AllowApi") == ("AllowApi", allowed.outputs)
    assert_deleted(allowed)


@pytest.mark.parametrize(
    "extra",
    [
        {"eventSourceToken": "alexa"},
        {"principal": "*", "functionUrlAuthType": "NONE"},
        {"principal": "*", "invokedViaFunctionUrl": True},
        {"principal": "*", "principalOrgId": "o-1234567890"},
        {"principal": "123456789012"},
    ],
)
def test_a_permission_with_every_argument_reads_back_as_given(
    life: Lives, role: str, extra: dict[str, Any]
) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    inputs = {**permission(function.outputs["arn"]), "statementId": "S", **extra}
    allowed = life(PERMISSION, **inputs)
    assert allowed.read() == allowed.outputs
    assert {name: allowed.outputs[name] for name in inputs} == inputs


def test_a_permission_of_a_version_is_imported_with_its_qualifier(life: Lives, role: str) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role), publish=True)
    allowed = life(PERMISSION, statementId="V", qualifier="1", **permission(function.id))
    assert allowed.imported(f"{function.id}:1/V") == ("V", allowed.outputs)
    arn = function.outputs["arn"]
    assert allowed.kind.imported(f"{arn}/V") == ("V", {"function": arn})
    assert_deleted(allowed)


def test_many_permissions_of_one_function_are_made_at_once(
    life: Lives, ctx: Context, role: str
) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))

    def add(number: int) -> str:
        inputs = {"statementId": f"s{number}", **permission(function.id)}
        return str(kind(PERMISSION).create(ctx, inputs).id)

    with ThreadPoolExecutor(20) as threads:
        made = list(threads.map(add, range(20)))
    policy = json.loads(ctx.client("lambda").get_policy(FunctionName=function.id)["Policy"])
    assert sorted(each["Sid"] for each in policy["Statement"]) == sorted(made)


def test_a_permission_goes_with_its_function(life: Lives, role: str) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    allowed = life(PERMISSION, statementId="S", **permission(function.id))
    function.delete()
    assert allowed.read() is None
