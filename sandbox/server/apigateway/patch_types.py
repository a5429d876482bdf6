"""PATCH of API Gateway's records, with the JSON types that AWS stores.

A patch operation carries every value as text. The emulator stores that text; so `"false"` is true,
a number is text that no typed client can read, and an element of a list replaces the list. Here a
Shape says which type each place of a record has, and `apply` obeys it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.base.emulator import Record

Operation = Mapping[str, Any]


class BadPatch(ValueError):
    """An operation that AWS refuses; the text is AWS's message."""


def boolean(text: str) -> bool:
    """`true` or `false`, whatever the case."""
    if str(text).lower() not in ("true", "false"):
        raise BadPatch(f"Invalid patch value specified: {text}. Must be true or false")
    return str(text).lower() == "true"


def integer(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except (TypeError, ValueError):
        raise BadPatch(f"Invalid patch value specified: {text}. Must be an integer") from None


def integer_or_none(text: str | None) -> int | None:
    """A whole number, which an empty text clears."""
    return None if text in (None, "") else integer(str(text))


def number(text: str) -> float:
    """A number, such as a rate."""
    try:
        return float(text)
    except (TypeError, ValueError):
        raise BadPatch(f"Invalid patch value specified: {text}. Must be a number") from None


def name(text: str | None) -> str | None:
    """A reference, which an empty text clears."""
    return text or None


@dataclass(frozen=True)
class Shape:
    """What a record holds where: `*` in a place stands for any one name."""

    types: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()

    def value(self, place: str, text: Any) -> Any:
        """The value of a patch as it is stored at this place."""
        convert = self.types.get(place) or self.types.get(_any_name(place))
        return convert(text) if convert else text


SHAPES = {
    "api": Shape(
        {
            "disableExecuteApiEndpoint": boolean,
            "minimumCompressionSize": integer_or_none,
            "policy": name,
        },
        frozenset(
            {
                "binaryMediaTypes",
                "endpointConfiguration/types",
                "endpointConfiguration/vpcEndpointIds",
            }
        ),
    ),
    "resource": Shape(),
    "method": Shape(
        {
            "apiKeyRequired": boolean,
            "requestParameters/*": boolean,
            "authorizerId": name,
            "requestValidatorId": name,
        },
        frozenset({"authorizationScopes"}),
    ),
    "method response": Shape({"responseParameters/*": boolean}),
    "integration": Shape(
        {"timeoutInMillis": integer, "tlsConfig/insecureSkipVerification": boolean},
        frozenset({"cacheKeyParameters"}),
    ),
    "integration response": Shape(),
    "deployment": Shape(),
    "stage": Shape(
        {
            "cacheClusterEnabled": boolean,
            "tracingEnabled": boolean,
            "canarySettings/percentTraffic": number,
            "canarySettings/useStageCache": boolean,
        }
    ),
    "authorizer": Shape(
        {"authorizerResultTtlInSeconds": integer, "authorizerCredentials": name},
        frozenset({"providerARNs"}),
    ),
    "model": Shape(),
    "request validator": Shape(
        {"validateRequestBody": boolean, "validateRequestParameters": boolean}
    ),
    "gateway response": Shape(),
    "documentation part": Shape(),
    "api key": Shape({"enabled": boolean}),
    "usage plan": Shape(
        {
            "throttle/rateLimit": number,
            "throttle/burstLimit": integer,
            "quota/limit": integer,
            "quota/offset": integer,
        }
    ),
    "vpc link": Shape(),
    "domain name": Shape(lists=frozenset({"endpointConfiguration/types"})),
    "base path mapping": Shape(),
    "account": Shape({"cloudwatchRoleArn": name}),
}


def apply(shape: Shape, record: Record, operations: Sequence[Operation]) -> None:
    """Change a record as the operations say; BadPatch, and no change, if one of them is wrong."""
    checked = []
    for operation in operations:
        names = path_names(operation.get("path") or "")
        verb = operation.get("op") or "replace"
        if verb not in ("add", "replace", "remove"):
            raise BadPatch(f"Invalid patch operation specified: {verb}")
        value = operation.get("value")
        listed = _list_of(shape, names)
        if listed is None and verb != "remove":
            value = shape.value("/".join(names), value)
        checked.append((verb, names, value, listed))
    for verb, names, value, listed in checked:
        if listed:
            _change_list(record, verb, listed, names[len(listed) :], value)
        elif verb == "remove":
            _remove(record, names)
        else:
            _home(record, names[:-1])[names[-1]] = value


def path_names(path: str) -> list[str]:
    """The names in a JSON pointer, with `~1` for a slash and `~0` for a tilde."""
    if not path.startswith("/") or path == "/":
        raise BadPatch(f"Invalid patch path {path}")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _any_name(place: str) -> str:
    return place.rpartition("/")[0] + "/*" if "/" in place else place


def _list_of(shape: Shape, names: list[str]) -> list[str] | None:
    for end in range(len(names), 0, -1):
        if "/".join(names[:end]) in shape.lists:
            return names[:end]
    return None


def _home(record: Record, names: list[str]) -> Record:
    for part in names:
        if not isinstance(record.get(part), dict):
            record[part] = {}
        record = record[part]
    return record


def _remove(record: Record, names: list[str]) -> None:
    for part in names[:-1]:
        inner = record.get(part)
        if not isinstance(inner, dict):
            return
        record = inner
    record.pop(names[-1], None)


def _change_list(record: Record, verb: str, place: list[str], rest: list[str], value: Any) -> None:
    """`/list/ELEMENT` with any value, or `/list` with the element as the value.

    An element that is there may be named by its number too, as Terraform's provider names the first.
    """
    home = _home(record, place[:-1])
    elements = list(home.get(place[-1]) or [])
    element = "/".join(rest) if rest else value
    numbered = {str(number): each for number, each in enumerate(elements)} if rest else {}
    element = numbered.get(element, element)
    if verb == "replace" and not rest:
        elements = [value] if value else []
    elif verb == "replace":
        elements = [value if old == element else old for old in elements]
    elif verb == "add" and element not in elements:
        elements.append(element)
    elif verb == "remove":
        elements = [old for old in elements if old != element] if element else []
    home[place[-1]] = elements


# Usage plans: stages are entries of a list, named `api:stage`


def apply_usage_plan(plan: Record, operations: Sequence[Operation]) -> None:
    """Change a usage plan; `/apiStages` and its throttles have rules of their own."""
    plain = []
    for operation in operations:
        names = path_names(operation.get("path") or "")
        if names[0] == "apiStages":
            _change_stages(plan, operation.get("op") or "replace", names[1:], operation)
        else:
            plain.append(operation)
    apply(SHAPES["usage plan"], plan, plain)


def _change_stages(plan: Record, verb: str, names: list[str], operation: Operation) -> None:
    if not names:
        api_id, stage = _api_stage(operation.get("value") or "")
        kept = [e for e in plan.get("apiStages") or [] if not _is_stage(e, api_id, stage)]
        plan["apiStages"] = kept + ([] if verb == "remove" else [{"apiId": api_id, "stage": stage}])
        return
    api_id, stage = _api_stage(names[0])
    entry = next((e for e in plan.get("apiStages") or [] if _is_stage(e, api_id, stage)), None)
    if entry is None or names[1:2] != ["throttle"]:
        raise BadPatch("Invalid API Stage specified")
    _change_throttle(entry, verb, names[2:], operation.get("value"))


def _change_throttle(entry: Record, verb: str, names: list[str], value: Any) -> None:
    """`/throttle/PATH/METHOD/rateLimit`; the emulator's data plane looks up `PATH/METHOD`."""
    field_name = names[-1] if names and names[-1] in ("rateLimit", "burstLimit") else None
    method = "/".join(names[:-1] if field_name else names)
    throttles = entry.setdefault("throttle", {})
    if verb == "remove":
        throttles.pop(method, None) if method else throttles.clear()
    elif field_name:
        convert = number if field_name == "rateLimit" else integer
        throttles.setdefault(method, {})[field_name] = convert(value)


def _api_stage(text: str) -> tuple[str, str]:
    api_id, colon, stage = text.partition(":")
    if not (api_id and colon and stage):
        raise BadPatch("Invalid API Stage specified")
    return api_id, stage


def _is_stage(entry: Record, api_id: str, stage: str) -> bool:
    return (entry.get("apiId"), entry.get("stage")) == (api_id, stage)
