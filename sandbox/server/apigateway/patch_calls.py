"""Finds the record that a PATCH names, changes it, and answers as AWS does."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

from sandbox.server.apigateway import (
    api_refusals,
    method_refusals,
    patch_paths,
    plan_refusals,
    private_refusals,
)
from sandbox.server.apigateway.patch_types import (
    SHAPES,
    BadPatch,
    apply,
    apply_usage_plan,
)
from sandbox.server.base import emulator, vpc_links
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.refusals import Refused

v1 = emulator.v1


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
    except Refused as error:
        return _error(error.code, error.message, error.status)
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
            return "vpc link", _need(
                vpc_links.find_first(link), "Invalid Vpc Link identifier specified"
            )
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
    """Change a record, or raise and leave it as it is."""
    patch_paths.check(kind, operations)
    changed = copy.deepcopy(record)
    if kind == "usage plan":
        apply_usage_plan(changed, operations)
    elif kind == "stage":
        _change_stage(changed, operations)
    else:
        apply(SHAPES[kind], changed, operations)
    if kind in SENSE:
        SENSE[kind](parts, record, changed)
    if kind in ("stage", "api key"):
        changed["lastUpdatedDate"] = v1._now_unix()
    record.clear()
    record.update(changed)
    if kind == "resource":
        _recompute_paths(parts[1])


def _change_stage(stage: Record, operations: list[Record]) -> None:
    rest = []
    for operation in operations:
        patch_paths.check_removal(stage, operation)
        if not _change_method_settings(stage, operation):
            patch_paths.check_stage(operation)
            rest.append(operation)
    apply(SHAPES["stage"], stage, rest)
    tidy_stage(stage)


def _change_method_settings(stage: Record, operation: Record) -> bool:
    """Whether an operation was about settings of methods; those of one go as a whole."""
    settings = stage.get("methodSettings") or {}
    path = str(operation.get("path") or "")
    # The emulator knows no path of several parts here.
    if operation.get("op") == "remove" and (key := patch_paths.setting_of(settings, path)):
        del settings[key]
        return True
    # A method's settings keep the name that they were given: `~1model/POST`, and `~1/GET` the root's
    # (seen on AWS: go-to-k/cdkd, pull request 971). The emulator would decode it.
    named = {**operation, "path": path.replace("~", "~0")}
    changed: bool = v1._try_apply_method_settings_patch(stage, named)
    return changed


# What AWS checks of a record when it was changed; each takes the path, the record before and after.


def _api_makes_sense(parts: list[str], before: Record, api: Record) -> None:
    if not api.get("name"):
        raise BadPatch("Name cannot be empty")
    api_refusals.compression(api.get("minimumCompressionSize"))
    api_refusals.policy(api.get("policy"))


def _resource_makes_sense(parts: list[str], before: Record, resource: Record) -> None:
    resources = v1._resources[parts[1]]
    if not before.get("parentId"):
        name = "pathPart" if resource.get("pathPart") != before.get("pathPart") else "parentId"
        raise BadPatch(f"Root resource cannot update its {name}.")
    parent = resources.get(resource["parentId"])
    if parent is None:
        raise NotThere("Invalid Resource identifier specified")
    above: Record | None = parent
    while above:
        if above["id"] == resource["id"]:
            raise BadPatch("Resources cannot be cyclical.")
        above = resources.get(above.get("parentId") or "")
    api_refusals.path_part(resource["pathPart"], parent, resources, resource["id"])


def _method_makes_sense(parts: list[str], before: Record, method: Record) -> None:
    if method.get("authorizationType") not in method_refusals.NEEDS_AUTHORIZER:
        method["authorizerId"] = None
    method_refusals.references(parts[1], method)


def _integration_makes_sense(parts: list[str], before: Record, integration: Record) -> None:
    if integration.get("uri") != before.get("uri"):
        method_refusals.integration_uri(integration.get("type"), integration.get("uri"))
    mode = integration.get("responseTransferMode")
    method_refusals.timeout(integration.get("timeoutInMillis"), mode)
    if (integration.get("uri"), mode) != (before.get("uri"), before.get("responseTransferMode")):
        method_refusals.transfer(integration.get("type"), integration.get("uri"), mode)
    if any(integration.get(name) != before.get(name) for name in private_refusals.NAMES):
        private_refusals.check(integration)


def _mapping_makes_sense(parts: list[str], before: Record, mapping: Record) -> None:
    """The API is called otherwise in a patch than in the record; the path is the record's key."""
    if "restapiId" in mapping:
        mapping["restApiId"] = mapping.pop("restapiId")
    if mapping.get("restApiId") not in v1._rest_apis:
        raise BadPatch("Invalid REST API identifier specified")
    mappings = v1._base_path_mappings[parts[1]]
    mapping["basePath"] = mapping.get("basePath") or "(none)"
    if mapping["basePath"] != before["basePath"]:
        mappings[mapping["basePath"]] = mappings.pop(before["basePath"])


def _authorizer_makes_sense(parts: list[str], before: Record, after: Record) -> None:
    if after.get("authorizerUri") != before.get("authorizerUri"):
        api_refusals.authorizer_uri(after.get("authorizerUri") or "")


SENSE: dict[str, Callable[[list[str], Record, Record], None]] = {
    "api": _api_makes_sense,
    "resource": _resource_makes_sense,
    "method": _method_makes_sense,
    "integration": _integration_makes_sense,
    "method response": lambda parts, _, after: method_refusals.models(
        parts[1], after.get("responseModels")
    ),
    "model": lambda _, __, after: api_refusals.schema(after.get("schema")),
    "usage plan": lambda _, __, after: plan_refusals.quota(after.get("quota")),
    "base path mapping": _mapping_makes_sense,
    "authorizer": _authorizer_makes_sense,
}


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
