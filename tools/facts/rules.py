"""The official provider's refusals, turned from its error messages into rules that are data.

A rule is a list: its name, its arguments, and last the official sentence with `{value}` (and
`{index}`, in a list) where the refused value stood. `sandbox/provider/check/rules.py` applies them.
"""

from __future__ import annotations

import json
import re
from typing import Any

Rule = list[Any]
Case = dict[str, Any]

# Sentences that tell a pattern in words only; the pattern is that of the official provider.
PATTERNS = {
    r"(must match [\w+=,.@-])": r"^[\w+=,.@-]*$",
    "(must be valid function name or function ARN)": (
        r"^(arn:[\w-]+:lambda:)?([a-z]{2}-(?:[a-z]+-){1,2}\d{1}:)?(\d{12}:)?(function:)?"
        r"([0-9A-Za-z_-]+)(:(\$LATEST|[0-9A-Za-z_-]+))?$"
    ),
    "(must be a valid action (usually starts with lambda:))": (
        r"^(lambda:[*]|lambda:[A-Za-z]+|[*])$"
    ),
    "(must contain alphanumeric, underscores or dashes only)": r"^[0-9A-Za-z_-]+$",
    "(must contain alphanumeric, dollar signs, underscores or dashes only)": r"^[0-9A-Za-z$_-]+$",
    "(must contain only alphanumeric hyphen and underscore characters)": r"^[0-9A-Za-z_-]+$",
    "doesn't look like AWS Account ID (exactly 12 digits)": r"^\d{12}$",
    "isn't a valid log group name": r"^[0-9A-Za-z_./#-]+$",
    "isn't a valid log metric name": r"^[^:*]*$",
    "must be the role's name not its ARN": r"^(?!arn:)",
    "must not be empty": r"(?s)^.",
    'only alphanumeric characters and hyphens allowed in "name"': r"^[0-9A-Za-z-]+$",
    'cannot begin with "internal-"': r"^(?!internal-)",
    "cannot end with a hyphen": r"[^-]$",
    "only alphanumeric characters and /_+=.@- special characters": r"^[0-9A-Za-z/_+=.@-]+$",
    "must be base64-encoded": r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    "invalid statistic, see": r"^((p|tm|wm|tc|ts)(\d{1,2}(\.\d{1,10})?|100)|IQM|(TM|WM|TC|TS|PR)\(.+\))$",
    "does not match EC2 automation ARN": r"^arn:[\w-]+:automate:[\w-]+:ec2:(reboot|recover|stop|terminate)$",
    "invalid topic name": r"^[0-9A-Za-z_-]{1,256}$",
}  # fmt: skip

# What planning refuses: it looks at several arguments at once. The names are Terraform's.
TOGETHER: dict[str, list[dict[str, Any]]] = {
    "aws_lambda_function": [
        {
            "when": {"package_type": "Zip"},
            "need": ["handler", "runtime"],
            "text": "handler and runtime must be set when PackageType is Zip",
        }
    ],
    "aws_api_gateway_authorizer": [
        {
            "when": {"type": kind},
            "need": [needed],
            "text": f"{needed} must be set non-empty when authorizer type is {kind}",
        }
        for kind, needed in (
            ("TOKEN", "authorizer_uri"),
            ("REQUEST", "authorizer_uri"),
            ("COGNITO_USER_POOLS", "provider_arns"),
        )
    ],
    "aws_cloudwatch_metric_alarm": [
        {
            "when": {"metric_query": None, "statistic": None},
            "need": ["extended_statistic"],
            "text": "One of `statistic` or `extended_statistic` must be set for a cloudwatch metric "
            "alarm",
        }
    ],
    "aws_dynamodb_table": [
        {
            "when": {"stream_enabled": True},
            "need": ["stream_view_type"],
            "text": "stream_view_type is required when stream_enabled = true",
        }
    ],
    "aws_sns_topic": [
        {
            "when": {"content_based_deduplication": True, "fifo_topic": False},
            "need": ["fifo_topic"],
            "text": "content-based deduplication can only be set for FIFO topics",
        }
    ],
}


