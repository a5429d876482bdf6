"""DynamoDB: tables; the id is the table's name."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import by, changed, find, given, named, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import filled
from sandbox.provider.core.tags import retag, tag_list, tag_map, tagged
from sandbox.provider.core.waiting import until
from sandbox.provider.dynamodb import arguments, changes, sources

GONE = "ResourceNotFoundException"
PATIENCE = 600.0  # seconds; AWS takes its time with indexes


def create_table(ctx: Context, inputs: Inputs) -> str:
    name = named(inputs)
    if sources.restores(inputs):
        sources.restore(ctx, name, inputs)
    elif inputs.get("importTable"):
        sources.load(ctx, name, inputs)
    else:
        _make(ctx, name, inputs)
    ctx.made(name, {"name": name})
    _wait_until_active(ctx, name)
    if sources.restores(inputs) or inputs.get("importTable"):
        _finish(ctx, name, inputs)
    if (inputs.get("ttl") or {}).get("enabled"):
        _set_ttl(ctx, name, inputs["ttl"])
    if (inputs.get("pointInTimeRecovery") or {}).get("enabled"):
        _set_recovery(ctx, name, inputs["pointInTimeRecovery"])
    return name


def _finish(ctx: Context, name: str, inputs: Inputs) -> None:
    """Give a table that was not made by CreateTable what only that call could have given it."""
    client = ctx.client("dynamodb")
    settings: dict[str, Any] = given(
        DeletionProtectionEnabled=inputs.get("deletionProtectionEnabled") or None,
        StreamSpecification=arguments.stream(inputs) if inputs.get("streamEnabled") else None,
        TableClass=inputs.get("tableClass"),
    )
    if settings:
        client.update_table(TableName=name, **settings)
        _wait_until_active(ctx, name)
    if tags := tag_list(inputs.get("tags")):
        arn = client.describe_table(TableName=name)["Table"]["TableArn"]
        client.tag_resource(ResourceArn=arn, Tags=tags)


def _make(ctx: Context, name: str, inputs: Inputs) -> None:
    ctx.client("dynamodb").create_table(
        TableName=name,
        KeySchema=arguments.keys(inputs["hashKey"], inputs.get("rangeKey")),
        AttributeDefinitions=arguments.attributes(inputs),
        BillingMode=arguments.billing_mode(inputs),
        **tagged(inputs),
        **given(
            DeletionProtectionEnabled=inputs.get("deletionProtectionEnabled"),
            GlobalSecondaryIndexes=[
                arguments.index_request(each, inputs)
                for each in inputs.get("globalSecondaryIndexes") or ()
            ]
            or None,
            LocalSecondaryIndexes=[
                arguments.local_index_request(each, inputs)
                for each in inputs.get("localSecondaryIndexes") or ()
            ]
            or None,
            OnDemandThroughput=arguments.on_demand(inputs.get("onDemandThroughput")),
            ProvisionedThroughput=arguments.throughput(inputs, inputs),
            SSESpecification=arguments.encryption(inputs.get("serverSideEncryption")),
            StreamSpecification=arguments.stream(inputs),
            TableClass=inputs.get("tableClass"),
        ),
    )


def read_table(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("dynamodb")
    answer = find(client.describe_table, GONE, TableName=id)
    if answer is None:
        return None
    table = answer["Table"]
    tags = find(client.list_tags_of_resource, GONE, ResourceArn=table["TableArn"])
    if tags is None:
        return None
    outputs = {
        **arguments.table_answer(table),
        "pointInTimeRecovery": _recovery(client, id),
        "tags": tag_map(tags.get("Tags")),
        "ttl": _ttl(client, id),
    }
    return settle(outputs, keep=("streamArn", "streamLabel", "streamViewType"))


def update_table(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("dynamodb")
    for request in changes.requests(old, new):
        client.update_table(TableName=id, **request)
        _wait_until_active(ctx, id)
    if changed("ttl", old, new) and new.get("ttl"):
        before = old.get("ttl") or {}
        if before.get("enabled") != new["ttl"].get("enabled", False):
            _set_ttl(
                ctx, id, {**before, **filled(new["ttl"]), "enabled": not before.get("enabled")}
            )
    if changed("pointInTimeRecovery", old, new) and new.get("pointInTimeRecovery"):
        _set_recovery(ctx, id, new["pointInTimeRecovery"])
    retag(client.tag_resource, client.untag_resource, old, new, ResourceArn=old["arn"])


def delete_table(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("dynamodb")
    if find(client.delete_table, GONE, TableName=id) is None:
        return
    until(ctx, lambda: not find(client.describe_table, GONE, TableName=id), PATIENCE)


def _set_ttl(ctx: Context, name: str, ttl: Outputs) -> None:
    ctx.client("dynamodb").update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={
            "AttributeName": ttl.get("attributeName") or "",
            "Enabled": bool(ttl.get("enabled")),
        },
    )


def _ttl(client: Any, name: str) -> Outputs:
    answer = find(client.describe_time_to_live, GONE, TableName=name) or {}
    found = answer.get("TimeToLiveDescription") or {}
    on = found.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return {"enabled": on, **filled({"attributeName": found.get("AttributeName") if on else ""})}


def _set_recovery(ctx: Context, name: str, recovery: Outputs) -> None:
    enabled = bool(recovery.get("enabled"))
    days = recovery.get("recoveryPeriodInDays") if enabled else None
    ctx.client("dynamodb").update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": enabled,
            **given(RecoveryPeriodInDays=days or None),
        },
    )


def _recovery(client: Any, name: str) -> Outputs:
    answer = find(
        client.describe_continuous_backups, GONE, "TableNotFoundException", TableName=name
    )
    backups = (answer or {}).get("ContinuousBackupsDescription") or {}
    found = backups.get("PointInTimeRecoveryDescription") or {}
    on = found.get("PointInTimeRecoveryStatus") == "ENABLED"
    days = found.get("RecoveryPeriodInDays") if on else None
    return {"enabled": on, **filled({"recoveryPeriodInDays": days})}


def _wait_until_active(ctx: Context, name: str) -> None:
    """Wait until the table and its indexes can be used and changed."""

    def statuses() -> list[str]:
        table = ctx.client("dynamodb").describe_table(TableName=name)["Table"]
        indexes = table.get("GlobalSecondaryIndexes") or ()
        return [table["TableStatus"], *(each.get("IndexStatus", "ACTIVE") for each in indexes)]

    if not until(ctx, lambda: set(statuses()) == {"ACTIVE"}, PATIENCE):
        raise CallError(f"waiting for DynamoDB Table ({name}): still {statuses()}")


TABLE = resource(
    "dynamodb",
    "DynamoDB Table",
    "aws:dynamodb/table:Table",
    create=create_table,
    read=read_table,
    update=update_table,
    delete=delete_table,
    find=by("name"),
    lacks=(
        # The facts say of these only that they are there.
        "globalSecondaryIndexes.keySchemas",
        "globalSecondaryIndexes.warmThroughput",
        "globalTableWitness",
        "restoreBackupArn",
        "warmThroughput",
        # The sandbox is one region.
        "replicas",
    ),
    called="name",
)
