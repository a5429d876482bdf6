"""Calls around deployments: what is frozen, what serves, what AWS refuses."""

from __future__ import annotations

import json
from collections.abc import Callable

from sandbox.server.base import emulator, snapshots
from sandbox.server.base.emulator import Answer, Record

v1 = emulator.v1


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
    def create(api_id: str, data: Record) -> Answer:
        if api_id in v1._rest_apis and (refusal := _nothing_to_deploy(api_id)):
            return refusal
        frozen = snapshots.freeze(api_id)
        stage = v1._stages_v1.get(api_id, {}).get(data.get("stageName"))
        serving = stage and stage.get("deploymentId")
        answer = original(api_id, data)
        if answer[0] == 201 and stage and data.get("canarySettings"):
            _make_canary(stage, serving, data["canarySettings"])
        if answer[0] == 201:
            snapshots.keep(api_id, json.loads(answer[2])["id"], frozen)
        return answer

    return create


def _make_canary(stage: Record, serving: str, settings: Record) -> None:
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


def _serves(stage: Record, deployment_id: str) -> bool:
    canary = stage.get("canarySettings") or {}
    return deployment_id in (stage.get("deploymentId"), canary.get("deploymentId"))


def delete_deployment(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def delete(api_id: str, deployment_id: str) -> Answer:
        stages = v1._stages_v1.get(api_id, {}).values()
        if any(_serves(stage, deployment_id) for stage in stages):
            return _refused("Active stages pointing to this deployment must be moved or deleted")
        answer = original(api_id, deployment_id)
        if answer[0] == 202:
            snapshots.forget(api_id, deployment_id)
        return answer

    return delete


def delete_rest_api(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def delete(api_id: str) -> Answer:
        answer = original(api_id)
        if answer[0] == 202:
            snapshots.forget(api_id)
        return answer

    return delete


def create_stage(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def create(api_id: str, data: Record) -> Answer:
        if data.get("stageName") in v1._stages_v1.get(api_id, {}):
            return _refused("Stage already exists", "ConflictException", 409)
        if api_id in v1._rest_apis and not has_deployment(api_id, data.get("deploymentId")):
            return _refused("Deployment id does not exist")
        return original(api_id, data)

    return create


def has_deployment(api_id: str, deployment_id: str | None) -> bool:
    """Whether the API has this deployment."""
    return deployment_id in v1._deployments_v1.get(api_id, {})


def install() -> None:
    """Put these over the emulator's calls."""
    v1._create_deployment = create_deployment(v1._create_deployment)
    v1._delete_deployment = delete_deployment(v1._delete_deployment)
    v1._delete_rest_api = delete_rest_api(v1._delete_rest_api)
    v1._create_stage = create_stage(v1._create_stage)
