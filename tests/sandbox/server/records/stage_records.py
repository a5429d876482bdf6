"""Stages and what stands before them: deployments, the account, keys, usage plans, domain names."""

from __future__ import annotations

from tests.sandbox.server.records.case import TAGS, Change, add, operations, remove, to
from tests.sandbox.server.records.gateway_records import API, gateway

STAGE = {**API, "stageName": "v1"}
CANARY = {
    "deploymentId": "{deployment}",
    "percentTraffic": 12.5,
    "stageVariableOverrides": {"a": "c"},
    "useStageCache": True,
}
PLAN_STAGE = {"apiId": "{api}", "stage": "v1"}
# Settings of methods: where a patch sets them, the text there, and what reading shows.
SETTINGS = (
    ("logging/loglevel", "INFO", {"loggingLevel": "INFO"}),
    ("logging/dataTrace", "true", {"dataTraceEnabled": True}),
    ("metrics/enabled", "true", {"metricsEnabled": True}),
    ("throttling/burstLimit", "40", {"throttlingBurstLimit": 40}),
    ("throttling/rateLimit", "20.5", {"throttlingRateLimit": 20.5}),
    ("caching/enabled", "true", {"cachingEnabled": True}),
    ("caching/ttlInSeconds", "60", {"cacheTtlInSeconds": 60}),
    ("caching/dataEncrypted", "true", {"cacheDataEncrypted": True}),
    (
        "caching/requireAuthorizationForCacheControl",
        "false",
        {"requireAuthorizationForCacheControl": False},
    ),
    (
        "caching/unauthorizedCacheControlHeaderStrategy",
        "FAIL_WITH_403",
        {"unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"},
    ),
)

