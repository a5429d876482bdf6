"""Chapter 22: a rule that admits one security group, and what a target's reason points at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws

from lab.checks.shared import steps
from lab.exercise.state import Exercise, NotYet

PORT = 443


def admit(value: Any, _: Mapping[str, Any]) -> str:
    """The rule that lets one group into another, at one port."""
    write = steps.function(value)

    def step() -> Any:
        caller, called = (
            aws.ec2.SecurityGroup(name, vpc_id="vpc-1", description=name)
            for name in ("caller", "called")
        )
        return write(caller, called)

    hint = "Declare one aws.vpc.SecurityGroupIngressRule; the step passage has one."
    given = steps.only(steps.declared(step), "SecurityGroupIngressRule", hint).inputs
    if given.get("cidrIpv4") or given.get("cidrIpv6"):
        raise NotYet(
            f"The rule lets in addresses: {given.get('cidrIpv4') or given.get('cidrIpv6')}.",
            "Name the caller's group in place of addresses: referenced_security_group_id.",
        )
    wanted = {
        "securityGroupId": ("called-id", "security_group_id is whose door it is: called.id."),
        "referencedSecurityGroupId": ("caller-id", "referenced_security_group_id=caller.id."),
        "ipProtocol": ("tcp", 'ip_protocol="tcp".'),
        "fromPort": (PORT, "from_port and to_port: the first and the last port that are open."),
        "toPort": (PORT, "from_port and to_port: the first and the last port that are open."),
    }
    steps.inputs(given, wanted)
    return "Whoever wears the caller's group gets in at 443, whatever their address; nobody else."


# A target's reason, and where to look first.
REASONS = {
    "Target.Timeout": "security group",
    "Target.FailedHealthChecks": "port",
    "Target.ResponseCodeMismatch": "path",
}


def suspect(value: Any, _: Mapping[str, Any]) -> str:
    """What to look at for a target's reason."""
    read = steps.function(value)
    for reason, truth in REASONS.items():
        tip = "A dictionary with three entries, or three ifs."
        got = steps.called(read, reason, what=repr(reason), hint=tip)
        if got != truth:
            raise NotYet(
                f"With {reason!r}, it says {got!r}.",
                "A closed door drops, and whoever knocks waits; a port where nobody listens "
                "refuses at once; a wrong path is answered, with another code than 200.",
            )
    return "A silence, a refusal and a wrong answer: each has another culprit."


EXERCISES = (
    Exercise(
        "22.1",
        "Write admit(caller, called): the rule that lets the security group caller into called, "
        "at port 443, and nobody else.",
        admit,
        "The second rule in the step passage, with another port.",
        """def admit(caller, called):
    return aws.vpc.SecurityGroupIngressRule(
        "callerToCalled",
        security_group_id=called.id,
        referenced_security_group_id=caller.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
    )""",
        "the caller's own way out: an egress rule",
    ),
    Exercise(
        "22.2",
        'Write suspect(reason): what to look at for a target\'s reason: "security group", "port" '
        'or "path".',
        suspect,
        "Who waits in vain was dropped; who is refused has found the machine, and nobody there.",
        """def suspect(reason):
    return {
        "Target.Timeout": "security group",
        "Target.FailedHealthChecks": "port",
        "Target.ResponseCodeMismatch": "path",
    }[reason]""",
        "a server that is too busy: it times out as well",
    ),
)
