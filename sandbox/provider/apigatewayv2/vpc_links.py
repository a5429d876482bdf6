"""API Gateway: VPC links V2; the id is AWS's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import changed, find, same_order
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.tags import own_tags, retag
from sandbox.provider.core.waiting import until

GONE = "NotFoundException"
PATIENCE = 10 * 60.0  # seconds; AWS takes minutes
SETS = {"securityGroupIds": "SecurityGroupIds", "subnetIds": "SubnetIds"}


def create_vpc_link(ctx: Context, inputs: Inputs) -> Created:
    """Make a link and wait until it is available; one that fails is taken away again."""
    client = ctx.client("apigatewayv2")
    id = client.create_vpc_link(
        Name=inputs["name"],
        **{api: inputs[name] for name, api in SETS.items()},
        **({"Tags": inputs["tags"]} if inputs.get("tags") else {}),
    )["VpcLinkId"]
    ctx.made(id)
    link = _available(ctx, id)
    return Created(id, _outputs(ctx, link, inputs))


def read_vpc_link(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    link = find(ctx.client("apigatewayv2").get_vpc_link, GONE, VpcLinkId=id)
    return _outputs(ctx, link, last) if link else None


def find_vpc_link(ctx: Context, inputs: Inputs) -> str | None:
    """The one link that an interrupted create made: names are not unique."""
    call, token, found = ctx.client("apigatewayv2").get_vpc_links, "", []
    while True:
        page = call(**({"NextToken": token} if token else {}))
        found += [each for each in page["Items"] if _same(each, inputs)]
        token = page.get("NextToken") or ""
        if not token:
            return str(found[0]["VpcLinkId"]) if len(found) == 1 else None


def _same(link: dict[str, Any], inputs: Inputs) -> bool:
    sets = all(set(link.get(api) or ()) == set(inputs[name]) for name, api in SETS.items())
    return link["Name"] == inputs["name"] and sets


def update_vpc_link(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("apigatewayv2")
    if changed("name", old, new):
        client.update_vpc_link(VpcLinkId=id, Name=new["name"])
    tag, untag = client.tag_resource, client.untag_resource
    retag(tag, untag, old, new, form=dict, ResourceArn=_arn(ctx, id))


def delete_vpc_link(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigatewayv2")
    find(client.delete_vpc_link, GONE, VpcLinkId=id)
    with doing(f"waiting for API Gateway v2 VPC Link ({id}) delete", "apigatewayv2"):
        if not until(ctx, lambda: not find(client.get_vpc_link, GONE, VpcLinkId=id), PATIENCE):
            raise CallError(f"API Gateway v2 VPC Link ({id}) is still there after {PATIENCE:.0f} s")


def _available(ctx: Context, id: str) -> dict[str, Any]:
    def settled() -> Any:
        link = ctx.client("apigatewayv2").get_vpc_link(VpcLinkId=id)
        return None if link["VpcLinkStatus"] == "PENDING" else link

    link: dict[str, Any] = until(ctx, settled, PATIENCE) or {"VpcLinkStatus": "PENDING"}
    status = link["VpcLinkStatus"]
    if status != "AVAILABLE":
        reason = link.get("VpcLinkStatusMessage") or f"still {status} after {PATIENCE:.0f} s"
        raise CallError(f"waiting for API Gateway v2 VPC Link ({id}) create: {status}: {reason}")
    return link


def _arn(ctx: Context, id: str) -> str:
    return f"arn:{ctx.partition}:apigateway:{ctx.region}::/vpclinks/{id}"


def _outputs(ctx: Context, link: dict[str, Any], last: Outputs) -> Outputs:
    return {
        "arn": _arn(ctx, link["VpcLinkId"]),
        "name": link["Name"],
        **{name: same_order(link.get(api) or (), last.get(name)) for name, api in SETS.items()},
        "tags": own_tags(link.get("Tags")) or None,
    }


VPC_LINK = resource(
    "apigatewayv2",
    "API Gateway v2 VPC Link",
    "aws:apigatewayv2/vpcLink:VpcLink",
    create=create_vpc_link,
    read=read_vpc_link,
    update=update_vpc_link,
    delete=delete_vpc_link,
    find=find_vpc_link,
    called="name",
)
