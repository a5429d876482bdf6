"""Tables against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_updates,
)

TABLE = "aws:dynamodb/table:Table"
KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
SMALL = {
    "attributes": [{"name": "pk", "type": "S"}],
    "billingMode": "PAY_PER_REQUEST",
    "hashKey": "pk",
}
ATTRIBUTES = [{"name": name, "type": "S"} for name in ("pk", "sk", "user", "day")]
BY_USER = {"name": "by-user", "hashKey": "user", "projectionType": "ALL"}
BY_DAY = {"name": "by-day", "rangeKey": "day", "projectionType": "KEYS_ONLY"}
FULL = {
    "attributes": ATTRIBUTES,
    "billingMode": "PROVISIONED",
    "deletionProtectionEnabled": False,
    "globalSecondaryIndexes": [{**BY_USER, "readCapacity": 2, "writeCapacity": 1}],
    "hashKey": "pk",
    "localSecondaryIndexes": [BY_DAY],
    "pointInTimeRecovery": {"enabled": True},
    "rangeKey": "sk",
    "readCapacity": 3,
    "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
    "streamEnabled": True,
    "streamViewType": "NEW_IMAGE",
    "tableClass": "STANDARD_INFREQUENT_ACCESS",
    "tags": {"team": "llm"},
    "ttl": {"attributeName": "expires", "enabled": True},
    "writeCapacity": 2,
}


def test_a_small_table_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    table = life(TABLE, name=life.name("table"), **SMALL)
    assert_complete(table)
    assert table.outputs["arn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{table.id}"
    expected = {
        "pointInTimeRecovery": {"enabled": False},
        "readCapacity": 0,
        "serverSideEncryption": {"enabled": False},
        "streamArn": "",
        "ttl": {"enabled": False},
    }
    assert {name: table.outputs[name] for name in expected} == expected
    assert_imports(table, table.id)
    assert_deleted(table)


def test_a_table_with_every_argument_reads_back_as_given(life: Lives) -> None:
    table = life(TABLE, name=life.name("table"), **FULL)
    found = table.outputs
    # The API tells how many days it goes back, whether or not the program said it.
    recovery = found["pointInTimeRecovery"]
    assert recovery["enabled"] is True
    table.inputs["pointInTimeRecovery"] = recovery
    assert_complete(table)
    assert found["streamArn"].startswith(found["arn"]) and found["streamLabel"]
    assert_imports(table, table.id)
    assert_deleted(table)


BY_USER_FIRST = {**BY_USER, "readCapacity": 2, "writeCapacity": 1}
BY_DAY_TOO = {
    "name": "by-day-too",
    "hashKey": "day",
    "rangeKey": "user",
    "projectionType": "INCLUDE",
    "nonKeyAttributes": ["tokens"],
    "readCapacity": 1,
    "writeCapacity": 1,
}


def test_arguments_of_a_table_are_updated_one_by_one(life: Lives) -> None:
    table = life(TABLE, name=life.name("table"), **FULL)
    changes: list[dict[str, Any]] = [
        {"readCapacity": 4},
        {"writeCapacity": 5},
        {"globalSecondaryIndexes": [{**BY_USER_FIRST, "readCapacity": 7}]},
        {"globalSecondaryIndexes": [{**BY_USER_FIRST, "readCapacity": 7}, BY_DAY_TOO]},
        {"globalSecondaryIndexes": [BY_DAY_TOO]},
        {"streamViewType": "OLD_IMAGE"},
        {"streamEnabled": False, "streamViewType": None},
        {"tableClass": "STANDARD"},
        {"serverSideEncryption": {"enabled": False}},
        {"deletionProtectionEnabled": True},
        {"deletionProtectionEnabled": False},
        {"pointInTimeRecovery": {"enabled": False}},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
    ]
    assert_updates(table, changes)
    table.update(ttl={"enabled": False, "attributeName": ""})
    assert table.outputs["ttl"]["enabled"] is False
    table.update(ttl={"enabled": True, "attributeName": "until"})
    assert table.outputs["ttl"] == {"enabled": True, "attributeName": "until"}


def test_a_table_goes_from_provisioned_to_on_demand_and_back(life: Lives) -> None:
    table = life(
        TABLE,
        name=life.name("table"),
        **{**SMALL, "onDemandThroughput": {"maxReadRequestUnits": 5, "maxWriteRequestUnits": 6}},
    )
    assert_complete(table)
    limits = {"maxReadRequestUnits": 9, "maxWriteRequestUnits": 6}
    assert_updates(table, [{"onDemandThroughput": limits}])
    table.update(
        billingMode="PROVISIONED", readCapacity=1, writeCapacity=1, onDemandThroughput=None
    )
    assert table.outputs["billingMode"] == "PROVISIONED" and table.outputs["readCapacity"] == 1
    table.update(billingMode="PAY_PER_REQUEST", readCapacity=None, writeCapacity=None)
    assert table.outputs["billingMode"] == "PAY_PER_REQUEST" and table.read() == table.outputs


def test_a_protected_table_stays_and_says_why(life: Lives, ctx: Context) -> None:
    table = life(TABLE, name=life.name("table"), **SMALL, deletionProtectionEnabled=True)
    with pytest.raises(AwsError, match=rf"^deleting DynamoDB Table \({table.id}\): .*protect"):
        table.delete()
    table.update(deletionProtectionEnabled=False)


def test_a_provisioned_table_without_capacity_is_refused_with_the_way_out(ctx: Context) -> None:
    inputs = {**SMALL, "name": "t", "billingMode": "PROVISIONED"}
    with pytest.raises(CallError, match="readCapacity and writeCapacity.*PAY_PER_REQUEST"):
        kind(TABLE).create(ctx, inputs)


def items(ctx: Context, table: str) -> list[str]:
    found = ctx.client("dynamodb").scan(TableName=table)["Items"]
    return sorted(each["pk"]["S"] for each in found)


@pytest.mark.parametrize("by", ["name", "arn"])
def test_a_table_can_begin_as_another_one_was(life: Lives, ctx: Context, by: str) -> None:
    source = life(TABLE, name=life.name("source"), **SMALL, pointInTimeRecovery={"enabled": True})
    ctx.client("dynamodb").put_item(TableName=source.id, Item={"pk": {"S": "ada"}})
    of = {
        "name": {"restoreSourceName": source.id},
        "arn": {"restoreSourceTableArn": source.outputs["arn"]},
    }
    table = life(
        TABLE,
        name=life.name("restored"),
        **SMALL,
        **of[by],
        restoreToLatestTime=True,
        streamEnabled=True,
        streamViewType="KEYS_ONLY",
        tags={"team": "llm"},
        ttl={"attributeName": "until", "enabled": True},
    )
    assert_complete(table)
    assert items(ctx, table.id) == ["ada"]
    assert_updates(table, [{"tags": None}, {"ttl": {"enabled": False}}])
    assert_deleted(table)


def test_a_table_that_keeps_no_moments_cannot_be_restored(life: Lives, ctx: Context) -> None:
    source = life(TABLE, name=life.name("source"), **SMALL)
    inputs = {"name": "restored", **SMALL, "restoreSourceName": source.id}
    told = (
        r"^creating DynamoDB Table \(restored\): operation error DynamoDB: "
        r"RestoreTableToPointInTime, .*PointInTimeRecoveryUnavailableException: "
    )
    with pytest.raises(AwsError, match=told):
        kind(TABLE).create(ctx, {**inputs, "restoreDateTime": "2026-01-01T00:00:00Z"})


def test_a_table_can_begin_with_the_items_of_a_file(life: Lives, ctx: Context) -> None:
    bucket = life("aws:s3/bucket:Bucket", bucket=life.name("items"))
    text = "pk;said\nada;hello\ngrace;hi\n"
    life("aws:s3/bucketObjectv2:BucketObjectv2", bucket=bucket.id, key="in/1.csv", content=text)
    source = {"bucket": bucket.id, "keyPrefix": "in/"}
    wanted = {
        "inputFormat": "CSV",
        "inputFormatOptions": {"csv": {"delimiter": ";"}},
        "s3BucketSource": source,
    }
    table = life(TABLE, name=life.name("table"), **SMALL, importTable=wanted, tags={"team": "llm"})
    assert_complete(table)
    assert items(ctx, table.id) == ["ada", "grace"]
    assert_deleted(table)
    bad = {**wanted, "s3BucketSource": {"bucket": "there-is-none"}}
    with pytest.raises(CallError, match=r"creating DynamoDB Table \(bad\): importing its items: "):
        kind(TABLE).create(ctx, {"name": "bad", **SMALL, "importTable": bad})
    assert kind(TABLE).read(ctx, "bad", {}) is None
