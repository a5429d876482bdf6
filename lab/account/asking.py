"""Asks AWS, with boto3, what a deployment stumbles over; every answer may stay away."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from lab.account.facts import Caller, Quota
from lab.cleaning import state
from lab.session.stack import PROJECT

# Of API Gateway, in an account and Region: docs.aws.amazon.com/apigateway/latest/developerguide/
# api-gateway-execution-service-limits-table.html, read in November 2026.
REGIONAL_APIS, KEYS, PLANS = 600, 10_000, 300
ROLE = re.compile(r"arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.*")
AT_ONCE = 100  # actions that IAM is asked about in one call


def client(service: str, region: str, session: Any) -> Any:
    """A client that gives up soon: nobody waits a minute for a preflight."""
    from botocore.config import Config

    quick = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 1})
    return session.client(service, region_name=region, config=quick)


def caller(session: Any, region: str) -> Caller:
    """Who signs, as AWS sees it; or why it does not."""
    from botocore.exceptions import BotoCoreError, ClientError

    profile = session.profile_name if session.profile_name != "default" else ""
    found = ""
    try:
        credentials = session.get_credentials()
        if credentials is None:
            return Caller(error="NoCredentials", profile=profile)
        found = credentials.method
        told = client("sts", region, session).get_caller_identity()
    except ClientError as error:
        return Caller(found, error=_code(error), profile=profile)
    except BotoCoreError as error:
        return Caller(found, error=type(error).__name__, profile=profile)
    return Caller(
        found, told["Account"], told["Arn"], "", profile, seconds_left(credentials, os.environ)
    )


def seconds_left(credentials: Any, environ: Any) -> float | None:
    """Until they expire; None where nobody says."""
    until = getattr(credentials, "_expiry_time", None)  # of those that botocore renews by itself
    if until is None and (told := environ.get("AWS_CREDENTIAL_EXPIRATION")):
        try:
            until = datetime.fromisoformat(told.replace("Z", "+00:00"))
        except ValueError:
            return None
    if not isinstance(until, datetime):
        return None
    return (until - datetime.now(timezone.utc)).total_seconds()


def asked(question: Callable[[], Any]) -> Any | None:
    """The answer; None when AWS refuses, or cannot be reached."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return question()
    except (BotoCoreError, ClientError):
        return None


def concurrency(functions: Any) -> tuple[int | None, int]:
    """Calls that all functions of the account may serve at once, and how many are reserved."""
    told = asked(functions.get_account_settings)
    if told is None:
        return None, 0
    limit = told["AccountLimit"]
    most = int(limit["ConcurrentExecutions"])
    return most, most - int(limit["UnreservedConcurrentExecutions"])


def quotas(gateway: Any, declared: Counter[str]) -> tuple[Quota, ...]:
    """What of API Gateway there may be only so many of."""
    rows = (
        ("REST APIs", "get_rest_apis", "aws:apigateway/restApi:RestApi", REGIONAL_APIS),
        ("API keys", "get_api_keys", "aws:apigateway/apiKey:ApiKey", KEYS),
        ("usage plans", "get_usage_plans", "aws:apigateway/usagePlan:UsagePlan", PLANS),
    )
    found = []
    for what, call, token, most in rows:
        pages = asked(lambda call=call: list(gateway.get_paginator(call).paginate()))  # type: ignore[misc]
        if declared[token] and pages is not None:
            used = sum(len(page.get("items", [])) for page in pages)
            found.append(Quota(what, used, declared[token], most))
    return tuple(found)


def logging_role(gateway: Any) -> str | None:
    """The role with which API Gateway writes logs in this account and Region; "" for none."""
    told = asked(gateway.get_account)
    return None if told is None else str(told.get("cloudwatchRoleArn") or "")


def tagged(tagging: Any, stack: str) -> int | None:
    """How many resources have the tags that a stack gives to all: those that a clean-up goes by."""
    tags = [{"Key": state.PROJECT, "Values": [PROJECT]}, {"Key": state.STACK, "Values": [stack]}]
    found = asked(lambda: list(tagging.get_paginator("get_resources").paginate(TagFilters=tags)))
    return None if found is None else sum(len(page["ResourceTagMappingList"]) for page in found)


def denied(iam: Any, arn: str, actions: Iterable[str]) -> tuple[str, ...] | None:
    """Which of these actions the caller's own policies do not allow, on any resource.

    A policy that allows an action on some resources alone counts as one that does not: who has
    the least policy itself is told so in the words of `rights`.
    """
    if arn.endswith(":root"):
        return ()
    role = ROLE.fullmatch(arn)
    source = f"arn:{role[1]}:iam::{role[2]}:role/{role[3]}" if role else arn
    names, found = sorted(actions), []
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        told = asked(
            lambda some=some: iam.simulate_principal_policy(  # type: ignore[misc]
                PolicySourceArn=source, ActionNames=some
            )
        )
        if told is None:
            return None
        found += [
            each["EvalActionName"]
            for each in told["EvaluationResults"]
            if each["EvalDecision"] != "allowed"
        ]
    return tuple(found)


def plugin(folders: Iterable[Path], version: str) -> str | None:
    """Pulumi's AWS plugin of a version, where it is installed."""
    name = f"resource-aws-v{version}"
    return (
        f"v{version}" if any((folder / "plugins" / name).is_dir() for folder in folders) else None
    )


def _code(error: Any) -> str:
    """AWS's code; of a signature, whether it is the clock that is wrong."""
    told = error.response["Error"]
    message = str(told.get("Message", ""))
    if "expired" in message.lower() and "signature" in message.lower():
        return "RequestTimeTooSkewed"
    return str(told.get("Code", "unknown"))
