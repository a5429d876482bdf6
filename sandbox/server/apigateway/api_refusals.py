"""What API Gateway refuses about APIs and their parts, which the emulator accepts; AWS's texts."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.refusals import Record, Refused, conflict, missing

v1 = emulator.v1

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
PATH_PART = re.compile(r"[a-zA-Z0-9._\-:$,]+|\{[a-zA-Z0-9._\-:]+\+?\}")
BAD_PART = (
    "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly "
    "braces at the beginning and the end."
)
SERVICE_ARN = re.compile(r"arn:[^:]+:apigateway:[^:]+:[^:]+:(path|action)/")
MAX_COMPRESSION = 10485760
NEEDS_AUTHORIZER = ("CUSTOM", "COGNITO_USER_POOLS")


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


def put_method(parts: list[str], data: Record) -> None:
    api_id, resource, verb = parts[1], parts[3], parts[5]
    found = v1._resources.get(api_id, {}).get(resource)
    if found is None:
        return
    if verb not in VERBS:
        raise Refused(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")
    if verb in found["resourceMethods"]:
        raise conflict("Method already exists for this resource")
    references(api_id, data)
    places = [name.rpartition(".")[2] for name in data.get("requestParameters") or {}]
    if len(places) != len(set(places)):
        raise Refused("Parameter names must be unique across querystring, header and path")


def references(api_id: str, method: Record) -> None:
    """What a method, or a part of one, names in its API."""
    kind = method.get("authorizationType", "NONE")
    if kind not in ("NONE", "AWS_IAM", *NEEDS_AUTHORIZER):
        raise Refused(
            "Invalid authorizationType specified. Valid options are NONE, AWS_IAM, CUSTOM, "
            "COGNITO_USER_POOLS"
        )
    if kind in NEEDS_AUTHORIZER and method.get("authorizerId") not in v1._authorizers_v1.get(
        api_id, {}
    ):
        raise Refused(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
            "COGNITO_USER_POOLS requires a valid authorizer."
        )
    validator = method.get("requestValidatorId")
    if validator and validator not in v1._request_validators.get(api_id, {}):
        raise Refused("Invalid Request Validator identifier specified")
    models(api_id, method.get("requestModels"))


def models(api_id: str, named: dict[str, str] | None) -> None:
    """The models that a request or a response names by content type."""
    for name in (named or {}).values():
        if name not in v1._models.get(api_id, {}):
            raise Refused(f"Invalid model identifier specified: {name}")


def put_method_response(parts: list[str], data: Record) -> None:
    models(parts[1], data.get("responseModels"))
    method = _method(parts)
    if method and parts[7] in method["methodResponses"]:
        raise conflict("Response already exists for this resource")


def _method(parts: list[str]) -> Record | None:
    resource = v1._resources.get(parts[1], {}).get(parts[3]) or {}
    found: Record | None = (resource.get("resourceMethods") or {}).get(parts[5])
    return found


def put_integration(parts: list[str], data: Record) -> None:
    if _method(parts) is None:
        return
    kind, uri = data.get("type"), data.get("uri")
    if kind in ("HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY") and not data.get("httpMethod"):
        raise Refused("Enumeration value for HttpMethod must be non-empty")
    integration_uri(kind, uri, data.get("connectionType"))
    timeout(data.get("timeoutInMillis"), data.get("responseTransferMode"))
    transfer(kind, uri, data.get("responseTransferMode"))
    credentials = data.get("credentials")
    account = emulator.responses.get_account_id()
    role = re.match(r"arn:[^:]+:iam::(\d+):role/", credentials or "")
    if role and role[1] != account:
        raise Refused("Cross-account pass role is not allowed.")


def integration_uri(kind: str | None, uri: Any, connection: str | None = None) -> None:
    """The address of an integration of a kind; stage variables may stand for any part of it."""
    text = str(uri or "")
    if kind in ("AWS", "AWS_PROXY"):
        if text and not text.startswith("arn:"):
            raise Refused("Invalid ARN specified in the request")
        if "${" not in text and not SERVICE_ARN.match(text):
            raise Refused("AWS ARN for integration must contain path or action")
        service = text.split(":")[4:5]
        if kind == "AWS_PROXY" and service not in (["lambda"], ["firehose"]) and "${" not in text:
            raise Refused(
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
                "Firehose stream invocations."
            )
    elif kind in ("HTTP", "HTTP_PROXY") and not re.match(r"(https?://|\$\{)[^/]", text):
        raise Refused("Invalid HTTP endpoint specified for URI")


def transfer(kind: str | None, uri: Any, mode: str | None) -> None:
    """A function streams by another address: mode and address have to agree.

    The first text is AWS's (terraform-provider-aws, issue 45649), the second in its likeness.
    """
    text = str(uri or "")
    if kind != "AWS_PROXY" or ":lambda:path" not in text:
        return
    streams = text.endswith("/response-streaming-invocations")
    only = "for Lambda functions invoked by InvokeWithResponseStream for AWS_PROXY integrations."
    if mode == "STREAM" and not streams:
        raise Refused(
            "Invalid ResponseTransferMode. ResponseTransferMode STREAM is only supported " + only
        )
    if mode != "STREAM" and streams:
        raise Refused(f"Cannot use ResponseTransferMode BUFFERED {only}")


def timeout(milliseconds: Any, mode: str | None) -> None:
    """How long an integration may take: longer when the answer is streamed."""
    longest = 900_000 if mode == "STREAM" else 29_000
    if milliseconds is not None and not 50 <= milliseconds <= longest:
        raise Refused(f"Timeout should be between 50 ms and {longest} ms")


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


def delete_resource(parts: list[str], data: Record) -> None:
    found = v1._resources.get(parts[1], {}).get(parts[3])
    if found and not found.get("parentId"):
        raise Refused("Root resource cannot be deleted.")


def create_authorizer(parts: list[str], data: Record) -> None:
    kind, name = data.get("type"), data.get("name")
    if any(a["name"] == name for a in v1._authorizers_v1.get(parts[1], {}).values()):
        raise conflict(
            f"Authorizer name must be unique. Authorizer {name} already exists in this RestApi."
        )
    if kind == "COGNITO_USER_POOLS":
        if not data.get("providerARNs"):
            raise Refused("COGNITO_USER_POOLS authorizers require at least one provider ARN")
    elif not SERVICE_ARN.match(data.get("authorizerUri") or ""):
        raise Refused(
            f"Invalid Authorizer URI: {data.get('authorizerUri')}. Authorizer URI should be a "
            "valid API Gateway ARN that represents a Lambda function invocation."
        )


def delete_gateway_response(parts: list[str], data: Record) -> None:
    if parts[3] not in v1._gateway_responses.get(parts[1], {}):
        raise missing("Gateway response type not defined on api")


def create_request_validator(parts: list[str], data: Record) -> None:
    if not (data.get("name") or "").strip():
        raise Refused("Request Validator name cannot be blank")


def delete_child(parts: list[str], data: Record) -> None:
    """A method, an integration or a response that is not there cannot be deleted."""
    resource = v1._resources.get(parts[1], {}).get(parts[3])
    if resource is None:
        return
    method = _method(parts)
    if method is None:
        raise missing("Invalid Method identifier specified")
    below = parts[6:]
    if below[:1] == ["responses"] and below[1] not in method["methodResponses"]:
        raise missing("Invalid Response status code specified")
    if below[:1] == ["integration"]:
        integration = method.get("methodIntegration")
        if not integration:
            raise missing("Invalid Integration identifier specified")
        if len(below) == 3 and below[2] not in integration["integrationResponses"]:
            raise missing("Invalid Response status code specified")
