"""DynamoDB: the requests that change a table; each call changes one index or the stream."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import changed
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.dynamodb import arguments


def requests(old: Outputs, new: Inputs) -> list[dict[str, Any]]:
    """The requests of UpdateTable, in the official provider's order."""
    requests: list[dict[str, Any]] = []
    old_indexes, new_indexes = (_by_name(v.get("globalSecondaryIndexes")) for v in (old, new))
    first: dict[str, Any] = {}
    before, after = old.get("billingMode", "PROVISIONED"), arguments.billing_mode(new)
    if before != after:
        first["BillingMode"] = after
    capacities = ("readCapacity", "writeCapacity")
    if after == "PROVISIONED" and (
        before != after or any(changed(name, old, new) for name in capacities)
    ):
        first["ProvisionedThroughput"] = arguments.throughput(new, new)
    if changed("onDemandThroughput", old, new) and after == "PAY_PER_REQUEST":
        first["OnDemandThroughput"] = arguments.on_demand(
            new.get("onDemandThroughput") or arguments.FREE
        )
    if first:
        requests.append(first)
    if changed("streamEnabled", old, new) or changed("streamViewType", old, new):
        requests += _stream_changes(old, new)
    if changed("tableClass", {"tableClass": "STANDARD", **old}, {"tableClass": "STANDARD", **new}):
        requests.append({"TableClass": new.get("tableClass") or "STANDARD"})
    requests += _index_changes(old_indexes, new_indexes, new)
    if changed("serverSideEncryption", old, new) and new.get("serverSideEncryption"):
        requests.append({"SSESpecification": arguments.encryption(new["serverSideEncryption"])})
    if changed("deletionProtectionEnabled", old, new):
        protected = bool(new.get("deletionProtectionEnabled"))
        requests.append({"DeletionProtectionEnabled": protected})
    return requests


def _stream_changes(old: Outputs, new: Inputs) -> list[dict[str, Any]]:
    """A stream that changes what it shows is turned off first."""
    off = {"StreamSpecification": {"StreamEnabled": False}}
    requests: list[dict[str, Any]] = [off] if old.get("streamEnabled") else []
    if new.get("streamEnabled"):
        requests.append({"StreamSpecification": arguments.stream(new)})
    return requests


def _index_changes(old: Outputs, new: Outputs, inputs: Inputs) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = []
    made = {"AttributeDefinitions": arguments.attributes(inputs)}
    for name, index in old.items():
        if name not in new or _shape_of(index) != _shape_of(new[name]):
            requests.append(_index_update({"Delete": {"IndexName": name}}))
    for name, index in new.items():
        before = old.get(name)
        if before is None or _shape_of(index) != _shape_of(before):
            requests.append(
                {**made, **_index_update({"Create": arguments.index_request(index, inputs)})}
            )
            continue
        update = {"IndexName": name}
        wanted = arguments.throughput(index, inputs)
        if wanted and wanted != arguments.throughput(before, inputs):
            update["ProvisionedThroughput"] = wanted  # type: ignore[assignment]
        if changed("onDemandThroughput", before, index):
            limits = index.get("onDemandThroughput") or arguments.FREE
            update["OnDemandThroughput"] = arguments.on_demand(limits)  # type: ignore[assignment]
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
