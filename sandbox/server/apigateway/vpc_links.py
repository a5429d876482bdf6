"""VPC links, whose calls the emulator lacks: V1 in REST APIs' own API, V2 in that of `apigatewayv2`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

from sandbox.server.base import emulator, snapshots, vpc_links
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.refusals import Refused, missing

v1 = emulator.v1
MALFORMED = "Invalid request body"


def answer(method: str, path: str, body: bytes, query: Any) -> Answer | None:
    """Answer a request about VPC links; None when it is about something else."""
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    try:
        if parts[:1] == ["v2"]:
            return _second(method, parts[1:], body, query)
        return _first(method, parts, body, query)
    except Refused as refused:
        reply: Answer = v1._v1_error(refused.code, refused.message, refused.status)
        return reply


def ours(path: str) -> bool:
    """Whether a path of the control plane is about VPC links: the emulator does not know them."""
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    if parts[:2] == ["v2", "tags"]:
        return "::/vpclinks/" in "/".join(parts[2:])
    return parts[:1] == ["vpclinks"] or parts[:2] == ["v2", "vpclinks"]


def _reply(data: Record, status: int = 200) -> Answer:
    reply: Answer = v1._v1_response(data, status)
    return reply


def _read(body: bytes) -> Record:
    try:
        data = json.loads(body)
    except ValueError:
        raise Refused(MALFORMED) from None
    if not isinstance(data, dict):
        raise Refused(MALFORMED)
    return data


def _new_id() -> str:
    return str(v1._new_id()[:6])


# V1


def _first(method: str, parts: list[str], body: bytes, query: Any) -> Answer | None:
    match [method, *parts]:
        case ["POST", "vpclinks"]:
            return _create_first(_read(body))
        case ["GET", "vpclinks"]:
            links = [vpc_links.find_first(id) for id in list(vpc_links.first)]
            found: Answer = v1._v1_paginated_response(links, query)
            return found
        case ["GET", "vpclinks", id]:
            return _reply(_known_first(id))
        case ["DELETE", "vpclinks", id]:
            _known_first(id)
            _refuse_use(id)
            vpc_links.first.pop(id)
            return 202, {}, b""
    return None


def _known_first(id: str) -> Record:
    link = vpc_links.find_first(id)
    if link is None:
        raise missing("Invalid Vpc Link identifier specified")
    return link


def _create_first(data: Record) -> Answer:
    name, targets = data.get("name"), data.get("targetArns")
    if not (isinstance(name, str) and name and isinstance(targets, list) and targets):
        raise Refused(MALFORMED)
    link = {
        "id": _new_id(),
        "name": name,
        "targetArns": [str(target) for target in targets],
        "status": "PENDING",
        "tags": dict(data.get("tags") or {}),
    }
    if data.get("description"):
        link["description"] = data["description"]
    vpc_links.first[link["id"]] = link
    return _reply(dict(link), 202)


# V2


def _second(method: str, parts: list[str], body: bytes, query: Any) -> Answer | None:
    match [method, *parts]:
        case ["POST", "vpclinks"]:
            return _create_second(_read(body))
        case ["GET", "vpclinks"]:
            return _list_second(query)
        case ["GET", "vpclinks", id]:
            return _reply(_known_second(id))
        case ["PATCH", "vpclinks", id]:
            link, name = _known_second(id), _read(body).get("name")
            if name is not None:
                link["name"] = _name(name)
            return _reply(link)
        case ["DELETE", "vpclinks", id]:
            _known_second(id)
            _refuse_use(id)
            vpc_links.second.pop(id)
            return _reply({}, 202)
        case [_, "tags", *arn]:
            return _tags(method, "/".join(arn), body, query)
    return None


def _known_second(id: str) -> Record:
    link = vpc_links.find_second(id)
    if link is None:
        raise missing(f"Unable to find VpcLink by id {id}")
    return link


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= 128:
        raise Refused("Name must be between 1 and 128 characters")
    return name


def _create_second(data: Record) -> Answer:
    subnets = _listed(data, "subnetIds")
    if not subnets:
        raise Refused("Must specify at least one subnet")
    groups = _listed(data, "securityGroupIds")
    ec2 = emulator.app._get_module("ec2")
    # The words are EC2's own: what API Gateway makes of them is not known.
    for subnet in subnets:
        if subnet not in ec2._subnets:
            raise Refused(f"The subnet ID '{subnet}' does not exist")
    if len({ec2._subnets[subnet]["VpcId"] for subnet in subnets}) > 1:
        raise Refused("All subnets must be in the same VPC")
    for group in groups:
        if group not in ec2._security_groups:
            raise Refused(f"The security group '{group}' does not exist")
    link = {
        "createdDate": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "name": _name(data.get("name")),
        "securityGroupIds": groups,
        "subnetIds": subnets,
        "tags": dict(data.get("tags") or {}),
        "vpcLinkId": _new_id(),
        "vpcLinkStatus": "PENDING",
        "vpcLinkStatusMessage": "VPC link is provisioning ENIs",
        "vpcLinkVersion": "V2",
    }
    vpc_links.second[link["vpcLinkId"]] = link
    return _reply(dict(link), 201)


def _listed(data: Record, name: str) -> list[str]:
    found = data.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Refused(MALFORMED)
    return found


def _one(query: Any, name: str) -> str:
    found = (query or {}).get(name) or ""
    return str(found[0] if isinstance(found, list) else found)


def _list_second(query: Any) -> Answer:
    ids = sorted(vpc_links.second)
    start, size = _one(query, "nextToken"), _one(query, "maxResults") or "500"
    if not size.isdigit() or int(size) < 1 or (start and start not in ids):
        raise Refused("Invalid pagination token or maxResults")
    begin = ids.index(start) if start else 0
    shown, left = ids[begin : begin + int(size)], ids[begin + int(size) :]
    items = [vpc_links.find_second(id) for id in shown]
    return _reply({"items": items, **({"nextToken": left[0]} if left else {})})


def _tags(method: str, arn: str, body: bytes, query: Any) -> Answer:
    tags = vpc_links.tags(arn.rpartition("/")[2])
    if tags is None:
        raise missing("Invalid resource identifier specified")
    if method == "POST":
        tags.update(_read(body).get("tags") or {})
        return _reply({}, 201)
    if method == "DELETE":
        keys = (query or {}).get("tagKeys") or []
        for key in keys if isinstance(keys, list) else [keys]:
            tags.pop(key, None)
        return 204, {}, b""
    return _reply({"tags": tags})


# Links in use


def _refuse_use(id: str) -> None:
    """A link that an integration names cannot be deleted (klotho, issue 202, has AWS's words)."""
    staged = sorted({each for api in list(v1._rest_apis) for each in _staged(api, id)})
    drafts = sorted({each for api in list(v1._rest_apis) for each in _drafts(api, id)})
    found, form = (staged, ":Stage") if staged else (drafts, "")
    if found:
        raise Refused(
            f"Cannot delete vpc link. Vpc link '{id}', is referenced in [{', '.join(found)}] "
            f"in format of [RESTApiId:Method:Resource{form}]."
        )


def _staged(api: str, id: str) -> Iterator[str]:
    """Where a stage serves an integration with this link."""
    account, region = emulator.responses.get_account_id(), emulator.responses.get_region()
    for name, stage in (v1._stages_v1.get(api) or {}).items():
        deployed = snapshots.of_deployment(account, region, api, stage.get("deploymentId") or "")
        variables = stage.get("variables") or {}
        for place in _naming((deployed or {}).get("_resources") or {}, id, variables):
            yield f"{api}:{place}:{name}"


def _drafts(api: str, id: str) -> Iterator[str]:
    for place in _naming(v1._resources.get(api) or {}, id, {}):
        yield f"{api}:{place}"


def _naming(resources: Record, id: str, variables: Record) -> Iterator[str]:
    for resource in resources.values():
        for verb, method in (resource.get("resourceMethods") or {}).items():
            named = (method.get("methodIntegration") or {}).get("connectionId") or ""
            for variable, value in variables.items():
                named = named.replace(f"${{stageVariables.{variable}}}", str(value))
            if named == id:
                yield f"{verb}:{resource['id']}"
