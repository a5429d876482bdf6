"""Cognito: user pools; the id is the pool's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import (
    changed,
    find,
    in_order,
    named,
    settle,
    the_one,
    timestamp,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import answer, answers, request
from sandbox.provider.core.tags import own_tags, retag

GONE = "ResourceNotFoundException"
TOKEN = "aws:cognito/userPool:UserPool"

# Where the API has another name for the same: of arguments, and inside of them.
NAMES = {"name": "PoolName", "schemas": "Schema", "tags": "UserPoolTags"}
INNER = {"attributesRequireVerificationBeforeUpdates": "AttributesRequireVerificationBeforeUpdate"}
# What SetUserPoolMfaConfig sets, in a call of its own.
MFA = (
    "emailMfaConfiguration",
    "mfaConfiguration",
    "smsConfiguration",
    "softwareTokenMfaConfiguration",
    "webAuthnConfiguration",
)
POLICIES = ("passwordPolicy", "signInPolicy")


def create_pool(ctx: Context, inputs: Inputs) -> str:
    client, name = ctx.client("cognito-idp"), named(inputs)
    pool = client.create_user_pool(**_settings(client, "CreateUserPoolRequest", inputs, name))
    id = pool["UserPool"]["Id"]
    ctx.made(id)
    if inputs.get("mfaConfiguration", "OFF") != "OFF" or _mfa(inputs).keys() - {"mfaConfiguration"}:
        _set_mfa(client, id, inputs)
    return id


def read_pool(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("cognito-idp")
    found = find(client.describe_user_pool, GONE, UserPoolId=id)
    mfa = find(client.get_user_pool_mfa_config, GONE, UserPoolId=id)
    if found is None or mfa is None:
        return None
    pool = found["UserPool"]
    known = facts.known(TOKEN)
    fields = {name: field for name, field in known.inputs.items() if name != "region"}
    outputs = answers(fields, {**pool, **pool.get("Policies", {}), **mfa}, NAMES, INNER)
    sms = (mfa.get("SmsMfaConfiguration") or {}).get("SmsConfiguration")
    outputs |= {
        "arn": pool["Arn"],
        "creationDate": timestamp(pool["CreationDate"]),
        "customDomain": pool.get("CustomDomain") or "",
        "domain": pool.get("Domain") or "",
        "endpoint": f"cognito-idp.{ctx.region}.amazonaws.com/{id}",
        "estimatedNumberOfUsers": pool.get("EstimatedNumberOfUsers", 0),
        "lastModifiedDate": timestamp(pool["LastModifiedDate"]),
        "name": pool["Name"],
        "schemas": _own_attributes(pool.get("SchemaAttributes") or (), last),
        "tags": own_tags(pool.get("UserPoolTags")),
    }
    if not outputs.get("smsConfiguration") and sms:
        outputs["smsConfiguration"] = answer(known.inputs["smsConfiguration"], sms)
    return settle(outputs, keep=("customDomain", "domain"))


def update_pool(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("cognito-idp")
    apart = {"tags", "schemas", *MFA}
    known = facts.known(TOKEN)
    if any(changed(name, old, new) for name in known.inputs if name not in apart):
        settings = _settings(client, "UpdateUserPoolRequest", new, new["name"])
        client.update_user_pool(UserPoolId=id, **settings)
    if any(changed(name, old, new) for name in MFA):
        _set_mfa(client, id, new)
    _add_attributes(client, id, old, new)
    retag(client.tag_resource, client.untag_resource, old, new, form=dict, ResourceArn=old["arn"])


def delete_pool(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("cognito-idp").delete_user_pool, GONE, UserPoolId=id)


def find_pool(ctx: Context, inputs: Inputs) -> str | None:
    found = the_one(
        ctx.client("cognito-idp"), "list_user_pools", "UserPools",
        lambda pool: pool["Name"] == inputs.get("name"), MaxResults=60,
    )  # fmt: skip
    return str(found["Id"]) if found else None


def _settings(client: Any, shape: str, inputs: Inputs, name: str) -> dict[str, Any]:
    """Everything that a request takes: what an update leaves out would go back to its default."""
    members = {member.lower() for member in client.meta.service_model.shape_for(shape).members}
    apart = {*POLICIES, "softwareTokenMfaConfiguration", "emailMfaConfiguration"}
    if shape == "UpdateUserPoolRequest":
        apart.add("tags")
    given = {
        NAMES.get(argument, argument): value
        for argument, value in {**inputs, "name": name}.items()
        if NAMES.get(argument, argument).lower() in members and argument not in apart
    }
    # MFA is turned on by a call of its own, which can say how.
    given.pop("mfaConfiguration", None)
    policies = {policy: inputs[policy] for policy in POLICIES if inputs.get(policy)}
    found: dict[str, Any] = request(client, shape, given, INNER)
    if policies:
        found["Policies"] = request(client, "UserPoolPolicyType", policies)
    return found


def _mfa(inputs: Inputs) -> dict[str, Any]:
    return {name: inputs[name] for name in MFA if inputs.get(name) and name != "smsConfiguration"}


def _set_mfa(client: Any, id: str, inputs: Inputs) -> None:
    settings = {"mfaConfiguration": "OFF", **_mfa(inputs)}
    found = request(client, "SetUserPoolMfaConfigRequest", settings)
    if sms := inputs.get("smsConfiguration"):
        found["SmsMfaConfiguration"] = {
            "SmsConfiguration": request(client, "SmsConfigurationType", sms)
        }
        if message := inputs.get("smsAuthenticationMessage"):
            found["SmsMfaConfiguration"]["SmsAuthenticationMessage"] = message
    if "softwareTokenMfaConfiguration" not in inputs:
        found["SoftwareTokenMfaConfiguration"] = {"Enabled": False}
    client.set_user_pool_mfa_config(UserPoolId=id, **found)


# Attributes of users: the standard ones are no argument unless the program says so


def _bare(name: str) -> str:
    return name.removeprefix("dev:").removeprefix("custom:")


def _own_attributes(found: Any, last: Outputs) -> list[Outputs]:
    """The attributes that the program gave, and those that only somebody can have added."""
    known = facts.known(TOKEN)
    asked = {_bare(each["name"]): each for each in last.get("schemas") or ()}
    shown = []
    for attribute in found:
        name = _bare(attribute["Name"])
        if name in asked or attribute["Name"] != name:
            block = answer(
                known.inputs["schemas"].element or facts.Field("any"), {**attribute, "Name": name}
            )
            shown.append(_as_asked(block, asked.get(name)))
    return in_order(shown, last.get("schemas"), lambda attribute: _bare(attribute["name"]))


def _as_asked(block: Outputs, asked: Outputs | None) -> Outputs:
    """An attribute without the limits that AWS filled in because the program left them out."""
    constraints = ("numberAttributeConstraints", "stringAttributeConstraints")
    if asked is None:
        return block
    left_out = {name for name in constraints if name not in asked}
    left_out |= {name for name in block if name not in asked and block[name] is False}
    return {name: value for name, value in block.items() if name not in left_out}


def _add_attributes(client: Any, id: str, old: Outputs, new: Inputs) -> None:
    before, after = old.get("schemas") or [], new.get("schemas") or []
    if any(each not in after for each in before):
        raise CallError(
            f"updating Cognito User Pool ({id}): cannot modify or remove schema items; "
            "a pool with other attributes is another pool: rename the resource"
        )
    added = [each for each in after if each not in before]
    if added:
        wanted = request(client, "CustomAttributesListType", added)
        client.add_custom_attributes(UserPoolId=id, CustomAttributes=wanted)


USER_POOL = resource(
    "cognito-idp",
    "Cognito User Pool",
    TOKEN,
    create=create_pool,
    read=read_pool,
    update=update_pool,
    delete=delete_pool,
    find=find_pool,
    called="name",
)
