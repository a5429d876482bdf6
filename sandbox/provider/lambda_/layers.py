"""Lambda: versions of layers, which never change: another one is the next; the id is the ARN."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import find, given, same_order, settle, the_one
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource

GONE = "ResourceNotFoundException"


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


def find_layer_version(ctx: Context, inputs: Inputs) -> str | None:
    """The one version that was published since the create began: their numbers tell nothing."""
    from botocore.utils import parse_timestamp

    found = the_one(
        ctx.client("lambda"), "list_layer_versions", "LayerVersions",
        lambda each: ctx.since_begun(parse_timestamp(each["CreatedDate"])),
        LayerName=inputs["layerName"],
    )  # fmt: skip
    return str(found["LayerVersionArn"]) if found else None


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


LAYER_VERSION = resource(
    "lambda",
    "Lambda Layer Version",
    "aws:lambda/layerVersion:LayerVersion",
    create=create_layer_version,
    read=read_layer_version,
    delete=delete_layer_version,
    find=find_layer_version,
)
