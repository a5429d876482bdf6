"""API Gateway's control plane, where the emulator's differs from AWS's.

PATCH of every kind of record goes through patch_calls; a few records are stored as AWS stores
them; tags are one thing, whether they are set with a record or by TagResource.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from sandbox.server.apigateway import rules, trial, views, vpc_links
from sandbox.server.apigateway.patch_calls import patch_answer, tidy_stage
from sandbox.server.apigateway.patch_types import Record
from sandbox.server.base import emulator
from sandbox.server.base.refusals import Refused
from sandbox.server.base.snapshots import Answer
from sandbox.server.control import input_check, lambda_plane, on_demand, watching_planes

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

# Records as AWS stores them


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
        return original({**data, "enabled": bool(data.get("enabled", False))})

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


# Tags


def tags_of(arn: str) -> Record | None:
    """The tags on the record that an ARN names; None when its kind has none."""
    match arn.split("::", 1)[-1].strip("/").split("/"):
        case ["restapis", api_id]:
            record = v1._rest_apis.get(api_id)
        case ["restapis", api_id, "stages", stage]:
            record = (v1._stages_v1.get(api_id) or {}).get(stage)
        case ["apikeys", key]:
            record = v1._api_keys.get(key)
        case ["usageplans", plan]:
            record = v1._usage_plans.get(plan)
        case ["domainnames", domain]:
            record = v1._domain_names.get(domain)
        case ["vpclinks", link]:
            record = vpc_links.find(link)
        case _:
            record = None
    if record is None:
        return None
    if not isinstance(record.get("tags"), dict):
        record["tags"] = {}
    tags: Record = record["tags"]
    return tags


def _tagged(arn: str) -> tuple[str, Answer | None]:
    """The ARN under which tags are kept, and the refusal when there is nothing to tag."""
    if vpc_links.find(arn.rpartition("::/vpclinks/")[2]):
        return arn, None
    found: tuple[str, Answer | None] = v1._resolve_v1_tag_resource_arn(arn)
    return found


def tag_resource(arn: str, data: Record) -> Answer:
    key, refusal = _tagged(arn)
    tags = tags_of(key) if refusal is None else None
    if tags is None:
        answer: Answer = refusal or v1._v1_error(
            "NotFoundException", "Invalid resource identifier", 404
        )
        return answer
    tags.update(data.get("tags") or {})
    v1._v1_tags[key] = dict(tags)
    return 204, {}, b""


def untag_resource(arn: str, keys: list[str]) -> Answer:
    key, refusal = _tagged(arn)
    tags = tags_of(key) if refusal is None else None
    if tags is None:
        answer: Answer = refusal or v1._v1_error(
            "NotFoundException", "Invalid resource identifier", 404
        )
        return answer
    for name in keys:
        tags.pop(name, None)
    v1._v1_tags[key] = dict(tags)
    return 204, {}, b""


def get_tags(arn: str) -> Answer:
    key, refusal = _tagged(arn)
    if refusal is not None:
        refused: Answer = refusal
        return refused
    answer: Answer = v1._v1_response({"tags": tags_of(key) or {}})
    return answer


# Requests


def refusal(method: str, path: str, body: bytes, query: Any) -> Answer | None:
    """The answer to a request that AWS refuses; None when it goes on."""
    try:
        if lacking := _lacking(method, path, query):
            raise Refused(
                f"The sandbox has no {lacking}: it does not know OpenAPI. Make the API part by part"
            )
        call = input_check.rest("apigateway", method, path, body)
        if call is not None:
            rules.check(call.name, _parts(path), call.data)
    except input_check.Unreadable as error:
        return _refused("SerializationException", str(error))
    except input_check.Invalid as error:
        return _refused("ValidationException", str(error))
    except Refused as error:
        return _refused(error.code, error.message, error.status)
    return None


def _lacking(method: str, path: str, query: Any) -> str:
    """The name of a call that reads or writes a whole API as a document; empty for all others."""
    parts = _parts(path)
    if method == "POST" and parts == ["restapis"] and "mode" in (query or {}):
        return "ImportRestApi"
    if method == "PUT" and len(parts) == 2 and parts[0] == "restapis":
        return "PutRestApi"
    found = {"exports": "GetExport", "sdks": "GetSdk"}
    return found.get(parts[4], "") if len(parts) == 6 and parts[2] == "stages" else ""


async def _try(parts: list[str], body: bytes, headers: Any) -> Answer:
    try:
        return await trial.call(parts, input_check.read_json(body), headers)
    except input_check.Unreadable as error:
        return _refused("SerializationException", str(error))


def _refused(code: str, message: str, status: int = 400) -> Answer:
    answer: Answer = v1._v1_error(code, message, status)
    return answer


def _parts(path: str) -> list[str]:
    return [unquote(part) for part in path.strip("/").split("/") if part]


def install() -> None:
    """Put these over the emulator's calls."""
    original = v1.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        answer = refusal(method, path, body, query)
        if answer is None and trial.wanted(method, _parts(path)):
            return await _try(_parts(path), body, headers)
        if answer is None and method == "PATCH":
            answer = patch_answer(path, body)
        if answer is None:
            answer = await original(method, path, headers, body, query)
        return views.shown(method, _parts(path), query, answer)

    v1.handle_request = handle_request
    v1._create_rest_api = create_rest_api(v1._create_rest_api)
    v1._create_api_key = create_api_key(v1._create_api_key)
    v1._put_integration = put_integration(v1._put_integration)
    v1._create_stage = create_stage(v1._create_stage)
    v1._deploy_to_stage = deploy_to_stage(v1._deploy_to_stage)
    v1._tag_v1_resource = tag_resource
    v1._untag_v1_resource = untag_resource
    v1._get_v1_tags = get_tags
    lambda_plane.install()
    watching_planes.install()
    on_demand.install()
