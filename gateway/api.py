"""The REST API: its path, its method, and where that leads."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Statement
from .policies import policy_document

# Chapter 03: the REST API and who may call it


def rest_api(key_source: Arguments) -> aws.apigateway.RestApi:
    """The API itself: so far an empty shell with an id."""
    return aws.apigateway.RestApi(
        "languageModelApi",
        description="A language model behind an API gateway",
        endpoint_configuration={"types": "REGIONAL"},
        security_policy="TLS_1_2",
        **key_source,
    )


def resource_policy(
    rest_api: aws.apigateway.RestApi, statements: list[Statement]
) -> aws.apigateway.RestApiPolicy:
    """Who may call the API, and who may not."""
    return aws.apigateway.RestApiPolicy(
        "languageModelApiPolicy",
        rest_api_id=rest_api.id,
        policy=pulumi.Output.json_dumps(policy_document(*statements)),
    )


# Chapter 04: the path /model and its method


def model_path(rest_api: aws.apigateway.RestApi) -> aws.apigateway.Resource:
    """The path `/model`, below the root of the API."""
    return aws.apigateway.Resource(
        "modelPath",
        rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id,
        path_part="model",
    )


def model_method(
    rest_api: aws.apigateway.RestApi,
    model_path: aws.apigateway.Resource,
    access: Arguments,
) -> aws.apigateway.Method:
    """Every HTTP method of `/model`, for those whom `access` admits."""
    return aws.apigateway.Method(
        "modelMethod",
        rest_api=rest_api.id,
        resource_id=model_path.id,
        http_method="ANY",
        operation_name="AskTheModel",
        **access,
        # POST would be another method. The old one has to go first: while
        # it stands there without an integration, nothing can be deployed.
        opts=pulumi.ResourceOptions(delete_before_replace=True),
    )


# Chapter 05: the integration


def invocation(
    function: aws.lambda_.Function, api_role: aws.iam.Role
) -> Arguments:
    """How API Gateway calls the function: where, as whom, for what."""
    return {
        "uri": function.invoke_arn,
        "credentials": api_role.arn,
        "response_transfer_mode": "BUFFERED",
    }


def integration(
    rest_api: aws.apigateway.RestApi,
    model_method: aws.apigateway.Method,
    invocation: Arguments,
) -> aws.apigateway.Integration:
    """Hand each request to the function as it is, and its answer back."""
    return aws.apigateway.Integration(
        "modelIntegration",
        rest_api=rest_api.id,
        resource_id=model_method.resource_id,
        http_method=model_method.http_method,
        type="AWS_PROXY",
        integration_http_method="POST",
        **invocation,
    )


def invoke_permission(
    rest_api: aws.apigateway.RestApi,
    model_path: aws.apigateway.Resource,
    function: aws.lambda_.Function,
) -> aws.lambda_.Permission:
    """The other way in: the function itself admits this path of this API.

    Not a step of `gateway`. An integration without `credentials` needs it;
    it replaces the API's role and the role's policy.
    """
    return aws.lambda_.Permission(
        "languageModelPermission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(
            rest_api.execution_arn, "/*/*", model_path.path
        ),
    )
