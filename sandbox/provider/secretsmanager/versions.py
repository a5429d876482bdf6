"""Secrets Manager: versions, which hold a secret's values; the id is SECRET|VERSION."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.provider.core.answers import find, given, parts_of, same_order
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource

DELETED = ("ResourceNotFoundException", "InvalidRequestException")  # waiting to be deleted, too
CURRENT = "AWSCURRENT"
FORM = "SECRET-ID|VERSION-ID"


def create_version(ctx: Context, inputs: Inputs) -> str:
    binary = inputs.get("secretBinary")
    text = inputs.get("secretString") or inputs.get("secretStringWo")
    version = ctx.client("secretsmanager").put_secret_value(
        SecretId=inputs["secretId"],
        **given(
            SecretBinary=base64.b64decode(binary) if binary else None,
            SecretString=None if binary else text or "",
            VersionStages=inputs.get("versionStages") or None,
        ),
    )
    return f"{inputs['secretId']}|{version['VersionId']}"


def read_version(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    secret, version = parts_of(id, "|", FORM)
    call = ctx.client("secretsmanager").get_secret_value
    found = find(call, *DELETED, SecretId=secret, VersionId=version)
    if found is None:
        return None
    hidden = bool(last.get("secretStringWo") or last.get("hasSecretStringWo"))
    binary = found.get("SecretBinary")
    return {
        "arn": found["ARN"],
        "hasSecretStringWo": hidden,
        "secretArn": found["ARN"],
        "secretBinary": base64.b64encode(binary).decode() if binary else None,
        "secretId": secret,
        "secretString": None if hidden else found.get("SecretString") or None,
        "secretStringWo": None,
        "versionId": version,
        "versionStages": same_order(found.get("VersionStages") or (), last.get("versionStages")),
    }


def update_version(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    """Move labels: the only thing about a version that can change."""
    secret, version = parts_of(id, "|", FORM)
    client = ctx.client("secretsmanager")
    before, after = set(old.get("versionStages") or ()), set(new.get("versionStages") or ())
    if after:
        for label in sorted(after - before):
            holder = _holder(client, secret, label)
            client.update_secret_version_stage(
                SecretId=secret,
                VersionStage=label,
                MoveToVersionId=version,
                **given(RemoveFromVersionId=holder),
            )
        for label in sorted(before - after - {CURRENT}):
            _take_off(client, secret, version, label)


def delete_version(ctx: Context, id: str, last: Outputs) -> None:
    """Take the labels off; the current version stays as long as the secret, as on AWS."""
    secret, version = parts_of(id, "|", FORM)
    client = ctx.client("secretsmanager")
    found = find(client.get_secret_value, *DELETED, SecretId=secret, VersionId=version) or {}
    for label in found.get("VersionStages") or ():
        if label != CURRENT:
            _take_off(client, secret, version, label)


def _take_off(client: Any, secret: str, version: str, label: str) -> None:
    find(
        client.update_secret_version_stage,
        *DELETED,
        "InvalidParameterException",
        SecretId=secret,
        VersionStage=label,
        RemoveFromVersionId=version,
    )


def _holder(client: Any, secret: str, label: str) -> str | None:
    """Which version has a label now."""
    labels = client.describe_secret(SecretId=secret).get("VersionIdsToStages") or {}
    return next((version for version, stages in labels.items() if label in stages), None)


SECRET_VERSION = resource(
    "secretsmanager",
    "Secrets Manager Secret Version",
    "aws:secretsmanager/secretVersion:SecretVersion",
    create=create_version,
    read=read_version,
    update=update_version,
    delete=delete_version,
)
