"""Aliases, layers, asynchronous calls and provisioned concurrency, against a real sandbox."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from sandbox.provider.core.wire import ARCHIVE, SIG
from sandbox.provider.lambda_ import invocation
from tests.sandbox.provider.lambda_.test_functions import FUNCTION, ROLE, TRUST, code, small
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
)

ALIAS = "aws:lambda/alias:Alias"
LAYER = "aws:lambda/layerVersion:LayerVersion"
EVENTS = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
CONCURRENCY = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:{}"


@pytest.fixture
def function(life: Lives) -> Life:
    """A function with two published versions, 1 and 2."""
    role = life(ROLE, name=life.name("fn"), assumeRolePolicy=TRUST).outputs["arn"]
    made = life(FUNCTION, name=life.name("fn"), **{**small(role), "publish": True})
    return made.update(code=code("two"))


# Aliases


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


# Layers


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A zip file with a module in it."""
    path = tmp_path / "layer.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("python/layered.py", "X = 1\n")
    return path


def test_a_small_layer_lives_and_its_next_version_beside_it(life: Lives, packed: Path) -> None:
    name, archive = life.name("layer"), {SIG: ARCHIVE, "path": str(packed)}
    layer = life(LAYER, layerName=name, code=archive)
    assert_complete(layer)
    arn = f"arn:aws:lambda:us-east-1:000000000000:layer:{name}"
    expected = {"arn": f"{arn}:1", "layerArn": arn, "version": "1"}
    assert {each: layer.outputs[each] for each in expected} == expected
    assert layer.id == f"{arn}:1"
    assert layer.outputs["sourceCodeSize"] == packed.stat().st_size
    assert layer.outputs["codeSha256"] == layer.outputs["sourceCodeHash"]
    other = life(LAYER, layerName=name, code=archive)
    assert other.outputs["version"] == "2"
    assert_deleted(layer)
    assert other.read() == other.outputs


def test_a_layer_with_every_argument_reads_back(life: Lives, packed: Path) -> None:
    layer = life(
        LAYER,
        layerName=life.name("layer"),
        code={SIG: ARCHIVE, "path": str(packed)},
        compatibleArchitectures=["x86_64", "arm64"],
        compatibleRuntimes=["python3.12", "python3.11"],
        description="what the model needs",
        licenseInfo="Apache-2.0",
    )
    assert_complete(layer)
    id, found = layer.imported(layer.id)
    assert id == layer.id
    sets = ("compatibleArchitectures", "compatibleRuntimes")
    for name in sets:
        assert sorted(found[name]) == sorted(layer.outputs[name])
    unknown = {"code", "skipDestroy", *sets}
    assert {n: v for n, v in found.items() if n not in unknown} == {
        n: v for n, v in layer.outputs.items() if n not in unknown
    }
    assert kind(LAYER).update is None
    assert_deleted(layer)


def test_a_layer_comes_from_a_bucket_and_may_outlive_the_stack(
    life: Lives, ctx: Context, packed: Path
) -> None:
    s3, bucket = ctx.client("s3"), life.name("code")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="layer.zip", Body=packed.read_bytes())
    where = {"s3Bucket": bucket, "s3Key": "layer.zip"}
    layer = life(LAYER, layerName=life.name("layer"), **where, skipDestroy=True)
    assert_complete(layer)
    layer.delete()
    assert layer.read() == layer.outputs
    layer.outputs["skipDestroy"] = False
    assert_deleted(layer)


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({}, r"^filename or s3_\* attributes must be set$"),
        ({"s3Bucket": "b"}, "^s3_bucket and s3_key must all be set while using s3 code source$"),
    ],
)
def test_a_layer_of_nothing_is_refused_before_any_call(
    ctx: Context, inputs: dict[str, Any], told: str
) -> None:
    silent = Wrapped(ctx, "lambda", publish_layer_version=None)
    with pytest.raises(CallError, match=told):
        kind(LAYER).create(silent, {"layerName": "l", **inputs})


def test_a_layer_that_aws_refuses_is_refused_in_the_official_words(
    ctx: Context, packed: Path
) -> None:
    inputs = {"layerName": "l", "code": {SIG: ARCHIVE, "path": str(packed)}}
    doing = "publishing Lambda Layer (l) Version: operation error Lambda: PublishLayerVersion"
    assert_refused(
        ctx,
        LAYER,
        {**inputs, "compatibleRuntimes": ["python3.12"] * 16},
        doing,
        400,
        "api error ValidationException: ",
    )


def test_an_import_id_of_a_layer_must_be_its_arn(ctx: Context) -> None:
    with pytest.raises(CallError, match="lambda_layer ID must be a valid Layer ARN"):
        kind(LAYER).read(ctx, "layer:1", {})


# Asynchronous calls


def test_small_settings_of_asynchronous_calls_live(life: Lives, function: Life) -> None:
    small = life(EVENTS, functionName=function.id)
    assert_complete(small)
    assert small.id == function.id
    assert small.outputs["maximumRetryAttempts"] == 2
    assert not {"destinationConfig", "qualifier", "maximumEventAgeInSeconds"} & set(small.outputs)
    assert_imports(small, small.id)
    assert_deleted(small)


