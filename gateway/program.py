"""A language model behind an API gateway, one function a step.

The steps come in the order of the chapters. Each takes what earlier steps
made and returns what it makes; `gateway`, at the end, puts them together.
Nothing here knows whether it runs on AWS or on a laptop.
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
    role = aws.iam.Role(
        "languageModelApiRole", assume_role_policy=json.dumps(trust)
    )
    pulumi.export("api_role_arn", role.arn)
    return role


# Chapter 02: the model in a Lambda function, and who may invoke it


def model(settings: Settings) -> Model:
    """The function that hosts the model: a named one, else a new one."""
    if settings.function_name:
        found = find_function(settings.function_name)
    else:
        found = create_function(settings)
    pulumi.export("function_name", found.name)
    pulumi.export("function_arn", found.arn)
    return found


def find_function(name: str) -> Model:
    """Look up a function that somebody else manages."""
    function = aws.lambda_.get_function(function_name=name)
    return Model(function.function_name, function.arn, function.invoke_arn)


def create_function(settings: Settings) -> Model:
    """Make the function, the role it runs as and the log it writes."""
    log_group = aws.cloudwatch.LogGroup(
        "languageModelLogs", retention_in_days=settings.log_retention_days
    )
    role = execution_role(log_group)
    function = aws.lambda_.Function(
        "LanguageModelLambda",
        role=role.arn,
        runtime="python3.12",
        handler="handler.handler",
        code=settings.model_code,
        layers=list(settings.layer_arns),
        memory_size=settings.memory_size,
        timeout=settings.timeout,
        environment={
            "variables": {"SYSTEM_PROMPT": settings.system_prompt}
        },
        logging_config={"log_format": "Text", "log_group": log_group.name},
    )
    pulumi.export("log_group", log_group.name)
    return Model(function.name, function.arn, function.invoke_arn)


def execution_role(log_group: aws.cloudwatch.LogGroup) -> aws.iam.Role:
    """The role the function runs as: it may write its log, nothing else."""
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
    role = aws.iam.Role(
        "languageModelExecutionRole", assume_role_policy=json.dumps(trust)
    )
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
        "languageModelWriteLog",
        role=role.id,
        policy=pulumi.Output.json_dumps(write_log),
    )
    return role


def invoke_policy(
    api_role: aws.iam.Role, model: Model
) -> aws.iam.RolePolicy:
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
        "languageModelInvokePolicy",
        role=api_role.id,
        policy=pulumi.Output.json_dumps(invoke),
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


def resource_policy(
    rest_api: aws.apigateway.RestApi,
) -> aws.apigateway.RestApiPolicy:
    """Who may call the API: so far everyone, on every path of this API."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": pulumi.Output.concat(
                    rest_api.execution_arn, "/*"
                ),
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
    """Every HTTP method of `/model`, open to all until chapter 07."""
    return aws.apigateway.Method(
        "modelMethod",
        rest_api=rest_api.id,
        resource_id=model_path.id,
        http_method="ANY",
        authorization="NONE",
        # POST would be another method. The old one has to go first: while
        # it stands there without an integration, nothing can be deployed.
        opts=pulumi.ResourceOptions(delete_before_replace=True),
    )


# Chapter 05: the integration


def integration(
    rest_api: aws.apigateway.RestApi,
    model_method: aws.apigateway.Method,
    model: Model,
    api_role: aws.iam.Role,
) -> aws.apigateway.Integration:
    """Hand each request to the function as it is, and its answer back."""
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


def invoke_permission(
    rest_api: aws.apigateway.RestApi,
    model_path: aws.apigateway.Resource,
    model: Model,
) -> aws.lambda_.Permission:
    """The other way in: the function itself admits this path of this API.

    Not a step of `gateway`. An integration without `credentials` needs it;
    it replaces the API's role and the role's policy.
    """
    return aws.lambda_.Permission(
        "languageModelPermission",
        action="lambda:InvokeFunction",
        function=model.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(
            rest_api.execution_arn, "/*/*", model_path.path
        ),
    )


# Chapter 06: the deployment, the stage and its URL

# Of the API itself, a deployment freezes these arguments. The others, such
# as its name and its description, take effect at once.
FROZEN = [
    "api_key_source",
    "binary_media_types",
    "body",
    "disable_execute_api_endpoint",
    "minimum_compression_size",
    "policy",
]


def keep_arguments(args: pulumi.ResourceTransformationArgs) -> None:
    """Keep, with each resource, the arguments that it is declared with.

    Pulumi calls this before it makes a resource. What the resource knows
    afterwards is AWS's answer: partly unknown in a preview, and not always
    what was asked for.
    """
    vars(args.resource)["arguments"] = {
        name: value
        for name, value in args.props.items()
        if value is not None
    }


def digest(
    rest_api: aws.apigateway.RestApi, parts: list[pulumi.Resource]
) -> pulumi.Output[str]:
    """A text that changes when the API is asked to be another."""
    api = vars(rest_api)["arguments"]
    asked = [{name: api[name] for name in FROZEN if name in api}]
    asked += [vars(part)["arguments"] for part in parts]
    # The values alone, without the resources that they come from: else
    # Pulumi would delete the deployment before a method that is replaced,
    # and AWS keeps a deployment that is served.
    values = pulumi.Output.from_input(asked).future(with_unknowns=True)
    # An argument can be an object, such as tls_config: `vars` opens it.
    text = pulumi.Output.json_dumps(
        pulumi.Output.from_input(values), sort_keys=True, default=vars
    )
    return text.apply(
        lambda known: hashlib.sha256(known.encode()).hexdigest()
    )


def deployment(
    rest_api: aws.apigateway.RestApi,
    resource_policy: aws.apigateway.RestApiPolicy,
    model_path: aws.apigateway.Resource,
    model_method: aws.apigateway.Method,
    integration: aws.apigateway.Integration,
) -> aws.apigateway.Deployment:
    """A frozen copy of the API; a changed digest makes a new one."""
    parts: list[pulumi.Resource] = [
        resource_policy,
        model_path,
        model_method,
        integration,
    ]
    return aws.apigateway.Deployment(
        "languageModelDeployment",
        rest_api=rest_api.id,
        triggers={"digest": digest(rest_api, parts)},
        opts=pulumi.ResourceOptions(depends_on=[rest_api, *parts]),
    )


def stage(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    deployment: aws.apigateway.Deployment,
) -> aws.apigateway.Stage:
    """The name under which the deployment is served, and so the URL."""
    served = aws.apigateway.Stage(
        "languageModelStage",
        rest_api=rest_api.id,
        deployment=deployment.id,
        stage_name=settings.stage_name,
    )
    pulumi.export("invoke_url", served.invoke_url)
    pulumi.export(
        "model_url", pulumi.Output.concat(served.invoke_url, "/model")
    )
    return served


# The whole program


def gateway(settings: Settings) -> None:
    """The whole program: every step, in order."""
    pulumi.runtime.register_stack_transformation(keep_arguments)
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
