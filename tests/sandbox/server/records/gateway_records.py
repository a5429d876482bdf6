"""Every kind of record that the provider makes: how it is made, read, changed and deleted.

In texts, `{name}` stands for what the test's world has under that name, `{new.x}` for what creating
the record answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.server.shapes import archive, document

TAGS = {"owner": "me", "empty": ""}
TRUST = document(
    {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
)
POLICY = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
OPEN = document(
    {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
)
SHUT = document(
    {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
)
CODE = archive("def handler(event, context):\n    return {}\n")
LIST = [{"Key": "owner", "Value": "me"}, {"Key": "empty", "Value": ""}]


@dataclass(frozen=True)
class Change:
    """One call that changes one attribute, and what reading shows then."""

    call: str
    arguments: dict[str, Any]
    shown: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A kind of record; `key` names one, `shown` is what reading shows, at a place in the answer.

    A record that `stays` can be read after its end, as what it was before it was made.
    """

    name: str
    service: str
    create: str
    given: dict[str, Any]
    key: dict[str, Any]
    read: str
    delete: str
    shown: dict[str, Any]
    place: str = ""
    changes: tuple[Change, ...] = ()
    absent: tuple[str, ...] = ()
    read_more: dict[str, Any] = field(default_factory=dict)
    delete_more: dict[str, Any] = field(default_factory=dict)
    stays: bool = False


def operations(*changes: tuple[str, str, str]) -> dict[str, Any]:
    """Several changes of API Gateway, each (op, path, value), as arguments."""
    named = ("op", "path", "value")
    return {"patchOperations": [dict(zip(named, change)) for change in changes]}


def patch(
    call: str, path: str, value: str | None = None, /, op: str = "replace", **shown: Any
) -> Any:
    """A change of API Gateway."""
    operation = {"op": op, "path": path, **({} if value is None else {"value": value})}
    return Change(call, {"patchOperations": [operation]}, shown)


API = {"restApiId": "{api}"}
STAGE = {**API, "stageName": "v1"}
METHOD = {**API, "resourceId": "{root}", "httpMethod": "GET"}
OTHER = {"restApiId": "{other_api}", "resourceId": "{other_root}", "httpMethod": "GET"}

