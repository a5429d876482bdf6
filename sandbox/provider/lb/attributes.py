"""Elastic Load Balancing: tags and attributes, which all its resources but rules have alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.provider.core import facts, tags
from sandbox.provider.core.answers import first, text
from sandbox.provider.core.kinds import Inputs, Outputs

GONE = (
    "ListenerNotFound",
    "LoadBalancerNotFound",
    "RuleNotFound",
    "TargetGroupNotFound",
)


def tags_of(client: Any, arn: str) -> dict[str, str]:
    """The tags of something of Elastic Load Balancing."""
    described = first(client.describe_tags, "TagDescriptions", *GONE, ResourceArns=[arn]) or {}
    return tags.tag_map(described.get("Tags"))


def retag(client: Any, arn: str, old: Outputs, new: Inputs) -> None:
    tags.retag(client.add_tags, client.remove_tags, old, new, ResourceArns=[arn])


# Attributes: texts by dotted names


def requested(names: Mapping[str, str], inputs: Outputs) -> dict[str, str]:
    """The attributes that a program sets; an empty text sets none."""
    return {
        api: text(inputs[name])
        for name, api in names.items()
        if inputs.get(name) is not None and inputs[name] != ""
    }


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """What a modify call takes to get from some attributes to others."""
    return [{"Key": k, "Value": v} for k, v in after.items() if before.get(k) != v]


def outputs(type: facts.Type, names: Mapping[str, str], found: list[dict[str, str]]) -> Outputs:
    """Attributes as arguments; one that the API does not tell has its default."""
    values = {each["Key"]: each.get("Value", "") for each in found}
    shown: Outputs = {}
    for name, api in names.items():
        field, value = type.inputs[name], values.get(api)
        if value is None or value == "":
            shown[name] = field.default
        elif field.type == "bool":
            shown[name] = value == "true"
        else:
            shown[name] = int(value) if field.type == "integer" else value
    return shown
