"""WAF: what the web ACL of a stage says of a request, before anything else looks at it.

Not evaluated: countries and networks, injection and scripting attacks, the rule groups that AWS
or others manage, captchas and challenges. A rule whose outcome hangs on one of these does nothing.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.base import emulator, partitions
from sandbox.server.base.errors import GatewayError
from sandbox.server.base.exchange import Request, Response
from sandbox.server.guarding.request_parts import Oversize, parts, transformed
from sandbox.server.watching import metrics

Statement = dict[str, Any]

WINDOW = 300  # seconds over which a rate is counted, unless the rule says otherwise
KEYS = 10_000  # aggregates whose rates are kept

_rates: dict[tuple[Any, ...], deque[float]] = {}


class Unevaluated(Exception):
    """A statement of a kind that is not known here."""


@dataclass
class Trial:
    """One request before one web ACL."""

    request: Request
    waf: Any
    acl: dict[str, Any]
    rule: str = ""
    labels: list[str] = field(default_factory=list)


def judge(request: Request) -> Response | None:
    """Let a request pass: None; answer it as a rule says, or raise the refusal."""
    waf = emulator.app._loaded_modules.get("waf")
    acl = _acl_of(request, waf) if waf else None
    if acl is None:
        return None
    started = time.perf_counter()
    trial = Trial(request, waf, acl)
    name, action = _decide(trial)
    blocked = action.get("Block")
    code = "WAF_ALLOW" if blocked is None else "WAF_BLOCK"
    request.variables.update(
        {
            "webaclArn": acl["ARN"],
            "wafResponseCode": code,
            "waf.status": 200 if blocked is None else 403,
            "waf.latency": int((time.perf_counter() - started) * 1000),
        }
    )
    _count(trial, name, "AllowedRequests" if blocked is None else "BlockedRequests")
    if blocked is None:
        _insert_headers(request, action.get("Allow") or {})
        return None
    custom = blocked.get("CustomResponse")
    if custom:
        return _custom(custom, acl)
    raise GatewayError("WAF_FILTERED", "Forbidden")


def _acl_of(request: Request, waf: Any) -> dict[str, Any] | None:
    place = request.place
    home = f"arn:{partitions.of(request.region)}:apigateway:{request.region}"
    stage = f"{home}::/restapis/{place.api_id}/stages/{place.stage}"
    arn = waf._associations.get_scoped(request.account_id, request.region, stage)
    id = (arn or "").rpartition("/")[2]
    found: dict[str, Any] | None = waf._web_acls.get_scoped(request.account_id, request.region, id)
    return found


def _decide(trial: Trial) -> tuple[str, dict[str, Any]]:
    """The rule that ends the trial, by its metric's name, and what it does."""
    for rule in sorted(trial.acl.get("Rules") or [], key=lambda rule: rule["Priority"]):
        trial.rule = rule["Name"]
        group = (rule.get("Statement") or {}).get("RuleGroupReferenceStatement")
        action = _of_group(trial, rule, group) if group else _of_rule(trial, rule)
        if action is not None:
            return _metric_name(rule), action
    return "Default_Action", trial.acl.get("DefaultAction") or {"Allow": {}}


def _of_rule(trial: Trial, rule: dict[str, Any]) -> dict[str, Any] | None:
    try:
        if not matches(rule.get("Statement") or {}, trial):
            return None
    except Unevaluated:
        return None
    trial.labels += [label["Name"] for label in rule.get("RuleLabels") or []]
    action: dict[str, Any] = rule.get("Action") or {}
    if "Allow" in action or "Block" in action:
        return action
    if "Count" in action:
        _count(trial, _metric_name(rule), "CountedRequests")
        _insert_headers(trial.request, action["Count"] or {})
    return None


