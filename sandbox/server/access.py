"""Who may call: the API's resource policy and the method's authorization, in AWS's order."""

from __future__ import annotations

import json
import time

from sandbox.server import emulator
from sandbox.server.errors import JSON, Answered, GatewayError, check, missing_token
from sandbox.server.exchange import Request, Response

v1 = emulator.v1
iam = emulator.iam_evaluator

EXPLICIT = " with an explicit deny in a resource-based policy"


async def authorize(request: Request) -> None:
    """Let the caller pass, or raise the refusal; sets what the authorizer found out."""
    kind = (request.rule.get("authorizationType") or "NONE").upper()
    scope = emulator.responses.request_scope(request.account_id, request.region)
    if kind == "AWS_IAM":
        _check_signature(request)
        return
    with scope:
        decision = policy_decision(request)
        if kind == "CUSTOM" and decision == "Deny":
            raise denied(request, decision)
        if kind in ("CUSTOM", "COGNITO_USER_POOLS"):
            await _ask_authorizer(request)
        # A Lambda authorizer that allows is enough; else the policy, if there is one, must allow.
        if kind != "CUSTOM" and decision not in (None, "Allow"):
            raise denied(request, decision)


def policy_decision(request: Request) -> str | None:
    """What the resource policy says of an anonymous caller: Allow, Deny, ImplicitDeny, None."""
    arn = method_arn(request)
    found = v1.rest_api_policy_for_arn(arn)
    policy = found[0] if found else ""
    if not policy:
        return None
    keys = {
        "aws:useragent": request.headers.get("user-agent"),
        "aws:referer": request.headers.get("referer"),
        "aws:sourcearn": arn,
    }
    context = iam.EvalContext(
        "*", "Anonymous", "", "execute-api:Invoke", arn, request.region, service_context=keys
    )
    decision: str = iam.evaluate_resource_policy(policy, context).decision
    return decision


def method_arn(request: Request) -> str:
    """The ARN of the call itself, as policies name it."""
    arn: str = emulator.arn.execute_api_arn(
        request.region,
        request.account_id,
        request.place.api_id,
        request.place.stage,
        request.method,
        request.path,
    )
    return arn


def denied(request: Request, decision: str) -> GatewayError:
    """The refusal of the resource policy; the account shows only its last four digits."""
    account = request.account_id
    shown = method_arn(request).replace(f":{account}:", f":********{account[-4:]}:", 1)
    reason = EXPLICIT if decision == "Deny" else ""
    return GatewayError(
        "ACCESS_DENIED",
        "User: anonymous is not authorized to perform: execute-api:Invoke "
        f"on resource: {shown}{reason}",
    )


def _check_signature(request: Request) -> None:
    if not request.signed and not request.headers.get("authorization"):
        raise missing_token()
    place = request.place
    refusal = emulator.app._enforce_execute_api(
        place.api_id, place.stage, request.method, request.path, request.headers, request.query
    )
    if refusal:
        raise Answered(_as_gateway(refusal))
    with emulator.responses.request_scope(request.account_id, request.region):
        request.identity = v1._iam_caller_identity(request.headers, request.query) or {}


def _as_gateway(refusal: tuple[int, dict[str, str], bytes]) -> Response:
    """An answer of the emulator's own, with the headers of the gateway's refusals."""
    response = Response.of(refusal)
    if not response.header("x-amzn-ErrorType"):
        try:
            body = json.loads(response.body)
        except ValueError:
            body = {}
        message = body.get("Message") or body.get("message") or "Forbidden"
        response.body = json.dumps({"Message": message}, separators=(",", ":")).encode()
        response.headers = [("Content-Type", JSON), ("x-amzn-ErrorType", "AccessDeniedException")]
    response.headers = [h for h in response.headers if h[0].lower() != "x-amzn-requestid"]
    return response


async def _ask_authorizer(request: Request) -> None:
    started = time.perf_counter()
    place = request.place
    error, found = await v1._authorize_request_v1(
        place.api_id,
        place.stage,
        request.rule,
        request.method,
        request.path,
        request.resource,
        request.headers,
        request.body,
        request.query,
        request.path_parameters,
        request.stage,
        request.account_id,
        request.region,
    )
    check(error)
    request.authorizer = dict(found or {})
    if "claims" not in request.authorizer:
        latency = (time.perf_counter() - started) * 1000
        request.authorizer["integrationLatency"] = int(latency)


def unrouted(request: Request) -> GatewayError:
    """No such path or method: AWS then tries to read the request as one to its own APIs."""
    if request.headers.get("authorization") and not request.signed:
        found = emulator.sigv4.foreign_authorization_failure(request.headers)
        if found:
            error_type = "IncompleteSignatureException"
            return GatewayError("DEFAULT_4XX", found[1], error_type=error_type)
    return missing_token()
