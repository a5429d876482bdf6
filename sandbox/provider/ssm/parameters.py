"""Systems Manager: parameters."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import by, changed, find, given, named, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import retag, tag_list, tag_map

GONE = "ParameterNotFound"


# Parameter: its id is its name


def create_parameter(ctx: Context, inputs: Inputs) -> str:
    client, name = ctx.client("ssm"), named(inputs)
    tags = tag_list(inputs.get("tags"))
    overwrite = bool(inputs.get("overwrite"))
    # The API takes no tags together with `Overwrite`.
    with_tags: dict[str, Any] = {"Tags": tags} if tags and not overwrite else {}
    client.put_parameter(Name=name, Overwrite=overwrite, **_settings(inputs), **with_tags)
    if tags and overwrite:
        client.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=tags)
    return name


def read_parameter(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("ssm")
    answer = find(client.get_parameter, GONE, Name=id, WithDecryption=True)
    described = client.describe_parameters(
        ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [id]}]
    )["Parameters"]
    if answer is None or not described:
        return None
    parameter, about = answer["Parameter"], described[0]
    tags = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=id)
    outputs = {
        "allowedPattern": about.get("AllowedPattern"),
        "arn": parameter["ARN"],
        "dataType": parameter.get("DataType"),
        "description": about.get("Description"),
        "hasValueWo": _write_only(last),
        "keyId": about.get("KeyId"),
        "name": parameter["Name"],
        "tags": tag_map(tags.get("TagList")),
        "tier": about.get("Tier"),
        "type": parameter["Type"],
        "version": parameter["Version"],
    }
    return {**settle(outputs), **_value_outputs(parameter, last)}


def update_parameter(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("ssm")
    apart = ("tags", "overwrite", "region", "valueWo")
    if any(changed(name, old, new) for name in new if name not in apart) or any(
        changed(name, old, new) for name in ("description", "allowedPattern")
    ):
        settings = _settings(new)
        settings.setdefault("Description", "")
        settings.pop("DataType", None)
        client.put_parameter(Name=id, Overwrite=True, **settings)
    where: dict[str, Any] = {"ResourceType": "Parameter", "ResourceId": id}
    retag(client.add_tags_to_resource, client.remove_tags_from_resource, old, new, **where)


def delete_parameter(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("ssm").delete_parameter, GONE, Name=id)


def _settings(inputs: Inputs) -> dict[str, Any]:
    values = (inputs.get(name) for name in ("value", "insecureValue", "valueWo"))
    secure = inputs["type"] == "SecureString"
    return given(
        AllowedPattern=inputs.get("allowedPattern"),
        DataType=inputs.get("dataType"),
        Description=inputs.get("description"),
        KeyId=inputs.get("keyId") if secure else None,
        Tier=inputs.get("tier"),
        Type=inputs["type"],
        Value=next((value for value in values if value), ""),
    )


def _write_only(last: Outputs) -> bool:
    return bool(last.get("hasValueWo") or last.get("valueWo"))


def _value_outputs(parameter: dict[str, Any], last: Outputs) -> Outputs:
    """The value goes where the program had it; one for writing only is kept nowhere."""
    value = parameter["Value"]
    if _write_only(last) and not last.get("value") and not last.get("insecureValue"):
        return {"value": "", "insecureValue": None, "valueWo": None}
    if last.get("insecureValue") and parameter["Type"] != "SecureString":
        return {"value": value, "insecureValue": value}
    return {"value": value, "insecureValue": None}


PARAMETER = resource(
    "ssm",
    "SSM Parameter",
    "aws:ssm/parameter:Parameter",
    create=create_parameter,
    read=read_parameter,
    update=update_parameter,
    delete=delete_parameter,
    find=by("name"),
    called="name",
)
