"""Chapter 02: what the gateway's role may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lab.checks.shared import policies
from lab.exercise.state import Exercise, NotYet

INVOKE = "lambda:InvokeFunction"
FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:(?P<name>[\w-]+)")


def narrow(value: Any, outputs: Mapping[str, Any]) -> str:
    """A policy that allows to invoke one function."""
    statements = policies.document(value)
    if len(statements) != 1 or statements[0]["Effect"] != "Allow":
        raise NotYet("One statement that allows is enough: the rest is denied anyway.", "Keep one.")
    statement = statements[0]
    actions = policies.words(statement["Action"])
    if any("*" in action for action in actions):
        raise NotYet(
            f"The action {', '.join(actions)} still covers more than one call.",
            "Name the one call that the gateway makes.",
        )
    if actions != [INVOKE]:
        raise NotYet(
            f"The gateway needs another call than {', '.join(actions)}.",
            "It invokes a function: lambda:InvokeFunction.",
        )
    if "Principal" in statement:
        raise NotYet(
            "A policy on a role has no Principal: the role is the principal.",
            "Take Principal out; AWS refuses it with MalformedPolicyDocument.",
        )
    _check_resource(policies.words(statement.get("Resource")), outputs)
    return "One call on one function. A stolen role can do no more than that."


def _check_resource(resources: list[str], outputs: Mapping[str, Any]) -> None:
    shown = ", ".join(resources) or "missing"
    if len(resources) != 1:
        raise NotYet(f"The Resource is {shown}; one function is wanted.", "Give one ARN.")
    if "*" in resources[0]:
        raise NotYet(
            f"The resource {shown} still covers functions that the gateway has no business with.",
            "Put the function's whole ARN there, without a star.",
        )
    found = FUNCTION.fullmatch(resources[0])
    if not found:
        raise NotYet(
            f"The resource {shown} is no ARN of a function.",
            "It has the form arn:aws:lambda:REGION:ACCOUNT:function:NAME.",
        )
    deployed = outputs.get("function_name")
    if isinstance(deployed, str) and found["name"] != deployed:
        raise NotYet(
            f"The ARN is that of {found['name']}; the stack's function is {deployed}.",
            "Take it from boto3, as in the cell: function_arn.",
        )


EXERCISES = (
    Exercise(
        "2.1",
        "This policy is too wide. Narrow it to what the gateway needs: invoke this one function.",
        narrow,
        "Two fields of the statement have a star in them.",
        """narrow = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": function_arn,
        }
    ],
}""",
        "versions and aliases: their ARNs have one more part, and this policy leaves them out",
    ),
)
