"""API Gateway: deployments, and the stages that serve them."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, arn, child, execution_arn, id_of, identified
from sandbox.provider.core.answers import (
    changed,
    find,
    given,
    known,
    pick,
    settle,
    the_one,
    timestamp,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.tags import own_tags
from sandbox.urls import invoke_url

FORM = "REST-API-ID/DEPLOYMENT-ID"
STAGE_FORM = "REST-API-ID/STAGE-NAME"
STAGE_PATHS = {
    "clientCertificateId": "/clientCertificateId",
    "deployment": "/deploymentId",
    "description": "/description",
    "documentationVersion": "/documentationVersion",
}
STAGE_FLAGS = {
    "cacheClusterEnabled": "/cacheClusterEnabled",
    "xrayTracingEnabled": "/tracingEnabled",
}
STAGE_NAMES = ("restApi", "stageName")


# Deployment: its id is the deployment's; `triggers` and `variables` are kept by Pulumi only


def create_deployment(ctx: Context, inputs: Inputs) -> Created:
    deployment = ctx.client("apigateway").create_deployment(
        restApiId=inputs["restApi"],
        **pick(inputs, "description", "variables"),
    )
    return Created(deployment["id"], _deployment_outputs(deployment, inputs))


def read_deployment(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = known(last, "restApi", id, FORM)
    client = ctx.client("apigateway")
    deployment = find(client.get_deployment, GONE, restApiId=api, deploymentId=id)
    return _deployment_outputs(deployment, last) if deployment else None


def update_deployment(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    operations = patches.changes(["description"], old, new)
    call = ctx.client("apigateway").update_deployment
    patches.send(call, operations, restApiId=new["restApi"], deploymentId=id)


def delete_deployment(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    find(client.delete_deployment, GONE, restApiId=last["restApi"], deploymentId=id)


def find_deployment(ctx: Context, inputs: Inputs) -> str | None:
    """The one deployment that was made since the create began: it has no name."""
    client, api = ctx.client("apigateway"), inputs["restApi"]
    found = find(
        the_one, GONE, client=client, operation="get_deployments", member="items",
        wanted=lambda each: ctx.since_begun(each["createdDate"]), restApiId=api,
    )  # fmt: skip
    return str(found["id"]) if found else None


def _deployment_outputs(deployment: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "createdDate": timestamp(deployment.get("createdDate")),
        "description": deployment.get("description"),
    }
    return {**settle(outputs), "restApi": last["restApi"]}


# Stage


stage_id = id_of("ags", *STAGE_NAMES)


def create_stage(ctx: Context, inputs: Inputs) -> Created:
    client, where = ctx.client("apigateway"), _where(inputs)
    stage = client.create_stage(
        **where,
        deploymentId=inputs["deployment"],
        **pick(
            inputs,
            "cacheClusterEnabled",
            "cacheClusterSize",
            "canarySettings",
            "description",
            "documentationVersion",
            "tags",
            "variables",
        ),
        **given(tracingEnabled=inputs.get("xrayTracingEnabled")),
    )
    ctx.made(stage_id(inputs))
    # What only an update can set.
    operations = _access_log_patches({}, inputs)
    if inputs.get("clientCertificateId"):
        operations.append(patches.replace("/clientCertificateId", inputs["clientCertificateId"]))
    stage = patches.send(client.update_stage, operations, **where) or stage
    return Created(stage_id(inputs), _stage_outputs(ctx, stage, inputs))


def read_stage(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    stage = find(ctx.client("apigateway").get_stage, GONE, **_where(last, id))
    return _stage_outputs(ctx, stage, last) if stage else None


def update_stage(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("apigateway")
    patches.send(client.update_stage, _stage_patches(old, new), **_where(new))
    patches.retag(client, old["arn"], old, new)


def delete_stage(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_stage, GONE, **_where(last))


def _where(values: Outputs, id: str = "") -> dict[str, str]:
    api, stage = (known(values, name, id, STAGE_FORM) for name in STAGE_NAMES)
    return {"restApiId": api, "stageName": stage}


def _stage_patches(old: Outputs, new: Inputs) -> list[patches.Operation]:
    operations = patches.changes(STAGE_PATHS, old, new)
    operations += patches.changes(STAGE_FLAGS, old, new, unset=False)
    if new.get("cacheClusterEnabled") and changed("cacheClusterSize", old, new):
        operations.append(patches.replace("/cacheClusterSize", new.get("cacheClusterSize")))
    operations += patches.map_changes("variables", old.get("variables"), new.get("variables"))
    operations += _canary_patches(old.get("canarySettings"), new.get("canarySettings"))
    return operations + _access_log_patches(old, new)


def _canary_patches(old: Outputs | None, new: Outputs | None) -> list[patches.Operation]:
    if not new:
        return [{"op": "remove", "path": "/canarySettings"}] if old else []
    before, root, operations = old or {}, "/canarySettings", []
    if new.get("deploymentId") and changed("deploymentId", before, new):
        operations.append(patches.replace(f"{root}/deploymentId", new["deploymentId"]))
    if changed("percentTraffic", before, new):
        percent = f"{float(new.get('percentTraffic') or 0):f}"
        operations.append(patches.replace(f"{root}/percentTraffic", percent))
    if changed("useStageCache", before, new):
        use_cache = bool(new.get("useStageCache"))
        operations.append(patches.replace(f"{root}/useStageCache", use_cache))
    name = "stageVariableOverrides"
    overrides = patches.map_changes(name, before.get(name), new.get(name))
    return operations + [{**each, "path": root + each["path"]} for each in overrides]


def _access_log_patches(old: Outputs, new: Inputs) -> list[patches.Operation]:
    before, after = old.get("accessLogSettings"), new.get("accessLogSettings")
    if before == after or not (before or after):
        return []
    if not after:
        return [{"op": "remove", "path": "/accessLogSettings"}]
    # A log group's ARN with `:*` at its end is common; API Gateway takes it without.
    destination = after["destinationArn"].removesuffix(":*")
    return [
        patches.replace("/accessLogSettings/destinationArn", destination),
        patches.replace("/accessLogSettings/format", after["format"]),
    ]


def _stage_outputs(ctx: Context, stage: dict[str, Any], last: Outputs) -> Outputs:
    api, name = last["restApi"], stage["stageName"]
    outputs = {
        "accessLogSettings": _access_log(stage.get("accessLogSettings"), last),
        "arn": arn(ctx, "restapis", api, "stages", name),
        "cacheClusterEnabled": stage.get("cacheClusterEnabled", False),
        "cacheClusterSize": stage.get("cacheClusterSize"),
        "canarySettings": stage.get("canarySettings"),
        "clientCertificateId": stage.get("clientCertificateId"),
        "deployment": stage["deploymentId"],
        "description": stage.get("description"),
        "documentationVersion": stage.get("documentationVersion"),
        "executionArn": execution_arn(ctx, api, name),
        "invokeUrl": _invoke_url(ctx, api, name),
        "restApi": api,
        "stageName": name,
        "tags": own_tags(stage.get("tags")),
        "variables": stage.get("variables"),
        "webAclArn": stage.get("webAclArn") or "",
        "xrayTracingEnabled": stage.get("tracingEnabled", False),
    }
    return settle(outputs, keep=("webAclArn",))


def _access_log(settings: dict[str, str] | None, last: Outputs) -> dict[str, str] | None:
    if not settings or not settings.get("destinationArn"):
        return None
    destination = settings["destinationArn"]
    asked = (last.get("accessLogSettings") or {}).get("destinationArn", "")
    same = asked.removesuffix(":*") == destination
    return {"destinationArn": asked if same else destination, "format": settings.get("format", "")}


def _invoke_url(ctx: Context, api: str, stage: str) -> str:
    if ctx.endpoint:
        return invoke_url(ctx.endpoint, api, stage)
    return f"https://{api}.execute-api.{ctx.region}.amazonaws.com/{stage}"


DEPLOYMENT = resource(
    "apigateway",
    "API Gateway Deployment",
    "aws:apigateway/deployment:Deployment",
    create=create_deployment,
    read=read_deployment,
    update=update_deployment,
    delete=delete_deployment,
    imported=child(FORM),
    find=find_deployment,
)

STAGE = resource(
    "apigateway",
    "API Gateway Stage",
    "aws:apigateway/stage:Stage",
    create=create_stage,
    read=read_stage,
    update=update_stage,
    delete=delete_stage,
    imported=identified(stage_id, STAGE_FORM, *STAGE_NAMES),
    find=lambda ctx, inputs: stage_id(inputs),
    called="stageName",
)
