"""Promoting a canary: a patch of a stage that copies what the canary has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sandbox.server.base import emulator

v1 = emulator.v1

Operation = dict[str, Any]

DEPLOYMENT = ("/canarySettings/deploymentId", "/deploymentId")
VARIABLES = ("/canarySettings/stageVariableOverrides", "/variables")


def replaced(stage: dict[str, Any], operations: list[Operation]) -> Iterator[Operation]:
    """The operations with each copy from the canary as a replacement by what it has now."""
    canary = stage.get("canarySettings") or {}
    for operation in operations:
        way = (operation.get("from"), operation.get("path"))
        if operation.get("op") != "copy" or way not in (DEPLOYMENT, VARIABLES):
            yield operation
        elif way == DEPLOYMENT and canary.get("deploymentId"):
            yield {"op": "replace", "path": way[1], "value": canary["deploymentId"]}
        elif way == VARIABLES:
            for name, value in (canary.get("stageVariableOverrides") or {}).items():
                yield {"op": "replace", "path": f"/variables/{name}", "value": value}


def translate(path: str, body: bytes) -> bytes:
    """The body of a PATCH, without copies when it is one of a stage."""
    parts = path.strip("/").split("/")
    if len(parts) != 4 or (parts[0], parts[2]) != ("restapis", "stages") or b'"copy"' not in body:
        return body
    stage = v1._stages_v1.get(parts[1], {}).get(parts[3])
    try:
        given = json.loads(body)
        operations = given["patchOperations"]
        given["patchOperations"] = list(replaced(stage or {}, operations))
    except (ValueError, KeyError, TypeError, AttributeError):
        return body
    return json.dumps(given).encode()
