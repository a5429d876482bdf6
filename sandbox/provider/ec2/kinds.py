"""The types of EC2 that there are."""

from __future__ import annotations

from sandbox.provider.ec2 import security_groups, templates

KINDS = (
    security_groups.SECURITY_GROUP,
    templates.LAUNCH_TEMPLATE,
)