def _of_group(trial: Trial, rule: dict[str, Any], group: Statement) -> dict[str, Any] | None:
    found = _by_arn(trial.waf._rule_groups, group.get("ARN"))
    for inner in sorted((found or {}).get("Rules") or [], key=lambda rule: rule["Priority"]):
        action = _of_rule(trial, inner)
        if action is not None and "Count" not in (rule.get("OverrideAction") or {}):
            return action
    return None


def _by_arn(store: Any, arn: Any) -> dict[str, Any] | None:
    return next((one for one in store.values() if one.get("ARN") == arn), None)


def _metric_name(rule: dict[str, Any]) -> str:
    return str((rule.get("VisibilityConfig") or {}).get("MetricName") or rule.get("Name"))


def _count(trial: Trial, rule: str, name: str) -> None:
    seen = trial.acl.get("VisibilityConfig") or {}
    if seen.get("CloudWatchMetricsEnabled"):
        acl = seen.get("MetricName") or trial.acl["Name"]
        for one in {rule, "ALL"} if name != "CountedRequests" else {rule}:
            dimensions = {"WebACL": acl, "Region": trial.request.region, "Rule": one}
            metrics.record("AWS/WAFV2", name, 1, "Count", dimensions)


def _insert_headers(request: Request, action: dict[str, Any]) -> None:
    for header in (action.get("CustomRequestHandling") or {}).get("InsertHeaders") or []:
        request.sent_headers.append((f"x-amzn-waf-{header['Name']}", header["Value"]))
        request.__dict__.pop("headers", None)


def _custom(custom: dict[str, Any], acl: dict[str, Any]) -> Response:
    kinds = {"APPLICATION_JSON": "application/json", "TEXT_HTML": "text/html"}
    body = (acl.get("CustomResponseBodies") or {}).get(custom.get("CustomResponseBodyKey")) or {}
    headers = [(one["Name"], one["Value"]) for one in custom.get("ResponseHeaders") or []]
    if body:
        headers.append(("Content-Type", kinds.get(body["ContentType"], "text/plain")))
    return Response(int(custom["ResponseCode"]), headers, body.get("Content", "").encode())


# Statements


def matches(statement: Statement, trial: Trial) -> bool:
    """Whether a request is what a statement describes; Unevaluated if that is not known."""
    for name, inner in statement.items():
        if name in STATEMENTS:
            try:
                return STATEMENTS[name](inner or {}, trial)
            except Oversize as found:
                return found.matches
    raise Unevaluated


def _any_part(inner: Statement, trial: Trial, holds: Callable[[bytes], bool]) -> bool:
    found = parts(inner.get("FieldToMatch") or {}, trial.request)
    return any(holds(transformed(part, inner)) for part in found)


def _byte_match(inner: Statement, trial: Trial) -> bool:
    wanted = base64.b64decode(inner.get("SearchString") or "")
    how = POSITIONS[inner.get("PositionalConstraint") or "EXACTLY"]
    return _any_part(inner, trial, lambda part: how(part, wanted))


def _word(part: bytes, wanted: bytes) -> bool:
    return re.search(rb"(?<!\w)" + re.escape(wanted) + rb"(?!\w)", part) is not None


POSITIONS: dict[str, Callable[[bytes, bytes], bool]] = {
    "EXACTLY": lambda part, wanted: part == wanted,
    "STARTS_WITH": bytes.startswith,
    "ENDS_WITH": bytes.endswith,
    "CONTAINS": lambda part, wanted: wanted in part,
    "CONTAINS_WORD": _word,
}
COMPARE: dict[str, Callable[[int, int], bool]] = {
    "EQ": int.__eq__,
    "NE": int.__ne__,
    "LE": int.__le__,
    "LT": int.__lt__,
    "GE": int.__ge__,
    "GT": int.__gt__,
}


def _size(inner: Statement, trial: Trial) -> bool:
    compare, size = COMPARE[inner["ComparisonOperator"]], int(inner["Size"])
    return _any_part(inner, trial, lambda part: compare(len(part), size))


