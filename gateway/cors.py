"""Web pages that may call the gateway: CORS, off until origins are set.

A browser asks before it sends a key to another origin: OPTIONS, without
the key. It lets the page read an answer, be it a refusal, only if that
answer names the page's origin.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Parts, Statement, Variables
from .limits import path_method
from .settings import Settings

# Chapter 18: speak OpenAI

ALLOW = "Access-Control-Allow-Origin"
# What a browser is told of every path. `*` does not stand for the key's
# header. The last one is for how many seconds it need not ask again.
PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization,*",
    "Access-Control-Allow-Methods": "GET,POST,OPTIONS",
    "Access-Control-Max-Age": "7200",
    "Cache-Control": "no-store",
    "Vary": "Origin",
    "X-Content-Type-Options": "nosniff",
}
# Of other headers than the usual ones, a page can read these.
EXPOSED = (
    "Retry-After,x-should-retry,x-amzn-RequestId,x-amzn-ErrorType,"
    "x-request-id,request-id,x-ignored-fields"
)


def page_origins(settings: Settings) -> list[str]:
    """Whose pages may call: origins, such as `https://example.com`."""
    return list(settings.cors_origins)


def paths_among(parts: Parts) -> list[aws.apigateway.Resource]:
    """The paths that there are: a web page may ask for any of them."""
    kind = aws.apigateway.Resource
    return [part for part in parts if isinstance(part, kind)]


def preflights(
    origins: list[str],
    rest_api: aws.apigateway.RestApi,
    paths: list[aws.apigateway.Resource],
) -> Parts:
    """OPTIONS on every path, for everyone: API Gateway itself answers."""
    made: Parts = []
    for path in paths if origins else []:
        made += path_preflight(origins, rest_api, path)
    return made


def path_preflight(
    origins: list[str],
    rest_api: aws.apigateway.RestApi,
    path: aws.apigateway.Resource,
) -> Parts:
    """A method without a key, and an answer that is always the same."""
    name = path.pulumi_resource_name
    everyone = {"authorization": "NONE", "operation_name": f"Ask-{name}"}
    method = path_method(
        f"preflight-{name}", rest_api, path, "OPTIONS", everyone
    )
    place: Arguments = {
        "rest_api": rest_api.id,
        "resource_id": method.resource_id,
        "http_method": method.http_method,
    }
    mock = aws.apigateway.Integration(
        f"preflightMock-{name}",
        **place,
        type="MOCK",
        request_templates={"application/json": '{"statusCode": 204}'},
    )
    promised = aws.apigateway.MethodResponse(
        f"preflightResponse-{name}",
        **place,
        status_code="204",
        response_parameters={
            answer_header(each): True for each in (ALLOW, *PREFLIGHT)
        },
    )
    whole: Parts = [mock, promised]
    return [method, *whole, preflight_answer(name, place, origins, whole)]


def answer_header(header: str) -> str:
    """A header of a method's answer, as API Gateway calls it."""
    return f"method.response.header.{header}"


def preflight_answer(
    name: str,
    place: Arguments,
    origins: list[str],
    after: Parts,
) -> aws.apigateway.IntegrationResponse:
    """Names the first origin, or another one if it is the one that asks."""
    first, *others = origins
    headers = {ALLOW: first, **PREFLIGHT}
    template = other_origins(others)
    return aws.apigateway.IntegrationResponse(
        f"preflightHeaders-{name}",
        **place,
        status_code="204",
        response_parameters={
            answer_header(header): f"'{value}'"
            for header, value in headers.items()
        },
        response_templates=(
            {"application/json": template} if others else None
        ),
        opts=pulumi.ResourceOptions(depends_on=after),
    )


def other_origins(origins: list[str]) -> str:
    """For a template: the header with the origin that asks, if we know it.

    Over HTTP/2, names of headers have small letters.
    """
    known = " || ".join(
        f"$origin == {json.dumps(each)}" for each in origins
    )
    return "\n".join(
        [
            '#set($origin = $input.params().header.get("origin"))',
            '#if(!$origin || $origin == "")',
            '#set($origin = $input.params().header.get("Origin"))',
            "#end",
            f"#if({known})",
            f"#set($context.responseOverride.header.{ALLOW} = $origin)",
            "#end",
        ]
    )


def preflight_statements(
    origins: list[str], rest_api: aws.apigateway.RestApi
) -> list[Statement]:
    """For the resource policy: a preflight has no key, and is let in."""
    if not origins:
        return []
    return [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": pulumi.Output.concat(
                rest_api.execution_arn, "/*/OPTIONS/*"
            ),
        }
    ]


def page_headers(origins: list[str]) -> Arguments:
    """For a gateway response: what lets a page read it.

    One origin is named. Of several, API Gateway can only name the one that
    asks, known or not: what it says by itself is no secret.
    """
    if not origins:
        return {}
    asking = "method.request.header.Origin"
    allowed = f"'{origins[0]}'" if len(origins) == 1 else asking
    headers = {
        ALLOW: allowed,
        "Access-Control-Expose-Headers": f"'{EXPOSED}'",
        "Vary": "'Origin'",
    }
    return {
        f"gatewayresponse.header.{header}": value
        for header, value in headers.items()
    }


def page_variables(origins: list[str]) -> Variables:
    """For the function: whose pages may read its answers."""
    return {"PAGE_ORIGINS": " ".join(origins)} if origins else {}
