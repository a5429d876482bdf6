"""A language model behind an API gateway, one function a step.

The steps come in the order of the chapters: 01 to 06 here, 07 in auth.py,
08 in limits.py, 09 in observability.py, 10 in chat.py. Each takes what
other steps made and returns what it makes; `gateway`, at the end, puts them
together. Nothing here knows whether it runs on AWS or on a laptop.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from gateway.auth import EVERYONE, access, encrypted_only, team_keys
from gateway.chat import (
    adapter_environment,
    chat_completions,
    chat_limit,
    chat_url,
    error_responses,
    list_models,
)
from gateway.limits import (
    budget_policy,
    every_method,
    limit_responses,
    prompt_check,
    prompt_limit,
    token_budget,
    usage_plans,
)
from gateway.observability import (
    alarms,
    dashboard,
    request_logs,
    token_metrics,
)

if TYPE_CHECKING:
    from gateway.auth import Access
    from gateway.limits import Budget
    from gateway.observability import RequestLogs
    from gateway.settings import Settings


@dataclass(frozen=True)
class Model:
    """The Lambda function that hosts the language model, found or made.

    `invoke_arn` is for answers that come whole, `streaming_invoke_arn` for
    those that come as they are written, and `transfer_mode` says which of
    the two the function gives when nobody asks for either.
    """

    name: pulumi.Input[str]
    arn: pulumi.Input[str]
    invoke_arn: pulumi.Input[str]
    streaming_invoke_arn: pulumi.Input[str]
    transfer_mode: str = "BUFFERED"


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


def model(
    settings: Settings,
    budget: Budget | None = None,
    namespace: str | None = None,
) -> Model:
    """The function that hosts the model: a named one, else a new one."""
    if settings.function_name:
        found = find_function(settings.function_name)
    else:
        found = create_function(settings, budget, namespace)
    pulumi.export("function_name", found.name)
    pulumi.export("function_arn", found.arn)
    return found


def find_function(name: str) -> Model:
    """Look up a function that somebody else manages."""
    function = aws.lambda_.get_function(function_name=name)
    return Model(
        function.function_name,
        function.arn,
        function.invoke_arn,
        function.response_streaming_invoke_arn,
    )


def create_function(
    settings: Settings,
    budget: Budget | None = None,
    namespace: str | None = None,
) -> Model:
    """Make the function, the role it runs as and the log it writes."""
    log_group = aws.cloudwatch.LogGroup(
        "languageModelLogs", retention_in_days=settings.log_retention_days
    )
    role = execution_role(log_group)
    if budget:
        budget_policy(role, budget)
    function = aws.lambda_.Function(
        "LanguageModelLambda",
        role=role.arn,
        runtime="python3.12",
        handler=settings.model_handler,
        code=settings.model_code,
        layers=settings.model_layers,
        memory_size=settings.memory_size,
        timeout=settings.timeout,
        environment={
            "variables": model_environment(settings, budget, namespace)
        },
        logging_config={"log_format": "Text", "log_group": log_group.name},
    )
    pulumi.export("log_group", log_group.name)
    name, arn = function.name, function.arn
    streaming = function.response_streaming_invoke_arn
    if settings.adapter_layer_arn:  # behind the adapter, all answers stream
        return Model(name, arn, streaming, streaming, "STREAM")
    return Model(name, arn, function.invoke_arn, streaming)


def model_environment(
    settings: Settings, budget: Budget | None, namespace: str | None
) -> dict[str, pulumi.Input[str]]:
    """What the function reads when it starts; later chapters add to it."""
    variables: dict[str, pulumi.Input[str]] = {
        "SYSTEM_PROMPT": settings.system_prompt
    }
    if budget:
        variables["BUDGET_TABLE"] = budget.table.name
        variables["TOKENS_PER_DAY"] = str(budget.tokens_per_day)
    if namespace:
        variables["METRICS_NAMESPACE"] = namespace
    if settings.stream:
        variables["STREAMING"] = "1"
    if settings.adapter_layer_arn:
        variables |= adapter_environment()
    return variables


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


def rest_api(settings: Settings) -> aws.apigateway.RestApi:
    """The API itself: so far an empty shell with an id."""
    api = aws.apigateway.RestApi(
        "languageModelApi",
        description="A language model behind an API gateway",
        endpoint_configuration={"types": "REGIONAL"},
        api_key_source=settings.api_key_source,
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
    rest_api: aws.apigateway.RestApi,
    model_path: aws.apigateway.Resource,
    access: Access | None = None,
    budget: Budget | None = None,
) -> aws.apigateway.Method:
    """Every HTTP method of `/model`, open to all until chapter 07."""
    who = access or EVERYONE
    return aws.apigateway.Method(
        "modelMethod",
        rest_api=rest_api.id,
        resource_id=model_path.id,
        http_method="ANY",
        authorization=who.authorization,
        authorizer_id=who.authorizer_id,
        authorization_scopes=who.scopes,
        api_key_required=budget is not None,
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
        response_transfer_mode=model.transfer_mode,
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
    rest_api: aws.apigateway.RestApi, parts: list[pulumi.Resource]
) -> aws.apigateway.Deployment:
    """A frozen copy of the API; a changed digest makes a new one."""
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
    logs: RequestLogs | None = None,
) -> aws.apigateway.Stage:
    """The name under which the deployment is served, and so the URL."""
    served = aws.apigateway.Stage(
        "languageModelStage",
        rest_api=rest_api.id,
        deployment=deployment.id,
        stage_name=settings.stage_name,
        access_log_settings=logs.settings if logs else None,
        xray_tracing_enabled=logs is not None,
        opts=pulumi.ResourceOptions(depends_on=logs.parts if logs else []),
    )
    pulumi.export("invoke_url", served.invoke_url)
    pulumi.export(
        "model_url", pulumi.Output.concat(served.invoke_url, "/model")
    )
    return served


# The whole program


def gateway(settings: Settings) -> None:
    """The whole program: every step, once.

    A step that a later chapter adds may be missing: then it gives None, and
    the gateway is the one of an earlier chapter.
    """
    pulumi.runtime.register_stack_transformation(keep_arguments)
    role = api_role()
    keys = team_keys(settings)
    budget = token_budget(settings)
    function = model(settings, budget, token_metrics(settings))
    invoke_policy(role, function)
    api = rest_api(settings)
    who = access(settings, api, role, keys)
    path = model_path(api)
    method = model_method(api, path, who, budget)
    proxy = integration(api, method, function, role)
    signs = who is not None and who.authorization == "AWS_IAM"
    policy = encrypted_only(api) if signs else resource_policy(api)
    parts: list[pulumi.Resource] = [policy, path, method, proxy]
    if who and who.authorizer:
        parts.append(who.authorizer)
    parts += prompt_check(settings, api, path, who, function, role) or []
    parts += limit_responses(api) or []
    parts += list_models(api, who, function, role) or []
    parts += chat_completions(settings, api, who, function, role) or []
    parts += error_responses(api) or []
    frozen = deployment(api, parts)
    logs = request_logs(settings, api)
    served = stage(settings, api, frozen, logs)
    every_method(settings, api, served, logs)
    prompt_limit(settings, api, served, logs)
    chat_limit(settings, api, served, logs)
    usage_plans(settings, api, served, keys)
    alarms(settings, api, served, logs)
    dashboard(settings, api, served)
    chat_url(served)
