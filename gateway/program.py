"""A language model behind an API gateway: one function a step, in the order of the chapters.

Each step takes what earlier steps made and returns what it makes. `gateway`, at the end, puts
them together. Nothing here knows whether it runs on AWS or on a laptop.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from gateway.settings import Settings


@dataclass(frozen=True)
class Model:
    """The Lambda function that hosts the language model, found or made."""

    name: pulumi.Input[str]
    arn: pulumi.Input[str]
    invoke_arn: pulumi.Input[str]


# Chapter 01: the role that API Gateway assumes


def api_role() -> aws.iam.Role:
    """The IAM role that API Gateway assumes when it calls the function."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = aws.iam.Role("languageModelApiRole", assume_role_policy=json.dumps(trust))
    pulumi.export("api_role_arn", role.arn)
    return role


# Chapter 02: the model in a Lambda function, and who may invoke it


def model(settings: Settings) -> Model:
    """The function that hosts the model: an existing one if the settings name it, else a new one."""
    if settings.function_name:
        found = find_function(settings.function_name)
    else:
        found = create_function(settings)
    pulumi.export("function_name", found.name)
    return found


def find_function(name: str) -> Model:
    """Look up a function that somebody else manages."""
    function = aws.lambda_.get_function(function_name=name)
    return Model(function.function_name, function.arn, function.invoke_arn)


def create_function(settings: Settings) -> Model:
    """Make the function, the role it runs as, and the log group it writes to."""
    log_group = aws.cloudwatch.LogGroup(
        "languageModelLogs", retention_in_days=settings.log_retention_days
    )
    role = execution_role(log_group)
    function = aws.lambda_.Function(
        "LanguageModelLambda",
        role=role.arn,
        runtime="python3.12",
        handler="handler.handler",
        code=pulumi.FileArchive(settings.model_code),
        layers=list(settings.layer_arns),
        memory_size=settings.memory_size,
        timeout=settings.timeout,
        environment={"variables": {"SYSTEM_PROMPT": settings.system_prompt}},
        logging_config={"log_format": "Text", "log_group": log_group.name},
    )
    return Model(function.name, function.arn, function.invoke_arn)


def execution_role(log_group: aws.cloudwatch.LogGroup) -> aws.iam.Role:
    """The role the function runs as: it may write its own log, and nothing else."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = aws.iam.Role("languageModelExecutionRole", assume_role_policy=json.dumps(trust))
    write_log = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": pulumi.Output.concat(log_group.arn, ":*"),
            }
        ],
    }
    aws.iam.RolePolicy(
        "languageModelWriteLog", role=role.id, policy=pulumi.Output.json_dumps(write_log)
    )
    return role


def invoke_policy(api_role: aws.iam.Role, model: Model) -> aws.iam.RolePolicy:
    """What the API's role may do: invoke this one function."""
    invoke = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": model.arn,
            }
        ],
    }
    return aws.iam.RolePolicy(
        "languageModelInvokePolicy", role=api_role.id, policy=pulumi.Output.json_dumps(invoke)
    )


# Chapter 03: the REST API and who may call it


def rest_api() -> aws.apigateway.RestApi:
    """The API itself: so far an empty shell with an id."""
    api = aws.apigateway.RestApi(
        "languageModelApi",
        description="A language model behind an API gateway",
        endpoint_configuration={"types": "REGIONAL"},
    )
    pulumi.export("rest_api_id", api.id)
    return api