def queue(ctx: Context, name: str) -> dict[str, str]:
    ctx.client("sqs").create_queue(QueueName=name)
    return {"destination": QUEUE.format(name)}


@pytest.mark.parametrize("qualifier", ["1", "$LATEST"])
def test_settings_of_asynchronous_calls_with_every_argument_read_back_and_change(
    life: Lives, ctx: Context, function: Life, qualifier: str
) -> None:
    one, two = (queue(ctx, life.name("q")) for _ in range(2))
    events = life(
        EVENTS,
        functionName=function.id,
        qualifier=qualifier,
        maximumEventAgeInSeconds=60,
        maximumRetryAttempts=0,
        destinationConfig={"onFailure": one, "onSuccess": two},
    )
    assert_complete(events)
    assert events.id == f"{function.id}:{qualifier}"
    assert_imports(events, events.id)
    assert_updates(
        events,
        [
            {"maximumEventAgeInSeconds": 3600},
            {"maximumRetryAttempts": 1},
            {"destinationConfig": {"onFailure": two}},
            {"destinationConfig": {"onSuccess": one}},
            {"destinationConfig": None},
            {"maximumEventAgeInSeconds": None},
        ],
    )
    assert_deleted(events)


def test_settings_of_asynchronous_calls_may_name_the_function_by_its_arn(
    life: Lives, function: Life
) -> None:
    arn = function.outputs["arn"]
    events = life(EVENTS, functionName=arn, qualifier="1")
    assert_complete(events)
    assert events.id == f"{arn}:1"
    assert_deleted(events)


def test_a_destination_that_lambda_cannot_use_yet_is_tried_again(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "The function's execution role does not have permissions to call SendMessage on SQS"
    answer: Any = {"Error": {"Code": "InvalidParameterValueException", "Message": text}}
    answers: list[Any] = [ClientError(answer, "PutFunctionEventInvokeConfig"), {}]

    def put(**arguments: Any) -> Any:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(invocation, "ROLE_PATIENCE", 5.0)
    found = {"MaximumRetryAttempts": 2}
    calls = {
        "put_function_event_invoke_config": put,
        "get_function_event_invoke_config": lambda **arguments: found,
    }
    wrapped = Wrapped(ctx, "lambda", **calls)
    assert kind(EVENTS).create(wrapped, {"functionName": "f"}).id == "f"
    assert answers == []
    monkeypatch.setattr(invocation, "ROLE_PATIENCE", 0.0)
    answers[:] = [ClientError(answer, "PutFunctionEventInvokeConfig")] * 2
    told = r"^creating Lambda Function Event Invoke Config \(f\): .*does not have permissions"
    with pytest.raises(AwsError, match=told):
        kind(EVENTS).create(wrapped, {"functionName": "f"})


@pytest.mark.parametrize("id", ["f:1:2", "f:", "arn:aws:lambda:us-east-1"])
def test_an_id_of_asynchronous_calls_of_the_wrong_form_says_the_right_one(
    ctx: Context, id: str
) -> None:
    with pytest.raises(CallError, match="expected name or name:qualifier"):
        kind(EVENTS).read(ctx, id, {})


# Provisioned concurrency


def test_environments_stand_ready_for_an_alias(life: Lives, ctx: Context, function: Life) -> None:
    alias = life(ALIAS, name="live", functionName=function.id, functionVersion="1")
    inputs = {"functionName": function.id, "qualifier": "live"}
    assert kind(CONCURRENCY).find(ctx, inputs) is None
    ready = life(CONCURRENCY, **inputs, provisionedConcurrentExecutions=1)
    assert_complete(ready)
    assert ready.id == f"{function.id},live"
    assert_imports(ready, ready.id)
    assert_found(ctx, CONCURRENCY, inputs, ready.id)
    assert_updates(ready, [{"provisionedConcurrentExecutions": 2}])
    where = {"FunctionName": function.id, "Qualifier": "live"}
    now = ctx.client("lambda").get_provisioned_concurrency_config(**where)
    assert now["RequestedProvisionedConcurrentExecutions"] == 2
    ready.update(skipDestroy=True)
    ready.delete()
    assert ready.read() == ready.outputs
    ready.update(skipDestroy=False)
    assert_deleted(ready)
    alias.delete()
    ready.delete()
    assert ready.read() is None


def test_environments_that_never_get_ready_are_an_error(ctx: Context) -> None:
    failed = {"Status": "FAILED", "StatusReason": "FUNCTION_ERROR_INIT_FAILURE"}
    calls = {
        "put_provisioned_concurrency_config": lambda **arguments: {},
        "get_provisioned_concurrency_config": lambda **arguments: failed,
    }
    inputs = {"functionName": "f", "qualifier": "1", "provisionedConcurrentExecutions": 1}
    with pytest.raises(CallError, match="unexpected state 'FAILED'.*FUNCTION_ERROR_INIT_FAILURE"):
        kind(CONCURRENCY).create(Wrapped(ctx, "lambda", **calls), inputs)


def test_an_id_of_provisioned_concurrency_of_the_wrong_form_says_the_right_one(
    ctx: Context,
) -> None:
    with pytest.raises(CallError, match="expected FUNCTION_NAME,QUALIFIER"):
        kind(CONCURRENCY).read(ctx, "f:live", {})
