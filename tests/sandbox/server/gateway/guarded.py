"""APIs that ask who calls: an authorizer's function, a signature's or a pool's method, a policy."""

from __future__ import annotations

from typing import Any

from tests.sandbox.server.conftest import Account, Api
from tests.sandbox.server.shapes import document, uri

UNAUTHORIZED = '{"message":"Unauthorized"}'

# Decides by a token, counts its calls, and shows its event.
DECIDE = """
import json, time

CALLS = [0]

def statement(effect, resource):
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}

def handler(event, context):
    CALLS[0] += 1
    token = event.get("authorizationToken") or event["headers"].get("x-token", "good")
    arn = event["methodArn"]
    api = arn.split("/")[0]
    answers = {
        "good": statement("Allow", arn),
        "all": statement("Allow", api + "/*"),
        "deny": statement("Deny", arn),
        "other": statement("Allow", api + "/v9/*"),
        "wrong action": {**statement("Allow", arn), "Action": "s3:GetObject"},
        "condition": {**statement("Allow", arn),
                      "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
    }
    if token == "unauthorized":
        raise Exception("Unauthorized")
    if token == "raise":
        raise ValueError("a secret")
    if token == "text":
        return "yes"
    if token == "no policy":
        return {"principalId": "me"}
    policy = {"Version": "2012-10-17", "Statement": [answers.get(token, answers["good"])]}
    context = {"event": json.dumps(event), "calls": CALLS[0], "yes": True, "none": None}
    if token == "nested":
        context["list"] = [1]
    return {"principalId": "me", "policyDocument": policy, "context": context,
            "usageIdentifierKey": token if len(token) >= 20 else None}
"""
ECHO = """
import json

def handler(event, context):
    return {"body": json.dumps(event)}
"""


def guard(account: Account, place: dict[str, Any], kind: str, **more: Any) -> None:
    """Have a method want an authorization."""
    wanted = [("authorizationType", kind), *more.items()]
    changes = [{"op": "replace", "path": f"/{path}", "value": value} for path, value in wanted]
    account.gateway.update_method(**place, patchOperations=changes)


def guarded(
    account: Account, functions: tuple[str, str], permitted: bool = True, **more: Any
) -> tuple[Api, str]:
    """An API whose methods / and /other ask an authorizer, and the authorizer's id."""
    decide, echo = functions
    api = account.api()
    settings = {
        "type": "TOKEN",
        "identitySource": "method.request.header.Authorization",
        "authorizerResultTtlInSeconds": 0,
        **more,
    }
    authorizer = account.gateway.create_authorizer(
        restApiId=api.id, name="a", authorizerUri=uri(decide), **settings
    )["id"]
    for resource in ("", api.path("other")):
        guard(account, api.proxy(echo, resource, "ANY"), "CUSTOM", authorizerId=authorizer)
    api.may_invoke(echo, "/v1/*")
    if permitted:
        api.may_invoke(decide, f"/authorizers/{authorizer}")
    api.deploy("v1")
    return api, authorizer


def asked(api: Api, token: str, path: str = "/", **more: Any) -> Any:
    """A call with a token."""
    return api.call(path, headers={"Authorization": token}, **more)


# The API's own policy


def with_policy(account: Account, api: Api, *statements: dict[str, Any]) -> None:
    """Put a resource policy, and deploy."""
    policy = {"op": "replace", "path": "/policy", "value": document(*statements)}
    account.gateway.update_rest_api(restApiId=api.id, patchOperations=[policy])
    api.deploy("v1")


def statement(
    effect: str, principal: Any = "*", resource: str = "execute-api:/*"
) -> dict[str, Any]:
    """A statement of a resource policy."""
    call = {"Principal": principal, "Action": "execute-api:Invoke", "Resource": resource}
    return {"Effect": effect, **call}


SILENT = statement("Allow", resource="execute-api:/v9/*")
