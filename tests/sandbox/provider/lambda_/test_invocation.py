"""How a function is called, against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from sandbox.provider.lambda_ import invocation
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_updates,
)

ALIAS = "aws:lambda/alias:Alias"
EVENTS = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
CONCURRENCY = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:{}"


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
