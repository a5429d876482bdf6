"""The model in a Lambda function, and the role that may invoke it."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Statement, Variables
from .layer.build import RUNTIME, file_digest, layer_command, layer_zip
from .layer.code import code_files, code_zip
from .policies import policy_document, trust_policy
from .settings import FUNCTIONS, Settings

# Chapter 01: the role that API Gateway assumes


def api_role() -> aws.iam.Role:
    """The IAM role that API Gateway assumes when it calls the function."""
    return aws.iam.Role(
        "languageModelApiRole",
        assume_role_policy=trust_policy("apigateway.amazonaws.com"),
    )


# Chapter 02: the model in a Lambda function, and who may invoke it


def model(
    settings: Settings,
    started: Arguments,
    environment: Variables,
    rights: list[Statement],
) -> aws.lambda_.Function:
    """The function that hosts the model: a named one, else a new one."""
    if settings.function_name:
        return find_function(settings.function_name)
    return create_function(settings, started, environment, rights)


def find_function(name: str) -> aws.lambda_.Function:
    """A function that somebody else manages: read, and never changed."""
    return aws.lambda_.Function.get("ExistingLambda", name)


def code_of(folder: str) -> pulumi.Archive:
    """A function's code: the Python files and scripts of its folder."""
    files = code_files(FUNCTIONS / folder)
    return pulumi.FileArchive(str(code_zip(folder, files)))


def create_function(
    settings: Settings,
    started: Arguments,
    environment: Variables,
    rights: list[Statement],
) -> aws.lambda_.Function:
    """Make the function, the role it runs as and the log it writes."""
    log_group = aws.cloudwatch.LogGroup(
        "languageModelLogs", retention_in_days=settings.log_retention_days
    )
    role = execution_role(log_group, rights)
    prompt = {"SYSTEM_PROMPT": settings.system_prompt}
    return aws.lambda_.Function(
        "LanguageModelLambda",
        role=role.arn,
        runtime="python3.12",
        code=code_of("model"),
        memory_size=settings.memory_size,
        timeout=settings.timeout,
        reserved_concurrent_executions=settings.model_concurrency,
        environment={"variables": {**prompt, **environment}},
        logging_config={"log_format": "Text", "log_group": log_group.name},
        **started,
    )


def plain_start(settings: Settings) -> Arguments:
    """What Lambda starts, on which processor, and with which layers."""
    return {
        "handler": "handler.handler",
        "layers": list(settings.layer_arns),
        "architectures": [settings.architecture],
    }


def execution_role(
    log_group: aws.cloudwatch.LogGroup, rights: list[Statement]
) -> aws.iam.Role:
    """The role the function runs as: it may write its log, and `rights`."""
    role = aws.iam.Role(
        "languageModelExecutionRole",
        assume_role_policy=trust_policy("lambda.amazonaws.com"),
    )
    allowed = policy_document(write_log(log_group), *rights)
    aws.iam.RolePolicy(
        "languageModelRights",
        role=role.id,
        policy=pulumi.Output.json_dumps(allowed),
    )
    return role


def write_log(log_group: aws.cloudwatch.LogGroup) -> Statement:
    """The right to write lines into one group, and to make no other."""
    return {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": pulumi.Output.concat(log_group.arn, ":*"),
    }


def invoke_policy(
    api_role: aws.iam.Role, function: aws.lambda_.Function
) -> aws.iam.RolePolicy:
    """What the API's role may do: invoke this one function."""
    invoke = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": function.arn,
    }
    return aws.iam.RolePolicy(
        "languageModelInvokePolicy",
        role=api_role.id,
        policy=pulumi.Output.json_dumps(policy_document(invoke)),
    )


# On AWS, where nothing else brings the model


def model_layer(settings: Settings, start: Arguments) -> Arguments:
    """For the function: its start, and first the layer with the model.

    Where something else brings the model, the start is as it was.
    """
    ours = settings.backend == "local" and not settings.function_name
    if not (ours and settings.model_layer):
        return start
    zip_file = layer_zip(settings.architecture)
    if not zip_file.is_file():
        raise pulumi.RunError(missing(settings.architecture))
    uploaded = layer_object(zip_file)
    version = aws.lambda_.LayerVersion(
        "modelLayer",
        layer_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-model",
        description="SmolLM2-135M-Instruct on llama.cpp",
        license_info="Apache-2.0, MIT, GPL-3.0 with GCC's exception",
        s3_bucket=uploaded.bucket,
        s3_key=uploaded.key,
        compatible_architectures=[settings.architecture],
        compatible_runtimes=[RUNTIME],
    )
    return {**start, "layers": [version.arn, *start["layers"]]}


def layer_object(zip_file: Path) -> aws.s3.BucketObjectv2:
    """The zip, in a bucket of its own: over 50 MB, Lambda reads it there.

    Its key is its digest. Another zip is another object, and a version of
    the layer of its own; the same one is not uploaded again.
    """
    bucket = aws.s3.Bucket("modelLayers", force_destroy=True)
    return aws.s3.BucketObjectv2(
        "modelLayerZip",
        bucket=bucket.id,
        key=f"{file_digest(zip_file)}.zip",
        source=pulumi.FileAsset(str(zip_file)),
    )


def missing(architecture: str) -> str:
    """What to say when nobody has made the zip yet."""
    return (
        "gateway:modelLayer is true, and the layer's zip is not there yet. "
        f"Make it: {layer_command(architecture)}. Or, where another layer "
        "brings the model: pulumi config set gateway:modelLayer false"
    )
