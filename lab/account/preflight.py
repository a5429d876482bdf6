"""`aws_preflight` and `deployer_policy`: before a chapter goes to an account of AWS."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from lab import course
from lab.account import asking, backend, costs, machines, policy
from lab.account.declared import declared
from lab.account.facts import Account, Caller
from lab.account.judge import NO_REGION, judge
from lab.account.policy import Scope, actions_of, least
from lab.account.view import AccountPreflight, Policy

STACK = "dev"  # of an export


def aws_preflight(
    chapter: int | str,
    *,
    region: str = "",
    stack: str = STACK,
    profile: str = "",
    **settings: Any,
) -> AccountPreflight:
    """Look at everything that a deployment of a chapter to AWS needs; it changes nothing.

    Args:
        region: where to; "" is what boto3 finds.
        stack: the stack's name, as in Pulumi.dev.yaml.
        profile: of ~/.aws/config; "" is what boto3 finds.
        settings: of gateway/settings.py that differ, such as `instances=2`.

    Raises:
        LabError: the program refuses these settings.
    """
    made = declared(chapter, **settings)
    session, error = _session(profile)
    place = region or (session.region_name if session else "") or ""
    regions = tuple(session.get_available_regions("apigateway")) if session else (place,)
    known = _machine()
    known |= {"region": place, "regions": regions, "stack": stack, "declared": dict(made)}
    known |= {
        "reserve": max(0, settings.get("model_concurrency", -1))
        + max(0, settings.get("authorizer_concurrency", -1)),
        "needed": _logs(chapter) and settings.get("logging_role") != "own",
        "idle": costs.at_rest(made, settings.get("instances", 0)),
        "thousand": costs.thousand(),
    }
    if session is None or place not in regions:
        caller = Caller(error=error or NO_REGION, profile=profile)
        return AccountPreflight(judge(Account(caller=caller, **known)))
    who = asking.caller(session, place)
    if who.account:
        known |= _asked(session, who, known, made, settings)
    return AccountPreflight(judge(Account(caller=who, **known)))


def deployer_policy(
    chapter: int | str,
    *,
    account: str = "",
    region: str = "",
    stack: str = STACK,
    preview: bool = False,
    state: str = "",
    key: str = "",
    **settings: Any,
) -> Policy:
    """The least policy for whoever deploys a chapter: a document to attach to a role.

    Args:
        account: its number; "" is that of the credentials which boto3 finds.
        region: "" is what boto3 finds.
        stack: the stack's name, with which the names of an export begin.
        preview: for who sees what would change and changes nothing, as in pull requests.
        state: where Pulumi keeps the stack's state, such as "s3://my-state"; "" is nothing of AWS.
        key: of KMS, with which its secrets are encrypted, such as "alias/my-key"; "" is none.
        settings: of gateway/settings.py that differ, such as `instances=2`.

    Raises:
        LabError: the program refuses these settings.
        ValueError: the state is in no bucket of S3.
    """
    made = declared(chapter, **settings)
    beside = backend.rights(state, key, preview=preview)
    session, _ = _session("")
    place = region or (session.region_name if session else "") or "us-east-1"
    number = account or (asking.caller(session, place).account if session else "")
    scope = Scope(number or "111122223333", place, stack, _partition(session, place))
    document = policy.preview(made, scope, beside) if preview else least(made, scope, beside)
    return Policy(document, scope, preview)


def _logs(chapter: int | str) -> bool:
    """Whether a chapter has API Gateway write logs."""
    return course.find(chapter).number >= course.that_makes("logging_account").number


def _session(profile: str) -> tuple[Any, str]:
    """boto3's session; or None, and why there is none."""
    import boto3
    from botocore.exceptions import ProfileNotFound

    try:
        return boto3.Session(profile_name=profile or None), ""
    except ProfileNotFound:
        return None, "ProfileNotFound"


def _partition(session: Any, region: str) -> str:
    """ "aws"; in China and for governments, another."""
    found = asking.asked(lambda: session.get_partition_for_region(region)) if session else None
    return str(found or "aws")


def _machine() -> dict[str, Any]:
    """What of Pulumi is there."""
    from sandbox import engine
    from sandbox.engine.plugins import AWS_VERSION
    from sandbox.home import home

    found = engine.find()
    folders = [home() / "pulumi", Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")]
    return {
        "cli": found.describe() if found else None,
        "plugin": asking.plugin(folders, AWS_VERSION),
        "wanted": AWS_VERSION,
    }


def _asked(
    session: Any, who: Any, known: dict[str, Any], made: Counter[str], settings: dict[str, Any]
) -> dict[str, Any]:
    """All that an account that knows us can be asked."""
    region, stack = known["region"], known["stack"]

    def of(service: str) -> Any:
        return asking.client(service, region, session)

    gateway = of("apigateway")
    most, reserved = asking.concurrency(of("lambda"))
    scope = Scope(who.account, region, stack, who.arn.split(":")[1])
    actions = actions_of(least(made, scope))
    return {
        "concurrency": most,
        "reserved": reserved,
        "quotas": (
            *asking.quotas(gateway, made),
            *machines.quotas(of, made, machines.Machines.of(settings)),
        ),
        "role": asking.logging_role(gateway) if known["needed"] else None,
        "tagged": asking.tagged(of("resourcegroupstaggingapi"), stack),
        "denied": asking.denied(of("iam"), who.arn, actions),
        "actions": len(actions),
    }
