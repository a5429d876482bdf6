"""What API Gateway refuses about APIs and what they hold beside methods; AWS's codes and texts."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.server.apigateway.method_refusals import SERVICE_ARN, in_partition
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record
from sandbox.server.base.refusals import Refused, conflict, missing

v1 = emulator.v1

PATH_PART = re.compile(r"[a-zA-Z0-9._\-:$,]+|\{[a-zA-Z0-9._\-:]+\+?\}")
BAD_PART = (
    "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly "
    "braces at the beginning and the end."
)
MAX_COMPRESSION = 10485760


def create_rest_api(parts: list[str], data: Record) -> None:
    if not (data.get("name") or "").strip():
        raise Refused("Name cannot be empty")
    if data.get("description") == "":
        raise Refused("Description cannot be an empty string")
    compression(data.get("minimumCompressionSize"))
    endpoint = data.get("endpointConfiguration") or {}
    if len(endpoint.get("types") or []) > 1:
        raise Refused("Cannot create an api with multiple Endpoint Types.")
    if endpoint.get("types") == ["PRIVATE"] and endpoint.get("ipAddressType") == "ipv4":
        raise Refused("Only dualstack ipAddressType is supported for Private APIs.")
    policy(data.get("policy"))


def compression(size: Any) -> None:
    """A size in bytes from which answers are compressed; null for never."""
    if size is not None and not 0 <= size <= MAX_COMPRESSION:
        raise Refused(f"Invalid minimum compression size, must be between 0 and {MAX_COMPRESSION}")


def policy(text: str | None) -> None:
    """A resource policy, as text; empty for none."""
    if not text:
        return
    try:
        statements = json.loads(text).get("Statement")
    except (ValueError, AttributeError):
        statements = None
    if not isinstance(statements, (list, dict)):
        raise Refused(
            "Invalid policy document. Please check the policy syntax and ensure that Principals "
            "are valid."
        )


def create_resource(parts: list[str], data: Record) -> None:
    siblings = v1._resources.get(parts[1], {})
    parent = siblings.get(parts[3])
    if parent:
        path_part(data.get("pathPart") or "", parent, siblings, "")


def path_part(name: str, parent: Record, resources: dict[str, Record], own: str) -> None:
    """The last segment of a path, below a parent, among the API's resources; `own` is its id."""
    if not PATH_PART.fullmatch(name):
        raise Refused(BAD_PART)
    if (parent.get("pathPart") or "").endswith("+}"):
        raise Refused(
            f"Cannot create a child of a resource with a greedy path variable: {parent['pathPart']}"
        )
    for resource in resources.values():
        other = resource.get("pathPart") or ""
        if resource["id"] == own or resource.get("parentId") != parent["id"]:
            continue
        if other == name:
            raise conflict(f"Another resource with the same parent already has this name: {name}")
        if name.startswith("{") and other.startswith("{"):
            raise Refused(
                f"A sibling ({other}) of this resource already has a variable path part -- only "
                "one is allowed"
            )


def delete_resource(parts: list[str], data: Record) -> None:
    found = v1._resources.get(parts[1], {}).get(parts[3])
    if found and not found.get("parentId"):
        raise Refused("Root resource cannot be deleted.")


def create_model(parts: list[str], data: Record) -> None:
    name = data.get("name")
    if not name:
        raise Refused("Model name must be non-empty")
    if not re.fullmatch("[a-zA-Z0-9]+", name):
        raise Refused("Model name must be alphanumeric: " + name)
    if name in v1._models.get(parts[1], {}):
        raise conflict("Model name already exists for this REST API")
    schema(data.get("schema"))


def schema(text: str | None) -> None:
    """A model's schema, as text."""
    try:
        json.loads(text or "{}")
    except ValueError as error:
        raise Refused(f"Invalid model schema specified: {error}") from None


def delete_model(parts: list[str], data: Record) -> None:
    for path, verb, method in _methods(parts[1]):
        if parts[3] in (method.get("requestModels") or {}).values():
            place = f"{path}/{verb}" if path != "/" else f"//{verb}"
            raise conflict(
                f"Cannot delete model '{parts[3]}', is referenced in method request: {place}"
            )
        for status, response in (method.get("methodResponses") or {}).items():
            if parts[3] in (response.get("responseModels") or {}).values():
                place = f"{path}/{verb}" if path != "/" else f"//{verb}"
                raise conflict(
                    f"Cannot delete model '{parts[3]}', is referenced in method response: "
                    f"{place}/{status}"
                )


def create_authorizer(parts: list[str], data: Record) -> None:
    kind, name = data.get("type"), data.get("name")
    if any(a["name"] == name for a in v1._authorizers_v1.get(parts[1], {}).values()):
        raise conflict(
            f"Authorizer name must be unique. Authorizer {name} already exists in this RestApi."
        )
    if kind == "COGNITO_USER_POOLS":
        if not data.get("providerARNs"):
            raise Refused("COGNITO_USER_POOLS authorizers require at least one provider ARN")
    else:
        authorizer_uri(data.get("authorizerUri") or "")


def authorizer_uri(uri: str) -> None:
    """The address of an authorizer's function."""
    if not SERVICE_ARN.match(uri) or not in_partition(uri):
        raise Refused(
            f"Invalid Authorizer URI: {uri}. Authorizer URI should be a "
            "valid API Gateway ARN that represents a Lambda function invocation."
        )


def delete_authorizer(parts: list[str], data: Record) -> None:
    found = v1._authorizers_v1.get(parts[1], {}).get(parts[3])
    for path, verb, method in _methods(parts[1]) if found else []:
        if method.get("authorizerId") == parts[3]:
            raise conflict(
                f"Cannot delete authorizer '{found['name']}', is referenced in method: "
                f"{verb}/{path}"
            )


def _methods(api_id: str) -> list[tuple[str, str, Record]]:
    return [
        (resource.get("path", "/"), verb, method)
        for resource in v1._resources.get(api_id, {}).values()
        for verb, method in (resource.get("resourceMethods") or {}).items()
    ]


def create_request_validator(parts: list[str], data: Record) -> None:
    if not (data.get("name") or "").strip():
        raise Refused("Request Validator name cannot be blank")


def delete_gateway_response(parts: list[str], data: Record) -> None:
    if parts[3] not in v1._gateway_responses.get(parts[1], {}):
        raise missing("Gateway response type not defined on api")
