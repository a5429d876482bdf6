"""What both directions call things: extensions, places of parameters, references between documents.

The extensions and their members: API Gateway Developer Guide, "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

ANY = "x-amazon-apigateway-any-method"
API_KEY_SOURCE = "x-amazon-apigateway-api-key-source"
AUTHORIZER = "x-amazon-apigateway-authorizer"
AUTHTYPE = "x-amazon-apigateway-authtype"
BINARY = "x-amazon-apigateway-binary-media-types"
ENDPOINT = "x-amazon-apigateway-endpoint-configuration"
ENDPOINT_ACCESS = "x-amazon-apigateway-endpoint-access-mode"
INTEGRATION = "x-amazon-apigateway-integration"
MINIMUM_COMPRESSION = "x-amazon-apigateway-minimum-compression-size"
POLICY = "x-amazon-apigateway-policy"
RESPONSES = "x-amazon-apigateway-gateway-responses"
SECURITY_POLICY = "x-amazon-apigateway-security-policy"
VALIDATOR = "x-amazon-apigateway-request-validator"
VALIDATORS = "x-amazon-apigateway-request-validators"

VERBS = ("get", "post", "put", "delete", "patch", "head", "options")
# Where a parameter is, in the document and in a mapping.
PLACES = {"path": "path", "query": "querystring", "header": "header"}
# Members of an integration that are called the same in a document and in a call.
SAME = (
    "uri",
    "httpMethod",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "contentHandling",
    "cacheNamespace",
    "cacheKeyParameters",
    "connectionId",
    "connectionType",
    "timeoutInMillis",
    "tlsConfig",
    "responseTransferMode",
    "integrationTarget",
)
# What a document says in small letters and a call in large ones.
LOWERED = ("type", "passthroughBehavior")
DEFAULT = "default"  # the response of an integration without a pattern
SIGV4, KEY = "sigv4", "api_key"  # security schemes that API Gateway has names for
AWS_SIGV4 = "awsSigv4"
KEY_HEADER = "x-api-key"


def schemas(document: Document) -> Document:
    """The schemas that a document names."""
    found = document.get("definitions") or (document.get("components") or {}).get("schemas")
    return found if isinstance(found, dict) else {}


def schemes(document: Document) -> Document:
    """The security schemes that a document names."""
    components = document.get("components") or {}
    found = document.get("securityDefinitions") or components.get("securitySchemes")
    return found if isinstance(found, dict) else {}
