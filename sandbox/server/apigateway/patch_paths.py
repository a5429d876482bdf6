"""Which places of a record a PATCH may name; AWS's texts for all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.server.apigateway.patch_types import BadPatch, path_names

# Kinds that only replace, with their places in the order in which AWS names them.
REPLACED = {
    "api key": ("/description", "/enabled", "/name", "/customerId"),
    "resource": ("/parentId", "/pathPart"),
    "model": ("/description", "/schema"),
    "request validator": ("/name", "/validateRequestParameters", "/validateRequestBody"),
    "documentation part": ("/properties",),
}
# The first name of each place, for kinds of which AWS only says that a path is invalid.
ROOTS = {
    "api": {
        "apiKeySource",
        "binaryMediaTypes",
        "description",
        "disableExecuteApiEndpoint",
        "endpointAccessMode",
        "endpointConfiguration",
        "minimumCompressionSize",
        "name",
        "policy",
        "securityPolicy",
        "version",
    },
    "method": {
        "apiKeyRequired",
        "authorizationScopes",
        "authorizationType",
        "authorizerId",
        "operationName",
        "requestModels",
        "requestParameters",
        "requestValidatorId",
    },
    "method response": {"responseModels", "responseParameters"},
    "integration": {
        "cacheKeyParameters",
        "cacheNamespace",
        "connectionId",
        "connectionType",
        "contentHandling",
        "credentials",
        "httpMethod",
        "integrationTarget",
        "passthroughBehavior",
        "requestParameters",
        "requestTemplates",
        "responseTransferMode",
        "timeoutInMillis",
        "tlsConfig",
        "type",
        "uri",
    },
    "integration response": {
        "contentHandling",
        "responseParameters",
        "responseTemplates",
        "selectionPattern",
    },
    "gateway response": {"responseParameters", "responseTemplates", "statusCode"},
    "deployment": {"description"},
    "authorizer": {
        "authType",
        "authorizerCredentials",
        "authorizerResultTtlInSeconds",
        "authorizerUri",
        "identitySource",
        "identityValidationExpression",
        "name",
        "providerARNs",
        "type",
    },
    "usage plan": {"apiStages", "description", "name", "productCode", "quota", "throttle"},
    "account": {"cloudwatchRoleArn"},
}
# Maps of which one entry is named at a time.
MAPS = {"requestModels", "requestParameters", "responseModels", "binaryMediaTypes"}
STAGE_ROOTS = {
    "accessLogSettings",
    "cacheClusterEnabled",
    "cacheClusterSize",
    "canarySettings",
    "clientCertificateId",
    "deploymentId",
    "description",
    "documentationVersion",
    "tracingEnabled",
    "variables",
}
VERBS = {"*", "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
CANARY = {"deploymentId", "percentTraffic", "stageVariableOverrides", "useStageCache"}
# What is set for a method; the last name but one of a path.
SETTINGS = {"metrics", "logging", "throttling", "caching"}
STAGE_PLACES = (
    "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, "
    "/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, "
    "/{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, "
    "/{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit"
    "/{resourcePath}/{httpMethod}/throttling/rateLimit"
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, "
    "/{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, "
    "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, "
    "/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, "
    "/*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, "
    "/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, "
    "/tracingEnabled]"
)


def check(kind: str, operations: Sequence[Mapping[str, Any]]) -> None:
    """Refuse operations on places that this kind of record does not have.

    Raises:
        BadPatch: the text is AWS's message.
    """
    for operation in operations:
        verb, path = operation.get("op") or "replace", operation.get("path")
        if path is None:
            raise BadPatch("Invalid patch path null")
        if kind in REPLACED:
            _replaced(REPLACED[kind], verb, path)
        elif kind in ROOTS:
            names = path_names(path)
            if names[0] not in ROOTS[kind] or (names[0] in MAPS and names[1:] == []):
                raise BadPatch(f"Invalid patch path {path}")


def _replaced(places: tuple[str, ...], verb: str, path: str) -> None:
    if verb != "replace":
        raise BadPatch(
            f"Invalid patch path  '{path}' specified for op '{verb}'. "
            "Please choose supported operations"
        )
    if path not in places:
        raise BadPatch(
            f"Invalid patch path  '{path}' specified for op '{verb}'. "
            f"Must be one of: [{', '.join(places)}]"
        )


def setting_of(settings: Mapping[str, Any], path: str) -> str:
    """The name under which a method's settings are kept; empty when there are none.

    They are kept as a patch names them; states before 2026-11-29 have the names decoded.
    """
    if not path.startswith("/"):
        return ""
    names = (path[1:], path[1:].replace("~1", "/").replace("~0", "~"))
    return next((name for name in names if name in settings), "")


def check_removal(stage: Mapping[str, Any], operation: Mapping[str, Any]) -> None:
    """Refuse to take away a method's settings, path and all, that are not there.

    Raises:
        BadPatch: the text is AWS's message.
    """
    names = path_names(operation.get("path") or "")
    if operation.get("op") != "remove" or len(names) < 2 or names[0] == "variables":
        return
    setting = operation["path"][1:]
    known = setting_of(stage.get("methodSettings") or {}, operation["path"])
    whole = len(names) == 2 or (names[0] not in STAGE_ROOTS and names[-2] not in SETTINGS)
    if whole and not known:
        raise BadPatch(
            f"Cannot remove method setting {setting} because there is no method setting for this "
            "method "
        )


def check_stage(operation: Mapping[str, Any]) -> None:
    """Refuse what is no place of a stage.

    Raises:
        BadPatch: the text is AWS's message.
    """
    path = operation.get("path") or ""
    names = path_names(path)
    known = names[0] in STAGE_ROOTS and path != "/variables"
    if names[0] == "canarySettings":
        verb = operation.get("op")
        known = names[1] in CANARY if len(names) > 1 else verb == "remove"
    if not known:
        raise BadPatch(f"Invalid method setting path: {path}. Must be one of: {STAGE_PLACES}")
