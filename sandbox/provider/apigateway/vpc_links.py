"""API Gateway: links into a VPC; the id is AWS's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, arn, find_named
from sandbox.provider.core.answers import find, pick, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.tags import own_tags
from sandbox.provider.core.waiting import until

PATIENCE = 20 * 60.0  # seconds; AWS takes minutes


def create_vpc_link(ctx: Context, inputs: Inputs) -> Created:
    """Make a link and wait until it is available; one that fails is taken away again."""
    client = ctx.client("apigateway")
    id = client.create_vpc_link(
        name=inputs["name"],
        targetArns=[inputs["targetArn"]],
        **pick(inputs, "description", "tags"),
    )["id"]
    ctx.made(id)
    link = _wait_until_available(ctx, id, f"creating API Gateway VPC Link ({inputs['name']})")
    return Created(id, _outputs(ctx, link))


def read_vpc_link(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    link = find(ctx.client("apigateway").get_vpc_link, GONE, vpcLinkId=id)
    return _outputs(ctx, link) if link else None


def update_vpc_link(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("apigateway")
    operations = patches.changes(("name", "description"), old, new)
    if patches.send(client.update_vpc_link, operations, vpcLinkId=id):
        _wait_until_available(ctx, id, f"updating API Gateway VPC Link ({id})")
    patches.retag(client, old["arn"], old, new)


def delete_vpc_link(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    find(client.delete_vpc_link, GONE, vpcLinkId=id)
    with doing(f"waiting for API Gateway VPC Link ({id}) delete", "apigateway"):
        if not until(ctx, lambda: not find(client.get_vpc_link, GONE, vpcLinkId=id), PATIENCE):
            raise CallError(f"API Gateway VPC Link ({id}) is still there after {PATIENCE:.0f} s")


def _wait_until_available(ctx: Context, id: str, doing_what: str) -> dict[str, Any]:
    def settled() -> Any:
        link = ctx.client("apigateway").get_vpc_link(vpcLinkId=id)
        return None if link.get("status") == "PENDING" else link

    link: dict[str, Any] = until(ctx, settled, PATIENCE) or {"status": "PENDING"}
    status = link.get("status", "AVAILABLE")
    if status != "AVAILABLE":
        reason = link.get("statusMessage") or f"still {status} after {PATIENCE:.0f} s"
        raise CallError(f"{doing_what}: waiting for completion: {status}: {reason}")
    return link


def _outputs(ctx: Context, link: dict[str, Any]) -> Outputs:
    outputs = {
        "arn": arn(ctx, "vpclinks", link["id"]),
        "description": link.get("description"),
        "name": link.get("name") or "",
        "tags": own_tags(link.get("tags")),
        "targetArn": next(iter(link.get("targetArns") or ()), None),
    }
    return settle(outputs, keep=("name",))


VPC_LINK = resource(
    "apigateway",
    "API Gateway VPC Link",
    "aws:apigateway/vpcLink:VpcLink",
    create=create_vpc_link,
    read=read_vpc_link,
    update=update_vpc_link,
    delete=delete_vpc_link,
    find=lambda ctx, inputs: find_named(ctx, "get_vpc_links", inputs["name"]),
    called="name",
)