def value_at(case: Case, path: str) -> Any:
    """The value that a case gives an attribute, `settings[0].logging_level` for instance."""
    value: Any = case["input"]
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        try:
            value = value[name] if name else value[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def rule_of(summary: str, value: Any) -> Rule | None:
    """The rule behind one message about one value, None when there is no telling."""
    text = _sentence(summary, value)
    if found := re.search(r"to be one of \[(.*?)\], got|must be one of: \[(.*?)\], got", summary):
        listed = found.group(1) if found.group(1) is not None else found.group(2)
        quoted = re.findall(r'"([^"]*)"', listed)
        return ["enum", quoted if quoted else [_number(n) for n in listed.split()], text]
    if found := re.search(r"Valid Values: \[(.*?)\]", summary, re.DOTALL):
        return ["enum", found.group(1).split(), text]
    if found := re.search(r"length of \S+ to be in the range \((\d+) - (\d+)\)", summary):
        return ["length", int(found.group(1)), int(found.group(2)), text]
    if found := re.search(r"cannot be longer than (\d+) characters", summary):
        return ["length", 0, int(found.group(1)), text]
    if found := re.search(r"in the range \((-?[\d.]+) - (-?[\d.]+)\)", summary):
        return ["range", _number(found.group(1)), _number(found.group(2)), text]
    if found := re.search(r"between \(?(-?[\d.]+)\)? and \(?(-?[\d.]+)\)?, got", summary):
        return ["range", _number(found.group(1)), _number(found.group(2)), text]
    if found := re.search(r"to be at (least|most) \((-?[\d.]+)\)", summary):
        limit = _number(found.group(2))
        return ["range", *((limit, None) if found.group(1) == "least" else (None, limit)), text]
    if found := re.search(r"divisible by (\d+)", summary):
        return ["multiple", int(found.group(1)), text]
    if "valid port number" in summary:
        return ["range", 1, 65535, text]
    if found := re.search(r"cannot parse '.*' as (int|float)", summary):
        return ["number", found.group(1), text]
    return _text_rule(summary, text)


def _text_rule(summary: str, text: str) -> Rule | None:
    """The rules about the form of a text."""
    if "invalid JSON policy" in summary or "not a valid JSON value" in summary:
        return ["policy"]
    if "invalid JSON" in summary:
        return ["json"]
    if "is an invalid ARN" in summary:
        return ["arn"]
    if "must be a valid ARN" in summary:  # newer types say it in other words
        return ["arn", text]
    if found := re.search(r'comply with restrictions \("(.*?)"\)', summary):
        return ["match", found.group(1), text]
    for words, pattern in PATTERNS.items():
        if words in summary:
            return ["match", pattern, text]
    return None


def _sentence(summary: str, value: Any) -> str:
    """The message with the value, and the place in a list, taken out."""
    text = summary.replace("{", "{{").replace("}", "}}")
    shown = _go(value).replace("{", "{{").replace("}", "}}")
    # From the right: the value stands at the end, and a short one may occur in the words before.
    for before in ("got: ", "got ", "Given Value: ", ": ", "(", ""):
        for quote in ('"', ""):
            old = f"{before}{quote}{shown}{quote}"
            at = text.rfind(old) if shown else -1
            if at >= 0 and (before or quote):
                new = f"{before}{quote}{{value}}{quote}"
                text = text[:at] + new + text[at + len(old) :]
                return re.sub(r"([a-z_])\.\d+(?=\")", r"\1.{index}", text)
    if not shown and text.endswith("got "):
        return text + "{value}"
    return text


def _go(value: Any) -> str:
    """A value as the official provider prints it."""
    if isinstance(value, bool):
        return json.dumps(value)
    return "" if value is None else str(value)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def groups(diagnostics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules between arguments that one case shows: conflicts, one of, all of."""
    found: list[dict[str, Any]] = []
    for item in diagnostics:
        detail = item.get("detail") or ""
        if match := re.match(r'"(\w+)": conflicts with (\w+)', detail):
            found.append({"conflicts": list(match.groups())})
        elif match := re.match(r'"\w+": (?:only )?one of `([\w,]+)` (?:must|can) be', detail):
            found.append({"one_of": match.group(1).split(",")})
        elif match := re.match(r'"(\w+)": all of `([\w,]+)` must be', detail):
            found.append({"all_of": match.group(2).split(","), "when": match.group(1)})
    return found


def max_items(diagnostics: list[dict[str, Any]]) -> dict[str, int]:
    """How many items a list may have, by attribute path without indexes."""
    found = {}
    for item in diagnostics:
        if match := re.search(r"supports (\d+) item maximum", item.get("detail") or ""):
            found[plain(item["attribute"])] = int(match.group(1))
    return found


def plain(path: str) -> str:
    """An attribute path without indexes: `default_action[0].type` becomes `default_action.type`."""
    return re.sub(r"\[[^\]]*\]", "", path)


def field_rules(cases: list[Case]) -> dict[str, list[Rule]]:
    """All rules on single values that the refused cases of one type show, by attribute path.

    Several messages about one value of one case are alternatives: the value passes with any.
    """
    rules: dict[str, list[Rule]] = {}
    for case in cases:
        here: dict[str, list[Rule]] = {}
        for item in case["diagnostics"]:
            path = item.get("attribute")
            if item["severity"] != "error" or not path:
                continue
            message = item["summary"]
            if message.startswith(("Invalid Attribute", "Invalid String", "An Amazon")):
                message = f"{message}. {item.get('detail', '')}"
            rule = rule_of(message, _tested(case, path))
            if rule and rule not in here.setdefault(plain(path), []):
                here[plain(path)].append(rule)
        for path, found in here.items():
            rule = found[0] if len(found) == 1 else ["any", found]
            if not any(_same(rule, known) for known in rules.setdefault(path, [])):
                rules[path].append(rule)
    return rules


def _tested(case: Case, path: str) -> Any:
    """The refused value: of a set, whose items have no index in the path, its only item."""
    value = value_at(case, path)
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _same(one: Rule, other: Rule) -> bool:
    """Whether two rules say the same; their sentences may differ in the value they were about."""
    return one[0] == other[0] and (
        one[0] in ("policy", "json", "arn", "any") or one[1:-1] == other[1:-1]
    )
