"""Lambda's layers against a real emulator."""

from __future__ import annotations

import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from sandbox.provider.core.wire import ARCHIVE, SIG
from tests.sandbox.provider.lifecycle import (
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_refused,
)

LAYER = "aws:lambda/layerVersion:LayerVersion"


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


def test_a_version_of_an_interrupted_create_is_told_by_its_time(
    life: Lives, ctx: Context, packed: Path
) -> None:
    name, archive = life.name("layer"), {SIG: ARCHIVE, "path": str(packed)}
    life(LAYER, layerName=name, code=archive)
    begun = int(time.time()) + 1.0
    while time.time() < begun:
        time.sleep(0.05)
    left = life(LAYER, layerName=name, code=archive)
    assert_found(replace(ctx, begun=begun), LAYER, left.inputs, left.id)
