"""DynamoDB tables between arguments and the API, and the requests that change one."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import changed, given
from sandbox.provider.core.kinds import CallError, Inputs, Outputs
from sandbox.provider.core.shapes import filled

FREE = {"maxReadRequestUnits": -1, "maxWriteRequestUnits": -1}


def given_lists(**lists: list[Any]) -> dict[str, Any]:
    return {name: value for name, value in lists.items() if value}


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
    names = index.get("nonKeyAttributes")
    return {"ProjectionType": index["projectionType"], **given_lists(NonKeyAttributes=names or [])}


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


# One thing at a time: DynamoDB takes one change of an index or of the stream a call.


def table_changes(old: Outputs, new: Inputs) -> list[dict[str, Any]]:
    """The requests of UpdateTable, in the official provider's order."""
    requests: list[dict[str, Any]] = []
    old_indexes, new_indexes = (_by_name(v.get("globalSecondaryIndexes")) for v in (old, new))
    first: dict[str, Any] = {}
    before, after = old.get("billingMode", "PROVISIONED"), billing_mode(new)
    if before != after:
        first["BillingMode"] = after
    capacities = ("readCapacity", "writeCapacity")
    if after == "PROVISIONED" and (
        before != after or any(changed(name, old, new) for name in capacities)
    ):
        first["ProvisionedThroughput"] = throughput(new, new)
    if changed("onDemandThroughput", old, new) and after == "PAY_PER_REQUEST":
        first["OnDemandThroughput"] = on_demand(new.get("onDemandThroughput") or FREE)
    if first:
        requests.append(first)
    if changed("streamEnabled", old, new) or changed("streamViewType", old, new):
        requests += _stream_changes(old, new)
    if changed("tableClass", {"tableClass": "STANDARD", **old}, {"tableClass": "STANDARD", **new}):
        requests.append({"TableClass": new.get("tableClass") or "STANDARD"})
    requests += _index_changes(old_indexes, new_indexes, new)
    if changed("serverSideEncryption", old, new) and new.get("serverSideEncryption"):
        requests.append({"SSESpecification": encryption(new["serverSideEncryption"])})
    if changed("deletionProtectionEnabled", old, new):
        protected = bool(new.get("deletionProtectionEnabled"))
        requests.append({"DeletionProtectionEnabled": protected})
    return requests


def _stream_changes(old: Outputs, new: Inputs) -> list[dict[str, Any]]:
    """A stream that changes what it shows is turned off first."""
    off = {"StreamSpecification": {"StreamEnabled": False}}
    requests: list[dict[str, Any]] = [off] if old.get("streamEnabled") else []
    if new.get("streamEnabled"):
        requests.append({"StreamSpecification": stream(new)})
    return requests


def _index_changes(old: Outputs, new: Outputs, inputs: Inputs) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = []
    made = {"AttributeDefinitions": attributes(inputs)}
    for name, index in old.items():
        if name not in new or _shape_of(index) != _shape_of(new[name]):
            requests.append(_index_update({"Delete": {"IndexName": name}}))
    for name, index in new.items():
        before = old.get(name)
        if before is None or _shape_of(index) != _shape_of(before):
            requests.append({**made, **_index_update({"Create": index_request(index, inputs)})})
            continue
        update = {"IndexName": name}
        wanted = throughput(index, inputs)
        if wanted and wanted != throughput(before, inputs):
            update["ProvisionedThroughput"] = wanted  # type: ignore[assignment]
        if changed("onDemandThroughput", before, index):
            limits = index.get("onDemandThroughput") or FREE
            update["OnDemandThroughput"] = on_demand(limits)  # type: ignore[assignment]
        if len(update) > 1:
            requests.append(_index_update({"Update": update}))
    return requests


def _index_update(update: dict[str, Any]) -> dict[str, Any]:
    return {"GlobalSecondaryIndexUpdates": [update]}


def _shape_of(index: Outputs) -> tuple[Any, ...]:
    """What an index is: with another one it is another index."""
    names = sorted(index.get("nonKeyAttributes") or ())
    return index["hashKey"], index.get("rangeKey") or "", index["projectionType"], names


def _by_name(indexes: list[Outputs] | None) -> dict[str, Outputs]:
    return {index["name"]: index for index in indexes or ()}
