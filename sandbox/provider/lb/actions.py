"""Elastic Load Balancing: what listeners and rules do with a request."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import in_order
from sandbox.provider.core.kinds import Outputs
from sandbox.provider.core.shapes import answer, filled, request

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


def requests(client: Any, given: list[Outputs]) -> list[dict[str, Any]]:
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


def outputs(
    field: facts.Field, found: list[dict[str, Any]], last: list[Outputs] | None
) -> list[Outputs]:
    """Actions as arguments; AWS tells one target group in two ways, the program says it in one."""
    asked = list(last or ())
    element = field.element or facts.Field("any")
    ordered = sorted(found, key=lambda each: each.get("Order", 0))
    told = []
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
        told.append(shown)
    return told


def _as_asked(forward: Outputs, asked: Outputs | None) -> Outputs:
    """A forward block without what AWS adds, its target groups in the order of the program."""
    asked = asked or {}
    sticky = forward.get("stickiness") or {}
    if not sticky.get("enabled") and not asked.get("stickiness"):
        forward.pop("stickiness", None)
    known = {each["arn"]: each for each in asked.get("targetGroups") or ()}
    groups = []
    for group in forward.get("targetGroups") or ():
        before = known.get(group["arn"])
        if before is not None and "weight" not in before and group.get("weight") == 1:
            group = {"arn": group["arn"]}
        groups.append(group)
    groups = in_order(groups, asked.get("targetGroups"), lambda group: group["arn"])
    return {**forward, "targetGroups": groups}
