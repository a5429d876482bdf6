"""What a right is: actions, the ARN that they are about, and on which condition."""

from __future__ import annotations

from typing import NamedTuple

from lab.cleaning.state import STACK


class Condition(NamedTuple):
    """When a right holds: IAM's operator, its key, and the values of which one has to be there."""

    operator: str
    key: str
    values: tuple[str, ...]


class Right(NamedTuple):
    """Actions on a resource.

    Attributes:
        resource: an ARN, in which {partition}, {region}, {account} and {stack} stand for a scope's;
            "*" where AWS knows none for these actions.
    """

    actions: tuple[str, ...]
    resource: str
    condition: Condition | None = None


# A table has them as plain tuples.
Rights = tuple[tuple[tuple[str, ...], str] | tuple[tuple[str, ...], str, Condition], ...]

# EC2 makes up what a thing is called by: whose it is, its tags tell. All of a stack have this one.
OWN = Condition("StringEquals", f"aws:ResourceTag/{STACK}", ("{stack}",))
NEW = Condition("StringEquals", f"aws:RequestTag/{STACK}", ("{stack}",))
# Whom a role that is made here may be handed to.
PASSED = Condition(
    "StringEquals",
    "iam:PassedToService",
    ("apigateway.amazonaws.com", "ec2.amazonaws.com", "lambda.amazonaws.com"),
)


def during(*actions: str) -> Condition:
    """While EC2 carries out one of these: what it makes is tagged as it is made."""
    return Condition("StringEquals", "ec2:CreateAction", actions)
