"""A Lambda function's configuration: from Pulumi's names to those of AWS's API, and back."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.provider.core.answers import given, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.tags import own_tags


def _members(**names: str) -> Callable[[Outputs], dict[str, Any]]:
    """A converter of a nested argument, API name by Pulumi name."""
    return lambda value: given(**{api: value.get(name) for api, name in names.items()})


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Setting:
    """One argument of CreateFunction and UpdateFunctionConfiguration.

    `convert` makes its API form, `cleared` is what the API wants when it is taken away; without
    that, the API keeps what it had, as the official provider does.
    """

    api: str
    convert: Callable[[Any], Any] = _same
    cleared: Any = None


SETTINGS = {
    "capacityProviderConfig": Setting(
        "CapacityProviderConfig",
        lambda value: {
            "LambdaManagedInstancesCapacityProviderConfig": _members(
                CapacityProviderArn="capacityProviderArn",
                ExecutionEnvironmentMemoryGiBPerVCpu="executionEnvironmentMemoryGibPerVcpu",
                PerExecutionEnvironmentMaxConcurrency="perExecutionEnvironmentMaxConcurrency",
            )(value["lambdaManagedInstancesCapacityProviderConfig"])
        },
    ),
    "deadLetterConfig": Setting(
        "DeadLetterConfig", _members(TargetArn="targetArn"), {"TargetArn": ""}
    ),
    "description": Setting("Description", cleared=""),
    "durableConfig": Setting(
        "DurableConfig",
        _members(ExecutionTimeout="executionTimeout", RetentionPeriodInDays="retentionPeriod"),
    ),
    "environment": Setting(
        "Environment", lambda value: {"Variables": value.get("variables") or {}}, {"Variables": {}}
    ),
    "ephemeralStorage": Setting("EphemeralStorage", _members(Size="size")),
    "fileSystemConfig": Setting(
        "FileSystemConfigs",
        lambda value: [_members(Arn="arn", LocalMountPath="localMountPath")(value)],
        [],
    ),
    "handler": Setting("Handler"),
    "imageConfig": Setting(
        "ImageConfig",
        _members(Command="commands", EntryPoint="entryPoints", WorkingDirectory="workingDirectory"),
        {},
    ),
    "kmsKeyArn": Setting("KMSKeyArn", cleared=""),
    "layers": Setting("Layers", cleared=[]),
    "loggingConfig": Setting(
        "LoggingConfig",
        _members(
            ApplicationLogLevel="applicationLogLevel",
            LogFormat="logFormat",
            LogGroup="logGroup",
            SystemLogLevel="systemLogLevel",
        ),
    ),
    "memorySize": Setting("MemorySize", cleared=128),
    "role": Setting("Role"),
    "runtime": Setting("Runtime"),
    "snapStart": Setting("SnapStart", _members(ApplyOn="applyOn"), {"ApplyOn": "None"}),
    "timeout": Setting("Timeout", cleared=3),
    "tracingConfig": Setting("TracingConfig", _members(Mode="mode")),
    "vpcConfig": Setting(
        "VpcConfig",
        _members(
            Ipv6AllowedForDualStack="ipv6AllowedForDualStack",
            SecurityGroupIds="securityGroupIds",
            SubnetIds="subnetIds",
        ),
        {"SecurityGroupIds": [], "SubnetIds": []},
    ),
}


def requested(inputs: Inputs) -> dict[str, Any]:
    """The configuration that CreateFunction is asked for."""
    return {
        setting.api: setting.convert(inputs[name])
        for name, setting in SETTINGS.items()
        if inputs.get(name)
    }


def differences(old: Outputs, new: Inputs) -> dict[str, Any]:
    """What UpdateFunctionConfiguration must be told."""
    changes: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        before = setting.convert(old[name]) if old.get(name) else None
        after = setting.convert(new[name]) if new.get(name) else None
        if after is None and before is not None:
            # Said only if it is not so already: Lambda answers cleared settings as empty ones.
            after = setting.cleared if before != setting.cleared else None
        if after is not None and after != before:
            changes[setting.api] = after
    return changes


def code_sha256(code: bytes) -> str:
    """The hash of a zip file as Lambda reports it."""
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


def code(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    """Where CreateFunction and UpdateFunctionCode take the code from."""
    if inputs.get("imageUri"):
        return {"ImageUri": inputs["imageUri"]}
    key = given(SourceKMSKeyArn=inputs.get("sourceKmsKeyArn"))
    if inputs.get("s3Bucket"):
        bucket = {"S3Bucket": inputs["s3Bucket"], "S3Key": inputs.get("s3Key")}
        return {**key, **bucket, **given(S3ObjectVersion=inputs.get("s3ObjectVersion"))}
    return {**key, "ZipFile": ctx.archive(inputs.get("code"))}


def invoke_arn(ctx: Context, arn: str) -> str:
    """The URI by which an API Gateway integration names a function."""
    path = f"path/2015-03-31/functions/{arn}/invocations"
    return f"arn:{ctx.partition}:apigateway:{ctx.region}:lambda:{path}"


def streaming_arn(ctx: Context, arn: str) -> str:
    """The URI for an integration whose answer is streamed."""
    path = f"path/2021-11-15/functions/{arn}/response-streaming-invocations"
    return f"arn:{ctx.partition}:apigateway:{ctx.region}:lambda:{path}"


def outputs(ctx: Context, function: dict[str, Any], last: Outputs) -> Outputs:
    """The outputs from GetFunction's answer."""
    config = function["Configuration"]
    arn = config["FunctionArn"]
    sha = config.get("CodeSha256") or ""
    hashed = last.get("sourceCodeHash")
    shown = {
        **{name: config.get(setting.api) for name, setting in SETTINGS.items()},
        **_nested(config),
        "architectures": config.get("Architectures"),
        "arn": arn,
        "codeSha256": sha,
        "imageUri": function.get("Code", {}).get("ImageUri"),
        "invokeArn": invoke_arn(ctx, arn),
        "lastModified": config.get("LastModified"),
        "name": config["FunctionName"],
        "packageType": config.get("PackageType"),
        "reservedConcurrentExecutions": function.get("Concurrency", {}).get(
            "ReservedConcurrentExecutions", -1
        ),
        "responseStreamingInvokeArn": streaming_arn(ctx, arn),
        "signingJobArn": config.get("SigningJobArn") or "",
        "signingProfileVersionArn": config.get("SigningProfileVersionArn") or "",
        # A hash of the program's own making stays; else it is that of the code.
        "sourceCodeHash": hashed if hashed and hashed != last.get("codeSha256") else sha,
        "sourceCodeSize": config.get("CodeSize", 0),
        "sourceKmsKeyArn": function.get("Code", {}).get("SourceKMSKeyArn"),
        "tags": own_tags(function.get("Tags")),
    }
    promised = ("signingJobArn", "signingProfileVersionArn", "codeSha256", "sourceCodeHash")
    return settle(shown, keep=promised)


