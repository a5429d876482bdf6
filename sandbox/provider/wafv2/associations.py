"""WAF: what a web ACL stands before; the id is ACL-ARN,RESOURCE-ARN."""

from __future__ import annotations

from sandbox.provider.core.answers import find, parts_of
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.waiting import accepted

GONE = "WAFNonexistentItemException"
NOT_YET = ("WAFUnavailableEntityException",)  # a stage or a balancer that was made a moment ago
PATIENCE = 60.0  # seconds that a resource may need until WAF sees it
FORM = "WEB-ACL-ARN,RESOURCE-ARN"


def association_id(inputs: Inputs) -> str:
    return f"{inputs['webAclArn']},{inputs['resourceArn']}"


def create_association(ctx: Context, inputs: Inputs) -> Created:
    acl, target = inputs["webAclArn"], inputs["resourceArn"]
    call = ctx.client("wafv2").associate_web_acl
    accepted(ctx, call, NOT_YET, PATIENCE, WebACLArn=acl, ResourceArn=target)
    return Created(association_id(inputs), {"resourceArn": target, "webAclArn": acl})


def read_association(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    acl, target = parts_of(id, ",", FORM)
    call = ctx.client("wafv2").get_web_acl_for_resource
    found = find(call, GONE, ResourceArn=target)
    if not found or (found.get("WebACL") or {}).get("ARN") != acl:
        return None
    return {"resourceArn": target, "webAclArn": acl}


def delete_association(ctx: Context, id: str, last: Outputs) -> None:
    _, target = parts_of(id, ",", FORM)
    find(ctx.client("wafv2").disassociate_web_acl, GONE, ResourceArn=target)


WEB_ACL_ASSOCIATION = resource(
    "wafv2",
    "WAFv2 WebACL Association",
    "aws:wafv2/webAclAssociation:WebAclAssociation",
    create=create_association,
    read=read_association,
    delete=delete_association,
    find=lambda ctx, inputs: association_id(inputs),
)