STAGES = (
    gateway(
        "deployment",
        {**API, "description": "one"},
        {**API, "deploymentId": "{new.id}"},
        to("/description", "two"),
        absent=("apiSummary",),
    ),
    gateway(
        "stage",
        {
            **API,
            "stageName": "two",
            "deploymentId": "{deployment}",
            "description": "one",
            "cacheClusterEnabled": True,
            "cacheClusterSize": "0.5",
            "variables": {"a": "b"},
            "documentationVersion": "v7",
            "canarySettings": CANARY,
            "tracingEnabled": True,
            "tags": TAGS,
        },
        {**API, "stageName": "two"},
        to("/deploymentId", "{other_deployment}"),
        to("/description", "two"),
        to("/tracingEnabled", False),
        to("/clientCertificateId", "c1"),
        to("/clientCertificateId", None),
        to("/documentationVersion", "v8"),
        to("/cacheClusterSize", "1.6"),
        to(
            "/cacheClusterEnabled",
            "false",
            cacheClusterEnabled=False,
            cacheClusterStatus="NOT_AVAILABLE",
        ),
        to("/variables/a", "z"),
        remove("/variables/a"),
        to(
            "/canarySettings/percentTraffic",
            "33.3",
            canarySettings={**CANARY, "percentTraffic": 33.3},
        ),
        to(
            "/canarySettings/useStageCache",
            "false",
            canarySettings={**CANARY, "percentTraffic": 33.3, "useStageCache": False},
        ),
        remove(
            "/canarySettings/stageVariableOverrides/a",
            canarySettings={
                "deploymentId": "{deployment}",
                "percentTraffic": 33.3,
                "useStageCache": False,
            },
        ),
        remove("/canarySettings"),
        Change(
            "",
            operations(
                ("replace", "/accessLogSettings/destinationArn", "{log_group}"),
                ("replace", "/accessLogSettings/format", "$context.requestId"),
            ),
            {
                "accessLogSettings": {
                    "destinationArn": "{log_group}",
                    "format": "$context.requestId",
                }
            },
        ),
        remove("/accessLogSettings"),
        also={"cacheClusterStatus": "AVAILABLE", "methodSettings": {}},
        absent=("accessLogSettings", "clientCertificateId", "webAclArn"),
    ),
    gateway(
        "method settings",
        {**STAGE, **operations(*(("replace", f"/*/*/{path}", text) for path, text, _ in SETTINGS))},
        STAGE,
        to("/*/*/logging/loglevel", "OFF", loggingLevel="OFF"),
        to("/*/*/logging/dataTrace", "false", dataTraceEnabled=False),
        to("/*/*/metrics/enabled", "false", metricsEnabled=False),
        to("/*/*/throttling/burstLimit", "-1", throttlingBurstLimit=-1),
        to("/*/*/throttling/rateLimit", "5", throttlingRateLimit=5.0),
        to("/*/*/caching/enabled", "false", cachingEnabled=False),
        to("/*/*/caching/ttlInSeconds", "0", cacheTtlInSeconds=0),
        to("/*/*/caching/dataEncrypted", "false", cacheDataEncrypted=False),
        to(
            "/*/*/caching/unauthorizedCacheControlHeaderStrategy",
            "SUCCEED_WITH_RESPONSE_HEADER",
            unauthorizedCacheControlHeaderStrategy="SUCCEED_WITH_RESPONSE_HEADER",
        ),
        noun="stage",
        calls=("update", "get", "update"),
        also={name: value for _, _, named in SETTINGS for name, value in named.items()},
        unseen=("stageName",),
        place="methodSettings.*/*",
        delete_more={"patchOperations": [{"op": "remove", "path": "/*/*"}]},
    ),
    gateway(
        "account",
        operations(("replace", "/cloudwatchRoleArn", "{logger}")),
        {},
        to("/cloudwatchRoleArn", None),
        calls=("update", "get", "update"),
        also={
            "cloudwatchRoleArn": "{logger}",
            "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
            "features": ["UsagePlans"],
            "apiKeyVersion": "4",
        },
        stays=True,
        delete_more=operations(("replace", "/cloudwatchRoleArn", "{logger}")),
    ),
    gateway(
        "api key",
        {
            "name": "one",
            "description": "first",
            "enabled": True,
            "value": "given" * 4,
            "customerId": "c",
            "tags": TAGS,
        },
        {"apiKey": "{new.id}"},
        to("/name", "two"),
        to("/description", "two"),
        to("/enabled", False),
        to("/customerId", "d"),
        also={"stageKeys": []},
        read_more={"includeValue": True},
    ),
    gateway(
        "usage plan",
        {
            "name": "one",
            "description": "first",
            "apiStages": [
                {**PLAN_STAGE, "throttle": {"/child/GET": {"rateLimit": 1.5, "burstLimit": 2}}}
            ],
            "throttle": {"rateLimit": 2.5, "burstLimit": 3},
            "quota": {"limit": 5, "offset": 1, "period": "WEEK"},
            "tags": TAGS,
        },
        {"usagePlanId": "{new.id}"},
        to("/name", "two"),
        to("/description", "two"),
        to("/productCode", "p"),
        to("/throttle/rateLimit", "7", throttle={"rateLimit": 7.0, "burstLimit": 3}),
        to("/throttle/burstLimit", "8", throttle={"rateLimit": 7.0, "burstLimit": 8}),
        remove("/throttle"),
        to("/quota/limit", "6", quota={"limit": 6, "offset": 1, "period": "WEEK"}),
        to("/quota/offset", "0", quota={"limit": 6, "offset": 0, "period": "WEEK"}),
        to("/quota/period", "DAY", quota={"limit": 6, "offset": 0, "period": "DAY"}),
        remove("/quota"),
        to(
            "/apiStages/{api}:v1/throttle/~1child~1GET/rateLimit",
            "9",
            apiStages=[
                {**PLAN_STAGE, "throttle": {"/child/GET": {"rateLimit": 9.0, "burstLimit": 2}}}
            ],
        ),
        remove("/apiStages/{api}:v1/throttle", apiStages=[PLAN_STAGE]),
        remove("/apiStages", "{api}:v1", apiStages=[]),
        add("/apiStages", "{api}:v1", apiStages=[PLAN_STAGE]),
        remove("/apiStages", "{api}:v1", apiStages=[]),
        absent=("productCode",),
    ),
    gateway(
        "usage plan key",
        {"usagePlanId": "{plan}", "keyId": "{key}", "keyType": "API_KEY"},
        {"usagePlanId": "{plan}", "keyId": "{key}"},
        also={"id": "{key}", "type": "API_KEY", "name": "k", "value": "known" * 4},
        unseen=("usagePlanId", "keyId", "keyType"),
    ),
    gateway(
        "vpc link",
        {"name": "one", "description": "first", "targetArns": ["{balancer}"], "tags": TAGS},
        {"vpcLinkId": "{new.id}"},
        to("/name", "two"),
        to("/description", "two"),
        also={"status": "AVAILABLE"},
    ),
    gateway(
        "domain name",
        {
            "domainName": "api.example.org",
            "regionalCertificateArn": "{certificate}",
            "endpointConfiguration": {"types": ["REGIONAL"]},
            "securityPolicy": "TLS_1_2",
            "tags": TAGS,
        },
        {"domainName": "api.example.org"},
        to("/securityPolicy", "TLS_1_0"),
        to("/regionalCertificateArn", "{certificate}2"),
        also={
            "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
            "domainNameStatus": "AVAILABLE",
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
    ),
    gateway(
        "base path mapping",
        {"domainName": "{domain}", "basePath": "one", "restApiId": "{api}", "stage": "v1"},
        {"domainName": "{domain}", "basePath": "one"},
        to("/restapiId", "{other_api}", restApiId="{other_api}"),
        also={"restApiId": "{api}"},
        unseen=("domainName",),
    ),
)
