"""Lambda authorizers and Cognito: who calls, as a function or a user pool says.

Tokens of user pools are verified by the emulator, which holds their keys; PyJWT would only read them
a second time.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import Any

from sandbox.server.base import emulator, partitions, permissions, variables
from sandbox.server.base.errors import CONFIGURATION, GatewayError, check
from sandbox.server.base.exchange import Call, Request
from sandbox.server.gateway import proxy_event
from sandbox.server.gateway.invocation import Invocation, function_record

v1 = emulator.v1
iam = emulator.iam_evaluator
lambdas = emulator.lambdas

TIMEOUT = 29.0  # seconds that the gateway waits for an authorizer

_FUNCTION = re.compile(r".*/functions/(arn:aws[a-z-]*:lambda:[^/]+)/invocations")


@dataclass(frozen=True)
class Grant:
    """What an authorizer answered; it may be kept, and judge other requests too."""

    policy: Any
    context: dict[str, Any]
    principal: str
    usage_key: str


def unauthorized(message: str = "Unauthorized") -> GatewayError:
    """No token, or one that does not count."""
    return GatewayError("UNAUTHORIZED", message)


def misconfigured(note: str) -> GatewayError:
    """The authorizer itself failed; the client learns nothing of it."""
    return GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, note=note)


def _record(request: Request) -> dict[str, Any]:
    known = v1._authorizers_v1.get(request.place.api_id, {})
    found: dict[str, Any] | None = known.get(request.rule.get("authorizerId"))
    if not found:
        raise misconfigured(f"{CONFIGURATION}Authorizer not found")
    return found


# Cognito


async def cognito(request: Request) -> None:
    """Check a user pool's token; its claims go to the integration."""
    authorizer = _record(request)
    headers, query = request.headers, request.query
    token = v1._cognito_token_from_request(authorizer, headers, query, request.stage)
    claims = _claims(token or "")
    expires = claims.get("exp")
    if isinstance(expires, (int, float)) and expires <= time.time():
        raise unauthorized("The incoming token has expired")
    claims, error = await v1._validate_cognito_authorizer(
        authorizer, request.rule, headers, query, request.stage
    )
    check(error)
    # Scopes make it ask for an access token; without them it takes none.
    if not request.rule.get("authorizationScopes") and claims.get("token_use") == "access":
        raise unauthorized()
    request.authorizer = {"claims": v1._stringify_claims(claims)}
    request.variables["authorizer.status"] = 200


def _claims(token: str) -> dict[str, Any]:
    try:
        found = json.loads(v1._b64url_decode(token.split(".")[1]))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


# Functions


async def ask(request: Request, arn: str) -> str:
    """Ask the method's Lambda authorizer about a method ARN: Allow, Deny or ImplicitDeny."""
    authorizer = _record(request)
    started = time.perf_counter()
    identity = _identity(request, authorizer)
    where = (request.account_id, request.region, request.place.api_id, request.place.stage)
    key = (*where, authorizer["id"], identity)
    ttl = v1._authorizer_ttl(authorizer) if identity else 0
    expires, grant, _ = v1._authorizer_cache.get(key) or (0.0, None, None)
    request.authorizer_call = Call(
        "", name=authorizer["id"], identity=" ".join(identity), failed=True
    )
    if grant is None or ttl <= 0 or expires <= time.time():
        grant = await _ask(request, authorizer, arn)
        if ttl > 0:
            v1._cache_authorizer_result(key, time.time() + ttl, grant, None)
    latency = int((time.perf_counter() - started) * 1000)
    request.authorizer_call.principal = grant.principal
    request.authorizer_call.failed = False
    request.usage_key = grant.usage_key
    request.authorizer = {**grant.context, "integrationLatency": latency}
    if grant.principal:
        request.authorizer["principalId"] = grant.principal
    request.variables.update({"authorizer.status": 200, "authorizer.latency": latency})
    return decision(grant.policy, request, arn)


def decision(policy: Any, request: Request, arn: str) -> str:
    """What a returned policy says of the call: Allow, Deny or ImplicitDeny."""
    context = iam.EvalContext(
        "*", "Anonymous", "", "execute-api:Invoke", arn, request.region, service_context={}
    )
    statements = policy.get("Statement") or []
    statements = statements if isinstance(statements, list) else [statements]
    # It names no principal: it is about whoever asked.
    named = [{"Principal": "*", **one} for one in statements if isinstance(one, dict)]
    verdict: str = iam.evaluate_resource_policy({**policy, "Statement": named}, context).decision
    return verdict


