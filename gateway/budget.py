"""How many tokens a caller may use in a day."""

from __future__ import annotations

import pulumi_aws as aws

from .kinds import Statement, Variables
from .settings import Settings

# Chapter 13: how many tokens


def token_budget() -> aws.dynamodb.Table:
    """The table of tokens taken: one item for a key and a day."""
    return aws.dynamodb.Table(
        "tokenBudgets",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        ttl={"attribute_name": "expires", "enabled": True},
    )


def budget_variables(
    settings: Settings, budget: aws.dynamodb.Table
) -> Variables:
    """For the function: where it counts tokens, and up to how many."""
    if not settings.tokens_per_day:
        return {}
    return {
        "BUDGET_TABLE": budget.name,
        "TOKENS_PER_DAY": str(settings.tokens_per_day),
    }


def budget_rights(budget: aws.dynamodb.Table) -> list[Statement]:
    """For the function's role: read and update the items of this table."""
    return [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
            "Resource": budget.arn,
        }
    ]
