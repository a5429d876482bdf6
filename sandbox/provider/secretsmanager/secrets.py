"""Secrets Manager: secrets; the id is the secret's ARN."""

from __future__ import annotations

from sandbox.provider.core import policy
from sandbox.provider.core.answers import changed, find, given, named, prefix_of, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import retag, tag_map, tagged

GONE = "ResourceNotFoundException"
DELETED = (GONE, "InvalidRequestException")  # the second: it waits for its recovery window's end


def create_secret(ctx: Context, inputs: Inputs) -> str:
    client, name = ctx.client("secretsmanager"), named(inputs)
    id = client.create_secret(
        Name=name,
        **given(Description=inputs.get("description"), KmsKeyId=inputs.get("kmsKeyId")),
        **tagged(inputs),
    )["ARN"]
    ctx.made(id)
    if inputs.get("policy"):
        client.put_resource_policy(SecretId=id, ResourcePolicy=policy.normal(inputs["policy"]))
    return id


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


def find_secret(ctx: Context, inputs: Inputs) -> str | None:
    call, name = ctx.client("secretsmanager").describe_secret, inputs.get("name")
    found = find(call, GONE, SecretId=name) if name else None
    return str(found["ARN"]) if found else None


def update_secret(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
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
    retag(client.tag_resource, client.untag_resource, old, new, SecretId=id)


def delete_secret(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("secretsmanager")
    secret = find(client.describe_secret, GONE, SecretId=id)
    if secret is None or secret.get("DeletedDate"):
        return
    days = last.get("recoveryWindowInDays", 30)
    how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    find(client.delete_secret, GONE, SecretId=id, **how)


SECRET = resource(
    "secretsmanager",
    "Secrets Manager Secret",
    "aws:secretsmanager/secret:Secret",
    create=create_secret,
    read=read_secret,
    update=update_secret,
    delete=delete_secret,
    find=find_secret,
    # The sandbox is one region; and the facts say of `type` only that it is there.
    lacks=("forceOverwriteReplicaSecret", "replicas", "type"),
    called="name",
)
