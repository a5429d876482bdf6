"""API Gateway's answers as AWS gives them: what is empty is left out, what it adds is there.

The emulator answers its records as they are stored, with a null for all that was not set. Those
records stay as they are, for the data plane reads them; what is answered is made here.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record

v1 = emulator.v1

# Shown although empty.
SHOWN_EMPTY = {"item", "apiStages", "cacheKeyParameters", "methodSettings", "stageKeys"}
# Records that show their tags, though there are none, whenever they are read.
TAGGED = {"restapis", "apikeys", "usageplans"}
# Maps whose values are the user's own, the empty text among them.
USERS = {
    "requestParameters",
    "requestTemplates",
    "responseParameters",
    "responseTemplates",
    "stageVariableOverrides",
    "tags",
    "variables",
}
MESSAGES = {
    "Invalid Usage Plan identifier specified": "Invalid Usage Plan ID specified",
    "Invalid Stage identifier specified": "Invalid stage identifier specified",
    "Invalid Model identifier specified": "Invalid model name specified: {last}",
}
NO_API = "Invalid API identifier specified"
AUTHORIZER_KINDS = {"COGNITO_USER_POOLS": "cognito_user_pools"}


def shown(method: str, parts: list[str], query: Any, answer: Answer) -> Answer:
    """An answer to a call, as AWS gives it."""
    status, headers, body = answer[:3]
    if not body:
        return answer
    data = json.loads(body)
    if status >= 400:
        data["message"] = _message(data.get("message"), parts)
    elif isinstance(data, dict):
        records = data["item"] if isinstance(data.get("item"), list) else [data]
        records = [_shown(_kind(parts), record, method, query) for record in records]
        data = {**lean(data), "item": records} if "item" in data else records[0]
    return status, headers, json.dumps(data, ensure_ascii=False).encode()


def lean(record: Record) -> Record:
    """A record without what AWS leaves out."""
    found = {}
    for name, value in record.items():
        if name in USERS:
            if value:
                found[name] = value
            continue
        if isinstance(value, dict):
            value = lean(value)
        elif isinstance(value, list):
            value = [lean(each) if isinstance(each, dict) else each for each in value]
        if (name in SHOWN_EMPTY and value is not None) or value not in (None, "", {}, []):
            found[name] = value
    return found


def _message(message: Any, parts: list[str]) -> Any:
    if message == NO_API and len(parts) > 1:
        return f"{NO_API} {emulator.responses.get_account_id()}:{parts[1]}"
    return MESSAGES.get(message, str(message)).replace("{last}", parts[-1])


def _kind(parts: list[str]) -> str:
    """The kind of record that a path is about."""
    match parts:
        case ["restapis", _, "resources", _, "methods", _, *rest]:
            return {0: "method", 1: "integration"}.get(len(rest), "response")
        case ["restapis", _, kind, *_] | ["domainnames", _, kind, *_]:
            return kind
        case ["usageplans", _, "keys", *_]:
            return "plan keys"
        case [kind] | [kind, _]:
            return kind
    return ""


def _shown(kind: str, record: Record, method: str, query: Any) -> Record:
    if kind == "gatewayresponses":
        return record
    found = lean(record)
    if kind in TAGGED and method != "POST":
        found.setdefault("tags", {})
    match kind:
        case "resources":
            _resource(found, _asked(query, "embed"))
        case "deployments" if "apisummary" not in _asked(query, "embed"):
            found.pop("apiSummary", None)
        case "stages":
            on = found.setdefault("cacheClusterEnabled", False)
            found["cacheClusterStatus"] = "AVAILABLE" if on else "NOT_AVAILABLE"
            found.setdefault("methodSettings", {})
        case "apikeys":
            asked = _asked(query, "includeValue") + _asked(query, "includeValues")
            if method == "PATCH" or (method == "GET" and "true" not in asked):
                found.pop("value", None)
        case "usageplans":
            found.setdefault("apiStages", [])
            if "quota" in found:
                found["quota"].setdefault("offset", 0)
        case "authorizers":
            found.setdefault("authType", AUTHORIZER_KINDS.get(found.get("type", ""), "custom"))
        case "domainnames":
            _domain(found)
        case "account":
            found.setdefault("throttleSettings", {})
    return found


def _asked(query: Any, name: str) -> list[str]:
    value = (query or {}).get(name) or []
    return [value] if isinstance(value, str) else list(value)


def _resource(record: Record, embedded: list[str]) -> None:
    methods = record.get("resourceMethods")
    if methods and "methods" not in embedded:
        record["resourceMethods"] = {verb: {} for verb in methods}


def _domain(record: Record) -> None:
    endpoint = record.setdefault("endpointConfiguration", {})
    endpoint.setdefault("types", ["EDGE"])
    endpoint.setdefault("ipAddressType", "ipv4")
    record.setdefault("domainNameStatus", "AVAILABLE")
    region = emulator.responses.get_region()
    name = record.get("domainName", "")
    record.setdefault("domainNameArn", f"arn:aws:apigateway:{region}::/domainnames/{name}")
    there, elsewhere = ("distribution", "regional")
    if "EDGE" not in endpoint["types"]:
        there, elsewhere = elsewhere, there
    for part in ("DomainName", "HostedZoneId"):
        record.pop(elsewhere + part, None)
