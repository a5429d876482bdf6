"""The types of IAM that there are."""

from __future__ import annotations

from sandbox.provider.iam import attachments, role_policies, roles

KINDS = (
    attachments.ROLE_POLICY_ATTACHMENT,
    role_policies.ROLE_POLICY,
    roles.ROLE,
)
