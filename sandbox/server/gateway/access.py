"""Who may call: the API's resource policy and the method's authorization, in AWS's order."""

from __future__ import annotations

from typing import Any

from sandbox.server.base import emulator, partitions
from sandbox.server.base.errors import GatewayError, missing_token
from sandbox.server.base.exchange import Request
from sandbox.server.gateway import authorizers

v1 = emulator.v1
iam = emulator.iam_evaluator

BY_RESOURCE = " with an explicit deny in a resource-based policy"
BY_IDENTITY = " with an explicit deny in an identity-based policy"

ARN_LIMIT = 1600  # bytes of the ARN of a call that is compared with a policy

# How the emulator's refusals of a signature are called by the gateway.
SIGNATURES = {
    "SignatureDoesNotMatch": ("INVALID_SIGNATURE", "InvalidSignatureException"),
    "RequestTimeTooSkewed": ("INVALID_SIGNATURE", "InvalidSignatureException"),
    "CredentialDateMismatch": ("INVALID_SIGNATURE", "InvalidSignatureException"),
    "ExpiredTokenException": ("EXPIRED_TOKEN", "ExpiredTokenException"),
    "IncompleteSignature": ("DEFAULT_4XX", "IncompleteSignatureException"),
    "MissingAuthorizationParameter": ("DEFAULT_4XX", "IncompleteSignatureException"),
}


async def authorize(request: Request) -> None:
    """Let the caller pass, or raise the refusal; sets what the authorizer found out."""
    kind = (request.rule.get("authorizationType") or "NONE").upper()
    if kind == "AWS_IAM":
        _check_signature(request)
        request.variables["authenticate.status"] = request.variables["authorize.status"] = 200
        return
    with emulator.responses.request_scope(request.account_id, request.region):
        policy = policy_decision(request)
        if kind == "CUSTOM" or policy is not None:
            _check_length(request)
        if kind == "CUSTOM":
            await _custom(request, policy)
        elif kind == "COGNITO_USER_POOLS":
            await authorizers.cognito(request)
        # Without a Lambda authorizer the policy, if there is one, has to allow by itself.
        if kind != "CUSTOM" and policy not in (None, "Allow"):
            raise denied(request, policy)
    request.variables["authorize.status"] = 200


async def _custom(request: Request, policy: str | None) -> None:
    """A Lambda authorizer and the API's policy, if it has one: either may allow, both may deny."""
    if policy == "Deny":
        raise denied(request, policy)
    said = await authorizers.ask(request, method_arn(request))
    if said == "Allow" or (said != "Deny" and policy == "Allow"):
        return
    request.variables["authorize.status"] = 403
    reason = BY_IDENTITY if said == "Deny" else ""
    message = f"User is not authorized to access this resource{reason}"
    raise GatewayError("ACCESS_DENIED", message)


def _check_length(request: Request) -> None:
    if len(method_arn(request)) > ARN_LIMIT:
        error_type = "RequestURITooLongException"
        raise GatewayError("DEFAULT_4XX", "Request URI Too Long", status=414, error_type=error_type)


def policy_decision(
    request: Request, caller: str = "*", kind: str = "Anonymous", account: str = ""
) -> str | None:
    """What the resource policy says of a caller: Allow, Deny, ImplicitDeny, None if there is none."""
    arn = method_arn(request)
    found = v1.rest_api_policy_for_arn(arn)
    # The emulator completes a policy's short ARNs, with one partition for all Regions.
    policy = _in_partition(found[0], request) if found else ""
    if not policy:
        return None
    keys = {
        "aws:useragent": request.headers.get("user-agent"),
        "aws:referer": request.headers.get("referer"),
        "aws:sourcearn": arn,
    }
    context = iam.EvalContext(
        caller, kind, account, "execute-api:Invoke", arn, request.region, service_context=keys
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
    return _in_partition(arn, request)


def _in_partition(text: str, request: Request) -> str:
    home = f"execute-api:{request.region}:"
    return text.replace(f"arn:aws:{home}", f"arn:{partitions.of(request.region)}:{home}")


def denied(request: Request, decision: str, who: str = "anonymous", how: str = "") -> GatewayError:
    """The refusal by a policy; the account shows only its last four digits."""
    account = request.account_id
    shown = method_arn(request).replace(f":{account}:", f":********{account[-4:]}:", 1)
    reason = (how or BY_RESOURCE) if decision == "Deny" else ""
    request.variables["authorize.status"] = 403
    return GatewayError(
        "ACCESS_DENIED",
        f"User: {who} is not authorized to perform: execute-api:Invoke "
        f"on resource: {shown}{reason}",
    )


def _check_signature(request: Request) -> None:
    if not request.signed:
        if not request.headers.get("authorization"):
            raise missing_token()
        raise unrouted(request)
    key = emulator.app.extract_access_key_id(request.headers, request.query)
    refusal = iam.enforce(
        key,
        "execute-api:Invoke",
        "apigateway",
        emulator.app.extract_region(request.headers, request.query),
        resource_arn=method_arn(request),
    )
    if refusal:
        raise _refused(request, refusal)
    caller = iam.request_caller_arn(request.headers, request.query)
    account = emulator.responses.get_account_id()
    policy = policy_decision(request, caller, "User", account)
    # The emulator lets the root of an account pass. On AWS a policy's deny holds for it too, and
    # who comes from another account needs the policy's allow.
    if policy == "Deny" or (account != request.account_id and policy != "Allow"):
        raise denied(request, policy or "ImplicitDeny", caller)
    with emulator.responses.request_scope(request.account_id, request.region):
        request.identity = v1._iam_caller_identity(request.headers, request.query) or {}


def _refused(request: Request, refusal: Any) -> GatewayError:
    if isinstance(refusal, iam.AuthError):
        request.variables["authenticate.status"] = 403
        default = ("DEFAULT_4XX", "UnrecognizedClientException")
        kind, error_type = SIGNATURES.get(refusal.code, default)
        return GatewayError(kind, refusal.message, status=403, error_type=error_type)
    how = BY_RESOURCE if refusal.resource_policy_arn else BY_IDENTITY
    return denied(request, refusal.decision, refusal.principal_arn, how)


def unrouted(request: Request) -> GatewayError:
    """No such path or method: AWS then tries to read the request as one to its own APIs."""
    if request.headers.get("authorization") and not request.signed:
        found = emulator.sigv4.foreign_authorization_failure(request.headers)
        if found:
            error_type = "IncompleteSignatureException"
            return GatewayError("DEFAULT_4XX", found[1], error_type=error_type)
    return missing_token()
