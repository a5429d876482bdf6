"""What AWS's own API says of a deployed REST API: its methods, its policy, its usage plans."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from lab.errors import LabError
from lab.policy.routes import AUTHORIZATIONS, NONE, Api, Route

LOCAL = re.compile(r"/_aws/execute-api/([^/]+)/([^/]+)")


def place(url: str) -> tuple[str, str]:
    """The API's id and the stage's name in an invoke URL.

    Raises:
        LabError: it is none.
    """
    parts = urlsplit(url)
    local = LOCAL.match(parts.path)
    if local:
        return local[1], local[2]
    host, path = (parts.hostname or "").split("."), parts.path.split("/")
    if len(host) > 2 and host[1] == "execute-api" and len(path) > 1 and path[1]:
        return host[0], path[1]
    raise LabError(
        f"{url} is no invoke URL of a REST API.",
        'Take outputs()["invoke_url"]: https://API.execute-api.REGION.amazonaws.com/STAGE.',
    )


def read_api(api_id: str, stage: str) -> Api:
    """The API as it is configured now.

    Raises:
        LabError: there is none, or it may not be read.
    """
    try:
        gateway = boto3.client("apigateway")
        api = gateway.get_rest_api(restApiId=api_id)
        account = boto3.client("sts").get_caller_identity()["Account"]
        listed = gateway.get_authorizers(restApiId=api_id, limit=500).get("items", ())
        sources = {one["id"]: one.get("identitySource") or "" for one in listed}
        routes = tuple(_routes(gateway, api_id, sources))
    except (BotoCoreError, ClientError) as error:
        raise LabError(
            f"The API {api_id} cannot be read: {error}",
            "Run outputs() to see what is deployed, and up() to deploy it.",
        ) from None
    return Api(
        api_id,
        stage,
        gateway.meta.region_name,
        account,
        routes,
        _document(api.get("policy")),
        "PRIVATE" in api.get("endpointConfiguration", {}).get("types", ()),
        api.get("apiKeySource", "HEADER"),
    )


def in_plan(api: Api, value: str) -> bool:
    """Whether an API key with this value is enabled, and in a usage plan of the stage."""
    gateway = boto3.client("apigateway")
    keys = _pages(gateway, "get_api_keys", includeValues=True)
    found = [key["id"] for key in keys if key.get("value") == value and key.get("enabled")]
    for plan in _pages(gateway, "get_usage_plans") if found else ():
        stages = [(one["apiId"], one["stage"]) for one in plan.get("apiStages", ())]
        if (api.id, api.stage) in stages:
            members = _pages(gateway, "get_usage_plan_keys", usagePlanId=plan["id"])
            if any(member["id"] in found for member in members):
                return True
    return False


def _routes(gateway: Any, api_id: str, sources: dict[str, str]) -> Iterator[Route]:
    for resource in _pages(gateway, "get_resources", restApiId=api_id, embed=["methods"]):
        for method, settings in sorted(resource.get("resourceMethods", {}).items()):
            kind = settings.get("authorizationType") or NONE
            if kind not in AUTHORIZATIONS:
                raise LabError(f"{method} {resource['path']} has the authorization {kind!r}.")
            source = sources.get(settings.get("authorizerId", ""))
            yield Route(
                method,
                resource["path"],
                kind,
                bool(settings.get("apiKeyRequired")),
                source or Route.identity,
                tuple(settings.get("authorizationScopes") or ()),
            )


def _pages(gateway: Any, call: str, **more: Any) -> Iterator[Any]:
    for page in gateway.get_paginator(call).paginate(**more):
        yield from page.get("items", ())


def _document(text: str | None) -> Any:
    """A policy as data. AWS gives it back as JSON whose quotes have a backslash."""
    for candidate in (text or "", (text or "").replace('\\"', '"')):
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    return text or None
