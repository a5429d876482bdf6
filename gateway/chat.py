"""An endpoint that clients of OpenAI can use, beside `/model`.

The stage is called `v1`, so `/models` and `/chat/completions` are where
such clients look for them: below the invoke URL, which is their base URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from gateway.limits import (
    body_model,
    body_validator,
    checked,
    error_response,
    metered_method,
    method_settings,
    proxy_integration,
)

if TYPE_CHECKING:
    from gateway.auth import Access
    from gateway.observability import RequestLogs
    from gateway.program import Model
    from gateway.settings import Settings


# Chapter 10: speak OpenAI


def list_models(
    rest_api: aws.apigateway.RestApi,
    access: Access | None,
    model: Model,
    api_role: aws.iam.Role,
) -> list[pulumi.Resource]:
    """GET /models and GET /models/{model}: what there is to ask."""
    every = path_below(
        "modelsPath", rest_api, rest_api.root_resource_id, "models"
    )
    one = path_below("oneModelPath", rest_api, every.id, "{model}")
    listed = metered_method("modelsMethod", rest_api, every, "GET", access)
    shown = metered_method("oneModelMethod", rest_api, one, "GET", access)
    return [
        every,
        one,
        listed,
        shown,
        proxy_integration(
            "modelsIntegration", rest_api, listed, model, api_role
        ),
        proxy_integration(
            "oneModelIntegration", rest_api, shown, model, api_role
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
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    access: Access | None,
    model: Model,
    api_role: aws.iam.Role,
) -> list[pulumi.Resource]:
    """POST /chat/completions: a conversation in, its next turn out."""
    root = rest_api.root_resource_id
    above = path_below("chatPath", rest_api, root, "chat")
    path = path_below("completionsPath", rest_api, above.id, "completions")
    validator = body_validator("chatValidator", rest_api)
    schema = chat_schema(settings)
    shape = body_model("chatModel", rest_api, "Conversation", schema)
    rules = checked(validator, shape)
    method = metered_method(
        "chatMethod", rest_api, path, "POST", access, **rules
    )
    how = streaming(settings, model)
    proxy = proxy_integration(
        "chatIntegration", rest_api, method, model, api_role, **how
    )
    return [above, path, validator, shape, method, proxy]


def streaming(settings: Settings, model: Model) -> dict[str, object]:
    """How the integration hands on tokens while they are written."""
    if not settings.stream:
        return {}
    return {
        "uri": model.streaming_invoke_arn,
        "response_transfer_mode": "STREAM",
        "timeout_milliseconds": settings.timeout * 1000,
    }


def chat_schema(settings: Settings) -> dict[str, Any]:
    """What a conversation has to look like, as JSON Schema, draft 4."""
    text = {"type": "string", "maxLength": settings.prompt_characters}
    message = {
        "type": "object",
        "required": ["role", "content"],
        "properties": {"role": {"type": "string"}},
    }
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["model", "messages"],
        "properties": {
            "model": text,
            "messages": {
                "type": "array",
                "minItems": 1,
                "maxItems": 64,
                "items": message,
            },
        },
    }


def chat_limit(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    logs: RequestLogs | None,
) -> aws.apigateway.MethodSettings:
    """The rate of conversations: that of prompts."""
    limit = (settings.prompt_rate, settings.prompt_burst)
    path = "~1chat~1completions/POST"
    return method_settings("chatLimit", rest_api, stage, path, limit, logs)


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
    rest_api: aws.apigateway.RestApi,
) -> list[pulumi.Resource]:
    """Each error of API Gateway itself, in the shape that clients parse."""
    return [
        error_response(
            f"errorResponse-{response_type}",
            rest_api,
            response_type,
            {"type": kind, "code": code},
        )
        for response_type, (kind, code) in ERRORS.items()
    ]


def chat_url(stage: aws.apigateway.Stage) -> None:
    """Where to send conversations; clients want the part before it."""
    pulumi.export(
        "chat_url",
        pulumi.Output.concat(stage.invoke_url, "/chat/completions"),
    )


# On AWS


def adapter_environment() -> dict[str, pulumi.Input[str]]:
    """What the Lambda Web Adapter reads: start run.sh, and stream.

    Lambda's own Python runtime cannot stream. The adapter can: it starts
    server.py, which answers the same requests over HTTP.
    """
    return {
        "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap",
        "AWS_LWA_INVOKE_MODE": "response_stream",
        "AWS_LWA_PORT": "8080",
        "AWS_LWA_READINESS_CHECK_PATH": "/health",
        "AWS_LWA_ASYNC_INIT": "true",
    }
