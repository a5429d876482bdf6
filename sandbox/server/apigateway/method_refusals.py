"""What API Gateway refuses about methods, integrations and responses; AWS's codes and texts."""

from __future__ import annotations

import re
from typing import Any

from sandbox.server.apigateway import private_refusals
from sandbox.server.base import emulator, partitions
from sandbox.server.base.emulator import Record
from sandbox.server.base.refusals import Refused, conflict, missing

v1 = emulator.v1

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
SERVICE_ARN = re.compile(r"arn:[^:]+:apigateway:[^:]+:[^:]+:(path|action)/")
NEEDS_AUTHORIZER = ("CUSTOM", "COGNITO_USER_POOLS")


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
    integration_uri(kind, uri)
    private_refusals.check(data)
    timeout(data.get("timeoutInMillis"), data.get("responseTransferMode"))
    transfer(kind, uri, data.get("responseTransferMode"))
    credentials = data.get("credentials")
    account = emulator.responses.get_account_id()
    role = re.match(r"arn:[^:]+:iam::(\d+):role/", credentials or "")
    if role and role[1] != account:
        raise Refused("Cross-account pass role is not allowed.")


def in_partition(arn: str) -> bool:
    """Whether a text is an ARN in the partition of the Region that is asked.

    One of another partition is refused (serverless-components/aws-api-gateway, issue 19, China;
    aws/aws-cdk, issue 8098, an authorizer's).
    """
    return arn.startswith(f"arn:{partitions.of(emulator.responses.get_region())}:")


def integration_uri(kind: str | None, uri: Any) -> None:
    """The address of an integration of a kind; stage variables may stand for any part of it."""
    text = str(uri or "")
    if kind in ("AWS", "AWS_PROXY"):
        if text and not in_partition(text):
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