def _regex(inner: Statement, trial: Trial) -> bool:
    return _any_part(inner, trial, lambda part: _found(inner.get("RegexString"), part))


def _regex_set(inner: Statement, trial: Trial) -> bool:
    known = _by_arn(trial.waf._regex_pattern_sets, inner.get("ARN")) or {}
    patterns = known.get("RegularExpressionList") or []
    texts = [one.get("RegexString") if isinstance(one, dict) else one for one in patterns]
    return _any_part(inner, trial, lambda part: any(_found(text, part) for text in texts))


def _found(pattern: Any, part: bytes) -> bool:
    with suppress(re.error):
        return re.search(str(pattern).encode(), part) is not None
    return False


def _ip_set(inner: Statement, trial: Trial) -> bool:
    known = _by_arn(trial.waf._ip_sets, inner.get("ARN")) or {}
    config = inner.get("IPSetForwardedIPConfig") or {}
    found = _forwarded(config, trial.request) if config else trial.request.source_ip
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return bool(config.get("FallbackBehavior") == "MATCH")
    ranges = [ipaddress.ip_network(text, strict=False) for text in known.get("Addresses") or []]
    return any(address in one for one in ranges if one.version == address.version)


def _forwarded(config: dict[str, Any], request: Request) -> str:
    listed = request.headers.get(str(config.get("HeaderName", "")).lower(), "").split(",")
    return listed[-1 if config.get("Position") == "LAST" else 0].strip()


def _rate(inner: Statement, trial: Trial) -> bool:
    scope = inner.get("ScopeDownStatement")
    if scope and not matches(scope, trial):
        return False
    window = int(inner.get("EvaluationWindowSec") or WINDOW)
    key = (trial.acl["ARN"], trial.rule, *_aggregate(inner, trial.request))
    if key not in _rates and len(_rates) >= KEYS:
        _rates.clear()
    times, now = _rates.setdefault(key, deque()), time.monotonic()
    times.append(now)
    while times and times[0] < now - window:
        times.popleft()
    return len(times) > int(inner["Limit"])


def _aggregate(inner: Statement, request: Request) -> list[str]:
    match inner.get("AggregateKeyType"):
        case "CONSTANT":
            return []
        case "FORWARDED_IP":
            return [_forwarded(inner.get("ForwardedIPConfig") or {}, request)]
        case "CUSTOM_KEYS":
            return [_custom_key(key, request) for key in inner.get("CustomKeys") or []]
    return [request.source_ip]


def _custom_key(key: dict[str, Any], request: Request) -> str:
    if "Header" in key:
        return request.headers.get(key["Header"]["Name"].lower(), "")
    if "QueryArgument" in key:
        return ",".join(request.query.get(key["QueryArgument"]["Name"], []))
    known = {"HTTPMethod": request.method, "UriPath": request.full_path, "IP": request.source_ip}
    return next((text for name, text in known.items() if name in key), "")


def _label(inner: Statement, trial: Trial) -> bool:
    wanted = str(inner.get("Key"))
    if inner.get("Scope") == "NAMESPACE":
        return any(label.startswith(wanted.rstrip(":") + ":") for label in trial.labels)
    return any(wanted in (label, label.rpartition(":")[2]) for label in trial.labels)


STATEMENTS: dict[str, Callable[[Statement, Trial], bool]] = {
    "AndStatement": lambda inner, t: all(matches(one, t) for one in inner["Statements"]),
    "OrStatement": lambda inner, t: any(matches(one, t) for one in inner["Statements"]),
    "NotStatement": lambda inner, t: not matches(inner["Statement"], t),
    "ByteMatchStatement": _byte_match,
    "SizeConstraintStatement": _size,
    "RegexMatchStatement": _regex,
    "RegexPatternSetReferenceStatement": _regex_set,
    "IPSetReferenceStatement": _ip_set,
    "RateBasedStatement": _rate,
    "LabelMatchStatement": _label,
}
