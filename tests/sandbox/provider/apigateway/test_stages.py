"""Deployments and the stages that serve them, against a real emulator."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from botocore.utils import parse_timestamp

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import integration, seen
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_refused,
    created,
)

API = "aws:apigateway/restApi:RestApi"
RESOURCE = "aws:apigateway/resource:Resource"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"
LOG_ARN = "arn:aws:logs:us-east-1:000000000000:log-group:access"


@pytest.fixture
def ready(life: Lives, path: Life) -> Life:
    """A path whose method has an integration: an API that can be deployed."""
    integration(life, path, type="MOCK")
    return path


def deployment(life: Lives, ready: Life, **more: Any) -> Life:
    return life(DEPLOYMENT, restApi=ready.inputs["restApi"], **more)


def test_a_deployment_lives(life: Lives, ctx: Context, ready: Life) -> None:
    frozen = deployment(life, ready, description="first", triggers={"digest": "a"})
    assert_complete(frozen)
    api = ready.inputs["restApi"]
    id, outputs = frozen.imported(f"{api}/{frozen.id}")
    assert (id, {**outputs, "triggers": {"digest": "a"}}) == (frozen.id, frozen.outputs)
    for text in ("second", None):
        frozen.update(description=text)
        found = seen(ctx, "get_deployment", restApiId=api, deploymentId=frozen.id)
        assert found.get("description", "") == (text or "")
    assert frozen.outputs["triggers"] == {"digest": "a"}
    assert_deleted(frozen)


def test_a_deployment_with_every_argument_reads_back_as_given(life: Lives, ready: Life) -> None:
    assert_complete(
        deployment(
            life, ready, description="d", triggers={"digest": "a"}, variables={"model": "small"}
        )
    )


def test_a_deployment_of_an_interrupted_create_is_told_by_its_time(
    life: Lives, ctx: Context, ready: Life
) -> None:
    before = deployment(life, ready)
    assert kind(DEPLOYMENT).find(ctx, before.inputs) is None, "nobody knows since when"
    begun = parse_timestamp(before.outputs["createdDate"]).timestamp() + 1
    while time.time() < begun:
        time.sleep(0.05)
    left = deployment(life, ready)
    assert_found(replace(ctx, begun=begun), DEPLOYMENT, left.inputs, left.id)
    gone = {**left.inputs, "restApi": "gone"}
    assert kind(DEPLOYMENT).find(replace(ctx, begun=begun), gone) is None


def full_stage(frozen: Life, **more: Any) -> dict[str, Any]:
    return {
        "restApi": frozen.inputs["restApi"],
        "deployment": frozen.id,
        "stageName": "v1",
        "cacheClusterEnabled": True,
        "cacheClusterSize": "0.5",
        "description": "the first",
        "documentationVersion": "1",
        "tags": {"team": "llm"},
        "variables": {"model": "small", "region": "us"},
        "xrayTracingEnabled": True,
        **more,
    }


def small_stage(frozen: Life) -> dict[str, Any]:
    api = frozen.inputs["restApi"]
    return {"restApi": api, "deployment": frozen.id, "stageName": "v1"}


def test_a_small_stage_has_all_outputs_and_can_be_deleted_twice(life: Lives, ready: Life) -> None:
    stage = life(STAGE, **small_stage(deployment(life, ready)))
    assert_complete(stage)
    api = stage.inputs["restApi"]
    expected = {
        "arn": f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/v1",
        "executionArn": f"arn:aws:execute-api:us-east-1:000000000000:{api}/v1",
        "invokeUrl": f"{life.ctx.endpoint}/_aws/execute-api/{api}/v1",
        "webAclArn": "",
    }
    assert stage.id == f"ags-{api}-v1"
    assert {name: stage.outputs[name] for name in expected} == expected
    assert "accessLogSettings" not in stage.outputs
    assert_deleted(stage)


def test_a_stage_with_every_argument_reads_back_as_given(life: Lives, ready: Life) -> None:
    stage = life(STAGE, **full_stage(deployment(life, ready)))
    assert_complete(stage)
    api = stage.inputs["restApi"]
    assert stage.imported(f"{api}/v1") == (stage.id, stage.outputs)
    assert_deleted(stage)


@pytest.mark.parametrize(
    ("argument", "value", "name"),
    [
        ("cacheClusterEnabled", False, "cacheClusterEnabled"),
        ("cacheClusterSize", "1.6", "cacheClusterSize"),
        ("description", "another", "description"),
        ("description", None, "description"),
        ("documentationVersion", "2", "documentationVersion"),
        ("tags", {"team": "x", "new": "1"}, "tags"),
        ("tags", None, "tags"),
        ("variables", {"model": "large", "new_1": "a b"}, "variables"),
        ("variables", None, "variables"),
        ("xrayTracingEnabled", False, "tracingEnabled"),
    ],
)
def test_an_argument_of_a_stage_is_updated(
    life: Lives, ctx: Context, ready: Life, argument: str, value: Any, name: str
) -> None:
    stage = life(STAGE, **full_stage(deployment(life, ready))).update(**{argument: value})
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert (found.get(name) or None) == (value or None)
    assert stage.read() == stage.outputs


def test_a_stage_is_pointed_at_another_deployment(life: Lives, ctx: Context, ready: Life) -> None:
    first, second = deployment(life, ready), deployment(life, ready)
    stage = life(STAGE, **small_stage(first)).update(deployment=second.id)
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert found["deploymentId"] == second.id == stage.outputs["deployment"]
    assert_deleted(first)


def test_access_logs_are_turned_on_changed_and_off(life: Lives, ctx: Context, ready: Life) -> None:
    stage = life(STAGE, **small_stage(deployment(life, ready)))
    asked: list[list[dict[str, str]]] = []
    real = ctx.client("apigateway").update_stage

    def update_stage(patchOperations: list[dict[str, str]], **request: Any) -> Any:
        asked.append(patchOperations)
        return real(patchOperations=patchOperations, **request)

    _give_the_account_a_logging_role(life)
    stage.ctx = Wrapped(ctx, "apigateway", update_stage=update_stage)
    stage.update(accessLogSettings={"destinationArn": f"{LOG_ARN}:*", "format": "$context.status"})
    assert asked[-1] == [
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": LOG_ARN},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.status"},
    ]
    assert stage.outputs["accessLogSettings"]["destinationArn"] == f"{LOG_ARN}:*"
    assert stage.read() == stage.outputs
    stage.update(accessLogSettings=None)
    assert asked[-1] == [{"op": "remove", "path": "/accessLogSettings"}]
    assert "accessLogSettings" not in stage.outputs


def _give_the_account_a_logging_role(life: Lives) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = life(
        "aws:iam/role:Role",
        name=life.name("logging"),
        assumeRolePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        managedPolicyArns=[
            "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        ],
    )
    arn = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role.outputs["arn"]}
    life.ctx.client("apigateway").update_account(patchOperations=[arn])


def test_a_stage_with_access_logs_is_made_by_two_calls_or_not_at_all(
    life: Lives, ctx: Context, ready: Life
) -> None:
    def refuse(**request: Any) -> None:
        from botocore.exceptions import ClientError

        refusal = {"Code": "BadRequestException", "Message": "CloudWatch Logs role ARN must be set"}
        raise ClientError({"Error": refusal}, "UpdateStage")

    inputs = small_stage(deployment(life, ready))
    logs = {"destinationArn": LOG_ARN, "format": "$context.requestId"}
    refusing = Wrapped(ctx, "apigateway", update_stage=refuse)
    with pytest.raises(AwsError, match=r"^creating API Gateway Stage \(v1\): .*role ARN must be"):
        created(STAGE, refusing, {**inputs, "accessLogSettings": logs})
    assert kind(STAGE).read(ctx, "", inputs) is None
    _give_the_account_a_logging_role(life)
    assert_complete(life(STAGE, **inputs, accessLogSettings=logs))


def test_a_canary_is_set_changed_and_taken_away(life: Lives, ctx: Context, ready: Life) -> None:
    first, second = deployment(life, ready), deployment(life, ready)
    canary = {
        "deploymentId": second.id,
        "percentTraffic": 12.5,
        "stageVariableOverrides": {"model": "large"},
        "useStageCache": False,
    }
    stage = life(STAGE, **full_stage(first, canarySettings=canary))
    assert_complete(stage)
    changed = {**canary, "percentTraffic": 50.0, "stageVariableOverrides": {"other": "x"}}
    stage.update(canarySettings={**changed, "useStageCache": True})
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert found["canarySettings"] == {**changed, "useStageCache": True}
    stage.update(canarySettings=None)
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert "canarySettings" not in found and "canarySettings" not in stage.outputs


def test_a_stage_of_no_api_is_refused_in_the_official_words(ctx: Context) -> None:
    doing = "creating API Gateway Stage (v1): operation error API Gateway: CreateStage"
    assert_refused(
        ctx,
        STAGE,
        {"restApi": "nope", "deployment": "x", "stageName": "v1"},
        doing,
        404,
        "NotFoundException: Invalid API identifier specified",
    )
