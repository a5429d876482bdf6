"""Refusals that depend on several arguments of a type at once, in the official words.

Each function gets all arguments, without secrets, and says what is wrong with them together. It
says nothing as long as an argument that it looks at is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.provider.check import compute
from sandbox.provider.core.facts import Type
from sandbox.provider.core.wire import UNKNOWN, has_unknown

Values = dict[str, Any]
Refusal = tuple[str, str]
SECOND = 1_000_000_000  # in nanoseconds, as Go counts
HOUR = 3600 * SECOND
UNITS = {"seconds": SECOND, "minutes": 60 * SECOND, "hours": HOUR, "days": 24 * HOUR}


def refusals(type: Type, inputs: Values) -> Iterator[Refusal]:
    """What is wrong with the arguments of a type together."""
    check = CHECKS.get(type.terraform)
    if check:
        yield from check(inputs)


def _quoted(names: list[str]) -> str:
    return "[" + " ".join(f'"{name}"' for name in names) + "]"


def _combination(sentence: str, path: str) -> Refusal:
    return "", f"Invalid Attribute Combination\n\n{sentence}\n\nPath: {path}"


def _must(name: str, other: str, value: str) -> Refusal:
    sentence = f'Attribute "{name}" must be specified when "{other}" is "{value}".'
    return _combination(sentence, other)


# DynamoDB


def _table(inputs: Values) -> Iterator[Refusal]:
    for each in _known(inputs.get("attributes")):
        if each.get("type") not in ("S", "N", "B", None, UNKNOWN):
            sentence = f'expected type to be one of ["S" "N" "B"], got {each["type"]}'
            yield "attributes", sentence
    yield from _indexed(inputs)
    if inputs.get("billingMode", "PROVISIONED") == "PROVISIONED":
        low = [
            f'{word} must be at least 1 when billing_mode is "PROVISIONED"'
            for name, word in (
                ("readCapacity", "read_capacity"),
                ("writeCapacity", "write_capacity"),
            )
            if not inputs.get(name)
        ]
        if low and "restoreSourceName" not in inputs:
            yield "", "\n".join(low)
    ttl = inputs.get("ttl")
    if isinstance(ttl, dict) and ttl.get("enabled") is True and not ttl.get("attributeName"):
        yield _must("ttl[0].attribute_name", "ttl[0].enabled", "true")


def _indexed(inputs: Values) -> Iterator[Refusal]:
    """Every attribute must be a key of something, and every key must be an attribute."""
    parts = [inputs.get(n) for n in ("attributes", "hashKey", "rangeKey")]
    indexes = [
        *_known(inputs.get("globalSecondaryIndexes")),
        *_known(inputs.get("localSecondaryIndexes")),
    ]
    if has_unknown([*parts, indexes]) or UNKNOWN in inputs.values() or not inputs.get("hashKey"):
        return
    keys = {inputs["hashKey"], inputs.get("rangeKey")}
    keys |= {index.get(name) for index in indexes for name in ("hashKey", "rangeKey")}
    keys -= {None, ""}
    names = {each["name"] for each in inputs.get("attributes") or ()}
    told = []
    if unused := sorted(names - keys):
        told.append(f"all attributes must be indexed. Unused attributes: {_quoted(unused)}")
    if unmatched := sorted(keys - names):
        told.append(
            f"all indexes must match a defined attribute. Unmatched indexes: {_quoted(unmatched)}"
        )
    if told:
        yield "", "\n".join(told)


def _known(items: Any) -> list[Values]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


# Elastic Load Balancing

BLOCKS = {
    "authenticate-cognito": ("authenticateCognito", "authenticate_cognito"),
    "authenticate-oidc": ("authenticateOidc", "authenticate_oidc"),
    "fixed-response": ("fixedResponse", "fixed_response"),
    "redirect": ("redirect", "redirect"),
}


def _actions(argument: str, terraform: str) -> Callable[[Values], Iterator[Refusal]]:
    def check(inputs: Values) -> Iterator[Refusal]:
        for index, action in enumerate(_known(inputs.get(argument))):
            yield from _action(action, f"{terraform}[{index}]")

    return check


def _action(action: Values, path: str) -> Iterator[Refusal]:
    kind, group, forward = (action.get(n) for n in ("type", "targetGroupArn", "forward"))
    if kind == "forward":
        if not group and not forward:
            sentence = (
                f'Either "{path}.target_group_arn" or "{path}.forward" must be specified when '
                f'"{path}.type" is "forward".'
            )
            yield _combination(sentence, f"{path}.type")
        elif group and isinstance(forward, dict) and not has_unknown([group, forward]):
            arns = [each.get("arn") for each in _known(forward.get("targetGroups"))]
            if arns != [group]:
                sentence = (
                    f'You can specify both a top-level target group ARN ("{path}.target_group_arn")'
                    f' and, with "{path}.forward", a target group list with ARNs, only if the ARNs '
                    "match."
                )
                yield _combination(sentence, path)
        yield from _weights(forward, path)
    elif isinstance(kind, str) and kind in BLOCKS:
        name, terraform = BLOCKS[kind]
        if not action.get(name):
            yield _must(f"{path}.{terraform}", f"{path}.type", kind)


def _weights(forward: Any, path: str) -> Iterator[Refusal]:
    groups = forward.get("targetGroups") if isinstance(forward, dict) else None
    for index, group in enumerate(_known(groups)):
        weight = group.get("weight")
        if isinstance(weight, int) and not 0 <= weight <= 999:
            where = f"{path.replace('[', '.').rstrip(']')}.forward.0.target_group.{index}.weight"
            yield "", f"expected {where} to be in the range (0 - 999), got {weight}"


def _target_group(inputs: Values) -> Iterator[Refusal]:
    kind = inputs.get("targetType", "instance")
    if kind is not UNKNOWN and kind != "lambda":
        for name, terraform in (("port", "port"), ("protocol", "protocol"), ("vpcId", "vpc_id")):
            if inputs.get(name) in (None, ""):
                yield _must(terraform, "target_type", kind)
    health = inputs.get("healthCheck")
    if isinstance(health, dict) and health.get("protocol") == "TCP":
        for name in ("matcher", "path"):
            if health.get(name):
                where = f"health_check[0].{name}"
                other = 'when "health_check[0].protocol" is "TCP".'
                yield _combination(f'Attribute "{where}" cannot be specified {other}', where)


# Cognito

VALIDITIES = {
    "accessTokenValidity": ("access_token_validity", "accessToken", "hours", HOUR // 12, 24 * HOUR),
    "idTokenValidity": ("id_token_validity", "idToken", "hours", HOUR // 12, 24 * HOUR),
    "refreshTokenValidity": (
        "refresh_token_validity",
        "refreshToken",
        "days",
        HOUR,
        87600 * HOUR,
    ),
}


def _client(inputs: Values) -> Iterator[Refusal]:
    units = inputs.get("tokenValidityUnits") or {}
    if has_unknown(units):
        return
    for name, (terraform, token, unit, low, high) in VALIDITIES.items():
        value = inputs.get(name)
        if isinstance(value, int) and value:
            # Go's durations are nanoseconds in 64 bits, and the official text shows what overflows.
            long = value * UNITS.get(units.get(token) or unit, UNITS[unit])
            long = (long + 2**63) % 2**64 - 2**63
            if not low <= long <= high:
                sentence = (
                    f"Invalid Attribute Value. Attribute {terraform} must have a duration between "
                    f"{go_duration(low)} and {go_duration(high)}, got: {go_duration(long)}"
                )
                yield name, sentence


def go_duration(nanoseconds: int) -> str:
    """A duration as Go writes it: `1h0m0s`, `5m0s`."""
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), SECOND)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    front = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{front}{seconds}{fraction}s"


# WAF


def _web_acl(inputs: Values) -> Iterator[Refusal]:
    for index, rule in enumerate(_known(inputs.get("rules"))):
        statement = rule.get("statement")
        rate = statement.get("rateBasedStatement") if isinstance(statement, dict) else None
        limit = rate.get("limit") if isinstance(rate, dict) else None
        if isinstance(limit, int) and not 10 <= limit <= 2_000_000_000:
            where = f"rule.{index}.statement.0.rate_based_statement.0.limit"
            yield "rules", f"expected {where} to be in the range (10 - 2000000000), got {limit}"


CHECKS: dict[str, Callable[[Values], Iterator[Refusal]]] = {
    "aws_autoscaling_policy": compute.scaling_policy,
    "aws_cognito_user_pool_client": _client,
    "aws_dynamodb_table": _table,
    "aws_launch_template": compute.template,
    "aws_lb_listener": _actions("defaultActions", "default_action"),
    "aws_lb_listener_rule": _actions("actions", "action"),
    "aws_lb_target_group": _target_group,
    "aws_vpc_security_group_egress_rule": compute.group_rule,
    "aws_vpc_security_group_ingress_rule": compute.group_rule,
    "aws_wafv2_web_acl": _web_acl,
}
