"""Whether the gateway may invoke a function: by the function's own policy, or by a role."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from sandbox.server.base import emulator, partitions
from sandbox.server.base.exchange import Request

iam = emulator.iam_evaluator
SERVICE = "apigateway.amazonaws.com"
INVOKE = "lambda:InvokeFunction"

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:.*/)?([^/]+)")


def refusal(
    request: Request, function_arn: str, function: Any, role_arn: str, source: str = ""
) -> str:
    """Why the gateway may not invoke the function, as AWS logs it; empty when it may.

    `source` is the ARN that calls: the method's, unless another is given.
    """
    if not role_arn:
        # A version has no policy of its own: it is the function's, for that version's ARN.
        base = _function(function_arn) or function
        allowed = _service_may(request, base.get("policy"), INVOKE, function_arn, source)
        return "" if allowed else "Invalid permissions on Lambda function"
    if not _ROLE.fullmatch(role_arn) or not may_assume(request, role_arn):
        return f"API Gateway does not have permission to assume the provided role {role_arn}"
    if not role_may(role_arn, INVOKE, function_arn, request.region):
        return "Invalid permissions on Lambda function"
    return ""


def may_assume(request: Request, role_arn: str) -> bool:
    """Whether there is such a role, and it lets API Gateway assume it."""
    found = _ROLE.fullmatch(role_arn)
    role = emulator.iam._roles.get_scoped(found[1], None, found[2]) if found else None
    return role is not None and _service_may(request, _trust(role), "sts:AssumeRole", role_arn)


def source_arn(request: Request) -> str:
    """The call as the gateway names it to Lambda: a method ANY is `ANY`, a path is its template."""
    place = request.place
    verb = request.rule.get("httpMethod") or request.method
    path = request.resource.get("path", "/")
    home = f"{request.region}:{request.account_id}"
    partition = partitions.of(request.region)
    return f"arn:{partition}:execute-api:{home}:{place.api_id}/{place.stage}/{verb}{path}"


def _function(function_arn: str) -> Any:
    parts = function_arn.split(":")
    return emulator.lambdas._functions.get_scoped(parts[4], parts[3], parts[6])


def _service_may(
    request: Request, policy: Any, action: str, resource: str, source: str = ""
) -> bool:
    source = source or source_arn(request)
    keys = {"aws:sourcearn": source, "aws:sourceaccount": request.account_id}
    context = iam.EvalContext(
        SERVICE, "Service", "", action, resource, request.region, service_context=keys
    )
    return bool(iam.evaluate_resource_policy(policy, context, service=SERVICE).decision == "Allow")


def _trust(role: dict[str, Any]) -> dict[str, Any]:
    """The role's trust policy with the resource that such a policy leaves out."""
    document = role.get("AssumeRolePolicyDocument") or {}
    found = json.loads(document) if isinstance(document, str) else copy.deepcopy(document)
    statements = found.get("Statement") or []
    found["Statement"] = [statements] if isinstance(statements, dict) else statements
    for statement in found["Statement"]:
        statement.setdefault("Resource", "*")
    return dict(found)


def role_may(role_arn: str, action: str, resource: str, region: str) -> bool:
    """Whether a role's policies allow a call that is made as this role."""
    found = _ROLE.fullmatch(role_arn)
    if not found:
        return False
    session = f"arn:aws:sts::{found[1]}:assumed-role/{found[2]}/BackplaneAssumeRoleSession"
    context = iam.EvalContext(session, "AssumedRole", found[1], action, resource, region)
    decision = iam.evaluate(context, iam._gather_role_policies(found[2], found[1])).decision
    return bool(decision == "Allow")