def _nested(config: dict[str, Any]) -> Outputs:
    """The nested settings, by Pulumi's names; what is off is left out, as AWS words it."""
    logging = config.get("LoggingConfig") or {}
    vpc = config.get("VpcConfig") or {}
    snap = config.get("SnapStart") or {}
    files = config.get("FileSystemConfigs") or [{}]
    image = (config.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
    durable = config.get("DurableConfig") or {}
    capacity = (config.get("CapacityProviderConfig") or {}).get(
        "LambdaManagedInstancesCapacityProviderConfig"
    )
    groups = {
        "deadLetterConfig": {"targetArn": config.get("DeadLetterConfig", {}).get("TargetArn")},
        "durableConfig": {
            "executionTimeout": durable.get("ExecutionTimeout"),
            "retentionPeriod": durable.get("RetentionPeriodInDays"),
        },
        "environment": {"variables": config.get("Environment", {}).get("Variables")},
        "ephemeralStorage": {"size": config.get("EphemeralStorage", {}).get("Size", 512)},
        "fileSystemConfig": {
            "arn": files[0].get("Arn"),
            "localMountPath": files[0].get("LocalMountPath"),
        },
        "imageConfig": {
            "commands": image.get("Command"),
            "entryPoints": image.get("EntryPoint"),
            "workingDirectory": image.get("WorkingDirectory"),
        },
        "loggingConfig": {
            "applicationLogLevel": logging.get("ApplicationLogLevel"),
            "logFormat": logging.get("LogFormat", "Text"),
            "logGroup": logging.get("LogGroup") or f"/aws/lambda/{config['FunctionName']}",
            "systemLogLevel": logging.get("SystemLogLevel"),
        },
        "snapStart": {
            "applyOn": snap.get("ApplyOn"),
            "optimizationStatus": snap.get("OptimizationStatus"),
        }
        if snap.get("ApplyOn") not in (None, "None")
        else {},
        "tenancyConfig": {
            "tenantIsolationMode": config.get("TenancyConfig", {}).get("TenantIsolationMode")
        },
        "tracingConfig": {"mode": config.get("TracingConfig", {}).get("Mode", "PassThrough")},
        "vpcConfig": {
            "ipv6AllowedForDualStack": vpc.get("Ipv6AllowedForDualStack", False),
            "securityGroupIds": vpc.get("SecurityGroupIds"),
            "subnetIds": vpc.get("SubnetIds"),
            "vpcId": vpc.get("VpcId"),
        }
        if vpc.get("SubnetIds")
        else {},
    }
    nested: Outputs = {
        name: {member: value for member, value in group.items() if value not in (None, "", [], {})}
        for name, group in groups.items()
    }
    nested["layers"] = [layer["Arn"] for layer in config.get("Layers") or ()]
    nested["capacityProviderConfig"] = capacity and {
        "lambdaManagedInstancesCapacityProviderConfig": {
            "capacityProviderArn": capacity.get("CapacityProviderArn"),
            "executionEnvironmentMemoryGibPerVcpu": capacity.get(
                "ExecutionEnvironmentMemoryGiBPerVCpu"
            ),
            "perExecutionEnvironmentMaxConcurrency": capacity.get(
                "PerExecutionEnvironmentMaxConcurrency"
            ),
        }
    }
    return nested
