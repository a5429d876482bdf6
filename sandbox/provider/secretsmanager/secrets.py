"""Secrets Manager: secrets and their versions."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.provider.core import policy
from sandbox.provider.core.answers import (
    changed,
    find,
    given,
    named,
    prefix_of,
    same_order,
    settle,
    tag_changes,
    there,
    worded,
)
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs
from sandbox.provider.core.shapes import tag_list, tag_map

GONE = "ResourceNotFoundException"
DELETED = (GONE, "InvalidRequestException")  # the second: it waits for its recovery window's end
CURRENT = "AWSCURRENT"


# Secret: its id is its ARN


def create_secret(ctx: Context, inputs: Inputs) -> Created:
    client, name = ctx.client("secretsmanager"), named(inputs)
    tags = tag_list(inputs.get("tags"))
    id = client.create_secret(
        Name=name,
        **given(Description=inputs.get("description"), KmsKeyId=inputs.get("kmsKeyId")),
        **({"Tags": tags} if tags else {}),
    )["ARN"]
    ctx.made(id)
    if inputs.get("policy"):
        client.put_resource_policy(SecretId=id, ResourcePolicy=policy.normal(inputs["policy"]))
    return Created(id, there(read_secret(ctx, id, inputs), f"Secrets Manager Secret ({id})"))


def read_secret(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("secretsmanager")
    secret = find(client.describe_secret, GONE, SecretId=id)
    if secret is None or secret.get("DeletedDate"):
        return None
    document = (find(client.get_resource_policy, *DELETED, SecretId=id) or {}).get("ResourcePolicy")
    outputs = {
        "arn": secret["ARN"],
        "description": secret.get("Description"),
        "forceOverwriteReplicaSecret": last.get("forceOverwriteReplicaSecret", False),
        "kmsKeyId": secret.get("KmsKeyId"),
        "name": secret["Name"],
        "namePrefix": prefix_of(secret["Name"]),
        "policy": policy.current(document, last.get("policy")) if document else "",
        "recoveryWindowInDays": last.get("recoveryWindowInDays", 30),
        "replicas": [],
        "tags": tag_map(secret.get("Tags")),
    }
    return settle(outputs, keep=("namePrefix", "policy", "replicas"))


def find_secret(ctx: Context, inputs: Inputs) -> Created | None:
    found = read_secret(ctx, inputs["name"], inputs) if inputs.get("name") else None
    return Created(found["arn"], found) if found else None


def update_secret(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("secretsmanager")
    if changed("description", old, new) or changed("kmsKeyId", old, new):
        client.update_secret(
            SecretId=id,
            Description=new.get("description") or "",
            **given(KmsKeyId=new.get("kmsKeyId") or None),
        )
    wanted = new.get("policy")
    if wanted is not None and not policy.equivalent(old.get("policy"), wanted):
        if wanted in ("", "{}"):
            client.delete_resource_policy(SecretId=id)
        else:
            client.put_resource_policy(SecretId=id, ResourcePolicy=policy.normal(wanted))
    removed, added = tag_changes(old, new)
    if removed:
        client.untag_resource(SecretId=id, TagKeys=removed)
    if added:
        client.tag_resource(SecretId=id, Tags=tag_list(added))
    return there(read_secret(ctx, id, new), f"Secrets Manager Secret ({id})")


def delete_secret(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("secretsmanager")
    secret = find(client.describe_secret, GONE, SecretId=id)
    if secret is None or secret.get("DeletedDate"):
        return
    days = last.get("recoveryWindowInDays", 30)
    how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    find(client.delete_secret, GONE, SecretId=id, **how)


# SecretVersion: its id is SECRET|VERSION


def create_version(ctx: Context, inputs: Inputs) -> Created:
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
    id = f"{inputs['secretId']}|{version['VersionId']}"
    return Created(
        id, there(read_version(ctx, id, inputs), f"Secrets Manager Secret Version ({id})")
    )


def read_version(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    secret, version = _split(id)
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


def update_version(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    """Move labels: the only thing about a version that can change."""
    secret, version = _split(id)
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
    return there(read_version(ctx, id, new), f"Secrets Manager Secret Version ({id})")


def delete_version(ctx: Context, id: str, last: Outputs) -> None:
    """Take the labels off; the current version stays as long as the secret, as on AWS."""
    secret, version = _split(id)
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


def _split(id: str) -> tuple[str, str]:
    secret, _, version = id.partition("|")
    if not (secret and version):
        raise CallError(f"unexpected format of ID ({id}), expected SECRET-ID|VERSION-ID")
    return secret, version


KINDS = (
    worded(
        "secretsmanager",
        "Secrets Manager Secret",
        Kind(
            token="aws:secretsmanager/secret:Secret",
            create=create_secret,
            read=read_secret,
            update=update_secret,
            delete=delete_secret,
            find=find_secret,
            # The sandbox is one region; and the facts say of `type` only that it is there.
            lacks=("forceOverwriteReplicaSecret", "replicas", "type"),
        ),
        called="name",
    ),
    worded(
        "secretsmanager",
        "Secrets Manager Secret Version",
        Kind(
            token="aws:secretsmanager/secretVersion:SecretVersion",
            create=create_version,
            read=read_version,
            update=update_version,
            delete=delete_version,
        ),
    ),
)
