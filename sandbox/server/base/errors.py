"""The errors that the gateway itself answers, and the gateway responses that shape them.

Status, body and headers are AWS's, white space included: an error before the integration starts
has no space after the colon, one during it has. A GatewayError is raised where it happens and
rendered once, through the gateway responses of the stage's deployment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.exchange import Request, Response
from sandbox.server.base.variables import map_value, substitute

v1 = emulator.v1
JSON = "application/json"
# Begins what the execution log says of an integration or an authorizer that cannot work.
CONFIGURATION = "Execution failed due to configuration error: "


@dataclass(frozen=True)
class Kind:
    """A gateway response type as it is when nobody customised it."""

    status: int
    error_type: str
    spaced: bool = False


KINDS = {
    "ACCESS_DENIED": Kind(403, "AccessDeniedException"),
    "API_CONFIGURATION_ERROR": Kind(500, "InternalServerErrorException", spaced=True),
    "AUTHORIZER_CONFIGURATION_ERROR": Kind(500, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": Kind(500, "AuthorizerConfigurationException"),
    "BAD_REQUEST_BODY": Kind(400, "BadRequestException", spaced=True),
    "BAD_REQUEST_PARAMETERS": Kind(400, "BadRequestException", spaced=True),
    "DEFAULT_4XX": Kind(403, "ForbiddenException"),
    "DEFAULT_5XX": Kind(500, "InternalServerErrorException", spaced=True),
    "EXPIRED_TOKEN": Kind(403, "ExpiredTokenException"),
    "INTEGRATION_FAILURE": Kind(504, "InternalServerErrorException", spaced=True),
    "INTEGRATION_TIMEOUT": Kind(504, "InternalServerErrorException", spaced=True),
    "INVALID_API_KEY": Kind(403, "ForbiddenException"),
    "INVALID_SIGNATURE": Kind(403, "InvalidSignatureException"),
    "MISSING_AUTHENTICATION_TOKEN": Kind(403, "MissingAuthenticationTokenException"),
    "QUOTA_EXCEEDED": Kind(429, "LimitExceededException"),
    "REQUEST_TOO_LARGE": Kind(413, "BadRequestException", spaced=True),
    "RESOURCE_NOT_FOUND": Kind(404, "NotFoundException"),
    "THROTTLED": Kind(429, "TooManyRequestsException"),
    "UNAUTHORIZED": Kind(401, "UnauthorizedException"),
    "UNSUPPORTED_MEDIA_TYPE": Kind(415, "BadRequestException", spaced=True),
    "WAF_FILTERED": Kind(403, "ForbiddenException"),
}

# A request never learns why its authorizer failed.
SILENT = ("AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE")


class GatewayError(Exception):
    """The gateway refuses, or cannot serve, a request.

    `kind` is a key of KINDS; `status` and `error_type` replace what it has there; `note` is the
    line that goes to the execution log, never to the client; `detail` is why a body is invalid.
    """

    def __init__(
        self,
        kind: str,
        message: str | None,
        *,
        status: int | None = None,
        error_type: str | None = None,
        note: str = "",
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = None if kind in SILENT else message
        self.status = status or KINDS[kind].status
        self.error_type = error_type or KINDS[kind].error_type
        self.note = note
        self.detail = detail


def internal(note: str, status: int = 500, kind: str = "API_CONFIGURATION_ERROR") -> GatewayError:
    """The error whose reason only the execution log shows."""
    return GatewayError(kind, "Internal server error", status=status, note=note)


def missing_token() -> GatewayError:
    """What a path or method that does not exist answers, and an unsigned call that must be."""
    return GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")


def check(error: Any) -> None:
    """Raise what a helper of the emulator returns: None, or an error of its own class."""
    if error is not None:
        raise GatewayError(error.response_type, error.message, error_type=error.error_type)


def forbidden() -> Response:
    """No such stage: the request reaches no deployment, so no gateway response shapes this."""
    headers = [("Content-Type", JSON), ("x-amzn-ErrorType", "ForbiddenException")]
    return Response(403, headers, b'{"message":"Forbidden"}')


def render(error: GatewayError, request: Request) -> Response:
    """The answer to an error, as the deployed gateway responses have it."""
    custom = _customised(request)
    own = custom.get(error.kind)
    family = custom.get("DEFAULT_4XX" if error.status < 500 else "DEFAULT_5XX")
    shape = own or family or {}
    templates = shape.get("responseTemplates") or {}
    content_type, template = _choose(templates, request)
    if template is None:
        key = "Message" if error.kind == "ACCESS_DENIED" else "message"
        template = f'{{"{key}":$context.error.messageString}}'
    status = int(shape.get("statusCode") or error.status)
    headers = [("Content-Type", content_type), ("x-amzn-ErrorType", error.error_type)]
    headers += _mapped_headers(shape.get("responseParameters") or {}, request, error)
    body = substitute(template, request, error_variables(error))
    return Response(status, headers, body.encode())


def _customised(request: Request) -> dict[str, Any]:
    api_id = request.place.api_id
    deployed = v1._deployed_gateway_responses.get(api_id, {}).get(request.deployment_id)
    found: dict[str, Any] = v1._gateway_responses.get(api_id, {}) if deployed is None else deployed
    return found


def _choose(templates: dict[str, str], request: Request) -> tuple[str, str | None]:
    accepted = request.headers.get("accept", "").split(",")[0].split(";")[0].strip()
    for content_type in (accepted, JSON):
        if content_type in templates:
            return content_type, templates[content_type]
    return JSON, None


def error_variables(error: GatewayError) -> dict[str, str]:
    """What `$context.error.NAME` is for an error."""
    text = "null" if error.message is None else json.dumps(error.message)
    space = " " if KINDS[error.kind].spaced else ""
    return {
        "error.message": error.message or "",
        "error.messageString": space + text,
        "error.responseType": error.kind,
        "error.validationErrorString": error.detail,
    }


def _mapped_headers(
    parameters: dict[str, str], request: Request, error: GatewayError
) -> list[tuple[str, str]]:
    mapped = []
    for place, source in parameters.items():
        kind, _, name = place.removeprefix("gatewayresponse.").partition(".")
        value = map_value(source, request, error_variables(error))
        if kind == "header" and value is not None:
            mapped.append((name, value))
    return mapped
