"""The types of IAM that there are."""

from __future__ import annotations

from sandbox.provider.iam import attachments, instance_profiles, role_policies, roles

KINDS = (
    attachments.ROLE_POLICY_ATTACHMENT,
    instance_profiles.INSTANCE_PROFILE,
    role_policies.ROLE_POLICY,
    roles.ROLE,
)
