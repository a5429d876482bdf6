"""CloudWatch Logs: log groups."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import by, changed, find, named, pick, prefix_of, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import doing
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import own_tags, retag

GONE = "ResourceNotFoundException"


def create_log_group(ctx: Context, inputs: Inputs) -> str:
    logs, name = ctx.client("logs"), named(inputs)
    logs.create_log_group(
        logGroupName=name,
        **pick(inputs, "kmsKeyId", "logGroupClass", "tags", "deletionProtectionEnabled"),
    )
    ctx.made(name, {"skipDestroy": False})
    if inputs.get("retentionInDays"):
        _put_retention(ctx, name, inputs)
    return name


def read_log_group(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    logs = ctx.client("logs")
    group = _describe(logs, id)
    if group is None:
        return None
    arn = group["arn"].removesuffix(":*")
    tags = find(logs.list_tags_for_resource, GONE, resourceArn=arn)
    if tags is None:
        return None
    outputs = {
        "arn": arn,
        "deletionProtectionEnabled": bool(group.get("deletionProtectionEnabled")),
        "kmsKeyId": group.get("kmsKeyId"),
        "logGroupClass": group.get("logGroupClass", "STANDARD"),
        "name": id,
        "namePrefix": prefix_of(id),
        "retentionInDays": group.get("retentionInDays") or 0,
        "skipDestroy": last.get("skipDestroy", False),
        "tags": own_tags(tags.get("tags")),
    }
    return settle(outputs, keep=("namePrefix",))


def update_log_group(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    logs = ctx.client("logs")
    if changed("retentionInDays", old, new):
        if new.get("retentionInDays"):
            _put_retention(ctx, id, new)
        else:
            logs.delete_retention_policy(logGroupName=id)
    if changed("kmsKeyId", old, new):
        if new.get("kmsKeyId"):
            logs.associate_kms_key(logGroupName=id, kmsKeyId=new["kmsKeyId"])
        else:
            logs.disassociate_kms_key(logGroupName=id)
    protected = new.get("deletionProtectionEnabled")
    if protected is not None and protected != old.get("deletionProtectionEnabled", False):
        logs.put_log_group_deletion_protection(
            logGroupIdentifier=id, deletionProtectionEnabled=protected
        )
    retag(
        logs.tag_resource,
        logs.untag_resource,
        old,
        new,
        form=dict,
        names=("tags", "tagKeys"),
        resourceArn=old["arn"],
    )


def delete_log_group(ctx: Context, id: str, last: Outputs) -> None:
    if not last.get("skipDestroy"):
        find(ctx.client("logs").delete_log_group, GONE, logGroupName=id)


def _describe(logs: Any, name: str) -> Outputs | None:
    # The API looks up prefixes only, so a page may hold other groups.
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    groups = (group for page in pages for group in page["logGroups"])
    return next((group for group in groups if group["logGroupName"] == name), None)


def _put_retention(ctx: Context, name: str, inputs: Inputs) -> None:
    with doing(f"setting CloudWatch Logs Log Group ({name}) retention policy", "logs"):
        ctx.client("logs").put_retention_policy(
            logGroupName=name, retentionInDays=inputs["retentionInDays"]
        )


LOG_GROUP = resource(
    "logs",
    "CloudWatch Logs Log Group",
    "aws:cloudwatch/logGroup:LogGroup",
    create=create_log_group,
    read=read_log_group,
    update=update_log_group,
    delete=delete_log_group,
    find=by("name"),
    called="name",
)
