"""Chapter 10: what a caller's own policy allows, and a path for machines alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import policies, steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet


def caller_policy(value: Any, outputs: Mapping[str, Any]) -> str:
    """An IAM policy that allows POST /model of the stage v1, and nothing else."""
    statements = policies.document(value)
    api = str(outputs.get("rest_api_id") or "")
    resources: list[str] = []
    for statement in statements:
        if statement["Effect"] != "Allow":
            raise NotYet(
                "This policy denies. What no policy allows is refused anyway.",
                "One statement with Allow is enough.",
            )
        policies.check_invoke(policies.words(statement["Action"]))
        if "Principal" in statement:
            raise NotYet(
                "A policy of a user has no Principal: the user is who it belongs to.",
                "Leave Principal out.",
            )
        resources += policies.words(statement.get("Resource"))
    if not resources:
        raise NotYet("The policy has no Resource.", "It is an ARN of execute-api.")
    for resource in resources:
        _check_resource(resource, api)
    return "It may POST to /model, and a GET is refused: the ARN has the verb in it."


def _check_resource(resource: str, api: str) -> None:
    parts = resource.split(":", 5)
    if len(parts) != 6 or parts[:3] != ["arn", "aws", "execute-api"]:
        raise NotYet(
            f"{resource!r} is no ARN of execute-api.",
            "arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/VERB/path, with * for any.",
        )
    found, _, path = parts[5].partition("/")
    if "*" in found or "?" in found:
        raise NotYet(
            f"{resource} is about any API of the account, not only about this one.",
            "Write this API's id: it is in api_id.",
        )
    if api and found != api:
        raise NotYet(f"The API {found!r} is not this one.", "This one's id is in api_id.")
    if path != "v1/POST/model":
        raise NotYet(
            f"The ARN ends with {path!r}: that is not POST to /model of the stage v1 alone.",
            "The order is STAGE/VERB/path, without a star.",
        )


MACHINES = "/machines"
NOT_SERVED = (
    "Give back path, method and integration, then up(): what is not given back is not served."
)


def machines(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path that lets in who signs, and nobody else."""
    steps.function(value)
    reply = calls.signed(outputs, "GET", MACHINES)
    if reply.status == 401:
        raise NotYet(
            f"GET {MACHINES} with a signature gets 401: the authorizer was asked.",
            'The method\'s authorization is "AWS_IAM", and it has no authorizer_id.',
        )
    calls.of_function(reply, f"GET {MACHINES} with a signature", NOT_SERVED)
    team = calls.as_team(outputs, "blue")
    for who, headers in (("Without a signature", {}), ("With a team's key", team)):
        other = calls.call(outputs, "GET", MACHINES, headers=headers)
        # Not by its status: that of a refusal may be another one, as after exercise 18.2.
        if other.status < 400 or other.who == "function":
            raise NotYet(f"{who}, it gets {other.status}.", 'authorization="AWS_IAM"')
    model = calls.call(outputs, "GET", "/model", headers=team)
    if model.status != 200:
        raise NotYet(
            f"The blue team gets {model.status} at /model now.",
            "Only the new method is for machines: from gateway.auth import authentication, then up().",
        )
    return f"{reply.status} from the function for who signs, 403 for all others; /model as before."


EXERCISES = (
    Exercise(
        "10.1",
        "Write the IAM policy of a user who may POST to /model of the stage v1 of this API, and "
        "nothing else.",
        caller_policy,
        "The action is execute-api:Invoke, and the verb is a part of the ARN.",
        """policy = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow",
    "Action": "execute-api:Invoke",
    "Resource": f"arn:aws:execute-api:*:*:{outputs()['rest_api_id']}/v1/POST/model",
}]}""",
        "region and account: give them, or a star for each",
    ),
    Exercise(
        "10.2",
        "Write machines(rest_api): a list with all that GET /machines needs, which leads to the "
        "function, for those alone who sign their requests.",
        machines,
        "Path, method and integration of exercise 6.1; one argument of the method is another.",
        """def machines(rest_api):
    path = aws.apigateway.Resource(
        "machinesPath", rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id, path_part="machines")
    method = aws.apigateway.Method(
        "machinesMethod", rest_api=rest_api.id, resource_id=path.id,
        http_method="GET", authorization="AWS_IAM")
    proxy = aws.apigateway.Integration(
        "machinesIntegration", rest_api=rest_api.id,
        resource_id=path.id, http_method=method.http_method,
        type="AWS_PROXY", integration_http_method="POST",
        uri=outputs()["integration_uri"],
        credentials=outputs()["api_role_arn"])
    return [path, method, proxy]""",
        "how you wrote it: GET /machines is called where it is deployed",
        calls=True,
    ),
)
