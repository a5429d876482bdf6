"""The types of API Gateway that there are."""

from __future__ import annotations

from sandbox.provider.apigateway import (
    authorizers,
    integrations,
    keys,
    paths,
    plans,
    requests,
    responses,
    rest_apis,
    settings,
    stages,
    vpc_links,
)

KINDS = (
    authorizers.AUTHORIZER,
    integrations.INTEGRATION,
    keys.API_KEY,
    keys.USAGE_PLAN_KEY,
    paths.RESOURCE,
    paths.METHOD,
    plans.USAGE_PLAN,
    requests.REQUEST_VALIDATOR,
    requests.MODEL,
    responses.METHOD_RESPONSE,
    responses.INTEGRATION_RESPONSE,
    responses.RESPONSE,
    rest_apis.REST_API,
    rest_apis.REST_API_POLICY,
    settings.METHOD_SETTINGS,
    settings.ACCOUNT,
    stages.DEPLOYMENT,
    stages.STAGE,
    vpc_links.VPC_LINK,
)
