"""What a method's request validator demands of parameters and body, and why a body fails.

The emulator's validator of JSON Schema judges: it tells a schema that runs in circles, follows a model
to another one, and passes over patterns of Java and types that it does not know. The package
jsonschema raises on all four, finds 19.99 no multiple of 0.01, and takes 22 MB.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.errors import JSON, GatewayError, check
from sandbox.server.base.exchange import Request
from sandbox.server.base.variables import map_value

v1 = emulator.v1

ORDER = ("header", "path", "querystring")  # in which AWS lists what is missing
NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


def validate(request: Request) -> None:
    """Check parameters and body as the method's validator says, and the content type."""
    api_id = request.place.api_id
    wanted = request.rule.get("requestValidatorId")
    validator = v1._request_validators.get(api_id, {}).get(wanted) if wanted else None
    if validator and validator.get("validateRequestParameters"):
        _parameters(request)
    if validator and validator.get("validateRequestBody"):
        _body(request)
    integration = request.rule.get("methodIntegration") or {}
    if integration.get("type") != "AWS_PROXY":
        check(v1._check_passthrough_behavior(integration, request.headers))


def _parameters(request: Request) -> None:
    required = request.rule.get("requestParameters") or {}
    missing = [
        (ORDER.index(kind), name)
        for source, needed in required.items()
        for kind, _, name in [source.removeprefix("method.request.").partition(".")]
        if needed and kind in ORDER and not (map_value(source, request) or "").strip()
    ]
    if missing:
        missing.sort(key=lambda found: found[0])
        names = ", ".join(name for _, name in missing)
        message = f"Missing required request parameters: [{names}]"
        raise GatewayError("BAD_REQUEST_PARAMETERS", message)


def _body(request: Request) -> None:
    content_type = (request.headers.get("content-type") or JSON).split(";")[0].strip().lower()
    models = request.rule.get("requestModels") or {}
    model = next((m for kind, m in models.items() if kind.lower() == content_type), None)
    model = model or models.get("$default")
    schema = v1._model_schema(request.place.api_id, model) if model else None
    if schema is None:
        # A type without a model passes: AWS validates by content type.
        return
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        raise _invalid("[Unknown error parsing request body]") from None
    try:
        valid = v1._json_depth(document) <= v1._MAX_BODY_DEPTH and v1._json_schema_valid(
            schema, document, schema
        )
    except v1._SchemaLoop:
        raise GatewayError("DEFAULT_5XX", "Internal server error") from None
    except (RecursionError, TypeError, AttributeError):
        return
    if not valid:
        raise _invalid(f"[{', '.join(_reasons(schema, document)) or 'the body does not match'}]")


def _invalid(detail: str) -> GatewayError:
    note = f"Request body does not match model schema for content type {JSON}: {detail}"
    return GatewayError("BAD_REQUEST_BODY", "Invalid request body", note=note, detail=detail)


def _reasons(schema: Any, value: Any) -> Iterator[str]:
    """Why a value fails, for the commonest keywords, in AWS's words.

    Without the value itself: it may be a prompt, and access logs may show this text.
    """
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds] if kinds else []
    if kinds and not any(v1._JSON_TYPES.get(kind, lambda _: True)(value) for kind in kinds):
        found = NAMES.get(type(value)) or ("integer" if isinstance(value, int) else "number")
        allowed = json.dumps(sorted(kinds), separators=(",", ":"))
        yield (
            f"instance type ({found}) does not match any allowed primitive type "
            f"(allowed: {allowed})"
        )
    if isinstance(value, dict):
        yield from _object_reasons(schema, value)
    if isinstance(value, str):
        if len(value) > schema.get("maxLength", len(value)):
            yield f"string is too long (length: {len(value)}, maximum allowed: {schema['maxLength']})"
        if len(value) < schema.get("minLength", 0):
            yield f"string is too short (length: {len(value)}, required minimum: {schema['minLength']})"
    if v1._JSON_TYPES["number"](value):
        if value > schema.get("maximum", value):
            yield f"numeric instance is greater than the required maximum (maximum: {schema['maximum']})"
        if value < schema.get("minimum", value):
            yield f"numeric instance is lower than the required minimum (minimum: {schema['minimum']})"
    if "enum" in schema and not any(v1._json_equal(value, one) for one in schema["enum"]):
        yield "instance value not found in enum"


def _object_reasons(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[str]:
    properties = schema.get("properties") or {}
    missing = sorted(name for name in schema.get("required") or [] if name not in value)
    if missing:
        yield f"object has missing required properties ({json.dumps(missing, separators=(',', ':'))})"
    extra = sorted(name for name in value if name not in properties)
    if extra and schema.get("additionalProperties") is False:
        names = json.dumps(extra, separators=(",", ":"))
        yield f"object instance has properties which are not allowed by the schema: {names}"
    for name, sub in properties.items():
        if name in value:
            yield from _reasons(sub, value[name])