def _identity(request: Request, authorizer: dict[str, Any]) -> tuple[str, ...]:
    """The values of the identity sources; 401 before the function is called if one is missing."""
    sources = authorizer.get("identitySource") or ""
    if _is_token(authorizer):
        sources = sources or "method.request.header.Authorization"
    named = [source.strip() for source in sources.split(",") if source.strip()]
    values = tuple(variables.map_value(source, request) or "" for source in named)
    if not all(values):
        raise unauthorized()
    expression = authorizer.get("identityValidationExpression")
    if _is_token(authorizer) and expression:
        try:
            matches = re.fullmatch(expression, values[0])
        except re.error:
            raise misconfigured(f"{CONFIGURATION}Invalid identity validation expression") from None
        if not matches:
            raise unauthorized()
    return values


def _is_token(authorizer: dict[str, Any]) -> bool:
    return (authorizer.get("type") or "TOKEN").upper() == "TOKEN"


def _event(request: Request, authorizer: dict[str, Any], arn: str) -> dict[str, Any]:
    if _is_token(authorizer):
        token = _identity(request, authorizer)[0]
        return {"type": "TOKEN", "methodArn": arn, "authorizationToken": token}
    whole = proxy_event.event(request)
    for key in ("body", "isBase64Encoded"):
        del whole[key]
    return {"type": "REQUEST", "methodArn": arn, **whole}


async def _ask(request: Request, authorizer: dict[str, Any], arn: str) -> Grant:
    event = _event(request, authorizer, arn)
    invocation = _permitted(request, authorizer, event)
    call = request.authorizer_call
    assert call is not None
    call.sent = event
    call.uri = f"https://lambda.{request.region}.amazonaws.com/2015-03-31/functions/"
    call.uri += f"{invocation.config['FunctionArn']}/invocations"
    task = invocation.start()
    done, _ = await asyncio.wait({task}, timeout=invocation.timeout)
    if not done:
        request.gone.set()
        raise misconfigured("Execution failed due to a timeout error")
    result = task.result()
    call.answered = result.get("body")
    request.variables["authorizer.requestId"] = result.get("request_id")
    if result.get("throttle"):
        raise misconfigured(f"{CONFIGURATION}Rate Exceeded.")
    if result.get("error"):
        body = result.get("body")
        message = body.get("errorMessage") if isinstance(body, dict) else body
        if message == "Unauthorized":
            raise unauthorized()
        raise misconfigured(
            f'{CONFIGURATION}Invalid JSON in response: Unrecognized field "errorType", not marked as '
            "ignorable"
        )
    return grant(result.get("body"))


def _permitted(request: Request, authorizer: dict[str, Any], event: dict[str, Any]) -> Invocation:
    """The authorizer's function, if the gateway may invoke it."""
    found = _FUNCTION.fullmatch(variables.address(authorizer.get("authorizerUri") or "", request))
    known = function_record(found[1], request) if found else None
    if not found or known is None:
        raise misconfigured(f"{CONFIGURATION}Invalid permissions on Lambda function")
    function, config = known
    home = f"{request.region}:{request.account_id}:{request.place.api_id}"
    source = (
        f"arn:{partitions.of(request.region)}:execute-api:{home}/authorizers/{authorizer['id']}"
    )
    role = authorizer.get("authorizerCredentials") or ""
    reason = permissions.refusal(request, found[1], function, role, source)
    if reason:
        raise misconfigured(f"{CONFIGURATION}{reason}")
    record = lambdas._execution_record_for_config(function, config)
    return Invocation(config, record, event, TIMEOUT, gone=request.gone)


def grant(answered: Any) -> Grant:
    """What a function answered, if it is what an authorizer has to answer.

    Numbers and booleans of its context become text, a null stays one (an authorizer on AWS, shown in
    DefinitelyTyped/DefinitelyTyped, pull request 69823).

    Raises:
        GatewayError: it has no policy, or its context holds more than single values.
    """
    if not isinstance(answered, dict):
        raise misconfigured(f"{CONFIGURATION}Invalid JSON in response: not an object")
    policy = answered.get("policyDocument")
    if not isinstance(policy, dict) or not policy.get("Statement"):
        raise misconfigured(f"{CONFIGURATION}Could not parse policy document")
    context = answered.get("context") or {}
    if not isinstance(context, dict):
        raise misconfigured(f"{CONFIGURATION}Invalid JSON in response: context is not an object")
    if any(isinstance(value, (dict, list)) for value in context.values()):
        raise misconfigured(
            f"{CONFIGURATION}Invalid JSON in response: context holds more than text"
        )
    return Grant(
        policy,
        {key: _text(value) for key, value in context.items()},
        str(answered.get("principalId") or ""),
        str(answered.get("usageIdentifierKey") or ""),
    )


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
