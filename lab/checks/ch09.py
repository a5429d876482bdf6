"""Chapter 09: a path that asks nobody, and what an authorizer answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from lab.checks.shared import policies, steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

API = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5"


def health(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path that everybody may GET, which is answered without the function; the others ask for a key."""
    steps.function(value)
    reply = calls.call(outputs, "GET", "/health")
    if calls.no_path(reply):
        raise NotYet(
            "GET /health gets 403: what is served has no such path or method.",
            "Give back all that you declare: what is not in the deployment's parts is not served.",
        )
    if reply.status in (401, 403):
        raise NotYet(
            f"GET /health gets {reply.status}: it asks who calls.",
            'Its method\'s authorization is "NONE", and the resource policy allows GET /health.',
        )
    if reply.status >= 500:
        raise NotYet(
            f"GET /health gets {reply.status}: the gateway has no answer to give.",
            "A MOCK chooses 200 in its request template, and needs a MethodResponse and an "
            "IntegrationResponse for it.",
        )
    if reply.status != 200 or reply.data != {"ok": True}:
        raise NotYet(
            f"GET /health gets {reply.status}: {reply.body[:200]!r}",
            "The answer is a response template of the IntegrationResponse.",
        )
    other = calls.call(outputs, "GET", "/model")
    if other.status not in (401, 403):
        raise NotYet(
            f"GET /model without a key gets {other.status}: now everybody is let in there, too.",
            "Only the new method is for everybody; leave access() as it is.",
        )
    return f"200 for everybody, and /model still says {other.status}. No function was called."


def allow(value: Any, _: Mapping[str, Any]) -> str:
    """What an authorizer answers for a team: the whole stage, and only it."""
    answer = _asked(steps.function(value), f"{API}/v1/GET/model")
    if not isinstance(answer, Mapping):
        raise NotYet(
            f"Your function returns a {type(answer).__name__}: callers get a 500.",
            "Return a dict with principalId and policyDocument.",
        )
    if answer.get("principalId") != "blue":
        raise NotYet(
            f"The principalId is {answer.get('principalId')!r}: nobody learns which team it is.",
            "It is the team.",
        )
    resources: list[str] = []
    for statement in policies.document(answer.get("policyDocument")):
        if statement["Effect"] != "Allow":
            raise NotYet("The policy denies.", "The team may call: its Effect is Allow.")
        policies.check_invoke(policies.words(statement["Action"]))
        resources += policies.words(statement.get("Resource"))
    _check_stage(resources)
    return "API Gateway may remember it: it is right for every path of the stage."


def _asked(function: Any, method_arn: str) -> Any:
    try:
        return function("blue", method_arn)
    except Exception as error:  # noqa: BLE001 - a learner's code may raise anything
        raise NotYet(
            f"Your function raised. {type(error).__name__}: {error}",
            f"It is called as allow('blue', '{method_arn}').",
        ) from None


def _check_stage(resources: list[str]) -> None:
    def covered(call: str) -> bool:
        # Only * and ? mean something in an ARN; fnmatch would read [ too.
        patterns = [re.sub(r"\[", "[[]", resource) for resource in resources]
        return any(fnmatchcase(f"{API[:-10]}{call}", pattern) for pattern in patterns)

    if not covered("a1b2c3d4e5/v1/GET/model"):
        raise NotYet(
            f"The policy is about {', '.join(resources) or 'nothing'}: not about the call itself.",
            "Begin with what is before the second / of method_arn.",
        )
    for call in ("POST/model", "POST/chat/completions"):
        if not covered(f"a1b2c3d4e5/v1/{call}"):
            raise NotYet(
                "The policy names the path that was called. Remembered, it refuses every other.",
                'Keep API/STAGE of method_arn, and add "/*".',
            )
    if covered("a1b2c3d4e5/test/GET/model"):
        raise NotYet("The policy allows other stages too.", "Keep the stage of method_arn.")
    if covered("zzzzzzzzzz/v1/GET/model"):
        raise NotYet("The policy allows other APIs too.", "Keep the API's id of method_arn.")


EXERCISES = (
    Exercise(
        "9.1",
        'Write health(rest_api): GET /health, which answers {"ok": true} to everybody, without a key '
        "and without the function. All other paths go on asking.",
        health,
        "Five resources: path, method, a MOCK integration, a MethodResponse, an IntegrationResponse.",
        """def health(rest_api):
    path = aws.apigateway.Resource(
        "healthPath", rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id, path_part="health")
    method = aws.apigateway.Method(
        "healthMethod", rest_api=rest_api.id, resource_id=path.id,
        http_method="GET", authorization="NONE")
    place = {"rest_api": rest_api.id, "resource_id": path.id,
             "http_method": method.http_method}
    mock = aws.apigateway.Integration(
        "healthMock", **place, type="MOCK", request_templates={
            "application/json": '{"statusCode": 200}'})
    promised = aws.apigateway.MethodResponse(
        "healthPromised", **place, status_code="200")
    answer = aws.apigateway.IntegrationResponse(
        "healthAnswer", **place, status_code="200",
        response_templates={"application/json": '{"ok": true}'},
        opts=pulumi.ResourceOptions(depends_on=[mock, promised]))
    return [path, method, mock, promised, answer]""",
        "how you wrote it: /health and /model are called where they are deployed",
        calls=True,
    ),
    Exercise(
        "9.2",
        "Write allow(team, method_arn): what an authorizer answers so that this team may call "
        "every path of this stage, and no other stage.",
        allow,
        'method_arn.split("/") is [API, STAGE, VERB, …]; the first two stay.',
        """def allow(team, method_arn):
    stage = "/".join(method_arn.split("/")[:2])
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": stage + "/*",
        }]},
    }""",
        "context and usageIdentifierKey: chapter 11 needs the second",
    ),
)
