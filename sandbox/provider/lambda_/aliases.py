"""Lambda: aliases, which name a version of a function, and versions of layers; ids are ARNs."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import find, given, same_order, settle, there, worded
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs, doing
from sandbox.provider.lambda_ import config

GONE = "ResourceNotFoundException"


# Alias


def _alias(inputs: Inputs) -> dict[str, Any]:
    """The arguments of both CreateAlias and UpdateAlias; no weights take those of before away."""
    weights = (inputs.get("routingConfig") or {}).get("additionalVersionWeights") or {}
    return {
        "FunctionName": inputs["functionName"],
        "Name": inputs["name"],
        "FunctionVersion": inputs["functionVersion"],
        "Description": inputs.get("description") or "",
        "RoutingConfig": {"AdditionalVersionWeights": weights},
    }


def create_alias(ctx: Context, inputs: Inputs) -> Created:
    alias = ctx.client("lambda").create_alias(**_alias(inputs))
    return Created(alias["AliasArn"], _alias_outputs(ctx, alias, inputs))


def find_alias(ctx: Context, inputs: Inputs) -> Created | None:
    outputs = read_alias(ctx, "", inputs)
    return Created(outputs["arn"], outputs) if outputs else None


def read_alias(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    alias = find(ctx.client("lambda").get_alias, GONE, **_alias_place(last, id))
    return _alias_outputs(ctx, alias, last) if alias else None


def update_alias(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    ctx.client("lambda").update_alias(**_alias(new))
    return there(read_alias(ctx, id, new), f"Lambda Alias ({id})")


def delete_alias(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("lambda").delete_alias, GONE, **_alias_place(last, id))


def import_alias(resource_id: str) -> tuple[str, Outputs]:
    """`FUNCTION/ALIAS`, or the alias's ARN."""
    function, found, name = resource_id.rpartition("/")
    if resource_id.startswith("arn:") and resource_id.count(":") == 7:
        function, found, name = resource_id.rpartition(":")
        function = function.rpartition(":")[2]
    if not (function and found and name):
        raise CallError(f'unexpected format of ID ("{resource_id}"), expected FUNCTION_NAME/ALIAS')
    return resource_id, {"functionName": function, "name": name}


def _alias_place(values: Outputs, id: str) -> dict[str, str]:
    if "functionName" not in values:
        raise CallError(f'unexpected format of ID ("{id}"), expected FUNCTION_NAME/ALIAS')
    return {"FunctionName": values["functionName"], "Name": values["name"]}


def _alias_outputs(ctx: Context, alias: dict[str, Any], last: Outputs) -> Outputs:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    outputs = {
        "arn": alias["AliasArn"],
        "description": alias.get("Description"),
        "functionName": last["functionName"],
        "functionVersion": alias["FunctionVersion"],
        "invokeArn": config.invoke_arn(ctx, alias["AliasArn"]),
        "name": alias["Name"],
        "routingConfig": {"additionalVersionWeights": weights} if weights else None,
    }
    return settle(outputs)


# LayerVersion: it never changes; another one is the next version


def create_layer_version(ctx: Context, inputs: Inputs) -> Created:
    with doing(f"publishing Lambda Layer ({inputs['layerName']}) Version", "lambda"):
        version = ctx.client("lambda").publish_layer_version(
            LayerName=inputs["layerName"],
            Content=_content(ctx, inputs),
            Description=inputs.get("description") or "",
            LicenseInfo=inputs.get("licenseInfo") or "",
            **given(
                CompatibleArchitectures=inputs.get("compatibleArchitectures"),
                CompatibleRuntimes=inputs.get("compatibleRuntimes"),
            ),
        )
    return Created(version["LayerVersionArn"], _layer_outputs(version, inputs))


def _content(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    if inputs.get("code"):
        return {"ZipFile": ctx.archive(inputs["code"])}
    names = {"s3Bucket": "S3Bucket", "s3Key": "S3Key", "s3ObjectVersion": "S3ObjectVersion"}
    if not any(inputs.get(name) for name in names):
        raise CallError("filename or s3_* attributes must be set")
    if not (inputs.get("s3Bucket") and inputs.get("s3Key")):
        raise CallError("s3_bucket and s3_key must all be set while using s3 code source")
    return given(**{api: inputs.get(name) for name, api in names.items()})


def read_layer_version(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    version = find(ctx.client("lambda").get_layer_version, GONE, **_layer_place(id))
    return _layer_outputs(version, last) if version else None


def delete_layer_version(ctx: Context, id: str, last: Outputs) -> None:
    if not last.get("skipDestroy"):
        find(ctx.client("lambda").delete_layer_version, GONE, **_layer_place(id))


def _layer_place(id: str) -> dict[str, Any]:
    parts = id.split(":")
    if len(parts) != 8 or parts[5] != "layer" or not parts[7].isdigit():
        raise CallError(
            f"parsing Lambda Layer Version ID ({id}): lambda_layer ID must be a valid Layer ARN"
        )
    return {"LayerName": parts[6], "VersionNumber": int(parts[7])}


def _layer_outputs(version: dict[str, Any], last: Outputs) -> Outputs:
    content, arn = version["Content"], version["LayerVersionArn"]
    architectures = version.get("CompatibleArchitectures") or ()
    runtimes = version.get("CompatibleRuntimes") or ()
    outputs = {
        "arn": arn,
        "codeSha256": content["CodeSha256"],
        "compatibleArchitectures": same_order(architectures, last.get("compatibleArchitectures")),
        "compatibleRuntimes": same_order(runtimes, last.get("compatibleRuntimes")),
        "createdDate": version["CreatedDate"],
        "description": version.get("Description"),
        "layerArn": version["LayerArn"],
        "layerName": last.get("layerName") or arn.split(":")[6],
        "licenseInfo": version.get("LicenseInfo"),
        "signingJobArn": content.get("SigningJobArn") or "",
        "signingProfileVersionArn": content.get("SigningProfileVersionArn") or "",
        "sourceCodeHash": last.get("sourceCodeHash") or content["CodeSha256"],
        "sourceCodeSize": content["CodeSize"],
        "version": str(version["Version"]),
    }
    return settle(outputs, keep=("signingJobArn", "signingProfileVersionArn"))


KINDS = (
    worded(
        "lambda",
        "Lambda Alias",
        Kind(
            token="aws:lambda/alias:Alias",
            create=create_alias,
            read=read_alias,
            update=update_alias,
            delete=delete_alias,
            imported=import_alias,
            identified=lambda ctx, outputs: str(outputs["arn"]),
            find=find_alias,
        ),
        called="name",
    ),
    worded(
        "lambda",
        "Lambda Layer Version",
        Kind(
            token="aws:lambda/layerVersion:LayerVersion",
            create=create_layer_version,
            read=read_layer_version,
            delete=delete_layer_version,
        ),
    ),
)
