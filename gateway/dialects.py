"""Two more shapes that clients speak: OpenAI's Responses and Anthropic's.

The function, the keys, the budget and the logs are those of conversations.
A client of OpenAI appends `/responses` to the invoke URL. One of Anthropic
appends `/v1/messages`: its base URL is the invoke URL without the stage.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from .chat import path_below
from .kinds import Arguments, Parts
from .limits import (
    body_model,
    body_validator,
    checked,
    method_settings,
    path_method,
    proxy_integration,
)
from .settings import Settings

# Chapter 21: other dialects


# Where each answers; below it, where it only counts; its noun.
DIALECTS = {
    "responses": ("input_tokens", "Response"),
    "messages": ("count_tokens", "Message"),
}


def other_dialects(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    access: Arguments,
    whole: Arguments,
    streamed: Arguments,
) -> Parts:
    """POST /responses and POST /messages, and their counts of tokens."""
    ways = (rest_api, access, whole, streamed)
    return [
        *dialect("responses", responses_schema(settings), *ways),
        *dialect("messages", messages_schema(settings), *ways),
    ]


def dialect(
    path_part: str,
    schema: Arguments,
    rest_api: aws.apigateway.RestApi,
    access: Arguments,
    whole: Arguments,
    streamed: Arguments,
) -> Parts:
    """A path that answers, checked at the door, and one that counts."""
    counting, noun = DIALECTS[path_part]
    counts = f"{path_part}-{counting}"
    root = rest_api.root_resource_id
    path = path_below(f"dialectPath-{path_part}", rest_api, root, path_part)
    below = path_below(f"dialectPath-{counts}", rest_api, path.id, counting)
    validator = body_validator(f"dialectValidator-{path_part}", rest_api)
    shape = body_model(
        f"dialectModel-{path_part}", rest_api, f"{noun}Request", schema
    )
    rules = checked(validator, shape)
    create = {**access, **rules, "operation_name": f"Create{noun}"}
    count = {**access, "operation_name": f"Count{noun}Tokens"}
    return [
        path,
        below,
        validator,
        shape,
        *posted(path_part, rest_api, path, create, streamed),
        *posted(counts, rest_api, below, count, whole),
    ]


def no_embeddings(
    rest_api: aws.apigateway.RestApi, access: Arguments, whole: Arguments
) -> Parts:
    """POST /embeddings: the function says that there are none.

    Without the path, API Gateway would answer 403: a wrong key, it seems.
    """
    root = rest_api.root_resource_id
    path = path_below(
        "dialectPath-embeddings", rest_api, root, "embeddings"
    )
    asks = {**access, "operation_name": "CreateEmbeddings"}
    return [path, *posted("embeddings", rest_api, path, asks, whole)]


def posted(
    name: str,
    rest_api: aws.apigateway.RestApi,
    path: aws.apigateway.Resource,
    arguments: Arguments,
    invocation: Arguments,
) -> Parts:
    """POST on a path: its method, and where that leads."""
    method = path_method(
        f"dialectMethod-{name}", rest_api, path, "POST", arguments
    )
    proxy = proxy_integration(
        f"dialectIntegration-{name}", rest_api, method, invocation
    )
    return [method, proxy]


def responses_schema(settings: Settings) -> Arguments:
    """What a request for a response has to look like: draft 4.

    It is less than the function asks: fields that are new to it pass.
    """
    text = {"type": "string", "maxLength": settings.prompt_characters}
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["model", "input"],
        "properties": {
            "model": text,
            "input": {"anyOf": [text, {"type": "array"}]},
        },
    }


def messages_schema(settings: Settings) -> Arguments:
    """What a request for a message has to look like: draft 4.

    `system` and `content` may be text or a list: the function looks.
    """
    text = {"type": "string", "maxLength": settings.prompt_characters}
    turn = {"type": "object", "required": ["role", "content"]}
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["model", "messages", "max_tokens"],
        "properties": {
            "model": text,
            "max_tokens": {"type": "integer", "minimum": 1},
            "messages": {"type": "array", "minItems": 1, "items": turn},
        },
    }


def dialect_limits(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    logging: Arguments,
) -> list[aws.apigateway.MethodSettings]:
    """The rate of both: that of prompts.

    To count costs little: the rate of every method holds for it, and each
    method has that rate for itself.
    """
    limit = (settings.prompt_rate, settings.prompt_burst)
    return [
        method_settings(
            f"dialectLimit-{path}",
            rest_api,
            stage,
            f"~1{path}/POST",
            limit,
            logging,
        )
        for path in DIALECTS
    ]


def anthropic_base_url(
    settings: Settings, stage: aws.apigateway.Stage
) -> pulumi.Output[str] | None:
    """What Anthropic's clients want; none if the stage is not `v1`.

    They append `/v1/messages`, and only `v1` is the name of our stage.
    """
    if settings.stage_name != "v1":
        return None
    return stage.invoke_url.apply(lambda url: url.removesuffix("/v1"))
