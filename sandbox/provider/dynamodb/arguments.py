"""DynamoDB: tables between arguments and the API."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import given
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.shapes import filled

FREE = {"maxReadRequestUnits": -1, "maxWriteRequestUnits": -1}


def billing_mode(inputs: Inputs) -> str:
    return str(inputs.get("billingMode") or "PROVISIONED")


def attributes(inputs: Inputs) -> list[dict[str, str]]:
    return [
        {"AttributeName": each["name"], "AttributeType": each["type"]}
        for each in inputs.get("attributes") or ()
    ]


def keys(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return keys + ([{"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else [])


def key_names(schema: list[dict[str, str]]) -> tuple[str | None, str | None]:
    names = {each["KeyType"]: each["AttributeName"] for each in schema}
    return names.get("HASH"), names.get("RANGE")


def throughput(of: Outputs, table: Inputs) -> dict[str, int] | None:
    if billing_mode(table) != "PROVISIONED":
        return None
    read, write = of.get("readCapacity") or 0, of.get("writeCapacity") or 0
    if of is table and not (read and write):
        raise CallError(
            "creating DynamoDB Table: readCapacity and writeCapacity must be at least 1 with "
            "billingMode PROVISIONED; give both, or billingMode PAY_PER_REQUEST"
        )
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def on_demand(limits: Outputs | None) -> dict[str, int] | None:
    if not limits:
        return None
    return given(
        MaxReadRequestUnits=limits.get("maxReadRequestUnits"),
        MaxWriteRequestUnits=limits.get("maxWriteRequestUnits"),
    )


def on_demand_answer(limits: Outputs | None) -> Outputs | None:
    if not limits:
        return None
    found = {
        "maxReadRequestUnits": limits.get("MaxReadRequestUnits", -1),
        "maxWriteRequestUnits": limits.get("MaxWriteRequestUnits", -1),
    }
    return None if found == FREE else found


def stream(inputs: Inputs) -> dict[str, Any] | None:
    if not inputs.get("streamEnabled"):
        return None
    return {"StreamEnabled": True, **given(StreamViewType=inputs.get("streamViewType") or None)}


def _projection(index: Outputs) -> dict[str, Any]:
    return {
        "ProjectionType": index["projectionType"],
        **filled({"NonKeyAttributes": index.get("nonKeyAttributes")}),
    }


def index_request(index: Outputs, table: Inputs) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": keys(index["hashKey"], index.get("rangeKey")),
        "Projection": _projection(index),
        **given(
            OnDemandThroughput=on_demand(index.get("onDemandThroughput")),
            ProvisionedThroughput=throughput(index, table),
        ),
    }


def index_answer(index: Outputs) -> Outputs:
    hash_key, range_key = key_names(index["KeySchema"])
    capacity = index.get("ProvisionedThroughput") or {}
    found = filled(
        {
            "name": index["IndexName"],
            "hashKey": hash_key,
            "rangeKey": range_key,
            "nonKeyAttributes": index["Projection"].get("NonKeyAttributes"),
            "onDemandThroughput": on_demand_answer(index.get("OnDemandThroughput")),
            "projectionType": index["Projection"].get("ProjectionType"),
        }
    )
    return {
        **found,
        "readCapacity": capacity.get("ReadCapacityUnits", 0),
        "writeCapacity": capacity.get("WriteCapacityUnits", 0),
    }


def local_index_request(index: Outputs, table: Inputs) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": keys(table["hashKey"], index["rangeKey"]),
        "Projection": _projection(index),
    }


def local_index_answer(index: Outputs) -> Outputs:
    return filled(
        {
            "name": index["IndexName"],
            "nonKeyAttributes": index["Projection"].get("NonKeyAttributes"),
            "projectionType": index["Projection"].get("ProjectionType"),
            "rangeKey": key_names(index["KeySchema"])[1],
        }
    )


def encryption(settings: Outputs | None) -> dict[str, Any] | None:
    if not settings:
        return None
    if not settings.get("enabled"):
        return {"Enabled": False}
    key = settings.get("kmsKeyArn")
    return {"Enabled": True, "SSEType": "KMS", **given(KMSMasterKeyId=key or None)}


def encryption_answer(found: Outputs | None) -> Outputs:
    if not found or found.get("Status") not in ("ENABLED", "ENABLING", "UPDATING"):
        return {"enabled": False}
    return filled({"enabled": True, "kmsKeyArn": found.get("KMSMasterKeyArn")})


def table_answer(table: dict[str, Any]) -> Outputs:
    """What DescribeTable tells of a table."""
    hash_key, range_key = key_names(table["KeySchema"])
    stream = table.get("StreamSpecification") or {}
    capacity = table.get("ProvisionedThroughput") or {}
    return {
        "arn": table["TableArn"],
        "attributes": [
            {"name": each["AttributeName"], "type": each["AttributeType"]}
            for each in table["AttributeDefinitions"]
        ],
        "billingMode": (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"),
        "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "globalSecondaryIndexes": [
            index_answer(each) for each in table.get("GlobalSecondaryIndexes") or ()
        ],
        "hashKey": hash_key,
        "localSecondaryIndexes": [
            local_index_answer(each) for each in table.get("LocalSecondaryIndexes") or ()
        ],
        "name": table["TableName"],
        "onDemandThroughput": on_demand_answer(table.get("OnDemandThroughput")),
        "rangeKey": range_key,
        "readCapacity": capacity.get("ReadCapacityUnits", 0),
        "serverSideEncryption": encryption_answer(table.get("SSEDescription")),
        "streamArn": table.get("LatestStreamArn") or "",
        "streamEnabled": stream.get("StreamEnabled", False),
        "streamLabel": table.get("LatestStreamLabel") or "",
        "streamViewType": stream.get("StreamViewType") or "",
        "tableClass": (table.get("TableClassSummary") or {}).get("TableClass", "STANDARD"),
        "writeCapacity": capacity.get("WriteCapacityUnits", 0),
    }
