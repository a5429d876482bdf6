"""Buckets and objects against a real emulator."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from sandbox.provider.core.wire import ASSET, SIG
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_refused,
    assert_updates,
)

BUCKET = "aws:s3/bucket:Bucket"
OBJECTS = ("aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObject:BucketObject")
OBJECT = OBJECTS[0]
KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
WEBSITE = ("websiteDomain", "websiteEndpoint")


def policy(bucket: str, action: str) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action}
    statement["Principal"] = {"AWS": "arn:aws:iam::000000000000:root"}
    statement["Resource"] = f"arn:aws:s3:::{bucket}/*"
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def encryption(algorithm: str, key: str | None = None) -> dict[str, Any]:
    default = {"sseAlgorithm": algorithm, **({"kmsMasterKeyId": key} if key else {})}
    return {"rule": {"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}}


def test_a_small_bucket_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    bucket = life(BUCKET, bucket=life.name("course"))
    assert_complete(bucket, unset=WEBSITE)
    expected = {
        "arn": f"arn:aws:s3:::{bucket.id}",
        "bucketDomainName": f"{bucket.id}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{bucket.id}.s3.us-east-1.amazonaws.com",
        "hostedZoneId": "Z3AQBSTGFYJSTF",
        "policy": "",
        "requestPayer": "BucketOwner",
        "versioning": {"enabled": False, "mfaDelete": False},
    }
    assert {name: bucket.outputs[name] for name in expected} == expected
    assert_imports(bucket, bucket.id)
    assert_deleted(bucket)


def test_a_bucket_keeps_takes_and_imports_every_argument(life: Lives) -> None:
    name = life.name("course")
    cors = {
        "allowedHeaders": ["*"],
        "allowedMethods": ["GET"],
        "allowedOrigins": ["https://example.com"],
        "exposeHeaders": ["ETag"],
        "maxAgeSeconds": 60,
    }
    bucket = life(
        BUCKET,
        bucket=name,
        corsRules=[cors],
        forceDestroy=True,
        objectLockEnabled=True,
        policy=policy(name, "s3:GetObject"),
        serverSideEncryptionConfiguration=encryption("aws:kms", KEY),
        tags={"team": "llm"},
        versioning={"enabled": True, "mfaDelete": False},
    )
    assert_complete(bucket, unset=WEBSITE)
    assert_imports(bucket, bucket.id, unknown=("forceDestroy", "policy"))
    changes: list[dict[str, Any]] = [
        {"corsRules": [{**cors, "allowedMethods": ["PUT"]}]},
        {"corsRules": []},
        {"forceDestroy": False},
        {"policy": policy(name, "s3:PutObject")},
        {"serverSideEncryptionConfiguration": encryption("AES256")},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
    ]
    assert_updates(bucket, changes)
    bucket.update(policy="")
    assert bucket.outputs["policy"] == ""
    assert_deleted(bucket)


def test_versions_are_turned_on_and_suspended(life: Lives) -> None:
    bucket = life(BUCKET, bucket=life.name("course"))
    for enabled in (True, False):
        assert_updates(bucket, [{"versioning": {"enabled": enabled, "mfaDelete": False}}])


def test_a_bucket_that_holds_something_goes_only_by_force(life: Lives, ctx: Context) -> None:
    versions = {"enabled": True, "mfaDelete": False}
    bucket = life(BUCKET, bucket=life.name("course"), versioning=versions)
    for text in (b"one", b"two"):
        ctx.client("s3").put_object(Bucket=bucket.id, Key="a", Body=text)
    with pytest.raises(AwsError, match=rf"^deleting S3 Bucket \({bucket.id}\): .*BucketNotEmpty"):
        bucket.delete()
    bucket.update(forceDestroy=True)
    assert_deleted(bucket)


@pytest.fixture
def bucket(life: Lives) -> Life:
    return life(BUCKET, bucket=life.name("course"), forceDestroy=True)


@pytest.mark.parametrize("token", OBJECTS)
def test_a_small_object_has_all_outputs_and_can_be_deleted_twice(
    life: Lives, bucket: Life, token: str
) -> None:
    thing = life(token, bucket=bucket.id, key="layers/model.zip")
    assert_complete(thing)
    assert thing.id == f"{bucket.id}/layers/model.zip"
    assert thing.outputs["arn"] == f"arn:aws:s3:::{thing.id}"
    assert thing.outputs["contentType"] == "application/octet-stream"
    assert thing.outputs["storageClass"] == "STANDARD"
    assert_imports(thing, f"s3://{thing.id}")
    assert_imports(thing, thing.id)
    assert_deleted(thing)


FULL: dict[str, Any] = {
    "acl": "private",
    "cacheControl": "no-store",
    "checksumAlgorithm": "SHA256",
    "content": "hello",
    "contentDisposition": "attachment",
    "contentEncoding": "identity",
    "contentLanguage": "en",
    "contentType": "text/plain",
    "kmsKeyId": KEY,
    "metadata": {"model": "small"},
    "sourceHash": "1",
    "storageClass": "STANDARD_IA",
    "tags": {"team": "llm"},
    "websiteRedirect": "/other",
}


def test_an_object_keeps_takes_and_imports_every_argument(
    life: Lives, bucket: Life, ctx: Context
) -> None:
    thing = life(OBJECT, bucket=bucket.id, key="a b/ü.txt", **FULL)
    assert_complete(thing)
    assert thing.outputs["checksumSha256"]
    kept_here = ("acl", "checksumAlgorithm", "checksumSha256", "content", "sourceHash")
    assert_imports(thing, thing.id, unknown=kept_here)
    changes: list[dict[str, Any]] = [
        {"cacheControl": None},
        {"checksumAlgorithm": "CRC32"},
        {"content": "other"},
        {"contentDisposition": None},
        {"contentEncoding": None},
        {"contentLanguage": None},
        {"contentType": "text/html"},
        {"metadata": {"model": "large"}},
        {"sourceHash": "2"},
        {"storageClass": "STANDARD"},
        {"tags": {"team": "x", "new": "a b"}},
        {"tags": None},
        {"websiteRedirect": None},
    ]
    assert_updates(thing, changes)
    # New buckets have no ACLs, so S3 refuses to change one.
    with pytest.raises(AwsError, match="PutObjectAcl.*AccessControlListNotSupported"):
        thing.update(acl="bucket-owner-read")
    assert ctx.client("s3").get_object(Bucket=bucket.id, Key="a b/ü.txt")["Body"].read() == b"other"
    assert_deleted(thing)


def test_content_comes_from_a_file_a_text_or_base64(
    life: Lives, bucket: Life, ctx: Context, tmp_path: Path
) -> None:
    (tmp_path / "model").write_bytes(b"\x00weights")
    asset = {SIG: ASSET, "path": str(tmp_path / "model"), "hash": "1"}
    for number, (argument, value, body) in enumerate(
        [
            ("source", asset, b"\x00weights"),
            ("content", "ü", "ü".encode()),
            ("contentBase64", base64.b64encode(b"\xff").decode(), b"\xff"),
        ]
    ):
        thing = life(OBJECT, bucket=bucket.id, key=str(number), **{argument: value})
        found = ctx.client("s3").get_object(Bucket=bucket.id, Key=thing.outputs["key"])
        assert found["Body"].read() == body
        assert thing.outputs["etag"] == found["ETag"].strip('"')


def test_an_object_goes_with_all_its_versions(life: Lives, ctx: Context) -> None:
    versions = {"enabled": True, "mfaDelete": False}
    bucket = life(BUCKET, bucket=life.name("course"), versioning=versions)
    thing = life(OBJECT, bucket=bucket.id, key="a", content="1")
    life(OBJECT, bucket=bucket.id, key="ab", content="1")
    first = thing.outputs["versionId"]
    assert thing.update(content="2").outputs["versionId"] != first
    thing.delete()
    left = ctx.client("s3").list_object_versions(Bucket=bucket.id)
    assert [each["Key"] for each in left["Versions"]] == ["ab"] and "DeleteMarkers" not in left


def test_an_object_can_be_held_and_kept(life: Lives) -> None:
    bucket = life(BUCKET, bucket=life.name("kept"), objectLockEnabled=True)
    thing = life(
        OBJECT,
        bucket=bucket.id,
        key="model",
        content="weights",
        forceDestroy=True,
        objectLockLegalHoldStatus="ON",
        objectLockMode="GOVERNANCE",
        objectLockRetainUntilDate="2126-01-01T00:00:00Z",
    )
    assert_complete(thing)
    changes: list[dict[str, Any]] = [
        {"objectLockLegalHoldStatus": "OFF"},
        {"objectLockLegalHoldStatus": "ON"},
        {"objectLockRetainUntilDate": "2127-01-01T00:00:00Z"},
        {"objectLockMode": None, "objectLockRetainUntilDate": None},
        {"objectLockMode": "GOVERNANCE", "objectLockRetainUntilDate": "2125-01-01T00:00:00Z"},
    ]
    assert_updates(thing, changes)
    with pytest.raises(CallError, match="AccessDenied"):
        kind(OBJECT).delete(thing.ctx, thing.id, {**thing.outputs, "forceDestroy": False})
    assert_deleted(thing)


def test_an_object_in_no_bucket_is_refused_in_the_official_words(ctx: Context) -> None:
    doing = "creating S3 Object (a): operation error S3: PutObject"
    assert_refused(
        ctx, OBJECT, {"bucket": "there-is-none", "key": "a"}, doing, 404, "api error NoSuchBucket: "
    )
    with pytest.raises(CallError, match="should be in the format <bucket>/<key>"):
        kind(OBJECT).imported("nope")
