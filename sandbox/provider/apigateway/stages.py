"""API Gateway: deployments, and the stages that serve them."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.core.answers import (
    changed,
    find,
    given,
    own_tags,
    settle,
    there,
    timestamp,
    worded,
)
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs
from sandbox.urls import invoke_url

GONE = "NotFoundException"

STAGE_PATHS = {
    "cacheClusterEnabled": "/cacheClusterEnabled",
    "clientCertificateId": "/clientCertificateId",
    "deployment": "/deploymentId",
    "description": "/description",
    "documentationVersion": "/documentationVersion",
    "xrayTracingEnabled": "/tracingEnabled",
}


# Deployment: its id is the deployment's; `triggers` and `variables` are kept by Pulumi only


def create_deployment(ctx: Context, inputs: Inputs) -> Created:
    deployment = ctx.client("apigateway").create_deployment(
        restApiId=inputs["restApi"],
        **given(description=inputs.get("description"), variables=inputs.get("variables")),
    )
    return Created(deployment["id"], _deployment_outputs(deployment, inputs))


def read_deployment(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = last.get("restApi")
    if not api:
        raise CallError(f"unexpected format of ID ({id}), expected REST-API-ID/DEPLOYMENT-ID")
    client = ctx.client("apigateway")
    deployment = find(client.get_deployment, GONE, restApiId=api, deploymentId=id)
    return _deployment_outputs(deployment, last) if deployment else None


def update_deployment(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    if changed("description", old, new):
        ctx.client("apigateway").update_deployment(
            restApiId=new["restApi"],
            deploymentId=id,
            patchOperations=[patches.replace("/description", new.get("description"))],
        )
    return there(read_deployment(ctx, id, new), f"API Gateway Deployment ({id})")


def delete_deployment(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    find(client.delete_deployment, GONE, restApiId=last["restApi"], deploymentId=id)


def import_deployment(resource_id: str) -> tuple[str, Outputs]:
    api, _, id = resource_id.partition("/")
    return (id, {"restApi": api}) if id else (resource_id, {})


def _deployment_outputs(deployment: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "createdDate": timestamp(deployment.get("createdDate")),
        "description": deployment.get("description"),
    }
    return {**settle(outputs), "restApi": last["restApi"]}


# Stage: ags-API-STAGE


def create_stage(ctx: Context, inputs: Inputs) -> Created:
    client, where = ctx.client("apigateway"), _where(inputs)
    stage = client.create_stage(
        **where,
        deploymentId=inputs["deployment"],
        **given(
            cacheClusterEnabled=inputs.get("cacheClusterEnabled"),
            cacheClusterSize=inputs.get("cacheClusterSize"),
            canarySettings=inputs.get("canarySettings"),
            description=inputs.get("description"),
            documentationVersion=inputs.get("documentationVersion"),
            tags=inputs.get("tags"),
            tracingEnabled=inputs.get("xrayTracingEnabled"),
            variables=inputs.get("variables"),
        ),
    )
    id = f"ags-{inputs['restApi']}-{inputs['stageName']}"
    # What only an update can set.
    operations = _access_log_patches({}, inputs)
    if inputs.get("clientCertificateId"):
        operations.append(patches.replace("/clientCertificateId", inputs["clientCertificateId"]))
    if operations:
        try:
            stage = client.update_stage(**where, patchOperations=operations)
        except Exception:
            find(client.delete_stage, GONE, **where)
            raise
    return Created(id, _stage_outputs(ctx, stage, inputs))


def find_stage(ctx: Context, inputs: Inputs) -> Created | None:
    id = f"ags-{inputs['restApi']}-{inputs['stageName']}"
    found = read_stage(ctx, id, inputs)
    return Created(id, found) if found else None


def read_stage(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    if "restApi" not in last or "stageName" not in last:
        raise CallError(f"unexpected format of ID ({id}), expected REST-API-ID/STAGE-NAME")
    stage = find(ctx.client("apigateway").get_stage, GONE, **_where(last))
    return _stage_outputs(ctx, stage, last) if stage else None


def update_stage(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client, where = ctx.client("apigateway"), _where(new)
    operations = _stage_patches(old, new)
    if operations:
        client.update_stage(**where, patchOperations=operations)
    patches.retag(client, old["arn"], old, new)
    return there(read_stage(ctx, id, new), f"API Gateway Stage ({id})")


def delete_stage(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_stage, GONE, **_where(last))


def import_stage(resource_id: str) -> tuple[str, Outputs]:
    api, _, name = resource_id.partition("/")
    if not name:
        return resource_id, {}
    return f"ags-{api}-{name}", {"restApi": api, "stageName": name}


def _where(values: Outputs) -> dict[str, str]:
    return {"restApiId": values["restApi"], "stageName": values["stageName"]}


def _stage_patches(old: Outputs, new: Inputs) -> list[patches.Operation]:
    operations = []
    for name, path in STAGE_PATHS.items():
        if changed(name, old, new):
            flag = name in ("cacheClusterEnabled", "xrayTracingEnabled")
            operations.append(patches.replace(path, new.get(name, False if flag else "")))
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
    execution = f"arn:{ctx.partition}:execute-api:{ctx.region}:{ctx.account}:{api}/{name}"
    outputs = {
        "accessLogSettings": _access_log(stage.get("accessLogSettings"), last),
        "arn": f"arn:{ctx.partition}:apigateway:{ctx.region}::/restapis/{api}/stages/{name}",
        "cacheClusterEnabled": stage.get("cacheClusterEnabled", False),
        "cacheClusterSize": stage.get("cacheClusterSize"),
        "canarySettings": stage.get("canarySettings"),
        "clientCertificateId": stage.get("clientCertificateId"),
        "deployment": stage["deploymentId"],
        "description": stage.get("description"),
        "documentationVersion": stage.get("documentationVersion"),
        "executionArn": execution,
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


KINDS = (
    worded(
        "apigateway",
        "API Gateway Deployment",
        Kind(
            token="aws:apigateway/deployment:Deployment",
            create=create_deployment,
            read=read_deployment,
            update=update_deployment,
            delete=delete_deployment,
            imported=import_deployment,
        ),
    ),
    worded(
        "apigateway",
        "API Gateway Stage",
        Kind(
            token="aws:apigateway/stage:Stage",
            create=create_stage,
            read=read_stage,
            update=update_stage,
            delete=delete_stage,
            imported=import_stage,
            find=find_stage,
        ),
        called="stageName",
    ),
)
