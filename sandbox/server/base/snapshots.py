"""Deployments: frozen copies of an API, one of which each stage serves.

The emulator serves what the control plane shows, at once. Here a deployment keeps a deep copy of
the API's records, and while a request is served the stores of the emulator answer from that copy
(`serving`), so that all of its helpers work on what was deployed.
"""

from __future__ import annotations

import contextvars
import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer

Snapshot = dict[str, Any]

STATE_KEY = "kit_snapshots"
FROZEN = ("_rest_apis", "_resources", "_authorizers_v1", "_models", "_request_validators")

v1 = emulator.v1
_served: contextvars.ContextVar[tuple[str, Snapshot] | None] = contextvars.ContextVar(
    "kit_served", default=None
)
_snapshots = emulator.responses.AccountRegionScopedDict()  # "API/DEPLOYMENT" -> Snapshot
_unsaved = False


class Overlay(emulator.responses.AccountRegionScopedDict):  # type: ignore[misc]
    """A store of the emulator in which the API that is being served is its frozen copy."""

    __slots__ = ("name",)
    name: str

    def get(self, key: str, default: Any = None) -> Any:
        served = _served.get()
        if served is not None and served[0] == key:
            return served[1].get(self.name, default)
        return super().get(key, default)

    def get_scoped(self, account_id: str, region: str, key: str, default: Any = None) -> Any:
        served = _served.get()
        if served is not None and served[0] == key:
            return served[1].get(self.name, default)
        return super().get_scoped(account_id, region, key, default)


@contextmanager
def serving(api_id: str, snapshot: Snapshot) -> Iterator[None]:
    """Within this, the emulator's stores show the API as it was deployed."""
    token = _served.set((api_id, snapshot))
    try:
        yield
    finally:
        _served.reset(token)


@contextmanager
def live() -> Iterator[None]:
    """Within `serving`: what a function starts sees the control plane, not the frozen copy."""
    token = _served.set(None)
    try:
        yield
    finally:
        _served.reset(token)


def owner(api_id: str) -> tuple[str, str] | None:
    """The account and region of a REST API; None when there is no such API."""
    for account_id, region, key in list(v1._rest_apis._data):
        if key == api_id:
            return account_id, region
    return None


def of_deployment(account_id: str, region: str, api_id: str, deployment_id: str) -> Snapshot | None:
    """What a deployment froze."""
    found: Snapshot | None = _snapshots.get_scoped(account_id, region, f"{api_id}/{deployment_id}")
    return found


def _freeze(api_id: str) -> Snapshot:
    records = {name: getattr(v1, name).get(api_id) for name in FROZEN}
    return {name: copy.deepcopy(record) for name, record in records.items() if record is not None}


# The control plane's calls around deployments, with AWS's refusals


def _refused(message: str, code: str = "BadRequestException", status: int = 400) -> Answer:
    answer: Answer = v1._v1_error(code, message, status)
    return answer


def _nothing_to_deploy(api_id: str) -> Answer | None:
    resources = v1._resources.get(api_id, {}).values()
    methods = [m for r in resources for m in (r.get("resourceMethods") or {}).values()]
    if not methods:
        return _refused("The REST API doesn't contain any methods")
    if not all(m.get("methodIntegration") for m in methods):
        return _refused("No integration defined for method")
    api = v1._rest_apis.get(api_id)
    private = "PRIVATE" in ((api.get("endpointConfiguration") or {}).get("types") or [])
    if private and not api.get("policy"):
        return _refused("Private REST API doesn't have a resource policy attached to it")
    return None


def create_deployment(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def create(api_id: str, data: dict[str, Any]) -> Answer:
        if api_id in v1._rest_apis and (refusal := _nothing_to_deploy(api_id)):
            return refusal
        frozen = _freeze(api_id)
        stage = v1._stages_v1.get(api_id, {}).get(data.get("stageName"))
        serving = stage and stage.get("deploymentId")
        answer = original(api_id, data)
        if answer[0] == 201 and stage and data.get("canarySettings"):
            _make_canary(stage, serving, data["canarySettings"])
        if answer[0] == 201:
            _snapshots[f"{api_id}/{json.loads(answer[2])['id']}"] = frozen
            _changed()
        return answer

    return create


def _make_canary(stage: dict[str, Any], serving: str, settings: dict[str, Any]) -> None:
    """Have a stage serve on what it did, and the deployment just made to some requests."""
    stage["canarySettings"] = {
        "percentTraffic": float(settings.get("percentTraffic") or 0),
        "useStageCache": bool(settings.get("useStageCache")),
        "deploymentId": stage["deploymentId"],
    }
    if settings.get("stageVariableOverrides"):
        overrides = dict(settings["stageVariableOverrides"])
        stage["canarySettings"]["stageVariableOverrides"] = overrides
    stage["deploymentId"] = serving


def _serves(stage: dict[str, Any], deployment_id: str) -> bool:
    canary = stage.get("canarySettings") or {}
    return deployment_id in (stage.get("deploymentId"), canary.get("deploymentId"))


def delete_deployment(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def delete(api_id: str, deployment_id: str) -> Answer:
        stages = v1._stages_v1.get(api_id, {}).values()
        if any(_serves(stage, deployment_id) for stage in stages):
            return _refused("Active stages pointing to this deployment must be moved or deleted")
        answer = original(api_id, deployment_id)
        if answer[0] == 202:
            _snapshots.pop(f"{api_id}/{deployment_id}", None)
            _changed()
        return answer

    return delete


def delete_rest_api(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def delete(api_id: str) -> Answer:
        answer = original(api_id)
        if answer[0] == 202:
            for key in [key for key in _snapshots if key.startswith(f"{api_id}/")]:
                _snapshots.pop(key)
            _changed()
        return answer

    return delete


def create_stage(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def create(api_id: str, data: dict[str, Any]) -> Answer:
        if data.get("stageName") in v1._stages_v1.get(api_id, {}):
            return _refused("Stage already exists", "ConflictException", 409)
        if api_id in v1._rest_apis and not has_deployment(api_id, data.get("deploymentId")):
            return _refused("Deployment id does not exist")
        return original(api_id, data)

    return create


def has_deployment(api_id: str, deployment_id: str | None) -> bool:
    """Whether the API has this deployment."""
    return deployment_id in v1._deployments_v1.get(api_id, {})


# What the emulator asks of a module whose state it keeps


def unsaved() -> bool:
    """Whether a deployment came or went since the last save."""
    return _unsaved


def _changed() -> None:
    global _unsaved
    _unsaved = True


def get_state() -> dict[str, Any]:
    global _unsaved
    _unsaved = False
    return {"snapshots": copy.deepcopy(_snapshots)}


def load_persisted_state(data: dict[str, Any]) -> None:
    _snapshots.update(data.get("snapshots", {}))


def reset() -> None:
    _snapshots.clear()


def install() -> None:
    """Put the overlay over the emulator's stores, and these rules over its calls."""
    for name in FROZEN:
        overlay = Overlay()
        overlay._data, overlay.name = getattr(v1, name)._data, name
        setattr(v1, name, overlay)
    v1._create_deployment = create_deployment(v1._create_deployment)
    v1._delete_deployment = delete_deployment(v1._delete_deployment)
    v1._delete_rest_api = delete_rest_api(v1._delete_rest_api)
    v1._create_stage = create_stage(v1._create_stage)
