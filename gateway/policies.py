"""Policy documents: the one place that knows the frame of their JSON."""

from __future__ import annotations

import json

from .kinds import Arguments, Statement


def policy_document(*statements: Statement) -> Arguments:
    """A policy: some statements, in the one version there is."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust_policy(service: str) -> str:
    """Who may assume a role: one service of AWS."""
    may_assume = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return json.dumps(policy_document(may_assume))
