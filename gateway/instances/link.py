"""How the API reaches a balancer that has no public address."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from ..chat import path_below
from ..kinds import Arguments, Parts
from ..limits import method_settings, path_method
from ..settings import Settings
from .network import Doors, Network

# Chapter 22: behind a load balancer

# What the server is told of a request. API Gateway writes these headers
# over whatever a client has sent by their names.
TOLD = {
    "x-gateway-key-id": "context.identity.apiKeyId",
    "x-gateway-request-id": "context.requestId",
    "x-gateway-stage": "context.stage",
    "x-gateway-asked-by": "'gateway'",
}
WAIT = 60_000  # milliseconds; the balancer waits for a byte as long


def vpc_link(network: Network, doors: Doors) -> aws.apigatewayv2.VpcLink:
    """A way from API Gateway into the network. To make it takes minutes."""
    return aws.apigatewayv2.VpcLink(
        "instancesLink",
        subnet_ids=network.subnet_ids,
        security_group_ids=[doors.link.id],
    )


def told_headers(authentication: str) -> Arguments:
    """For the integration: who asks, and that it is the gateway that says.

    The team is known to an authorizer of ours. Elsewhere a fixed word
    stands in its place, or a client could write its own.
    """
    known = authentication == "bearer"
    team = "context.authorizer.team" if known else "'unknown'"
    headers = {**TOLD, "x-gateway-team": team}
    return {
        f"integration.request.header.{name}": value
        for name, value in headers.items()
    }


def instances_route(
    rest_api: aws.apigateway.RestApi,
    access: Arguments,
    link: aws.apigatewayv2.VpcLink,
    balancer: aws.lb.LoadBalancer,
    headers: Arguments,
) -> Parts:
    """Whatever is below `/instances`, to the balancer."""
    root = rest_api.root_resource_id
    above = path_below("instancesPath", rest_api, root, "instances")
    path = path_below("instancesProxy", rest_api, above.id, "{proxy+}")
    named = {"request_parameters": {"method.request.path.proxy": True}}
    method = path_method(
        "instancesMethod", rest_api, path, "ANY", {**access, **named}
    )
    proxy = private_integration(method, link, balancer, headers)
    return [above, path, method, proxy]


def private_integration(
    method: aws.apigateway.Method,
    link: aws.apigatewayv2.VpcLink,
    balancer: aws.lb.LoadBalancer,
    headers: Arguments,
) -> aws.apigateway.Integration:
    """Whatever is asked there, as it is, and tokens back as they come."""
    return aws.apigateway.Integration(
        "instancesIntegration",
        rest_api=method.rest_api,
        resource_id=method.resource_id,
        http_method=method.http_method,
        integration_http_method="ANY",
        request_parameters={
            "integration.request.path.proxy": "method.request.path.proxy",
            **headers,
        },
        response_transfer_mode="STREAM",
        timeout_milliseconds=WAIT,
        **private_way(link, balancer),
    )


def private_way(
    link: aws.apigatewayv2.VpcLink, balancer: aws.lb.LoadBalancer
) -> Arguments:
    """For an integration: through the link to the balancer.

    `uri` chooses the port, and what the balancer sees as Host. The way
    there is the link's, and its end the integration's target.
    """
    return {
        "type": "HTTP_PROXY",
        "connection_type": "VPC_LINK",
        "connection_id": link.id,
        "integration_target": balancer.arn,
        "uri": pulumi.Output.concat(
            "http://", balancer.dns_name, "/{proxy}"
        ),
    }


def instances_limit(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    logging: Arguments,
) -> aws.apigateway.MethodSettings:
    """The rate of prompts, here too."""
    limit = (settings.prompt_rate, settings.prompt_burst)
    path = "~1instances~1{proxy+}/ANY"
    return method_settings(
        "instancesLimit", rest_api, stage, path, limit, logging
    )


def instances_url(stage: aws.apigateway.Stage) -> pulumi.Output[str]:
    """The instances' base URL, for clients of OpenAI."""
    return pulumi.Output.concat(stage.invoke_url, "/instances")
