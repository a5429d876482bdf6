"""What a stage sets for one request: its method's settings, and which deployment serves it."""

from __future__ import annotations

import random
from typing import Any

from sandbox.server.base.exchange import Request


def method_settings(request: Request) -> dict[str, Any]:
    """The settings for all methods, and over them those for this one."""
    found = request.stage.get("methodSettings") or {}
    if not found:
        return {}
    own: dict[str, Any] = next((found[key] for key in _keys(request) if key in found), {})
    return {**(found.get("*/*") or {}), **own}


def _keys(request: Request) -> list[str]:
    path = request.resource.get("path")
    if path is None:
        return []
    verbs = (request.method, request.rule.get("httpMethod"))
    # As it is written in a patch; without its slash; and as states before 2026-11-29 have it.
    spelled = (path.replace("/", "~1"), path.lstrip("/"), path)
    return [f"{shape}/{verb}" for verb in verbs if verb for shape in spelled]


def serving(stage: dict[str, Any]) -> tuple[dict[str, Any], bool | None]:
    """The stage as it serves the next request, and whether as a canary: None when it has none.

    A canary is another deployment, and other variables, for a share of the requests.
    """
    canary = stage.get("canarySettings")
    if not canary:
        return stage, None
    if random.random() * 100 >= float(canary.get("percentTraffic") or 0):
        return stage, False
    variables = {**(stage.get("variables") or {}), **(canary.get("stageVariableOverrides") or {})}
    deployment = canary.get("deploymentId") or stage.get("deploymentId")
    return {**stage, "variables": variables, "deploymentId": deployment}, True
