"""Records of API Gateway as AWS stores them: their defaults, and what the emulator drops."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox.server.apigateway.patch_calls import tidy_stage
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record

v1 = emulator.v1

# What PutIntegration takes and the emulator drops.
INTEGRATION_EXTRAS = (
    "responseTransferMode",
    "integrationTarget",
    "connectionId",
    "tlsConfig",
    "cacheNamespace",
)
STAGE_EXTRAS = ("canarySettings", "clientCertificateId")
API_EXTRAS = ("endpointAccessMode", "securityPolicy")


def put_integration(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def put(api_id: str, resource_id: str, http_method: str, data: Record) -> Answer:
        answer = original(api_id, resource_id, http_method, data)
        if answer[0] != 201:
            return answer
        method = v1._resources[api_id][resource_id]["resourceMethods"][http_method]
        stored = method["methodIntegration"]
        stored.update({key: data[key] for key in INTEGRATION_EXTRAS if data.get(key) is not None})
        for key in ("httpMethod", "uri"):
            if not data.get(key):
                stored.pop(key, None)
        if not data.get("connectionType") and not stored["type"].startswith("HTTP"):
            stored.pop("connectionType", None)
        created: Answer = v1._v1_response(stored, 201)
        return created

    return put


# The models that every API has from its beginning.
MODELS: dict[str, tuple[str, str, Record]] = {
    "Empty": (
        "This is a default empty schema model",
        "Empty Schema",
        {"type": "object"},
    ),
    "Error": (
        "This is a default error schema model",
        "Error Schema",
        {"type": "object", "properties": {"message": {"type": "string"}}},
    ),
}
DRAFT = "http://json-schema.org/draft-04/schema#"


def create_rest_api(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def create(data: Record) -> Answer:
        endpoint = dict(data.get("endpointConfiguration") or {})
        endpoint.setdefault("types", ["EDGE"])
        private = endpoint["types"] == ["PRIVATE"]
        endpoint.setdefault("ipAddressType", "dualstack" if private else "ipv4")
        answer = original({**data, "endpointConfiguration": endpoint})
        if answer[0] != 201:
            return answer
        api = v1._rest_apis[json.loads(answer[2])["id"]]
        api.update({key: data[key] for key in API_EXTRAS if data.get(key) is not None})
        for name, (description, title, schema) in MODELS.items():
            v1._models[api["id"]][name] = {
                "id": v1._new_id()[:6],
                "name": name,
                "description": description,
                "schema": json.dumps({"$schema": DRAFT, "title": title, **schema}, indent=2),
                "contentType": "application/json",
            }
        created: Answer = v1._v1_response(v1._rest_api_view(api), 201)
        return created

    return create


def create_api_key(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def create(data: Record) -> Answer:
        # An empty value is none: AWS makes one.
        given = {key: value for key, value in data.items() if key != "value" or value}
        return original({**given, "enabled": bool(data.get("enabled", False))})

    return create


def create_stage(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def create(api_id: str, data: Record) -> Answer:
        answer = original(api_id, data)
        if answer[0] != 201:
            return answer
        stage = v1._stages_v1[api_id][data["stageName"]]
        stage.update({key: data[key] for key in STAGE_EXTRAS if data.get(key) is not None})
        tidy_stage(stage)
        created: Answer = v1._v1_response(stage, 201)
        return created

    return create


def deploy_to_stage(original: Callable[..., Record]) -> Callable[..., Record]:
    def deploy(*args: Any, **more: Any) -> Record:
        stage = original(*args, **more)
        tidy_stage(stage)
        return stage

    return deploy


def install() -> None:
    """Put these over the emulator's calls."""
    v1._create_rest_api = create_rest_api(v1._create_rest_api)
    v1._create_api_key = create_api_key(v1._create_api_key)
    v1._put_integration = put_integration(v1._put_integration)
    v1._create_stage = create_stage(v1._create_stage)
    v1._deploy_to_stage = deploy_to_stage(v1._deploy_to_stage)
