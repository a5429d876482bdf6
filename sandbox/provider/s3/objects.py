"""S3: objects in buckets; the id is BUCKET/KEY."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import urlencode

from sandbox.provider.core.answers import changed, find, given, settle, timestamp
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs, Kind, Outputs, resource
from sandbox.provider.core.tags import tag_list, tag_map

GONE = ("404", "NoSuchKey", "NoSuchBucket")

# Arguments that are a member of PutObject, and of HeadObject's answer, each.
HEADERS = {
    "bucketKeyEnabled": "BucketKeyEnabled",
    "cacheControl": "CacheControl",
    "contentDisposition": "ContentDisposition",
    "contentEncoding": "ContentEncoding",
    "contentLanguage": "ContentLanguage",
    "contentType": "ContentType",
    "metadata": "Metadata",
    "serverSideEncryption": "ServerSideEncryption",
    "storageClass": "StorageClass",
    "websiteRedirect": "WebsiteRedirectLocation",
}
# A change of one of these is an upload.
CONTENT = (
    *HEADERS,
    "checksumAlgorithm",
    "content",
    "contentBase64",
    "etag",
    "kmsKeyId",
    "source",
    "sourceHash",
)
CHECKSUMS = {
    "checksumCrc32": "ChecksumCRC32",
    "checksumCrc32c": "ChecksumCRC32C",
    "checksumCrc64nvme": "ChecksumCRC64NVME",
    "checksumSha1": "ChecksumSHA1",
    "checksumSha256": "ChecksumSHA256",
}


def object_id(inputs: Inputs) -> str:
    """The id of an object, which a user gives to import it, too."""
    return f"{inputs['bucket']}/{inputs['key']}"


def upload(ctx: Context, inputs: Inputs) -> None:
    headers = {api: inputs[n] for n, api in HEADERS.items() if inputs.get(n) not in (None, "")}
    key_id = inputs.get("kmsKeyId")
    if key_id:
        headers.update(SSEKMSKeyId=key_id, ServerSideEncryption="aws:kms")
    tags = inputs.get("tags")
    # The official provider's client says this when the program says nothing.
    headers.setdefault("ContentType", "application/octet-stream")
    ctx.client("s3").put_object(
        Bucket=inputs["bucket"],
        Key=clean(inputs["key"]),
        Body=_body(ctx, inputs),
        **headers,
        **given(
            ACL=inputs.get("acl"),
            ObjectLockLegalHoldStatus=inputs.get("objectLockLegalHoldStatus"),
            ObjectLockMode=inputs.get("objectLockMode"),
            ObjectLockRetainUntilDate=inputs.get("objectLockRetainUntilDate"),
            ChecksumAlgorithm=inputs.get("checksumAlgorithm"),
            Tagging=urlencode(tags) if tags else None,
        ),
    )


def create_object(ctx: Context, inputs: Inputs) -> str:
    upload(ctx, inputs)
    return object_id(inputs)


def read_object(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    bucket, key = _where(id, last)
    client, algorithm = ctx.client("s3"), last.get("checksumAlgorithm")
    where = {"Bucket": bucket, "Key": clean(key)}
    mode = {"ChecksumMode": "ENABLED"} if algorithm else {}
    head = find(client.head_object, *GONE, **where, **mode)
    if head is None:
        return None
    tags = find(client.get_object_tagging, *GONE, **where) or {}
    outputs = {name: head.get(api) for name, api in HEADERS.items()}
    outputs |= {
        "arn": f"arn:{ctx.partition}:s3:::{bucket}/{clean(key)}",
        "bucket": bucket,
        "bucketKeyEnabled": head.get("BucketKeyEnabled", False),
        "etag": head["ETag"].strip('"'),
        "forceDestroy": last.get("forceDestroy", False),
        "key": key,
        "kmsKeyId": head.get("SSEKMSKeyId") or last.get("kmsKeyId"),
        "objectLockLegalHoldStatus": head.get("ObjectLockLegalHoldStatus"),
        "objectLockMode": head.get("ObjectLockMode"),
        "objectLockRetainUntilDate": timestamp(head.get("ObjectLockRetainUntilDate")) or None,
        "storageClass": head.get("StorageClass") or "STANDARD",
        "tags": tag_map(tags.get("TagSet")),
        "versionId": head.get("VersionId") or "",
    }
    outputs |= {name: head.get(api, "") for name, api in CHECKSUMS.items()}
    return settle(outputs, keep=("versionId", *CHECKSUMS))


def update_object(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client, where = ctx.client("s3"), {"Bucket": new["bucket"], "Key": clean(new["key"])}
    said = {name: value for name, value in old.items() if name in new or name in _NOT_FILLED_IN}
    if any(changed(name, said, new) for name in CONTENT):
        upload(ctx, new)
    else:
        if new.get("acl") and changed("acl", old, new):
            client.put_object_acl(**where, ACL=new["acl"])
        if changed("tags", old, new):
            client.put_object_tagging(**where, Tagging={"TagSet": tag_list(new.get("tags"))})
        _lock(client, where, old, new)


def _lock(client: Any, where: dict[str, str], old: Outputs, new: Inputs) -> None:
    """Hold an object, let it go, or change how long it is kept."""
    if changed("objectLockLegalHoldStatus", old, new):
        status = new.get("objectLockLegalHoldStatus") or "OFF"
        client.put_object_legal_hold(**where, LegalHold={"Status": status})
    names = ("objectLockMode", "objectLockRetainUntilDate")
    if any(changed(name, old, new) for name in names):
        mode, until = (new.get(name) for name in names)
        client.put_object_retention(
            **where,
            # Sooner than before, or not at all, is a bypass.
            **({"BypassGovernanceRetention": True} if old.get(names[1]) else {}),
            Retention=given(Mode=mode, RetainUntilDate=until),
        )


# What AWS never fills in by itself, so that its absence means that the program took it away.
_NOT_FILLED_IN = (
    "cacheControl",
    "checksumAlgorithm",
    "content",
    "contentBase64",
    "contentDisposition",
    "contentEncoding",
    "contentLanguage",
    "metadata",
    "source",
    "sourceHash",
    "websiteRedirect",
)


def delete_object(ctx: Context, id: str, last: Outputs) -> None:
    """Delete it with all its versions, if its bucket keeps them."""
    bucket, key = _where(id, last)
    client = ctx.client("s3")
    if last.get("objectLockLegalHoldStatus") == "ON" and last.get("forceDestroy"):
        where = {"Bucket": bucket, "Key": clean(key)}
        find(client.put_object_legal_hold, *GONE, **where, LegalHold={"Status": "OFF"})
    if last.get("versionId"):
        find(
            empty,
            *GONE,
            client=client,
            bucket=bucket,
            prefix=clean(key),
            only=clean(key),
            bypass=bool(last.get("forceDestroy")),
        )
    else:
        find(client.delete_object, *GONE, Bucket=bucket, Key=clean(key))


def import_object(resource_id: str) -> tuple[str, Outputs]:
    id = resource_id.removeprefix("s3://")
    bucket, found, key = id.partition("/")
    if not (found and key):
        raise CallError(f'id "{id}" should be in the format <bucket>/<key> or s3://<bucket>/<key>')
    return id, {"bucket": bucket, "key": key}


def empty(
    client: Any, bucket: str, prefix: str, only: str | None = None, bypass: bool = False
) -> None:
    """Delete all versions of all objects of a bucket, or those of one key.

    Raises:
        CallError: a version is locked; `bypass` overcomes a lock in governance mode.
    """
    more = {"BypassGovernanceRetention": True} if bypass else {}
    pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        versions = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            if only is None or each["Key"] == only
        ]
        if versions:
            wanted = {"Objects": versions, "Quiet": True}
            told = client.delete_objects(Bucket=bucket, Delete=wanted, **more).get("Errors")
            if told:
                raise CallError(
                    f"deleting S3 Object ({bucket}/{told[0]['Key']}) version "
                    f"{told[0].get('VersionId')}: {told[0]['Code']}: {told[0]['Message']}"
                )


def clean(key: str) -> str:
    """The key as the official provider sends it: no `./` or `/` in front, no `//`."""
    return re.sub("/+", "/", key.removeprefix("./").lstrip("/"))


def _where(id: str, last: Outputs) -> tuple[str, str]:
    bucket, _, key = id.partition("/")
    return last.get("bucket", bucket), last.get("key", key)


def _body(ctx: Context, inputs: Inputs) -> bytes:
    if "source" in inputs:
        return ctx.content(inputs["source"])
    if "contentBase64" in inputs:
        return base64.b64decode(inputs["contentBase64"])
    return str(inputs.get("content") or "").encode()


def _object(token: str, *lacks: str) -> Kind:
    return resource(
        "s3",
        "S3 Object",
        token,
        create=create_object,
        read=read_object,
        update=update_object,
        delete=delete_object,
        imported=import_object,
        find=lambda ctx, inputs: object_id(inputs),
        lacks=lacks,
        called="key",
    )


# The emulator forgets the first; of default tags the core knows, which has the provider's alone.
BUCKET_OBJECTV2 = _object(
    "aws:s3/bucketObjectv2:BucketObjectv2", "bucketKeyEnabled", "overrideProvider"
)
BUCKET_OBJECT = _object("aws:s3/bucketObject:BucketObject", "bucketKeyEnabled")
