"""Chapter 01: who may take on a role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lab.checks.shared import policies, steps
from lab.exercise.state import Exercise, NotYet

SERVICE = "lambda.amazonaws.com"
NAME = "languageModelApiRole"


def trust(value: Any, _: Mapping[str, Any]) -> str:
    """The trust policy of a role that Lambda assumes."""
    statements = policies.document(value)
    if len(statements) != 1:
        raise NotYet(f"There are {len(statements)} statements; one is enough.", "Keep one.")
    statement = statements[0]
    if statement["Effect"] != "Allow":
        raise NotYet("The statement denies, so nobody may assume the role.", "Effect: Allow.")
    if policies.words(statement["Action"]) != ["sts:AssumeRole"]:
        raise NotYet(
            f"The action is {statement['Action']!r}. A trust policy is about taking on the role.",
            "The call that takes on a role is sts:AssumeRole.",
        )
    if "Resource" in statement:
        raise NotYet(
            "A trust policy has no Resource: the role it hangs on is the resource.",
            "Take Resource out; AWS refuses it with MalformedPolicyDocument.",
        )
    _check_principal(statement.get("Principal"))
    return "Lambda may take on the role, and nobody else may."


def _check_principal(principal: Any) -> None:
    if principal in ("*", {"AWS": "*"}):
        raise NotYet(
            "With the principal * every account of AWS may assume the role.",
            'Name the one service: {"Service": "…"}.',
        )
    found = policies.words(principal.get("Service")) if isinstance(principal, Mapping) else []
    if not found:
        raise NotYet(
            f"The principal is {principal!r}, which names no service.",
            'Write {"Service": "NAME.amazonaws.com"}.',
        )
    if found == ["apigateway.amazonaws.com"]:
        raise NotYet(
            "This lets API Gateway assume the role, as before.",
            "Functions run in another service: which one?",
        )
    if found != [SERVICE]:
        raise NotYet(
            f"The service is {', '.join(found)}; functions run as {SERVICE}.",
            "The name of the service is short, with .amazonaws.com behind it.",
        )


def tagged_role(value: Any, _: Mapping[str, Any]) -> str:
    """The role with a tag, and otherwise as it was."""
    role = steps.only(
        steps.declared(steps.function(value)), "Role", "Declare one aws.iam.Role and return it."
    )
    if role.name != NAME:
        raise NotYet(
            f"The role's name is {role.name!r}. Under another name Pulumi makes another role, and "
            f"deletes the old one.",
            f"Keep the first argument: {NAME!r}.",
        )
    tags = role.inputs.get("tags") or {}
    if tags.get("course") != "gateway":
        raise NotYet(
            f"The role's tags are {dict(tags)!r}.", 'Add the argument tags={"course": "gateway"}.'
        )
    sent = json.loads(role.inputs.get("assumeRolePolicy") or "{}")
    principal = (policies.document(sent)[0]).get("Principal")
    if principal != {"Service": "apigateway.amazonaws.com"}:
        raise NotYet(
            f"The role now trusts {principal!r}.", "Keep the trust policy as api_role() has it."
        )
    return "The same role, with a tag. plan() would show an update, not a replacement."


EXERCISES = (
    Exercise(
        "1.1",
        "Write the trust policy of a role that Lambda functions assume, instead of API Gateway.",
        trust,
        "Only the principal differs from the policy in api_role().",
        """trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}""",
        "whether a function is given the role",
    ),
    Exercise(
        "1.2",
        "Write tagged_role(): the same role as api_role(), with the tag course = gateway.",
        tagged_role,
        "aws.iam.Role takes an argument tags: a dict.",
        """def tagged_role():
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    return aws.iam.Role(
        "languageModelApiRole",
        assume_role_policy=json.dumps(trust),
        tags={"course": "gateway"},
    )""",
        "what is deployed: the function ran against nothing",
    ),
)
