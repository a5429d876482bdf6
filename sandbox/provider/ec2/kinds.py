"""The types of EC2 that there are."""

from __future__ import annotations

from sandbox.provider.ec2 import group_rules, security_groups, templates

KINDS = (
    security_groups.SECURITY_GROUP,
    group_rules.INGRESS_RULE,
    group_rules.EGRESS_RULE,
    templates.LAUNCH_TEMPLATE,
)
