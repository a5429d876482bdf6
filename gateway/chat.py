"""An endpoint that clients of OpenAI can use, beside `/model`.

The stage is called `v1`, so `/models` and `/chat/completions` are where
such clients look for them: below the invoke URL, which is their base URL.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Parts, Variables
from .layer.adapter import published_adapter
from .limits import (
    body_model,
    body_validator,
    checked,
    error_response,
    method_settings,
    path_method,
    proxy_integration,
)
from .settings import Settings

# Chapter 18: speak OpenAI


def list_models(
    rest_api: aws.apigateway.RestApi,
    access: Arguments,
    invocation: Arguments,
) -> Parts:
    """GET /models and GET /models/{model}: what there is to ask."""
    every = path_below(
        "modelsPath", rest_api, rest_api.root_resource_id, "models"
    )
    one = path_below("oneModelPath", rest_api, every.id, "{model}")
    lists = {**access, "operation_name": "ListModels"}
    shows = {**access, "operation_name": "RetrieveModel"}
    listed = path_method("modelsMethod", rest_api, every, "GET", lists)
    shown = path_method("oneModelMethod", rest_api, one, "GET", shows)
    return [
        every,
        one,
        listed,
        shown,
        proxy_integration(
            "modelsIntegration", rest_api, listed, invocation
        ),
        proxy_integration(
            "oneModelIntegration", rest_api, shown, invocation
        ),
    ]


def path_below(
    name: str,
    rest_api: aws.apigateway.RestApi,
    parent_id: pulumi.Input[str],
    part: str,
) -> aws.apigateway.Resource:
    """One more part of a path."""
    return aws.apigateway.Resource(
        name, rest_api=rest_api.id, parent_id=parent_id, path_part=part
    )


def chat_completions(
    rest_api: aws.apigateway.RestApi,
    access: Arguments,
    rules: Arguments,
    invocation: Arguments,
) -> Parts:
    """POST /chat/completions: a conversation in, its next turn out."""
    root = rest_api.root_resource_id
    above = path_below("chatPath", rest_api, root, "chat")
    path = path_below("completionsPath", rest_api, above.id, "completions")
    asks = {**access, **rules, "operation_name": "CreateChatCompletion"}
    method = path_method("chatMethod", rest_api, path, "POST", asks)
    proxy = proxy_integration(
        "chatIntegration", rest_api, method, invocation
    )
    return [above, path, method, proxy]


def chat_limit(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    logging: Arguments,
) -> aws.apigateway.MethodSettings:
    """The rate of conversations: that of prompts."""
    limit = (settings.prompt_rate, settings.prompt_burst)
    path = "~1chat~1completions/POST"
    return method_settings(
        "chatLimit", rest_api, stage, path, limit, logging
    )


# Errors that API Gateway gives without asking the function: their type and
# code. Clients go by the status; some, by the type first, and they take
# each invalid_request_error for a 400. The two defaults are for the rest.
ERRORS = {
    "UNAUTHORIZED": ("authentication_error", "invalid_api_key"),
    "ACCESS_DENIED": ("permission_error", "permission_denied"),
    "INVALID_API_KEY": ("permission_error", "permission_denied"),
    "BAD_REQUEST_BODY": ("invalid_request_error", "invalid_body"),
    "REQUEST_TOO_LARGE": ("invalid_request_error", "too_large"),
    "INTEGRATION_TIMEOUT": ("server_error", "timeout"),
    "DEFAULT_4XX": ("invalid_request_error", "refused"),
    "DEFAULT_5XX": ("server_error", "server_error"),
}


def error_responses(
    rest_api: aws.apigateway.RestApi, more: Arguments
) -> Parts:
    """Each error of API Gateway itself, in the shape that clients parse."""
    return [
        error_response(
            f"errorResponse-{response_type}",
            rest_api,
            response_type,
            {"type": kind, "code": code},
            more,
        )
        for response_type, (kind, code) in ERRORS.items()
    ]


def chat_url(stage: aws.apigateway.Stage) -> pulumi.Output[str]:
    """Where to send conversations; clients want the part before it."""
    return pulumi.Output.concat(stage.invoke_url, "/chat/completions")


def prompt_variables(settings: Settings) -> Variables:
    """For the function: whether our system prompt comes first."""
    return (
        {"SYSTEM_PROMPT_FIRST": "1"} if settings.system_prompt_first else {}
    )


# Chapter 19: what is no conversation does not reach the function


def chat_check(
    settings: Settings, rest_api: aws.apigateway.RestApi
) -> tuple[aws.apigateway.RequestValidator, aws.apigateway.Model]:
    """Who looks at the body of a conversation, and for what."""
    validator = body_validator("chatValidator", rest_api)
    schema = chat_schema(settings)
    shape = body_model("chatModel", rest_api, "Conversation", schema)
    return validator, shape


def chat_rules(
    check: tuple[aws.apigateway.RequestValidator, aws.apigateway.Model],
) -> Arguments:
    """For the method of conversations: those two look first."""
    return checked(*check)


def chat_schema(settings: Settings) -> Arguments:
    """What a conversation has to look like, as JSON Schema, draft 4.

    How much of it the model can read, the function knows, and says.
    """
    text = {"type": "string", "maxLength": settings.prompt_characters}
    message = {
        "type": "object",
        "required": ["role"],
        "properties": {"role": {"type": "string"}},
    }
    turns = {"type": "array", "minItems": 1, "items": message}
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["model", "messages"],
        "properties": {"model": text, "messages": turns},
    }


# Chapter 20: the stream


def streaming(
    settings: Settings, function: aws.lambda_.Function
) -> Arguments:
    """For the integration: hand on tokens while they are written."""
    if not settings.stream:
        return {}
    return {
        "uri": function.response_streaming_invoke_arn,
        "response_transfer_mode": "STREAM",
        "timeout_milliseconds": settings.timeout * 1000,
    }


def stream_variables(settings: Settings) -> Arguments:
    """For the stage: that the function may give an answer in pieces.

    Each call brings it along: what the function gives and what the
    deployment takes change in one moment, and no call meets the two apart.
    """
    return {"variables": {"stream": "1"}} if settings.stream else {}


# On AWS, where Lambda's own Python runtime cannot stream


def adapter_start(settings: Settings) -> Arguments:
    """For the function: the Lambda Web Adapter, which starts run.sh.

    That is server.py, which answers the same requests over HTTP.
    """
    if not settings.adapter_layer_arn:
        return {}
    return {
        "handler": "run.sh",
        "layers": [*settings.layer_arns, adapter_layer(settings)],
    }


def adapter_layer(settings: Settings) -> pulumi.Input[str]:
    """The adapter's layer: the one that is named, or the one of AWS."""
    if settings.adapter_layer_arn != "published":
        return settings.adapter_layer_arn
    region, processor = (
        aws.get_region_output().region,
        settings.architecture,
    )
    return region.apply(lambda known: known_adapter(known, processor))


def known_adapter(region: str, architecture: str) -> str:
    """The ARN of AWS's own layer.

    Raises:
        pulumi.RunError: there is none.
    """
    found = published_adapter(region, architecture)
    if found is None:
        raise pulumi.RunError(
            f"AWS publishes no layer of the Lambda Web Adapter in {region} "
            f"for {architecture}. Copy another Region's, and set the "
            "copy's ARN: pulumi config set gateway:adapterLayerArn ARN"
        )
    return found


def adapter_variables(settings: Settings) -> Variables:
    """For the function: what the adapter reads."""
    if not settings.adapter_layer_arn:
        return {}
    return {
        "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap",
        "AWS_LWA_INVOKE_MODE": "response_stream",
        "AWS_LWA_PORT": "8080",
        "AWS_LWA_READINESS_CHECK_PATH": "/health",
        "AWS_LWA_ASYNC_INIT": "true",
    }


def adapter_invocation(
    settings: Settings, function: aws.lambda_.Function
) -> Arguments:
    """For every integration: behind the adapter, all answers stream."""
    if not settings.adapter_layer_arn:
        return {}
    return {
        "uri": function.response_streaming_invoke_arn,
        "response_transfer_mode": "STREAM",
    }