APIGATEWAY = (
    Case(
        "rest api",
        "apigateway",
        "create_rest_api",
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
        "get_rest_api",
        "delete_rest_api",
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
        absent=("policy", "version", "warnings"),
        changes=(
            patch("update_rest_api", "/name", "two", name="two"),
            patch("update_rest_api", "/description", "other", description="other"),
            patch("update_rest_api", "/description", "", description=None),
            patch("update_rest_api", "/apiKeySource", "HEADER", apiKeySource="HEADER"),
            patch(
                "update_rest_api",
                "/binaryMediaTypes/*~1*",
                op="remove",
                binaryMediaTypes=["image/png"],
            ),
            patch(
                "update_rest_api",
                "/binaryMediaTypes/a~1b",
                op="add",
                binaryMediaTypes=["image/png", "a/b"],
            ),
            patch(
                "update_rest_api", "/minimumCompressionSize", "1024", minimumCompressionSize=1024
            ),
            patch("update_rest_api", "/minimumCompressionSize", "", minimumCompressionSize=None),
            patch(
                "update_rest_api",
                "/disableExecuteApiEndpoint",
                "false",
                disableExecuteApiEndpoint=False,
            ),
            patch(
                "update_rest_api",
                "/endpointConfiguration/types/REGIONAL",
                "EDGE",
                endpointConfiguration={"types": ["EDGE"], "ipAddressType": "dualstack"},
            ),
            patch(
                "update_rest_api",
                "/endpointConfiguration/ipAddressType",
                "ipv4",
                endpointConfiguration={"types": ["EDGE"], "ipAddressType": "ipv4"},
            ),
            patch(
                "update_rest_api",
                "/policy",
                OPEN,
                policy=OPEN.replace('"', '\\"'),
            ),
            patch("update_rest_api", "/policy", "", policy=None),
        ),
    ),
    Case(
        "rest api policy",
        "apigateway",
        "update_rest_api",
        {**API, **operations(("replace", "/policy", OPEN))},
        API,
        "get_rest_api",
        "update_rest_api",
        {"policy": OPEN.replace('"', '\\"')},
        stays=True,
        changes=(patch("update_rest_api", "/policy", SHUT, policy=SHUT.replace('"', '\\"')),),
        delete_more=operations(("replace", "/policy", "")),
    ),
    Case(
        "resource",
        "apigateway",
        "create_resource",
        {**API, "parentId": "{root}", "pathPart": "one"},
        {**API, "resourceId": "{new.id}"},
        "get_resource",
        "delete_resource",
        {"parentId": "{root}", "pathPart": "one", "path": "/one"},
        absent=("resourceMethods",),
        changes=(
            patch("update_resource", "/pathPart", "two", pathPart="two", path="/two"),
            patch("update_resource", "/parentId", "{child}", parentId="{child}", path="/child/two"),
        ),
    ),
    Case(
        "method",
        "apigateway",
        "put_method",
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
        "get_method",
        "delete_method",
        {
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
        absent=("methodResponses", "methodIntegration"),
        changes=(
            patch("update_method", "/apiKeyRequired", "false", apiKeyRequired=False),
            patch("update_method", "/operationName", "other", operationName="other"),
            patch(
                "update_method",
                "/requestParameters/method.request.header.x",
                "false",
                requestParameters={"method.request.header.x": False},
            ),
            patch(
                "update_method",
                "/requestParameters/method.request.querystring.q",
                "true",
                "add",
                requestParameters={
                    "method.request.header.x": False,
                    "method.request.querystring.q": True,
                },
            ),
            patch(
                "update_method",
                "/requestParameters/method.request.header.x",
                op="remove",
                requestParameters={"method.request.querystring.q": True},
            ),
            patch(
                "update_method",
                "/requestParameters/method.request.querystring.q",
                op="remove",
                requestParameters=None,
            ),
            patch(
                "update_method",
                "/requestModels/application~1json",
                "Error",
                requestModels={"application/json": "Error"},
            ),
            patch(
                "update_method",
                "/requestModels/application~1json",
                op="remove",
                requestModels=None,
            ),
            patch("update_method", "/requestValidatorId", "", requestValidatorId=None),
            patch(
                "update_method", "/authorizationScopes", "b", "add", authorizationScopes=["a", "b"]
            ),
            patch(
                "update_method", "/authorizationScopes", "a", "remove", authorizationScopes=["b"]
            ),
            patch(
                "update_method",
                "/authorizationType",
                "AWS_IAM",
                authorizationType="AWS_IAM",
                authorizerId=None,
            ),
        ),
    ),
    Case(
        "method response",
        "apigateway",
        "put_method_response",
        {
            **METHOD,
            "statusCode": "201",
            "responseParameters": {"method.response.header.x": True},
            "responseModels": {"application/json": "Empty"},
        },
        {**METHOD, "statusCode": "201"},
        "get_method_response",
        "delete_method_response",
        {
            "statusCode": "201",
            "responseParameters": {"method.response.header.x": True},
            "responseModels": {"application/json": "Empty"},
        },
        changes=(
            patch(
                "update_method_response",
                "/responseParameters/method.response.header.x",
                "false",
                responseParameters={"method.response.header.x": False},
            ),
            patch(
                "update_method_response",
                "/responseParameters/method.response.header.x",
                op="remove",
                responseParameters=None,
            ),
            patch(
                "update_method_response",
                "/responseModels/application~1json",
                "Error",
                responseModels={"application/json": "Error"},
            ),
            patch(
                "update_method_response",
                "/responseModels/text~1x~0",
                "Error",
                "add",
                responseModels={"application/json": "Error", "text/x~": "Error"},
            ),
        ),
    ),
    Case(
        "integration",
        "apigateway",
        "put_integration",
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
        "get_integration",
        "delete_integration",
        {
            "type": "HTTP",
            "httpMethod": "POST",
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
        absent=("credentials", "connectionId", "integrationResponses"),
        changes=(
            patch("update_integration", "/timeoutInMillis", "2000", timeoutInMillis=2000),
            patch("update_integration", "/uri", "http://example.org", uri="http://example.org"),
            patch("update_integration", "/httpMethod", "PUT", httpMethod="PUT"),
            patch(
                "update_integration",
                "/passthroughBehavior",
                "WHEN_NO_MATCH",
                passthroughBehavior="WHEN_NO_MATCH",
            ),
            patch(
                "update_integration",
                "/contentHandling",
                "CONVERT_TO_BINARY",
                contentHandling="CONVERT_TO_BINARY",
            ),
            patch("update_integration", "/contentHandling", "", contentHandling=None),
            patch(
                "update_integration",
                "/requestTemplates/text~1plain",
                "a",
                "add",
                requestTemplates={"application/json": "{}", "text/plain": "a"},
            ),
            patch(
                "update_integration",
                "/requestTemplates/application~1json",
                op="remove",
                requestTemplates={"text/plain": "a"},
            ),
            patch(
                "update_integration",
                "/requestParameters/integration.request.header.x",
                "'2'",
                requestParameters={"integration.request.header.x": "'2'"},
            ),
            patch(
                "update_integration",
                "/requestParameters/integration.request.header.x",
                op="remove",
                requestParameters=None,
            ),
            patch(
                "update_integration",
                "/cacheKeyParameters/method.request.header.x",
                op="remove",
                cacheKeyParameters=[],
            ),
            patch(
                "update_integration",
                "/cacheKeyParameters/method.request.querystring.y",
                "method.request.querystring.y",
                "add",
                cacheKeyParameters=["method.request.querystring.y"],
            ),
            patch("update_integration", "/cacheNamespace", "other", cacheNamespace="other"),
            patch(
                "update_integration",
                "/tlsConfig/insecureSkipVerification",
                "false",
                tlsConfig={"insecureSkipVerification": False},
            ),
            patch("update_integration", "/credentials", "{role}", credentials="{role}"),
            patch("update_integration", "/credentials", "", credentials=None),
            patch(
                "update_integration",
                "/responseTransferMode",
                "STREAM",
                responseTransferMode="STREAM",
            ),
        ),
    ),
    Case(
        "integration response",
        "apigateway",
        "put_integration_response",
        {
            **METHOD,
            "statusCode": "200",
            "selectionPattern": "2\\d\\d",
            "responseParameters": {"method.response.header.x": "'1'"},
            "responseTemplates": {"application/json": "one"},
            "contentHandling": "CONVERT_TO_TEXT",
        },
        {**METHOD, "statusCode": "200"},
        "get_integration_response",
        "delete_integration_response",
        {
            "statusCode": "200",
            "selectionPattern": "2\\d\\d",
            "responseParameters": {"method.response.header.x": "'1'"},
            "responseTemplates": {"application/json": "one"},
            "contentHandling": "CONVERT_TO_TEXT",
        },
        changes=(
            patch("update_integration_response", "/selectionPattern", "3", selectionPattern="3"),
            patch(
                "update_integration_response",
                "/responseTemplates/application~1json",
                "two",
                responseTemplates={"application/json": "two"},
            ),
            patch(
                "update_integration_response",
                "/responseTemplates/application~1json",
                op="remove",
                responseTemplates=None,
            ),
            patch(
                "update_integration_response",
                "/responseParameters/method.response.header.x",
                "'2'",
                responseParameters={"method.response.header.x": "'2'"},
            ),
            patch("update_integration_response", "/contentHandling", "", contentHandling=None),
        ),
    ),
    Case(
        "deployment",
        "apigateway",
        "create_deployment",
        {**API, "description": "one"},
        {**API, "deploymentId": "{new.id}"},
        "get_deployment",
        "delete_deployment",
        {"description": "one"},
        absent=("apiSummary",),
        changes=(patch("update_deployment", "/description", "two", description="two"),),
    ),
    Case(
        "stage",
        "apigateway",
        "create_stage",
        {
            **API,
            "stageName": "two",
            "deploymentId": "{deployment}",
            "description": "one",
            "cacheClusterEnabled": True,
            "cacheClusterSize": "0.5",
            "variables": {"a": "b"},
            "documentationVersion": "v7",
            "canarySettings": {
                "deploymentId": "{deployment}",
                "percentTraffic": 12.5,
                "stageVariableOverrides": {"a": "c"},
                "useStageCache": True,
            },
            "tracingEnabled": True,
            "tags": TAGS,
        },
        {**API, "stageName": "two"},
        "get_stage",
        "delete_stage",
        {
            "stageName": "two",
            "deploymentId": "{deployment}",
            "description": "one",
            "cacheClusterEnabled": True,
            "cacheClusterSize": "0.5",
            "cacheClusterStatus": "AVAILABLE",
            "variables": {"a": "b"},
            "documentationVersion": "v7",
            "canarySettings": {
                "deploymentId": "{deployment}",
                "percentTraffic": 12.5,
                "stageVariableOverrides": {"a": "c"},
                "useStageCache": True,
            },
            "tracingEnabled": True,
            "methodSettings": {},
            "tags": TAGS,
        },
        absent=("accessLogSettings", "clientCertificateId", "webAclArn"),
        changes=(
            patch(
                "update_stage",
                "/deploymentId",
                "{other_deployment}",
                deploymentId="{other_deployment}",
            ),
            patch("update_stage", "/description", "two", description="two"),
            patch("update_stage", "/tracingEnabled", "false", tracingEnabled=False),
            patch("update_stage", "/clientCertificateId", "c1", clientCertificateId="c1"),
            patch("update_stage", "/clientCertificateId", "", clientCertificateId=None),
            patch("update_stage", "/documentationVersion", "v8", documentationVersion="v8"),
            patch("update_stage", "/cacheClusterSize", "1.6", cacheClusterSize="1.6"),
            patch(
                "update_stage",
                "/cacheClusterEnabled",
                "false",
                cacheClusterEnabled=False,
                cacheClusterStatus="NOT_AVAILABLE",
            ),
            patch("update_stage", "/variables/a", "z", variables={"a": "z"}),
            patch("update_stage", "/variables/a", op="remove", variables=None),
            patch(
                "update_stage",
                "/canarySettings/percentTraffic",
                "33.3",
                canarySettings={
                    "deploymentId": "{deployment}",
                    "percentTraffic": 33.3,
                    "stageVariableOverrides": {"a": "c"},
                    "useStageCache": True,
                },
            ),
            patch(
                "update_stage",
                "/canarySettings/useStageCache",
                "false",
                canarySettings={
                    "deploymentId": "{deployment}",
                    "percentTraffic": 33.3,
                    "stageVariableOverrides": {"a": "c"},
                    "useStageCache": False,
                },
            ),
            patch(
                "update_stage",
                "/canarySettings/stageVariableOverrides/a",
                op="remove",
                canarySettings={
                    "deploymentId": "{deployment}",
                    "percentTraffic": 33.3,
                    "useStageCache": False,
                },
            ),
            patch("update_stage", "/canarySettings", op="remove", canarySettings=None),
            Change(
                "update_stage",
                {
                    "patchOperations": [
                        {
                            "op": "replace",
                            "path": "/accessLogSettings/destinationArn",
                            "value": "{log_group}",
                        },
                        {
                            "op": "replace",
                            "path": "/accessLogSettings/format",
                            "value": "$context.requestId",
                        },
                    ]
                },
                {
                    "accessLogSettings": {
                        "destinationArn": "{log_group}",
                        "format": "$context.requestId",
                    }
                },
            ),
            patch("update_stage", "/accessLogSettings", op="remove", accessLogSettings=None),
        ),
    ),
    Case(
        "method settings",
        "apigateway",
        "update_stage",
        {
            **STAGE,
            **operations(
                ("replace", "/*/*/logging/loglevel", "INFO"),
                ("replace", "/*/*/logging/dataTrace", "true"),
                ("replace", "/*/*/metrics/enabled", "true"),
                ("replace", "/*/*/throttling/burstLimit", "40"),
                ("replace", "/*/*/throttling/rateLimit", "20.5"),
                ("replace", "/*/*/caching/enabled", "true"),
                ("replace", "/*/*/caching/ttlInSeconds", "60"),
                ("replace", "/*/*/caching/dataEncrypted", "true"),
                ("replace", "/*/*/caching/requireAuthorizationForCacheControl", "false"),
                (
                    "replace",
                    "/*/*/caching/unauthorizedCacheControlHeaderStrategy",
                    "FAIL_WITH_403",
                ),
            ),
        },
        STAGE,
        "get_stage",
        "update_stage",
        {
            "loggingLevel": "INFO",
            "dataTraceEnabled": True,
            "metricsEnabled": True,
            "throttlingBurstLimit": 40,
            "throttlingRateLimit": 20.5,
            "cachingEnabled": True,
            "cacheTtlInSeconds": 60,
            "cacheDataEncrypted": True,
            "requireAuthorizationForCacheControl": False,
            "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
        },
        place="methodSettings.*/*",
        changes=(
            patch("update_stage", "/*/*/logging/loglevel", "OFF", loggingLevel="OFF"),
            patch("update_stage", "/*/*/logging/dataTrace", "false", dataTraceEnabled=False),
            patch("update_stage", "/*/*/metrics/enabled", "false", metricsEnabled=False),
            patch("update_stage", "/*/*/throttling/burstLimit", "-1", throttlingBurstLimit=-1),
            patch("update_stage", "/*/*/throttling/rateLimit", "5", throttlingRateLimit=5.0),
            patch("update_stage", "/*/*/caching/enabled", "false", cachingEnabled=False),
            patch("update_stage", "/*/*/caching/ttlInSeconds", "0", cacheTtlInSeconds=0),
            patch("update_stage", "/*/*/caching/dataEncrypted", "false", cacheDataEncrypted=False),
            patch(
                "update_stage",
                "/*/*/caching/unauthorizedCacheControlHeaderStrategy",
                "SUCCEED_WITH_RESPONSE_HEADER",
                unauthorizedCacheControlHeaderStrategy="SUCCEED_WITH_RESPONSE_HEADER",
            ),
        ),
        delete_more={"patchOperations": [{"op": "remove", "path": "/*/*"}]},
    ),
    Case(
        "account",
        "apigateway",
        "update_account",
        operations(("replace", "/cloudwatchRoleArn", "{logger}")),
        {},
        "get_account",
        "update_account",
        {
            "cloudwatchRoleArn": "{logger}",
            "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
            "features": ["UsagePlans"],
            "apiKeyVersion": "4",
        },
        stays=True,
        changes=(patch("update_account", "/cloudwatchRoleArn", "", cloudwatchRoleArn=None),),
        delete_more=operations(("replace", "/cloudwatchRoleArn", "{logger}")),
    ),
    Case(
        "api key",
        "apigateway",
        "create_api_key",
        {
            "name": "one",
            "description": "first",
            "enabled": True,
            "value": "given" * 4,
            "customerId": "c",
            "tags": TAGS,
        },
        {"apiKey": "{new.id}"},
        "get_api_key",
        "delete_api_key",
        {
            "name": "one",
            "description": "first",
            "enabled": True,
            "value": "given" * 4,
            "customerId": "c",
            "tags": TAGS,
            "stageKeys": [],
        },
        read_more={"includeValue": True},
        changes=(
            patch("update_api_key", "/name", "two", name="two"),
            patch("update_api_key", "/description", "two", description="two"),
            patch("update_api_key", "/enabled", "false", enabled=False),
            patch("update_api_key", "/customerId", "d", customerId="d"),
        ),
    ),
    Case(
        "usage plan",
        "apigateway",
        "create_usage_plan",
        {
            "name": "one",
            "description": "first",
            "apiStages": [
                {
                    "apiId": "{api}",
                    "stage": "v1",
                    "throttle": {"/child/GET": {"rateLimit": 1.5, "burstLimit": 2}},
                }
            ],
            "throttle": {"rateLimit": 2.5, "burstLimit": 3},
            "quota": {"limit": 5, "offset": 1, "period": "WEEK"},
            "tags": TAGS,
        },
        {"usagePlanId": "{new.id}"},
        "get_usage_plan",
        "delete_usage_plan",
        {
            "name": "one",
            "description": "first",
            "apiStages": [
                {
                    "apiId": "{api}",
                    "stage": "v1",
                    "throttle": {"/child/GET": {"rateLimit": 1.5, "burstLimit": 2}},
                }
            ],
            "throttle": {"rateLimit": 2.5, "burstLimit": 3},
            "quota": {"limit": 5, "offset": 1, "period": "WEEK"},
            "tags": TAGS,
        },
        absent=("productCode",),
        changes=(
            patch("update_usage_plan", "/name", "two", name="two"),
            patch("update_usage_plan", "/description", "two", description="two"),
            patch("update_usage_plan", "/productCode", "p", productCode="p"),
            patch(
                "update_usage_plan",
                "/throttle/rateLimit",
                "7",
                throttle={"rateLimit": 7.0, "burstLimit": 3},
            ),
            patch(
                "update_usage_plan",
                "/throttle/burstLimit",
                "8",
                throttle={"rateLimit": 7.0, "burstLimit": 8},
            ),
            patch("update_usage_plan", "/throttle", op="remove", throttle=None),
            patch(
                "update_usage_plan",
                "/quota/limit",
                "6",
                quota={"limit": 6, "offset": 1, "period": "WEEK"},
            ),
            patch(
                "update_usage_plan",
                "/quota/offset",
                "0",
                quota={"limit": 6, "offset": 0, "period": "WEEK"},
            ),
            patch(
                "update_usage_plan",
                "/quota/period",
                "DAY",
                quota={"limit": 6, "offset": 0, "period": "DAY"},
            ),
            patch("update_usage_plan", "/quota", op="remove", quota=None),
            patch(
                "update_usage_plan",
                "/apiStages/{api}:v1/throttle/~1child~1GET/rateLimit",
                "9",
                apiStages=[
                    {
                        "apiId": "{api}",
                        "stage": "v1",
                        "throttle": {"/child/GET": {"rateLimit": 9.0, "burstLimit": 2}},
                    }
                ],
            ),
            patch(
                "update_usage_plan",
                "/apiStages/{api}:v1/throttle",
                op="remove",
                apiStages=[{"apiId": "{api}", "stage": "v1"}],
            ),
            patch("update_usage_plan", "/apiStages", "{api}:v1", "remove", apiStages=[]),
            patch(
                "update_usage_plan",
                "/apiStages",
                "{api}:v1",
                "add",
                apiStages=[{"apiId": "{api}", "stage": "v1"}],
            ),
            patch("update_usage_plan", "/apiStages", "{api}:v1", "remove", apiStages=[]),
        ),
    ),
    Case(
        "usage plan key",
        "apigateway",
        "create_usage_plan_key",
        {"usagePlanId": "{plan}", "keyId": "{key}", "keyType": "API_KEY"},
        {"usagePlanId": "{plan}", "keyId": "{key}"},
        "get_usage_plan_key",
        "delete_usage_plan_key",
        {"id": "{key}", "type": "API_KEY", "name": "k", "value": "known" * 4},
    ),
    Case(
        "request validator",
        "apigateway",
        "create_request_validator",
        {**API, "name": "one", "validateRequestBody": True, "validateRequestParameters": False},
        {**API, "requestValidatorId": "{new.id}"},
        "get_request_validator",
        "delete_request_validator",
        {"name": "one", "validateRequestBody": True, "validateRequestParameters": False},
        changes=(
            patch("update_request_validator", "/name", "two", name="two"),
            patch(
                "update_request_validator",
                "/validateRequestBody",
                "false",
                validateRequestBody=False,
            ),
            patch(
                "update_request_validator",
                "/validateRequestParameters",
                "true",
                validateRequestParameters=True,
            ),
        ),
    ),
    Case(
        "model",
        "apigateway",
        "create_model",
        {
            **API,
            "name": "One",
            "description": "first",
            "contentType": "application/json",
            "schema": '{"type": "object", "properties": {"a": {"type": "string"}}}',
        },
        {**API, "modelName": "One"},
        "get_model",
        "delete_model",
        {
            "name": "One",
            "description": "first",
            "contentType": "application/json",
            "schema": '{"type": "object", "properties": {"a": {"type": "string"}}}',
        },
        changes=(
            patch("update_model", "/description", "two", description="two"),
            patch("update_model", "/schema", '{"type": "string"}', schema='{"type": "string"}'),
        ),
    ),
    Case(
        "authorizer of tokens",
        "apigateway",
        "create_authorizer",
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
        "get_authorizer",
        "delete_authorizer",
        {
            "name": "one",
            "type": "TOKEN",
            "authorizerUri": "{authorizer_uri}",
            "authorizerCredentials": "{role}",
            "identitySource": "method.request.header.Token",
            "identityValidationExpression": "[a-z]+",
            "authorizerResultTtlInSeconds": 0,
        },
        absent=("providerARNs", "authType_"),
        changes=(
            patch("update_authorizer", "/name", "two", name="two"),
            patch(
                "update_authorizer",
                "/authorizerResultTtlInSeconds",
                "60",
                authorizerResultTtlInSeconds=60,
            ),
            patch(
                "update_authorizer",
                "/identitySource",
                "method.request.header.A",
                identitySource="method.request.header.A",
            ),
            patch(
                "update_authorizer",
                "/identityValidationExpression",
                "x",
                identityValidationExpression="x",
            ),
            patch("update_authorizer", "/authorizerCredentials", "", authorizerCredentials=None),
            patch("update_authorizer", "/type", "REQUEST", type="REQUEST"),
        ),
    ),
    Case(
        "authorizer of user pools",
        "apigateway",
        "create_authorizer",
        {
            **API,
            "name": "pool",
            "type": "COGNITO_USER_POOLS",
            "providerARNs": ["{pool}"],
            "identitySource": "method.request.header.Authorization",
        },
        {**API, "authorizerId": "{new.id}"},
        "get_authorizer",
        "delete_authorizer",
        {
            "name": "pool",
            "type": "COGNITO_USER_POOLS",
            "providerARNs": ["{pool}"],
            "identitySource": "method.request.header.Authorization",
        },
        absent=("authorizerUri", "authorizerCredentials", "identityValidationExpression"),
        changes=(
            patch(
                "update_authorizer",
                "/providerARNs",
                "{pool}2",
                "add",
                providerARNs=["{pool}", "{pool}2"],
            ),
            patch(
                "update_authorizer", "/providerARNs", "{pool}", "remove", providerARNs=["{pool}2"]
            ),
        ),
    ),
    Case(
        "gateway response",
        "apigateway",
        "put_gateway_response",
        {
            **API,
            "responseType": "THROTTLED",
            "statusCode": "430",
            "responseParameters": {"gatewayresponse.header.x": "'1'"},
            "responseTemplates": {"application/json": "one"},
        },
        {**API, "responseType": "THROTTLED"},
        "get_gateway_response",
        "delete_gateway_response",
        {
            "responseType": "THROTTLED",
            "statusCode": "430",
            "defaultResponse": False,
            "responseParameters": {"gatewayresponse.header.x": "'1'"},
            "responseTemplates": {"application/json": "one"},
        },
        stays=True,
        changes=(
            patch("update_gateway_response", "/statusCode", "431", statusCode="431"),
            patch(
                "update_gateway_response",
                "/responseTemplates/application~1json",
                "two",
                responseTemplates={"application/json": "two"},
            ),
            patch(
                "update_gateway_response",
                "/responseParameters/gatewayresponse.header.x",
                "'2'",
                responseParameters={"gatewayresponse.header.x": "'2'"},
            ),
            patch(
                "update_gateway_response",
                "/responseParameters/gatewayresponse.header.x",
                op="remove",
                responseParameters={},
            ),
        ),
    ),
    Case(
        "vpc link",
        "apigateway",
        "create_vpc_link",
        {"name": "one", "description": "first", "targetArns": ["{balancer}"], "tags": TAGS},
        {"vpcLinkId": "{new.id}"},
        "get_vpc_link",
        "delete_vpc_link",
        {
            "name": "one",
            "description": "first",
            "targetArns": ["{balancer}"],
            "tags": TAGS,
            "status": "AVAILABLE",
        },
        changes=(
            patch("update_vpc_link", "/name", "two", name="two"),
            patch("update_vpc_link", "/description", "two", description="two"),
        ),
    ),
    Case(
        "domain name",
        "apigateway",
        "create_domain_name",
        {
            "domainName": "api.example.org",
            "regionalCertificateArn": "{certificate}",
            "endpointConfiguration": {"types": ["REGIONAL"]},
            "securityPolicy": "TLS_1_2",
            "tags": TAGS,
        },
        {"domainName": "api.example.org"},
        "get_domain_name",
        "delete_domain_name",
        {
            "domainName": "api.example.org",
            "regionalCertificateArn": "{certificate}",
            "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
            "securityPolicy": "TLS_1_2",
            "domainNameStatus": "AVAILABLE",
            "tags": TAGS,
        },
        absent=(
            "certificateArn",
            "certificateName",
            "mutualTlsAuthentication",
            "policy",
            "endpointAccessMode",
            "ownershipVerificationCertificateArn",
            "distributionDomainName",
        ),
        changes=(
            patch("update_domain_name", "/securityPolicy", "TLS_1_0", securityPolicy="TLS_1_0"),
            patch(
                "update_domain_name",
                "/regionalCertificateArn",
                "{certificate}2",
                regionalCertificateArn="{certificate}2",
            ),
        ),
    ),
    Case(
        "base path mapping",
        "apigateway",
        "create_base_path_mapping",
        {"domainName": "{domain}", "basePath": "one", "restApiId": "{api}", "stage": "v1"},
        {"domainName": "{domain}", "basePath": "one"},
        "get_base_path_mapping",
        "delete_base_path_mapping",
        {"basePath": "one", "restApiId": "{api}", "stage": "v1"},
        changes=(
            patch("update_base_path_mapping", "/restapiId", "{other_api}", restApiId="{other_api}"),
        ),
    ),
)