def resource_policy(rest_api: aws.apigateway.RestApi) -> aws.apigateway.RestApiPolicy:
    """Who may call the API: so far everyone, on every path of this API and no other."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": pulumi.Output.concat(rest_api.execution_arn, "/*"),
            }
        ],
    }
    return aws.apigateway.RestApiPolicy(
        "languageModelApiPolicy",
        rest_api_id=rest_api.id,
        policy=pulumi.Output.json_dumps(policy),
    )


# Chapter 04: the path /model and its method


def model_path(rest_api: aws.apigateway.RestApi) -> aws.apigateway.Resource:
    """The path `/model`, below the root of the API."""
    path = aws.apigateway.Resource(
        "modelPath",
        rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id,
        path_part="model",
    )
    pulumi.export("model_path", path.path)
    return path


def model_method(
    rest_api: aws.apigateway.RestApi, model_path: aws.apigateway.Resource
) -> aws.apigateway.Method:
    """Every HTTP method of `/model`, open to all callers until chapter 07."""
    return aws.apigateway.Method(
        "modelMethod",
        rest_api=rest_api.id,
        resource_id=model_path.id,
        http_method="ANY",
        authorization="NONE",
    )


# Chapter 05: the integration


def integration(
    rest_api: aws.apigateway.RestApi,
    model_method: aws.apigateway.Method,
    model: Model,
    api_role: aws.iam.Role,
) -> aws.apigateway.Integration:
    """Hand each request to the function as it came, and its answer back to the caller."""
    proxy = aws.apigateway.Integration(
        "modelIntegration",
        rest_api=rest_api.id,
        resource_id=model_method.resource_id,
        http_method=model_method.http_method,
        type="AWS_PROXY",
        integration_http_method="POST",
        uri=model.invoke_arn,
        credentials=api_role.arn,
    )
    pulumi.export("integration_uri", proxy.uri)
    return proxy


# Chapter 06: the deployment, the stage and its URL

# The arguments that a deployment freezes. The list is long so that the digest is complete:
# an argument that is missing here is an edit that never goes live.
DEPLOYED = {
    aws.apigateway.RestApi: [
        "api_key_source",
        "binary_media_types",
        "disable_execute_api_endpoint",
        "minimum_compression_size",
    ],
    aws.apigateway.RestApiPolicy: ["policy"],
    aws.apigateway.Resource: ["parent_id", "path_part"],
    aws.apigateway.Method: [
        "api_key_required",
        "authorization",
        "authorization_scopes",
        "authorizer_id",
        "http_method",
        "operation_name",
        "request_models",
        "request_parameters",
        "request_validator_id",
        "resource_id",
    ],
    aws.apigateway.Integration: [
        "cache_key_parameters",
        "cache_namespace",
        "connection_id",
        "connection_type",
        "content_handling",
        "credentials",
        "http_method",
        "integration_http_method",
        "integration_target",
        "passthrough_behavior",
        "request_parameters",
        "request_templates",
        "resource_id",
        "response_transfer_mode",
        "timeout_milliseconds",
        "tls_config",
        "type",
        "uri",
    ],
}


def digest(*resources: pulumi.Resource) -> pulumi.Output[str]:
    """One short text that changes exactly when something changes that a deployment freezes."""
    arguments = [
        {name: getattr(resource, name) for name in DEPLOYED[type(resource)]}
        for resource in resources
    ]
    text = pulumi.Output.json_dumps(arguments, sort_keys=True)
    return text.apply(lambda known: hashlib.sha256(known.encode()).hexdigest())


def deployment(
    rest_api: aws.apigateway.RestApi,
    resource_policy: aws.apigateway.RestApiPolicy,
    model_path: aws.apigateway.Resource,
    model_method: aws.apigateway.Method,
    integration: aws.apigateway.Integration,
) -> aws.apigateway.Deployment:
    """A frozen copy of the API as it is now; a changed digest makes a new one."""
    frozen = [rest_api, resource_policy, model_path, model_method, integration]
    return aws.apigateway.Deployment(
        "languageModelDeployment",
        rest_api=rest_api.id,
        triggers={"digest": digest(*frozen)},
        opts=pulumi.ResourceOptions(depends_on=frozen),
    )


def stage(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    deployment: aws.apigateway.Deployment,
) -> aws.apigateway.Stage:
    """The name under which the deployment is served, and with it the URL."""
    served = aws.apigateway.Stage(
        "languageModelStage",
        rest_api=rest_api.id,
        deployment=deployment.id,
        stage_name=settings.stage_name,
    )
    pulumi.export("invoke_url", served.invoke_url)
    pulumi.export("model_url", pulumi.Output.concat(served.invoke_url, "/model"))
    return served


def gateway(settings: Settings) -> None:
    """The whole program: every step, in order."""
    role = api_role()
    function = model(settings)
    invoke_policy(role, function)
    api = rest_api()
    policy = resource_policy(api)
    path = model_path(api)
    method = model_method(api, path)
    proxy = integration(api, method, function, role)
    frozen = deployment(api, policy, path, method, proxy)
    stage(settings, api, frozen)
