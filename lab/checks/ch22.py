"""Chapter 22: a rule that admits one security group, and an answer that is the balancer's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws

from lab.checks.shared import homes, steps
from lab.exercise.state import Exercise, NotYet

PORT = 443
READY = "/instances/ready"


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


def ready(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path that the balancer answers by itself; the others lead to an instance as before."""
    steps.function(value)
    reply = homes.look(outputs, READY)
    if homes.server(reply):
        raise NotYet(
            f"GET {READY} gets {reply.status} from an instance: no rule was for it.",
            'Its condition: {"path_pattern": {"values": ["*/ready"]}}. ' + homes.RULE_HINT,
        )
    if reply.status != 200 or reply.body.strip() != "ready":
        raise NotYet(
            f"GET {READY} gets {reply.status}: {reply.body[:200]!r}",
            'Its action has "fixed_response": {"content_type": "text/plain", "message_body": "ready", '
            '"status_code": "200"}.',
        )
    homes.others_as_before(
        outputs, "A rule takes all that its condition fits: */ready fits one path."
    )
    return "ready, said by the balancer: whoever hears it has come through key, link and listener."


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
        "Write ready(listener): a rule by which the balancer itself answers GET /instances/ready, with "
        "200 and the text ready.",
        ready,
        "One aws.lb.ListenerRule: listener_arn, a priority, a condition, and an action of the type "
        '"fixed-response".',
        """def ready(listener):
    return aws.lb.ListenerRule(
        "ready", listener_arn=listener.arn, priority=1,
        conditions=[{"path_pattern": {"values": ["*/ready"]}}],
        actions=[{"type": "fixed-response", "fixed_response": {
            "content_type": "text/plain", "message_body": "ready",
            "status_code": "200"}}])""",
        "whether an instance is healthy: that is what /instances/health tells",
        calls=True,
    ),
)
