"""Finds the record that a PATCH names, changes it, and answers as AWS does."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.server import emulator, vpc_links
from sandbox.server.patch_types import SHAPES, BadPatch, Record, apply, apply_usage_plan
from sandbox.server.snapshots import Answer, has_deployment

v1 = emulator.v1

# arn:PARTITION:apigateway:REGION:SERVICE:path/... or :action/...; a function's own ARN is neither.
SERVICE_ARN = re.compile(r"arn:[^:]+:apigateway:[^:]+:[^:]+:(path|action)/")


class NotThere(LookupError):
    """What a PATCH names does not exist; the text is AWS's message."""


def patch_answer(path: str, body: bytes) -> Answer | None:
    """Answer a PATCH; None when no kind of record has such a path."""
    parts = [part for part in path.strip("/").split("/") if part]
    try:
        found = _find(parts)
        if found is None:
            return None
        kind, record = found
        data = json.loads(body) if body else {}
        _change(kind, parts, record, data.get("patchOperations") or [])
    except NotThere as error:
        return _error("NotFoundException", str(error), 404)
    except (BadPatch, ValueError, TypeError, AttributeError) as error:
        return _error("BadRequestException", str(error), 400)
    answer: Answer = v1._v1_response(_view(kind, record))
    return answer


def _error(code: str, message: str, status: int) -> Answer:
    answer: Answer = v1._v1_error(code, message, status)
    return answer


def _need(record: Record | None, message: str) -> Record:
    if not record:
        raise NotThere(message)
    return record


def _find(parts: list[str]) -> tuple[str, Record] | None:
    match parts:
        case ["account"]:
            return "account", v1._account_settings.setdefault("settings", {})
        case ["apikeys", key]:
            return "api key", _need(v1._api_keys.get(key), "Invalid API Key identifier specified")
        case ["usageplans", plan]:
            return "usage plan", _need(v1._usage_plans.get(plan), "Invalid Usage Plan ID specified")
        case ["vpclinks", link]:
            return "vpc link", _need(vpc_links.find(link), "Invalid Vpc Link identifier specified")
        case ["domainnames", domain]:
            return "domain name", _need(
                v1._domain_names.get(domain), "Invalid domain name identifier specified"
            )
        case ["domainnames", domain, "basepathmappings", base]:
            return "base path mapping", _need(
                (v1._base_path_mappings.get(domain) or {}).get(base),
                "Invalid base path mapping identifier specified",
            )
        case ["restapis", api_id, *rest]:
            api = _need(v1._rest_apis.get(api_id), "Invalid API identifier specified")
            return _find_in_api(api_id, api, rest)
    return None


def _find_in_api(api_id: str, api: Record, rest: list[str]) -> tuple[str, Record] | None:
    simple = {
        "deployments": ("deployment", v1._deployments_v1, "Deployment"),
        "stages": ("stage", v1._stages_v1, "stage"),
        "authorizers": ("authorizer", v1._authorizers_v1, "Authorizer"),
        "models": ("model", v1._models, "Model"),
        "requestvalidators": ("request validator", v1._request_validators, "Request Validator"),
    }
    match rest:
        case []:
            return "api", api
        case ["resources", resource, *below]:
            return _find_in_resource(
                _need(
                    (v1._resources.get(api_id) or {}).get(resource),
                    "Invalid Resource identifier specified",
                ),
                below,
            )
        case ["gatewayresponses", response]:
            return "gateway response", _gateway_response(api_id, response)
        case ["documentation", "parts", part]:
            return "documentation part", _need(
                (v1._documentation_parts.get(api_id) or {}).get(part),
                "Invalid Documentation part identifier specified",
            )
        case [group, key] if group in simple:
            kind, store, shown = simple[group]
            return kind, _need(
                (store.get(api_id) or {}).get(key), f"Invalid {shown} identifier specified"
            )
    return None


def _find_in_resource(resource: Record, below: list[str]) -> tuple[str, Record] | None:
    if not below:
        return "resource", resource
    if below[0] != "methods" or len(below) < 2:
        return None
    method = _need(resource["resourceMethods"].get(below[1]), "Invalid Method identifier specified")
    if below[2:] == []:
        return "method", method
    if below[2] == "responses" and len(below) == 4:
        return "method response", _need(
            method["methodResponses"].get(below[3]), "Invalid Response status code specified"
        )
    if below[2] != "integration":
        return None
    integration = _need(method.get("methodIntegration"), "Invalid Integration identifier specified")
    if len(below) == 3:
        return "integration", integration
    if below[3] == "responses" and len(below) == 5:
        return "integration response", _need(
            integration["integrationResponses"].get(below[4]),
            "Invalid Response status code specified",
        )
    return None


def _gateway_response(api_id: str, response_type: str) -> Record:
    if response_type not in v1._GATEWAY_RESPONSE_TYPES:
        raise BadPatch(f"Invalid gateway response type: {response_type}")
    customised = v1._gateway_responses.setdefault(api_id, {})
    if response_type not in customised:
        customised[response_type] = v1._gateway_response_for_type(customised, response_type)
    customised[response_type]["defaultResponse"] = False
    found: Record = customised[response_type]
    return found


def _change(kind: str, parts: list[str], record: Record, operations: list[Record]) -> None:
    if kind == "usage plan":
        apply_usage_plan(record, operations)
        return
    if kind == "stage":
        _check_stage(parts[1], operations)
        operations = [o for o in operations if not v1._try_apply_method_settings_patch(record, o)]
    if kind == "integration":
        for operation in operations:
            if operation.get("path") == "/uri":
                check_uri(record["type"], operation.get("value"))
    apply(SHAPES[kind], record, operations)
    if kind == "resource":
        _recompute_paths(parts[1])
    if kind in ("stage", "api key"):
        record["lastUpdatedDate"] = v1._now_unix()
    if kind == "stage":
        tidy_stage(record)


def check_uri(integration_type: str, uri: Any) -> None:
    """Refuse the address of an AWS integration that is not one of a service's own calls.

    Raises:
        BadPatch: the text is AWS's message.
    """
    if integration_type not in ("AWS", "AWS_PROXY") or "${" in str(uri):
        return
    if not SERVICE_ARN.match(str(uri)):
        raise BadPatch("AWS ARN for integration must contain path or action")


def _check_stage(api_id: str, operations: list[Record]) -> None:
    for operation in operations:
        wanted = operation.get("value")
        if operation.get("path") == "/deploymentId" and not has_deployment(api_id, wanted):
            raise BadPatch("Deployment id does not exist")


def _recompute_paths(api_id: str) -> None:
    for resource_id, resource in v1._resources[api_id].items():
        resource["path"] = v1._compute_path(api_id, resource_id)


def _view(kind: str, record: Record) -> Record:
    if kind == "api":
        view: Record = v1._rest_api_view(record)
        return view
    if kind == "account":
        account: Record = json.loads(v1._get_account()[2])
        return account
    return {key: value for key, value in record.items() if not key.startswith("_")}


def tidy_stage(stage: Record) -> None:
    """A stage without access logs has no settings for them, not empty ones."""
    if not stage.get("accessLogSettings"):
        stage.pop("accessLogSettings", None)
