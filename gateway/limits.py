"""How many requests a caller may make, and what a request may ask."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from .auth import Keys
from .kinds import Arguments, Parts
from .settings import Settings

# Chapter 11: how many requests


def metered() -> Arguments:
    """For a method: only with a key, so that a plan counts the call."""
    return {"api_key_required": True}


def limit_responses(
    rest_api: aws.apigateway.RestApi, more: Arguments
) -> Parts:
    """What a caller over a limit is told: the reason, and when to retry."""
    throttled = error_response(
        "throttledResponse",
        rest_api,
        "THROTTLED",
        {"type": "rate_limit_error", "code": "rate_limit_exceeded"},
        {**more, "gatewayresponse.header.Retry-After": "'1'"},
    )
    quota = error_response(
        "quotaResponse",
        rest_api,
        "QUOTA_EXCEEDED",
        {"type": "insufficient_quota", "code": "insufficient_quota"},
        # A new day has to come first.
        {**more, "gatewayresponse.header.x-should-retry": "'false'"},
    )
    return [throttled, quota]


# No cache keeps an answer, and no browser guesses what it is.
NEVER_KEPT = {
    "gatewayresponse.header.Cache-Control": "'no-store'",
    "gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
}


def error_response(
    name: str,
    rest_api: aws.apigateway.RestApi,
    response_type: str,
    error: dict[str, str],
    headers: Arguments,
) -> aws.apigateway.Response:
    """An error of API Gateway itself, in the shape of the function's own.

    It is the same for every path, so it has what any client looks for: some
    read `code`, some the outer `type` and the `request_id`. The message is
    API Gateway's; `$context.error.messageString` brings its own quotes.
    `headers` are spelled as API Gateway wants them.
    """
    body = {
        "type": "error",
        "error": {"message": "MESSAGE", "param": None, **error},
        "request_id": "$context.requestId",
    }
    template = json.dumps(body).replace(
        '"MESSAGE"', "$context.error.messageString"
    )
    return aws.apigateway.Response(
        name,
        rest_api_id=rest_api.id,
        response_type=response_type,
        response_templates={"application/json": template},
        response_parameters={**NEVER_KEPT, **headers},
    )


def every_method(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    logging: Arguments,
) -> aws.apigateway.MethodSettings:
    """What holds for each method of the stage: its rate, and `logging`."""
    limit = (settings.stage_rate, settings.stage_burst)
    return method_settings(
        "everyMethod", rest_api, stage, "*/*", limit, logging
    )


def method_settings(
    name: str,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    method_path: str,
    limit: tuple[float, int],
    logging: Arguments,
) -> aws.apigateway.MethodSettings:
    """Settings of one method, or of all: `*/*`.

    In a path, each slash is written `~1`: `~1model/POST`.

    Those of one method replace those of all, the log among them: here both
    say everything.
    """
    rate, burst = limit
    return aws.apigateway.MethodSettings(
        name,
        rest_api=rest_api.id,
        stage_name=stage.stage_name,
        method_path=method_path,
        settings=aws.apigateway.MethodSettingsSettingsArgs(
            throttling_rate_limit=rate,
            throttling_burst_limit=burst,
            **logging,
        ),
    )


def usage_plans(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    keys: Keys,
) -> Parts:
    """A plan for each team, so that one team's 429 is no other team's."""
    made: Parts = []
    for team, key in keys.items():
        plan = aws.apigateway.UsagePlan(
            f"plan-{team}",
            api_stages=[{"api_id": rest_api.id, "stage": stage.stage_name}],
            throttle_settings={
                "rate_limit": settings.team_rate,
                "burst_limit": settings.team_burst,
            },
            quota_settings={"limit": settings.team_quota, "period": "DAY"},
        )
        made += [plan, plan_member(f"planKey-{team}", plan, key)]
    return made


def plan_member(
    name: str, plan: aws.apigateway.UsagePlan, key: aws.apigateway.ApiKey
) -> aws.apigateway.UsagePlanKey:
    """What puts a key into a plan."""
    return aws.apigateway.UsagePlanKey(
        name,
        key_id=key.id,
        key_type="API_KEY",
        usage_plan_id=plan.id,
        # It repeats the key's value, which nothing marks as a secret.
        opts=pulumi.ResourceOptions(additional_secret_outputs=["value"]),
    )


# Chapter 12: what may be asked


def prompt_check(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    model_path: aws.apigateway.Resource,
    access: Arguments,
    invocation: Arguments,
) -> Parts:
    """POST /model with a body that the gateway checks before the function.

    The other verbs stay with ANY: they have no body to check.
    """
    validator = body_validator("promptValidator", rest_api)
    schema = prompt_schema(settings)
    shape = body_model("promptModel", rest_api, "Prompt", schema)
    rules = checked(validator, shape)
    method = path_method(
        "promptMethod",
        rest_api,
        model_path,
        "POST",
        {**access, **rules, "operation_name": "CompletePrompt"},
    )
    proxy = proxy_integration(
        "promptIntegration", rest_api, method, invocation
    )
    return [validator, shape, method, proxy]


def prompt_limit(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    logging: Arguments,
) -> aws.apigateway.MethodSettings:
    """A tighter rate for the method that makes the model work."""
    limit = (settings.prompt_rate, settings.prompt_burst)
    return method_settings(
        "promptLimit", rest_api, stage, "~1model/POST", limit, logging
    )


def prompt_schema(settings: Settings) -> Arguments:
    """What a prompt has to look like, as JSON Schema, draft 4."""
    text = {
        "type": "string",
        "minLength": 1,
        "maxLength": settings.prompt_characters,
    }
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "prompt": text,
            "inputs": text,
            "max_tokens": {"type": "integer", "minimum": 1, "maximum": 256},
        },
        "anyOf": [{"required": ["prompt"]}, {"required": ["inputs"]}],
    }


def body_validator(
    name: str, rest_api: aws.apigateway.RestApi
) -> aws.apigateway.RequestValidator:
    """Who looks at a body. Of parameters it would not see the values."""
    return aws.apigateway.RequestValidator(
        name,
        rest_api=rest_api.id,
        validate_request_body=True,
        validate_request_parameters=False,
    )


def body_model(
    name: str,
    rest_api: aws.apigateway.RestApi,
    model_name: str,
    schema: Arguments,
) -> aws.apigateway.Model:
    """What a body has to look like: a JSON Schema, here called a model."""
    return aws.apigateway.Model(
        name,
        rest_api=rest_api.id,
        name=model_name,
        content_type="application/json",
        schema=json.dumps(schema),
    )


def checked(
    validator: aws.apigateway.RequestValidator, model: aws.apigateway.Model
) -> Arguments:
    """What a method says to have its bodies checked.

    `$default` stands for every content type. Under `application/json`, a
    body of another type would slip past.
    """
    return {
        "request_models": {"$default": model.name},
        "request_validator_id": validator.id,
    }


def path_method(
    name: str,
    rest_api: aws.apigateway.RestApi,
    path: aws.apigateway.Resource,
    http_method: str,
    arguments: Arguments,
) -> aws.apigateway.Method:
    """Chapter 04's method, for one more path or verb."""
    return aws.apigateway.Method(
        name,
        rest_api=rest_api.id,
        resource_id=path.id,
        http_method=http_method,
        **arguments,
        opts=pulumi.ResourceOptions(delete_before_replace=True),
    )


def proxy_integration(
    name: str,
    rest_api: aws.apigateway.RestApi,
    method: aws.apigateway.Method,
    invocation: Arguments,
) -> aws.apigateway.Integration:
    """Chapter 05's integration, for one more method."""
    return aws.apigateway.Integration(
        name,
        rest_api=rest_api.id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        type="AWS_PROXY",
        integration_http_method="POST",
        **invocation,
    )
