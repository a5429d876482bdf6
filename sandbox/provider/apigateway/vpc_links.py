"""API Gateway: links into a VPC; the id is AWS's."""

from __future__ import annotations

import time
from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.paths import GONE
from sandbox.provider.core.answers import (
    changed,
    find,
    given,
    own_tags,
    settle,
    the_one,
    there,
    worded,
)
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs, doing

PATIENCE = 20 * 60.0  # seconds; AWS takes minutes


def create_vpc_link(ctx: Context, inputs: Inputs) -> Created:
    """Make a link and wait until it is available; one that fails is taken away again."""
    client = ctx.client("apigateway")
    id = client.create_vpc_link(
        name=inputs["name"],
        targetArns=[inputs["targetArn"]],
        **given(description=inputs.get("description"), tags=inputs.get("tags")),
    )["id"]
    try:
        link = _wait_until_available(ctx, id, f"creating API Gateway VPC Link ({inputs['name']})")
    except Exception:
        find(client.delete_vpc_link, GONE, vpcLinkId=id)
        raise
    return Created(id, _outputs(ctx, link))


def find_vpc_link(ctx: Context, inputs: Inputs) -> Created | None:
    link = the_one(ctx, "get_vpc_links", lambda each: each["name"] == inputs["name"])
    return Created(link["id"], _outputs(ctx, link)) if link else None


def read_vpc_link(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    link = find(ctx.client("apigateway").get_vpc_link, GONE, vpcLinkId=id)
    return _outputs(ctx, link) if link else None


def update_vpc_link(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("apigateway")
    operations = [
        patches.replace(f"/{name}", new.get(name))
        for name in ("name", "description")
        if changed(name, old, new)
    ]
    if operations:
        client.update_vpc_link(vpcLinkId=id, patchOperations=operations)
        _wait_until_available(ctx, id, f"updating API Gateway VPC Link ({id})")
    patches.retag(client, old["arn"], old, new)
    return there(read_vpc_link(ctx, id, new), f"API Gateway VPC Link ({id})")


def delete_vpc_link(ctx: Context, id: str, last: Outputs) -> None:
    client, deadline = ctx.client("apigateway"), time.monotonic() + PATIENCE
    find(client.delete_vpc_link, GONE, vpcLinkId=id)
    with doing(f"waiting for API Gateway VPC Link ({id}) delete", "apigateway"):
        while find(client.get_vpc_link, GONE, vpcLinkId=id):
            if time.monotonic() > deadline:
                raise CallError(
                    f"API Gateway VPC Link ({id}) is still there after {PATIENCE:.0f} s"
                )
            ctx.wait(0.2)


def _wait_until_available(ctx: Context, id: str, doing_what: str) -> dict[str, Any]:
    deadline, pause = time.monotonic() + PATIENCE, 0.05
    while True:
        link: dict[str, Any] = ctx.client("apigateway").get_vpc_link(vpcLinkId=id)
        status = link.get("status", "AVAILABLE")
        if status == "AVAILABLE":
            return link
        if status != "PENDING" or time.monotonic() > deadline:
            reason = link.get("statusMessage") or f"still {status} after {PATIENCE:.0f} s"
            raise CallError(f"{doing_what}: waiting for completion: {status}: {reason}")
        ctx.wait(pause)
        pause = min(pause * 2, 5.0)


def _outputs(ctx: Context, link: dict[str, Any]) -> Outputs:
    outputs = {
        "arn": f"arn:{ctx.partition}:apigateway:{ctx.region}::/vpclinks/{link['id']}",
        "description": link.get("description"),
        "name": link.get("name") or "",
        "tags": own_tags(link.get("tags")),
        "targetArn": next(iter(link.get("targetArns") or ()), None),
    }
    return settle(outputs, keep=("name",))


KINDS = (
    worded(
        "apigateway",
        "API Gateway VPC Link",
        Kind(
            token="aws:apigateway/vpcLink:VpcLink",
            create=create_vpc_link,
            read=read_vpc_link,
            update=update_vpc_link,
            delete=delete_vpc_link,
            find=find_vpc_link,
        ),
        called="name",
    ),
)
