"""Lambda: functions and their permissions; versions and their settings have own modules."""

from __future__ import annotations

import time
from typing import Any

from sandbox.provider.core.answers import (
    changed,
    find,
    found_by,
    given,
    named,
    tag_changes,
    there,
    worded,
)
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs
from sandbox.provider.lambda_ import config as lambda_config
from sandbox.provider.lambda_.invocation import KINDS as INVOCATION_KINDS
from sandbox.provider.lambda_.permission import (
    create_permission,
    delete_permission,
    import_permission,
    read_permission,
)
from sandbox.provider.lambda_.versions import KINDS as VERSION_KINDS

GONE = "ResourceNotFoundException"

# What a new role needs until Lambda may assume it; the official provider waits longer because
# IAM in the real world is slower.
ROLE_PATIENCE = 8.0
STATE_PATIENCE = 300.0


def create_function(ctx: Context, inputs: Inputs) -> Created:
    """Make a function and wait until it can be invoked."""
    client, name = ctx.client("lambda"), named(inputs)
    request = {
        "FunctionName": name,
        "Code": lambda_config.code(ctx, inputs),
        **lambda_config.requested(inputs),
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
    try:
        _wait_until_ready(ctx, name)
        _set_concurrency(ctx, name, {}, inputs)
        return Created(name, there(read_function(ctx, name, inputs), _label(name)))
    except Exception:
        find(client.delete_function, GONE, FunctionName=name)
        raise


def read_function(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("lambda")
    answer = find(client.get_function, GONE, FunctionName=id)
    if answer is None:
        return None
    outputs = lambda_config.outputs(ctx, answer, last)
    latest = _latest_version(client, id)
    qualified = f"{outputs['arn']}:{latest}"
    outputs.update(
        qualifiedArn=qualified,
        qualifiedInvokeArn=lambda_config.invoke_arn(ctx, qualified),
        version=latest,
    )
    if last.get("codeSigningConfigArn"):
        signing = find(client.get_function_code_signing_config, GONE, FunctionName=id) or {}
        outputs["codeSigningConfigArn"] = signing.get("CodeSigningConfigArn")
    return outputs


def update_function(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("lambda")
    if changed("codeSigningConfigArn", old, new):
        _set_code_signing(client, id, new)
    _wait_until_ready(ctx, id)
    configuration = lambda_config.differences(old, new)
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
    removed, added = tag_changes(old, new)
    if removed:
        client.untag_resource(Resource=old["arn"], TagKeys=removed)
    if added:
        client.tag_resource(Resource=old["arn"], Tags=added)
    return there(read_function(ctx, id, new), _label(id))


def delete_function(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("lambda")
    groups = last.get("replacementSecurityGroupIds")
    if last.get("replaceSecurityGroupsOnDestroy") and last.get("vpcConfig"):
        vpc = {"SubnetIds": last["vpcConfig"]["subnetIds"], "SecurityGroupIds": groups or []}
        find(client.update_function_configuration, GONE, FunctionName=id, VpcConfig=vpc)
    if not last.get("skipDestroy"):
        find(client.delete_function, GONE, FunctionName=id)


def _label(name: str) -> str:
    return f"Lambda Function ({name})"


def _tenancy(inputs: Inputs) -> dict[str, str] | None:
    config = inputs.get("tenancyConfig")
    return {"TenantIsolationMode": config["tenantIsolationMode"]} if config else None


def _with_new_role(ctx: Context, call: Any, request: dict[str, Any]) -> None:
    """Make a call that names a role; a role made a moment ago needs seconds to be usable."""
    from botocore.exceptions import ClientError

    deadline = time.monotonic() + ROLE_PATIENCE
    while True:
        try:
            call(**request)
            return
        except ClientError as error:
            message = error.response.get("Error", {}).get("Message", "")
            if "cannot be assumed by Lambda" not in message or time.monotonic() > deadline:
                raise
        ctx.wait(0.5)


def _wait_until_ready(ctx: Context, name: str) -> None:
    """Wait for State Active (or Inactive) and LastUpdateStatus Successful."""
    deadline, pause = time.monotonic() + STATE_PATIENCE, 0.02
    while True:
        config = ctx.client("lambda").get_function_configuration(FunctionName=name)
        state = config.get("State", "Active")
        update = config.get("LastUpdateStatus", "Successful")
        if state == "Failed" or update == "Failed":
            reason = (
                config.get("StateReason") or config.get("LastUpdateStatusReason") or "no reason"
            )
            raise CallError(f"waiting for {_label(name)}: unexpected state 'Failed': {reason}")
        if state != "Pending" and update != "InProgress":
            return
        if time.monotonic() > deadline:
            raise CallError(
                f"waiting for {_label(name)}: still {state} after {STATE_PATIENCE:.0f} s"
            )
        ctx.wait(pause)
        pause = min(pause * 1.5, 1.0)


def _new_code(ctx: Context, old: Outputs, new: Inputs) -> dict[str, Any] | None:
    """The arguments of UpdateFunctionCode, None when the function has this code already."""
    source = lambda_config.code(ctx, new)
    named_elsewhere = ("s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "sourceKmsKeyArn")
    differs = any(changed(name, old, new) for name in named_elsewhere)
    if "ZipFile" in source:
        differs = differs or lambda_config.code_sha256(source["ZipFile"]) != old.get("codeSha256")
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


KINDS = (
    worded(
        "lambda",
        "Lambda Function",
        Kind(
            token="aws:lambda/function:Function",
            create=create_function,
            read=read_function,
            update=update_function,
            delete=delete_function,
            find=found_by("name", read_function),
        ),
        called="name",
    ),
    worded(
        "lambda",
        "Lambda Permission",
        Kind(
            token="aws:lambda/permission:Permission",
            create=create_permission,
            read=read_permission,
            delete=delete_permission,
            imported=import_permission,
            find=found_by("statementId", read_permission),
        ),
    ),
    *VERSION_KINDS,
    *INVOCATION_KINDS,
)
