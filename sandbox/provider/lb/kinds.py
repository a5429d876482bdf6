"""The types of Elastic Load Balancing that there are."""

from __future__ import annotations

from sandbox.provider.lb import balancers, listeners, rules, targets

KINDS = (
    balancers.LOAD_BALANCER,
    listeners.LISTENER,
    rules.LISTENER_RULE,
    targets.TARGET_GROUP,
    targets.TARGET_GROUP_ATTACHMENT,
)
