"""The types of EC2 Auto Scaling that there are."""

from __future__ import annotations

from sandbox.provider.autoscaling import attachments, groups, policies

KINDS = (
    groups.GROUP,
    attachments.ATTACHMENT,
    policies.POLICY,
)
