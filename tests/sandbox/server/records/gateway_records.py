"""APIs and what they hold: methods, integrations, models, authorizers, gateway responses."""

from __future__ import annotations

from functools import partial

from tests.sandbox.server.records.case import TAGS, add, operations, record, remove, to
from tests.sandbox.server.shapes import document

OPEN = document(
    {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
)
SHUT = document(
    {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
)
API = {"restApiId": "{api}"}
METHOD = {**API, "resourceId": "{root}", "httpMethod": "GET"}
OTHER = {"restApiId": "{other_api}", "resourceId": "{other_root}", "httpMethod": "GET"}

gateway = partial(record, "apigateway")


def escaped(policy: str) -> str:
    """A policy as API Gateway shows it: the inside of a text in JSON."""
    return policy.replace('"', '\\"')


APIS = (
    gateway(
        "rest api",
        {
            "name": "one",
            "description": "first",
            "apiKeySource": "AUTHORIZER",
            "binaryMediaTypes": ["image/png", "*/*"],
            "minimumCompressionSize": 0,
            "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "dualstack"},
            "disableExecuteApiEndpoint": True,
            "tags": TAGS,
        },
        {"restApiId": "{new.id}"},
        to("/name", "two"),
        to("/description", "other"),
        to("/description", None),
        to("/apiKeySource", "HEADER"),
        remove("/binaryMediaTypes/*~1*", binaryMediaTypes=["image/png"]),
        add("/binaryMediaTypes/a~1b", binaryMediaTypes=["image/png", "a/b"]),
        to("/minimumCompressionSize", 1024),
        to("/minimumCompressionSize", None),
        to("/disableExecuteApiEndpoint", False),
        to(
            "/endpointConfiguration/types/REGIONAL",
            "EDGE",
            endpointConfiguration={"types": ["EDGE"], "ipAddressType": "dualstack"},
        ),
        to(
            "/endpointConfiguration/ipAddressType",
            "ipv4",
            endpointConfiguration={"types": ["EDGE"], "ipAddressType": "ipv4"},
        ),
        to("/policy", OPEN, policy=escaped(OPEN)),
        to("/policy", None),
        absent=("policy", "version", "warnings"),
    ),
    gateway(
        "rest api policy",
        {**API, **operations(("replace", "/policy", OPEN))},
        API,
        to("/policy", SHUT, policy=escaped(SHUT)),
        noun="rest_api",
        calls=("update", "get", "update"),
        also={"policy": escaped(OPEN)},
        stays=True,
        delete_more=operations(("replace", "/policy", "")),
    ),
    gateway(
        "resource",
        {**API, "parentId": "{root}", "pathPart": "one"},
        {**API, "resourceId": "{new.id}"},
        to("/pathPart", "two", pathPart="two", path="/two"),
        to("/parentId", "{child}", parentId="{child}", path="/child/two"),
        also={"path": "/one"},
        absent=("resourceMethods",),
    ),
    gateway(
        "method",
        {
            **METHOD,
            "httpMethod": "POST",
            "authorizationType": "CUSTOM",
            "authorizerId": "{authorizer}",
            "apiKeyRequired": True,
            "operationName": "make",
            "requestParameters": {"method.request.header.x": True},
            "requestModels": {"application/json": "Empty"},
            "requestValidatorId": "{validator}",
            "authorizationScopes": ["a"],
        },
        {**METHOD, "httpMethod": "POST"},
        to("/apiKeyRequired", False),
        to("/operationName", "other"),
        to("/requestParameters/method.request.header.x", False),
        add(
            "/requestParameters/method.request.querystring.q",
            "true",
            requestParameters={
                "method.request.header.x": False,
                "method.request.querystring.q": True,
            },
        ),
        remove(
            "/requestParameters/method.request.header.x",
            requestParameters={"method.request.querystring.q": True},
        ),
        remove("/requestParameters/method.request.querystring.q"),
        to("/requestModels/application~1json", "Error"),
        remove("/requestModels/application~1json"),
        to("/requestValidatorId", None),
        add("/authorizationScopes", "b", authorizationScopes=["a", "b"]),
        remove("/authorizationScopes", "a", authorizationScopes=["b"]),
        to("/authorizationType", "AWS_IAM", authorizationType="AWS_IAM", authorizerId=None),
        calls=("put", "get", "delete"),
        absent=("methodResponses", "methodIntegration"),
    ),
    gateway(
        "method response",
        {
            **METHOD,
            "statusCode": "201",
            "responseParameters": {"method.response.header.x": True},
            "responseModels": {"application/json": "Empty"},
        },
        {**METHOD, "statusCode": "201"},
        to("/responseParameters/method.response.header.x", False),
        remove("/responseParameters/method.response.header.x"),
        to("/responseModels/application~1json", "Error"),
        add(
            "/responseModels/text~1x~0",
            "Error",
            responseModels={"application/json": "Error", "text/x~": "Error"},
        ),
        calls=("put", "get", "delete"),
        unseen=("httpMethod",),
    ),
    gateway(
        "integration",
        {
            **OTHER,
            "type": "HTTP",
            "integrationHttpMethod": "POST",
            "uri": "http://example.org/{x}",
            "connectionType": "INTERNET",
            "requestParameters": {"integration.request.header.x": "'1'"},
            "requestTemplates": {"application/json": "{}"},
            "passthroughBehavior": "NEVER",
            "contentHandling": "CONVERT_TO_TEXT",
            "timeoutInMillis": 1000,
            "cacheNamespace": "mine",
            "cacheKeyParameters": ["method.request.header.x"],
            "tlsConfig": {"insecureSkipVerification": True},
        },
        OTHER,
        to("/timeoutInMillis", 2000),
        to("/uri", "http://example.org"),
        to("/httpMethod", "PUT"),
        to("/passthroughBehavior", "WHEN_NO_MATCH"),
        to("/contentHandling", "CONVERT_TO_BINARY"),
        to("/contentHandling", None),
        add(
            "/requestTemplates/text~1plain",
            "a",
            requestTemplates={"application/json": "{}", "text/plain": "a"},
        ),
        remove("/requestTemplates/application~1json", requestTemplates={"text/plain": "a"}),
        to("/requestParameters/integration.request.header.x", "'2'"),
        remove("/requestParameters/integration.request.header.x"),
        remove("/cacheKeyParameters/method.request.header.x", cacheKeyParameters=[]),
        add(
            "/cacheKeyParameters/method.request.querystring.y",
            "method.request.querystring.y",
            cacheKeyParameters=["method.request.querystring.y"],
        ),
        to("/cacheNamespace", "other"),
        to("/tlsConfig/insecureSkipVerification", False),
        to("/credentials", "{role}"),
        to("/credentials", None),
        to("/responseTransferMode", "STREAM"),
        calls=("put", "get", "delete"),
        also={"httpMethod": "POST"},
        unseen=("integrationHttpMethod",),
        absent=("credentials", "connectionId", "integrationResponses"),
    ),
    gateway(
        "integration response",
        {
            **METHOD,
            "statusCode": "200",
            "selectionPattern": "2\\d\\d",
            "responseParameters": {"method.response.header.x": "'1'"},
            "responseTemplates": {"application/json": "one"},
            "contentHandling": "CONVERT_TO_TEXT",
        },
        {**METHOD, "statusCode": "200"},
        to("/selectionPattern", "3"),
        to("/responseTemplates/application~1json", "two"),
        remove("/responseTemplates/application~1json"),
        to("/responseParameters/method.response.header.x", "'2'"),
        to("/contentHandling", None),
        calls=("put", "get", "delete"),
        unseen=("httpMethod",),
    ),
    gateway(
        "request validator",
        {**API, "name": "one", "validateRequestBody": True, "validateRequestParameters": False},
        {**API, "requestValidatorId": "{new.id}"},
        to("/name", "two"),
        to("/validateRequestBody", False),
        to("/validateRequestParameters", True),
    ),
    gateway(
        "model",
        {
            **API,
            "name": "One",
            "description": "first",
            "contentType": "application/json",
            "schema": '{"type": "object", "properties": {"a": {"type": "string"}}}',
        },
        {**API, "modelName": "One"},
        to("/description", "two"),
        to("/schema", '{"type": "string"}'),
    ),
    gateway(
        "authorizer of tokens",
        {
            **API,
            "name": "one",
            "type": "TOKEN",
            "authorizerUri": "{authorizer_uri}",
            "authorizerCredentials": "{role}",
            "identitySource": "method.request.header.Token",
            "identityValidationExpression": "[a-z]+",
            "authorizerResultTtlInSeconds": 0,
        },
        {**API, "authorizerId": "{new.id}"},
        to("/name", "two"),
        to("/authorizerResultTtlInSeconds", 60),
        to("/identitySource", "method.request.header.A"),
        to("/identityValidationExpression", "x"),
        to("/authorizerCredentials", None),
        to("/type", "REQUEST"),
        noun="authorizer",
        absent=("providerARNs", "authType_"),
    ),
    gateway(
        "authorizer of user pools",
        {
            **API,
            "name": "pool",
            "type": "COGNITO_USER_POOLS",
            "providerARNs": ["{pool}"],
            "identitySource": "method.request.header.Authorization",
        },
        {**API, "authorizerId": "{new.id}"},
        add("/providerARNs", "{pool}2", providerARNs=["{pool}", "{pool}2"]),
        remove("/providerARNs", "{pool}", providerARNs=["{pool}2"]),
        noun="authorizer",
        absent=("authorizerUri", "authorizerCredentials", "identityValidationExpression"),
    ),
    gateway(
        "gateway response",
        {
            **API,
            "responseType": "THROTTLED",
            "statusCode": "430",
            "responseParameters": {"gatewayresponse.header.x": "'1'"},
            "responseTemplates": {"application/json": "one"},
        },
        {**API, "responseType": "THROTTLED"},
        to("/statusCode", "431"),
        to("/responseTemplates/application~1json", "two"),
        to("/responseParameters/gatewayresponse.header.x", "'2'"),
        remove("/responseParameters/gatewayresponse.header.x", responseParameters={}),
        calls=("put", "get", "delete"),
        also={"defaultResponse": False},
        stays=True,
    ),
)
