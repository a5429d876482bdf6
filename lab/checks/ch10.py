"""Chapter 10: what a caller's own policy allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import policies
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
)
