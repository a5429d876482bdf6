"""Aliases of functions against a real emulator."""

from __future__ import annotations

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
)

ALIAS = "aws:lambda/alias:Alias"


def test_a_small_alias_lives(life: Lives, function: Life) -> None:
    alias = life(ALIAS, name="live", functionName=function.id, functionVersion="1")
    assert_complete(alias)
    arn = f"{function.outputs['arn']}:live"
    assert alias.id == alias.outputs["arn"] == arn
    invoke = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    assert alias.outputs["invokeArn"] == invoke
    assert_deleted(alias)


def test_an_alias_with_every_argument_reads_back_and_changes(
    life: Lives, ctx: Context, function: Life
) -> None:
    weights = {"additionalVersionWeights": {"2": 0.1}}
    inputs = {"name": "live", "functionName": function.id, "functionVersion": "1"}
    assert kind(ALIAS).find(ctx, inputs) is None
    alias = life(ALIAS, **inputs, description="what users see", routingConfig=weights)
    assert_complete(alias)
    assert_imports(alias, f"{function.id}/live")
    assert_imports(alias, alias.id)
    assert_found(ctx, ALIAS, inputs, alias.id)
    assert_updates(
        alias,
        [
            {"routingConfig": {"additionalVersionWeights": {"2": 0.5}}},
            {"routingConfig": None},
            {"functionVersion": "2"},
            {"description": "another"},
            {"description": None},
        ],
    )
    now = ctx.client("lambda").get_alias(FunctionName=function.id, Name="live")
    assert now["FunctionVersion"] == "2" and "RoutingConfig" not in now
    assert_deleted(alias)


def test_an_alias_names_its_function_as_the_program_does(life: Lives, function: Life) -> None:
    arn = function.outputs["arn"]
    alias = life(ALIAS, name="live", functionName=arn, functionVersion="1")
    assert_complete(alias)
    assert alias.outputs["functionName"] == arn


def test_an_alias_of_no_function_is_refused_in_the_official_words(ctx: Context) -> None:
    inputs = {"name": "live", "functionName": "nope", "functionVersion": "1"}
    doing = "creating Lambda Alias (live): operation error Lambda: CreateAlias"
    assert_refused(ctx, ALIAS, inputs, doing, 404, "ResourceNotFoundException: Function not found")


@pytest.mark.parametrize("id", ["live", "/live", "f/", "arn:aws:lambda:r:0:function:f"])
def test_an_import_id_of_an_alias_of_the_wrong_form_says_the_right_one(id: str) -> None:
    with pytest.raises(CallError, match="expected FUNCTION_NAME/ALIAS"):
        kind(ALIAS).imported(id)
