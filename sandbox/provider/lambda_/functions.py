"""Lambda: functions; the id is the function's name."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import by, changed, find, given, named
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import retag
from sandbox.provider.core.waiting import accepted, until
from sandbox.provider.lambda_ import config

GONE = "ResourceNotFoundException"

# What a new role needs until Lambda may assume it; the official provider waits longer because
# IAM in the real world is slower.
ROLE_PATIENCE = 8.0
STATE_PATIENCE = 300.0


def create_function(ctx: Context, inputs: Inputs) -> str:
    """Make a function and wait until it can be invoked."""
    client, name = ctx.client("lambda"), named(inputs)
    request = {
        "FunctionName": name,
        "Code": config.code(ctx, inputs),
        **config.requested(inputs),
        **given(
            Architectures=inputs.get("architectures"),
            CodeSigningConfigArn=inputs.get("codeSigningConfigArn"),
            PackageType=inputs.get("packageType"),
            Publish=inputs.get("publish"),
            PublishTo=inputs.get("publishTo"),
            Tags=inputs.get("tags"),
            TenancyConfig=_tenancy(inputs),
        ),
    }
    _with_new_role(ctx, client.create_function, request)
    ctx.made(name, {"replaceSecurityGroupsOnDestroy": False, "skipDestroy": False})
    _wait_until_ready(ctx, name)
    _set_concurrency(ctx, name, {}, inputs)
    return name


def read_function(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("lambda")
    answer = find(client.get_function, GONE, FunctionName=id)
    if answer is None:
        return None
    outputs = config.outputs(ctx, answer, last)
    latest = _latest_version(client, id)
    qualified = f"{outputs['arn']}:{latest}"
    outputs.update(
        qualifiedArn=qualified,
        qualifiedInvokeArn=config.invoke_arn(ctx, qualified),
        version=latest,
    )
    if last.get("codeSigningConfigArn"):
        signing = find(client.get_function_code_signing_config, GONE, FunctionName=id) or {}
        outputs["codeSigningConfigArn"] = signing.get("CodeSigningConfigArn")
    return outputs


def update_function(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("lambda")
    if changed("codeSigningConfigArn", old, new):
        _set_code_signing(client, id, new)
    _wait_until_ready(ctx, id)
    configuration = config.differences(old, new)
    if configuration:
        request = {"FunctionName": id, **configuration}
        _with_new_role(ctx, client.update_function_configuration, request)
        _wait_until_ready(ctx, id)
    code = _new_code(ctx, old, new)
    if code:
        client.update_function_code(FunctionName=id, **code)
        _wait_until_ready(ctx, id)
    _set_concurrency(ctx, id, old, new)
    if new.get("publish") and (configuration or code or not old.get("publish")):
        client.publish_version(FunctionName=id, **given(PublishTo=new.get("publishTo")))
        _wait_until_ready(ctx, id)
    retag(client.tag_resource, client.untag_resource, old, new, form=dict, Resource=old["arn"])


def delete_function(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("lambda")
    groups = last.get("replacementSecurityGroupIds")
    if last.get("replaceSecurityGroupsOnDestroy") and last.get("vpcConfig"):
        vpc = {"SubnetIds": last["vpcConfig"]["subnetIds"], "SecurityGroupIds": groups or []}
        find(client.update_function_configuration, GONE, FunctionName=id, VpcConfig=vpc)
    if not last.get("skipDestroy"):
        find(client.delete_function, GONE, FunctionName=id)


def _tenancy(inputs: Inputs) -> dict[str, str] | None:
    block = inputs.get("tenancyConfig")
    return {"TenantIsolationMode": block["tenantIsolationMode"]} if block else None


def _with_new_role(ctx: Context, call: Any, request: dict[str, Any]) -> None:
    """Make a call that names a role; a role made a moment ago needs seconds to be usable."""
    accepted(ctx, call, ("cannot be assumed by Lambda",), ROLE_PATIENCE, **request)


def _wait_until_ready(ctx: Context, name: str) -> None:
    """Wait for State Active (or Inactive) and LastUpdateStatus Successful."""

    def settled() -> Any:
        now = ctx.client("lambda").get_function_configuration(FunctionName=name)
        states = {now.get("State"), now.get("LastUpdateStatus")}
        return now if "Failed" in states or not states & {"Pending", "InProgress"} else None

    told = f"waiting for Lambda Function ({name})"
    now = until(ctx, settled, STATE_PATIENCE)
    if now is None:
        raise CallError(f"{told}: still Pending after {STATE_PATIENCE:.0f} s")
    if "Failed" in (now.get("State"), now.get("LastUpdateStatus")):
        reason = now.get("StateReason") or now.get("LastUpdateStatusReason") or "no reason"
        raise CallError(f"{told}: unexpected state 'Failed': {reason}")


def _new_code(ctx: Context, old: Outputs, new: Inputs) -> dict[str, Any] | None:
    """The arguments of UpdateFunctionCode, None when the function has this code already."""
    source = config.code(ctx, new)
    named_elsewhere = ("s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "sourceKmsKeyArn")
    differs = any(changed(name, old, new) for name in named_elsewhere)
    if "ZipFile" in source:
        differs = differs or config.code_sha256(source["ZipFile"]) != old.get("codeSha256")
    elif new.get("sourceCodeHash"):
        differs = differs or new["sourceCodeHash"] != old.get("sourceCodeHash")
    wanted = new.get("architectures")
    if wanted and wanted != old.get("architectures"):
        return {**source, "Architectures": wanted}
    return source if differs else None


def _set_concurrency(ctx: Context, name: str, old: Outputs, new: Inputs) -> None:
    """-1, also the default, reserves nothing; 0 stops the function."""
    client = ctx.client("lambda")
    before, after = (values.get("reservedConcurrentExecutions", -1) for values in (old, new))
    if after == before:
        return
    if after < 0:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=after)


def _set_code_signing(client: Any, name: str, new: Inputs) -> None:
    arn = new.get("codeSigningConfigArn")
    if arn:
        client.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arn)
    else:
        client.delete_function_code_signing_config(FunctionName=name)


def _latest_version(client: Any, name: str) -> str:
    """The newest published version's number, `$LATEST` when none is published."""
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    versions = [entry["Version"] for page in pages for entry in page["Versions"]]
    return str(versions[-1]) if versions else "$LATEST"


FUNCTION = resource(
    "lambda",
    "Lambda Function",
    "aws:lambda/function:Function",
    create=create_function,
    read=read_function,
    update=update_function,
    delete=delete_function,
    find=by("name"),
    called="name",
)
