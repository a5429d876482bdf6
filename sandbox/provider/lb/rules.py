"""Elastic Load Balancing: the rules of listeners."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import (
    changed,
    find,
    first,
    in_order,
    same_order,
    settle,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import tagged
from sandbox.provider.lb import actions, attributes
from sandbox.provider.lb.attributes import GONE

TOKEN = "aws:lb/listenerRule:ListenerRule"

# Conditions that are a list of values: the field's name in the API, and where its values are.
FIELDS = {
    "hostHeader": ("host-header", "HostHeaderConfig"),
    "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
    "pathPattern": ("path-pattern", "PathPatternConfig"),
    "sourceIp": ("source-ip", "SourceIpConfig"),
}


# ListenerRule: its id is its ARN


def create_rule(ctx: Context, inputs: Inputs) -> str:
    client, listener = ctx.client("elbv2"), inputs["listenerArn"]
    request = {
        "Actions": actions.requests(client, inputs["actions"]),
        "Conditions": _conditions(inputs["conditions"]),
        "ListenerArn": listener,
        **tagged(inputs),
    }
    if inputs.get("priority"):
        made = client.create_rule(**request, Priority=inputs["priority"])
    else:
        made = None
        while made is None:  # another rule may take the priority meanwhile
            free = _next_priority(client, listener)
            made = find(client.create_rule, "PriorityInUse", **request, Priority=free)
    return str(made["Rules"][0]["RuleArn"])


def read_rule(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("elbv2")
    rule = first(client.describe_rules, "Rules", *GONE, RuleArns=[id])
    if rule is None:
        return None
    known = facts.known(TOKEN)
    priority = rule["Priority"]
    asked = last.get("conditions") or ()
    outputs = {
        "actions": actions.outputs(
            known.inputs["actions"], rule.get("Actions") or [], last.get("actions")
        ),
        "arn": id,
        "conditions": [
            _condition_output(each, asked[index] if index < len(asked) else {})
            for index, each in enumerate(rule.get("Conditions") or ())
        ],
        "listenerArn": last.get("listenerArn") or _listener_of(id),
        "priority": int(priority) if priority.isdigit() else 99999,
        "tags": attributes.tags_of(client, id),
    }
    return settle(outputs)


def find_rule(ctx: Context, inputs: Inputs) -> str | None:
    call, priority = ctx.client("elbv2").describe_rules, str(inputs.get("priority"))
    found = find(call, *GONE, ListenerArn=inputs["listenerArn"]) or {}
    ours = [each for each in found.get("Rules", ()) if each["Priority"] == priority]
    return str(ours[0]["RuleArn"]) if ours else None


def update_rule(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("elbv2")
    if new.get("priority") and changed("priority", old, new):
        priorities = [{"RuleArn": id, "Priority": new["priority"]}]
        client.set_rule_priorities(RulePriorities=priorities)
    request: dict[str, Any] = {}
    if changed("actions", old, new):
        request["Actions"] = actions.requests(client, new["actions"])
    if changed("conditions", old, new):
        request["Conditions"] = _conditions(new["conditions"])
    if request:
        client.modify_rule(RuleArn=id, **request)
    attributes.retag(client, id, old, new)


def delete_rule(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("elbv2").delete_rule, *GONE, RuleArn=id)


def _next_priority(client: Any, listener: str) -> int:
    """One above the highest of the listener's rules, as the official provider does it."""
    pages = client.get_paginator("describe_rules").paginate(ListenerArn=listener)
    taken = [int(r["Priority"]) for p in pages for r in p["Rules"] if r["Priority"].isdigit()]
    return max(taken, default=0) + 1


def _listener_of(id: str) -> str:
    """The listener that a rule's ARN names."""
    return id.replace(":listener-rule/", ":listener/").rsplit("/", 1)[0]


def _conditions(given: list[Outputs]) -> list[dict[str, Any]]:
    """Conditions as the API wants them: one field each."""
    found: list[dict[str, Any]] = []
    for condition in given:
        for name, (field, config) in FIELDS.items():
            if block := condition.get(name):
                found.append({"Field": field, config: _values(block)})
        if block := condition.get("httpHeader"):
            header = {"HttpHeaderName": block["httpHeaderName"], **_values(block)}
            found.append({"Field": "http-header", "HttpHeaderConfig": header})
        if strings := condition.get("queryStrings"):
            values = [
                {api: each[n] for n, api in (("key", "Key"), ("value", "Value")) if each.get(n)}
                for each in strings
            ]
            found.append({"Field": "query-string", "QueryStringConfig": {"Values": values}})
    return found


def _values(block: Outputs) -> dict[str, list[str]]:
    """The values of a condition, and its regular expressions."""
    both = {"Values": block.get("values"), "RegexValues": block.get("regexValues")}
    return {api: list(values) for api, values in both.items() if values}


def _values_output(config: dict[str, Any], asked: Outputs | None) -> Outputs:
    both = {"values": config.get("Values"), "regexValues": config.get("RegexValues")}
    return {
        name: same_order(found, (asked or {}).get(name)) for name, found in both.items() if found
    }


def _condition_output(condition: dict[str, Any], asked: Outputs) -> Outputs:
    field = condition["Field"]
    for name, (api, config) in FIELDS.items():
        if field == api:
            found = condition.get(config) or {"Values": condition.get("Values")}
            return {name: _values_output(found, asked.get(name))}
    if field == "http-header":
        header = condition["HttpHeaderConfig"]
        values = _values_output(header, asked.get("httpHeader"))
        return {"httpHeader": {"httpHeaderName": header["HttpHeaderName"], **values}}
    found = (condition.get("QueryStringConfig") or {}).get("Values") or ()
    strings = [
        {n: each[api] for n, api in (("key", "Key"), ("value", "Value")) if each.get(api)}
        for each in found
    ]
    return {"queryStrings": in_order(strings, asked.get("queryStrings"))}


LISTENER_RULE = resource(
    "elbv2",
    "ELBv2 Listener Rule",
    TOKEN,
    create=create_rule,
    read=read_rule,
    update=update_rule,
    delete=delete_rule,
    find=find_rule,
    lacks=(
        # The sandbox's load balancers know no user pool and no token.
        "actions.authenticateCognito",
        "actions.jwtValidation",
        # The facts do not say what is in it.
        "transforms",
    ),
)
