"""IAM: instance profiles, by which instances have a role; the id is the profile's name."""

from __future__ import annotations

from sandbox.provider.core.answers import by, changed, find, named, prefix_of, settle, timestamp
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import retag, tag_map, tagged
from sandbox.provider.core.waiting import accepted

GONE = "NoSuchEntity"
PATIENCE = 60.0  # seconds that IAM may need to see a role that was made a moment ago


def create_profile(ctx: Context, inputs: Inputs) -> str:
    iam, name = ctx.client("iam"), named(inputs)
    iam.create_instance_profile(
        InstanceProfileName=name, Path=inputs.get("path") or "/", **tagged(inputs)
    )
    ctx.made(name, {"role": inputs.get("role")})
    _add_role(ctx, name, inputs.get("role"))
    return name


def read_profile(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    answer = find(ctx.client("iam").get_instance_profile, GONE, InstanceProfileName=id)
    if answer is None:
        return None
    profile = answer["InstanceProfile"]
    roles = profile.get("Roles") or ()
    outputs = {
        "arn": profile["Arn"],
        "createDate": timestamp(profile["CreateDate"]),
        "name": profile["InstanceProfileName"],
        "namePrefix": prefix_of(profile["InstanceProfileName"]),
        "path": profile["Path"],
        "role": roles[0]["RoleName"] if roles else None,
        "tags": tag_map(profile.get("Tags")),
        "uniqueId": profile["InstanceProfileId"],
    }
    return settle(outputs, keep=("namePrefix",))


def update_profile(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    iam = ctx.client("iam")
    if changed("role", old, new):
        _remove_role(ctx, id, old.get("role"))
        _add_role(ctx, id, new.get("role"))
    tag, untag = iam.tag_instance_profile, iam.untag_instance_profile
    retag(tag, untag, old, new, InstanceProfileName=id)


def delete_profile(ctx: Context, id: str, last: Outputs) -> None:
    _remove_role(ctx, id, last.get("role"))
    find(ctx.client("iam").delete_instance_profile, GONE, InstanceProfileName=id)


def _add_role(ctx: Context, name: str, role: str | None) -> None:
    if role:
        request = {"InstanceProfileName": name, "RoleName": role}
        early = ("The role with name", "Invalid IAM Instance Profile name")
        call = ctx.client("iam").add_role_to_instance_profile
        accepted(ctx, call, early, PATIENCE, **request)


def _remove_role(ctx: Context, name: str, role: str | None) -> None:
    if role:
        call = ctx.client("iam").remove_role_from_instance_profile
        find(call, GONE, InstanceProfileName=name, RoleName=role)


INSTANCE_PROFILE = resource(
    "iam",
    "IAM Instance Profile",
    "aws:iam/instanceProfile:InstanceProfile",
    create=create_profile,
    read=read_profile,
    update=update_profile,
    delete=delete_profile,
    find=by("name"),
    called="name",
)
