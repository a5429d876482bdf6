"""The types of Pulumi's module for networks that there are."""

from __future__ import annotations

from sandbox.provider.vpc import rules

KINDS = (
    rules.INGRESS_RULE,
    rules.EGRESS_RULE,
)
