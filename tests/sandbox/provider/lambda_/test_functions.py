"""Functions against a real emulator, which runs them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError
from sandbox.provider.core.registry import kind
from sandbox.provider.core.wire import ARCHIVE, SIG
from sandbox.provider.lambda_ import functions
from tests.sandbox.provider.lambda_.functions import FUNCTION, PERMISSION, code, permission, small
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    created,
)


def full(role: str) -> dict[str, Any]:
    return {
        **small(role),
        "architectures": ["arm64"],
        "deadLetterConfig": {"targetArn": "arn:aws:sns:us-east-1:000000000000:dead"},
        "description": "the model",
        "environment": {"variables": {"A": "1", "SYSTEM_PROMPT": "Be kind."}},
        "ephemeralStorage": {"size": 1024},
        "kmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/1",
        "loggingConfig": {
            "applicationLogLevel": "INFO",
            "logFormat": "JSON",
            "logGroup": "/course/model",
            "systemLogLevel": "WARN",
        },
        "memorySize": 256,
        "publish": True,
        "reservedConcurrentExecutions": 2,
        "tags": {"team": "llm"},
        "timeout": 29,
        "tracingConfig": {"mode": "Active"},
        "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    }


def answer(ctx: Context, function: Life) -> Any:
    invoked = ctx.client("lambda").invoke(FunctionName=function.id)
    return json.loads(invoked["Payload"].read())


def test_a_small_function_has_all_outputs_and_can_be_deleted_twice(
    life: Lives, ctx: Context, role: str
) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    assert_complete(function)
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function.id}"
    gateway = "arn:aws:apigateway:us-east-1:lambda:path"
    expected = {
        "arn": arn,
        "invokeArn": f"{gateway}/2015-03-31/functions/{arn}/invocations",
        "loggingConfig": {"logFormat": "Text", "logGroup": f"/aws/lambda/{function.id}"},
        "memorySize": 128,
        "qualifiedArn": f"{arn}:$LATEST",
        "reservedConcurrentExecutions": -1,
        "responseStreamingInvokeArn": (
            f"{gateway}/2021-11-15/functions/{arn}/response-streaming-invocations"
        ),
        "version": "$LATEST",
    }
    assert {name: function.outputs[name] for name in expected} == expected
    assert answer(ctx, function) == "one"
    assert_deleted(function)


def test_a_function_with_every_argument_reads_back_as_given(life: Lives, role: str) -> None:
    function = life(FUNCTION, name=life.name("fn"), **full(role))
    assert function.read() == function.outputs
    vpc = function.outputs.pop("vpcConfig")
    given = {name: value for name, value in function.inputs.items() if name != "vpcConfig"}
    assert {name: function.outputs[name] for name in given} == given
    assert (vpc["subnetIds"], vpc["securityGroupIds"]) == (["subnet-1"], ["sg-1"])
    assert function.outputs["version"] == "1"
    assert function.outputs["qualifiedArn"] == f"{function.outputs['arn']}:1"


def test_a_function_is_imported_by_its_name_without_its_code(life: Lives, role: str) -> None:
    function = life(FUNCTION, name=life.name("fn"), **full(role))
    id, outputs = function.imported(function.id)
    assert id == function.id
    # What AWS does not tell: the files, and arguments of the provider itself.
    unknown = {"code", "publish", "skipDestroy"}
    assert outputs == {n: v for n, v in function.outputs.items() if n not in unknown}


UPDATES = {
    "deadLetterConfig": ({"targetArn": "arn:aws:sns:us-east-1:000000000000:b"}, None),
    "description": ("another", None),
    "environment": ({"variables": {"A": "2"}}, None),
    "ephemeralStorage": ({"size": 2048},),
    "handler": ("app.other",),
    "kmsKeyArn": ("arn:aws:kms:us-east-1:000000000000:key/2", None),
    "loggingConfig": ({"logFormat": "Text", "logGroup": "/course/other"},),
    "memorySize": (512,),
    "runtime": ("python3.11",),
    "snapStart": ({"applyOn": "PublishedVersions"},),
    "timeout": (3,),
    "tracingConfig": ({"mode": "PassThrough"},),
    "vpcConfig": ({"subnetIds": ["subnet-2"], "securityGroupIds": ["sg-2"]}, None),
}


@pytest.mark.parametrize(
    ("argument", "value"), [(name, value) for name, values in UPDATES.items() for value in values]
)
def test_a_setting_of_a_function_is_updated(
    life: Lives, ctx: Context, role: str, argument: str, value: Any
) -> None:
    inputs = {**full(role), "publish": False, "ephemeralStorage": {"size": 512}}
    function = life(FUNCTION, name=life.name("fn"), **inputs)
    before = ctx.client("lambda").get_function_configuration(FunctionName=function.id)
    function.update(**{argument: value})
    after = ctx.client("lambda").get_function_configuration(FunctionName=function.id)
    api = {"kmsKeyArn": "KMSKeyArn"}.get(argument, argument[0].upper() + argument[1:])
    assert after.get(api) != before.get(api)
    assert {n for n in after if after[n] != before.get(n)} <= {
        *(api, "LastModified", "RevisionId", "ResponseMetadata"),
        *("State", "StateReason", "StateReasonCode"),
        *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"),
    }
    shown = function.outputs.get(argument)
    if isinstance(value, dict):
        assert {name: shown[name] for name in value} == value
    else:
        assert shown == value
    assert function.read() == function.outputs


def test_other_files_are_uploaded_and_the_same_files_are_not(
    life: Lives, ctx: Context, role: str
) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    first = function.outputs["codeSha256"]
    function.update(code=code("two"))
    assert answer(ctx, function) == "two"
    changed = dict(function.outputs)
    assert changed["codeSha256"] != first and changed["sourceCodeHash"] == changed["codeSha256"]
    function.update(code=code("two"))
    assert function.outputs["lastModified"] == changed["lastModified"]


def test_publishing_makes_a_version_for_each_change(life: Lives, role: str) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    function.update(publish=True)
    assert function.outputs["version"] == "1"
    function.update(memorySize=256)
    assert function.outputs["qualifiedArn"] == f"{function.outputs['arn']}:2"
    function.update(tags={"a": "b"})
    assert function.outputs["version"] == "2"


@pytest.mark.parametrize("value", [0, 5, -1])
def test_reserved_concurrency_is_updated(life: Lives, ctx: Context, role: str, value: int) -> None:
    inputs = {**small(role), "reservedConcurrentExecutions": 3}
    function = life(FUNCTION, name=life.name("fn"), **inputs)
    function.update(reservedConcurrentExecutions=value)
    found = ctx.client("lambda").get_function_concurrency(FunctionName=function.id)
    assert found.get("ReservedConcurrentExecutions", -1) == value
    assert function.outputs["reservedConcurrentExecutions"] == value


def test_layers_architectures_and_tags_are_updated(life: Lives, ctx: Context, role: str) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    client = ctx.client("lambda")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("python/layered.py", "X = 1\n")
    layer = client.publish_layer_version(
        LayerName=life.name("layer"), Content={"ZipFile": packed.getvalue()}
    )["LayerVersionArn"]
    function.update(layers=[layer], architectures=["arm64"], tags={"a": "1", "b": "2"})
    assert function.read() == function.outputs
    assert (function.outputs["layers"], function.outputs["architectures"]) == ([layer], ["arm64"])
    function.update(layers=None, tags={"a": "3"})
    found = client.get_function(FunctionName=function.id)
    assert not found["Configuration"].get("Layers") and found["Tags"] == {"a": "3"}


def test_code_comes_from_a_folder_or_a_zip_file(
    life: Lives, ctx: Context, role: str, tmp_path: Path
) -> None:
    folder = tmp_path / "function"
    folder.mkdir()
    (folder / "app.py").write_text("def handler(event, context):\n    return 'folder'\n")
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("app.py", "def handler(event, context):\n    return 'zip'\n")
    inputs = {**small(role), "code": {SIG: ARCHIVE, "path": str(folder)}}
    function = life(FUNCTION, name=life.name("fn"), **inputs)
    assert answer(ctx, function) == "folder"
    function.update(code={SIG: ARCHIVE, "path": str(archive)})
    assert answer(ctx, function) == "zip"
    assert function.outputs["sourceCodeSize"] == archive.stat().st_size


def test_code_comes_from_a_bucket(life: Lives, ctx: Context, role: str) -> None:
    s3, bucket = ctx.client("s3"), life.name("code")
    s3.create_bucket(Bucket=bucket)
    for name in ("one", "two"):
        s3.put_object(Bucket=bucket, Key=f"{name}.zip", Body=ctx.archive(code(name)))
    inputs = {name: value for name, value in small(role).items() if name != "code"}
    function = life(FUNCTION, name=life.name("fn"), **inputs, s3Bucket=bucket, s3Key="one.zip")
    assert answer(ctx, function) == "one"
    function.update(s3Key="two.zip")
    assert answer(ctx, function) == "two"


def test_a_create_that_fails_half_way_leaves_no_function(
    life: Lives, ctx: Context, role: str
) -> None:
    def refuse(**request: Any) -> None:
        refusal = {"Code": "InvalidParameterValueException", "Message": "below its minimum"}
        raise ClientError({"Error": refusal}, "PutFunctionConcurrency")

    name = life.name("fn")
    inputs = {"name": name, **small(role), "reservedConcurrentExecutions": 9}
    with pytest.raises(AwsError, match="PutFunctionConcurrency.*below its minimum"):
        created(FUNCTION, Wrapped(ctx, "lambda", put_function_concurrency=refuse), inputs)
    assert kind(FUNCTION).read(ctx, name, {}) is None


def test_a_role_that_is_still_on_its_way_is_waited_for(
    life: Lives, ctx: Context, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = {
        "Code": "InvalidParameterValueException",
        "Message": "The role defined for the function cannot be assumed by Lambda.",
    }
    tries: list[dict[str, Any]] = []

    def call(**request: Any) -> None:
        tries.append(request)
        if len(tries) < 3:
            raise ClientError({"Error": refusal}, "CreateFunction")

    monkeypatch.setattr(ctx, "wait", lambda seconds: None, raising=False)
    functions._with_new_role(ctx, call, {"FunctionName": "x"})
    assert len(tries) == 3
    monkeypatch.setattr(functions, "ROLE_PATIENCE", 0)
    tries.clear()
    with pytest.raises(ClientError, match="cannot be assumed"):
        functions._with_new_role(ctx, call, {"FunctionName": "x"})


def test_a_taken_name_is_refused_in_the_official_words(
    life: Lives, ctx: Context, role: str
) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    with pytest.raises(AwsError) as refused:
        kind(FUNCTION).create(ctx, {"name": function.id, **small(role)})
    assert str(refused.value).startswith(
        f"creating Lambda Function ({function.id}): operation error Lambda: CreateFunction, "
        "https response error StatusCode: 409, RequestID: "
    )
    assert "ResourceConflictException: Function already exist: " in str(refused.value)


def test_what_an_interrupted_create_left_is_found_by_name(
    life: Lives, ctx: Context, role: str
) -> None:
    function = life(FUNCTION, name=life.name("fn"), **small(role))
    allowed = life(PERMISSION, statementId="S", **permission(function.id))
    for left in (function, allowed):
        assert_found(ctx, left.token, left.inputs, left.id)
