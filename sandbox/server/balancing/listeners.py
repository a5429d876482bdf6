"""Listeners and rules of load balancers: what the emulator takes and forgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import inside, nested
from sandbox.server.base.query_protocol import xml as tree

Params = dict[str, Any]

alb: Any = None  # the emulator's module, once it is there

# Conditions that may have regular expressions, and where those are.
CONFIGS = {
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "path-pattern": "PathPatternConfig",
}
IDLE = {"Enabled": False}


# Actions


def parse_actions(original: Callable[..., list[Record]]) -> Callable[..., list[Record]]:
    def parse(params: Params, prefix: str = "DefaultActions") -> list[Record]:
        found = original(params, prefix)
        for number, action in enumerate(found, 1):
            forward = nested(params, f"{prefix}.member.{number}.ForwardConfig")
            if forward:
                action["ForwardConfig"] = _forward(forward)
            elif action.get("TargetGroupArn"):
                only = {"TargetGroupArn": action["TargetGroupArn"], "Weight": 1}
                action["ForwardConfig"] = {
                    "TargetGroups": [only],
                    "TargetGroupStickinessConfig": IDLE,
                }
            groups = action.get("ForwardConfig", {}).get("TargetGroups") or []
            if len(groups) == 1:
                action["TargetGroupArn"] = groups[0]["TargetGroupArn"]
        return found

    return parse


def _forward(asked: Record) -> Record:
    sticky = asked.get("TargetGroupStickinessConfig") or {}
    stickiness: Record = {"Enabled": str(sticky.get("Enabled", "")).lower() == "true"}
    if sticky.get("DurationSeconds"):
        stickiness["DurationSeconds"] = int(sticky["DurationSeconds"])
    groups = [
        {"TargetGroupArn": each["TargetGroupArn"], "Weight": int(each.get("Weight", 1))}
        for each in asked.get("TargetGroups") or ()
    ]
    return {"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness}


def action_xml(original: Callable[[Record], str]) -> Callable[[Record], str]:
    def shown(action: Record) -> str:
        forward = action.get("ForwardConfig")
        return inside(original(action), {"ForwardConfig": forward}) if forward else original(action)

    return shown


def groups_of(actions: list[Record]) -> set[str]:
    """The target groups that actions forward to."""
    found = {action["TargetGroupArn"] for action in actions if action.get("TargetGroupArn")}
    for action in actions:
        forward = action.get("ForwardConfig") or {}
        found |= {each["TargetGroupArn"] for each in forward.get("TargetGroups") or ()}
    return found


# Conditions


def parse_conditions(original: Callable[..., list[Record]]) -> Callable[..., list[Record]]:
    def parse(params: Params, prefix: str = "Conditions") -> list[Record]:
        found = original(params, prefix)
        for number, condition in enumerate(found, 1):
            base, field = f"{prefix}.member.{number}", condition["Field"]
            if field == "query-string":
                strings = nested(params, f"{base}.QueryStringConfig.Values") or []
                condition["QueryStringConfig"] = {"Values": strings}
            elif field in CONFIGS:
                expressions = nested(params, f"{base}.{CONFIGS[field]}.RegexValues")
                # A header's name stands beside them.
                if expressions:
                    condition["RegexValues"] = expressions
        return found

    return parse


def condition_xml(original: Callable[[Record], str]) -> Callable[[Record], str]:
    def shown(condition: Record) -> str:
        config = CONFIGS.get(condition["Field"])
        text = original(condition)
        if condition.get("RegexValues") and config:
            regex = tree({"RegexValues": condition["RegexValues"]})
            text = text.replace(f"</{config}>", f"{regex}</{config}>")
        strings = condition.get("QueryStringConfig")
        return inside(text, {"QueryStringConfig": strings}) if strings else text

    return shown


# Rules


def create_rule(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    """A priority is one rule's alone."""

    def create(params: Params) -> Answer:
        listener, priority = alb._p(params, "ListenerArn"), alb._p(params, "Priority")
        if _taken(listener, priority, set()):
            refused: Answer = _in_use(priority)
            return refused
        return original(params)

    return create


def set_priorities(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def change(params: Params) -> Answer:
        asked = {each["RuleArn"]: each["Priority"] for each in nested(params, "RulePriorities")}
        for arn, priority in asked.items():
            rule = alb._rules.get(arn) or {}
            twice = list(asked.values()).count(priority) > 1
            if twice or _taken(rule.get("ListenerArn", ""), priority, set(asked)):
                refused: Answer = _in_use(priority)
                return refused
        return original(params)

    return change


def _taken(listener: str, priority: str, but: set[str]) -> bool:
    rules = (each for arn, each in alb._rules.items() if arn not in but)
    return any(r["ListenerArn"] == listener and str(r["Priority"]) == priority for r in rules)


def _in_use(priority: str) -> Answer:
    refused: Answer = alb._error("PriorityInUse", f"Priority '{priority}' is currently in use")
    return refused


# Listeners


def create_listener(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def create(params: Params) -> Answer:
        before = set(alb._listeners)
        answer = original(params)
        new = next((arn for arn in alb._listeners if arn not in before), None)
        if answer[0] != 200 or new is None:
            return answer
        listener = alb._listeners[new]
        _keep_listener(listener, params)
        kind = listener["LoadBalancerArn"].split(":loadbalancer/")[1].split("/")[0]
        if kind != "app":
            _rename(listener, kind)
        made: Answer = alb._xml(
            200, "CreateListener", f"<Listeners>{alb._listener_xml(listener)}</Listeners>"
        )
        return made

    return create


def _rename(listener: Record, kind: str) -> None:
    """Give a listener and its rule ARNs of the kind of its load balancer."""
    old = listener["ListenerArn"]
    new = old.replace(":listener/app/", f":listener/{kind}/")
    listener["ListenerArn"] = new
    for store in (alb._listeners, alb._listener_attrs, alb._tags):
        store[new] = store.pop(old)
    for arn, rule in list(alb._rules.items()):
        if rule["ListenerArn"] == old:
            rule["ListenerArn"] = new
            rule["RuleArn"] = arn.replace(":listener-rule/app/", f":listener-rule/{kind}/")
            alb._rules[rule["RuleArn"]] = alb._rules.pop(arn)


def modify_listener(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def modify(params: Params) -> Answer:
        listener = alb._listeners.get(alb._p(params, "ListenerArn"))
        if listener is not None:
            _keep_listener(listener, params)
        return original(params)

    return modify


def _keep_listener(listener: Record, params: Params) -> None:
    policy = nested(params, "AlpnPolicy")
    if policy:
        listener["AlpnPolicy"] = policy


def listener_xml(original: Callable[[Record], str]) -> Callable[[Record], str]:
    def shown(listener: Record) -> str:
        return inside(original(listener), {"AlpnPolicy": listener.get("AlpnPolicy")})

    return shown


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global alb
    alb = module
    module._parse_actions = parse_actions(module._parse_actions)
    module._action_xml = action_xml(module._action_xml)
    module._parse_conditions = parse_conditions(module._parse_conditions)
    module._condition_xml = condition_xml(module._condition_xml)
    module._listener_xml = listener_xml(module._listener_xml)
    calls = module._ACTION_MAP
    calls["CreateListener"] = create_listener(calls["CreateListener"])
    calls["CreateRule"] = create_rule(calls["CreateRule"])
    calls["SetRulePriorities"] = set_priorities(calls["SetRulePriorities"])
    calls["ModifyListener"] = modify_listener(calls["ModifyListener"])
