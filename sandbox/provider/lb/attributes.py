"""What load balancers, target groups, listeners and rules have in common: tags, attributes, actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import find, tag_changes
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.shapes import answer, filled, request, tag_list, tag_map

GONE = (
    "ListenerNotFound",
    "LoadBalancerNotFound",
    "RuleNotFound",
    "TargetGroupNotFound",
)
# Blocks of an action that the API has under another name.
ACTIONS = {
    "authenticateCognito": "AuthenticateCognitoConfig",
    "authenticateOidc": "AuthenticateOidcConfig",
    "duration": "DurationSeconds",
    "fixedResponse": "FixedResponseConfig",
    "forward": "ForwardConfig",
    "redirect": "RedirectConfig",
    "stickiness": "TargetGroupStickinessConfig",
}
ACTIONS_ARN = {**ACTIONS, "arn": "TargetGroupArn"}


def tagged(inputs: Inputs) -> dict[str, Any]:
    """The argument of a create that sets tags."""
    tags = tag_list(inputs.get("tags"))
    return {"Tags": tags} if tags else {}


def tags_of(client: Any, arn: str) -> dict[str, str]:
    found = find(client.describe_tags, *GONE, ResourceArns=[arn]) or {}
    described = found.get("TagDescriptions") or [{}]
    return tag_map(described[0].get("Tags"))


def retag(client: Any, arn: str, old: Outputs, new: Inputs) -> None:
    removed, added = tag_changes(old, new)
    if removed:
        client.remove_tags(ResourceArns=[arn], TagKeys=removed)
    if added:
        client.add_tags(ResourceArns=[arn], Tags=tag_list(added))


# Attributes: texts by dotted names


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def attributes(names: Mapping[str, str], inputs: Outputs) -> dict[str, str]:
    """The attributes that a program sets; an empty text sets none."""
    return {
        api: text(inputs[name])
        for name, api in names.items()
        if inputs.get(name) is not None and inputs[name] != ""
    }


def attribute_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """What a modify call takes to get from some attributes to others."""
    return [{"Key": k, "Value": v} for k, v in after.items() if before.get(k) != v]


def attribute_outputs(
    type: facts.Type, names: Mapping[str, str], found: list[dict[str, str]]
) -> Outputs:
    """Attributes as arguments; one that the API does not tell has its default."""
    values = {each["Key"]: each.get("Value", "") for each in found}
    outputs: Outputs = {}
    for name, api in names.items():
        field, value = type.inputs[name], values.get(api)
        if value is None or value == "":
            outputs[name] = field.default
        elif field.type == "bool":
            outputs[name] = value == "true"
        else:
            outputs[name] = int(value) if field.type == "integer" else value
    return outputs


# Actions of listeners and rules


def actions(client: Any, given: list[Outputs]) -> list[dict[str, Any]]:
    """Actions as the API wants them."""
    found = []
    for number, action in enumerate(given, start=1):
        order = {"order": action.get("order") or number}
        block = {**{k: v for k, v in action.items() if k != "forward"}, **order}
        made = request(client, "Action", block, ACTIONS)
        if forward := action.get("forward"):
            made["ForwardConfig"] = request(client, "ForwardActionConfig", forward, ACTIONS_ARN)
        found.append(made)
    return found


def action_outputs(
    field: facts.Field, found: list[dict[str, Any]], last: list[Outputs] | None
) -> list[Outputs]:
    """Actions as arguments; AWS tells one target group in two ways, the program says it in one."""
    asked = list(last or ())
    element = field.element or facts.Field("any")
    ordered = sorted(found, key=lambda each: each.get("Order", 0))
    outputs = []
    for index, action in enumerate(ordered):
        before = asked[index] if index < len(asked) else {}
        shown: Outputs = answer(element, action, ACTIONS)
        if forward := action.get("ForwardConfig"):
            fields = element.fields["forward"]
            found_block = filled(answer(fields, forward, ACTIONS_ARN))
            shown["forward"] = _as_asked(found_block, before.get("forward"))
        if "forward" in shown and "forward" not in before:
            del shown["forward"]
        elif "forward" in shown and "targetGroupArn" not in before:
            shown.pop("targetGroupArn", None)
        if secret := (before.get("authenticateOidc") or {}).get("clientSecret"):
            shown["authenticateOidc"]["clientSecret"] = secret
        outputs.append(shown)
    return outputs


def _as_asked(forward: Outputs, asked: Outputs | None) -> Outputs:
    """A forward block without what AWS adds, its target groups in the order of the program."""
    asked = asked or {}
    sticky = forward.get("stickiness") or {}
    if not sticky.get("enabled") and not asked.get("stickiness"):
        forward.pop("stickiness", None)
    known = {each["arn"]: each for each in asked.get("targetGroups") or ()}
    order = list(known)
    groups = []
    for group in forward.get("targetGroups") or ():
        before = known.get(group["arn"])
        if before is not None and "weight" not in before and group.get("weight") == 1:
            group = {"arn": group["arn"]}
        groups.append(group)
    groups.sort(key=lambda g: order.index(g["arn"]) if g["arn"] in order else len(order))
    return {**forward, "targetGroups": groups}
