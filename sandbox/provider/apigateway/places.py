"""API Gateway: where something of an API is: what calls name it by, and ids that follow from that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.provider.core.answers import known, parts_of, the_one
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Outputs

GONE = "NotFoundException"
METHOD_NAMES = ("restApi", "resourceId", "httpMethod")
METHOD_FORM = "REST-API-ID/RESOURCE-ID/HTTP-METHOD"


def child(form: str) -> Callable[[str], tuple[str, Outputs]]:
    """An `imported` for `REST-API-ID/ID`: the id of something that belongs to an API."""

    def imported(resource_id: str) -> tuple[str, Outputs]:
        api, id = parts_of(resource_id, "/", form)
        return id, {"restApi": api}

    return imported


def identified(
    id_of: Callable[[Outputs], str], form: str, *names: str
) -> Callable[[str], tuple[str, Outputs]]:
    """An `imported` for an id that follows from the arguments which the user's form names."""

    def imported(resource_id: str) -> tuple[str, Outputs]:
        found = dict(zip(names, parts_of(resource_id, "/", form), strict=True))
        return id_of(found), found

    return imported


def id_of(kind: str, *names: str) -> Callable[[Outputs], str]:
    """How an id is made of arguments, such as `agm-API-RESOURCE-METHOD`."""
    return lambda values: "-".join([kind, *(str(values[name]) for name in names)])


def method_place(values: Outputs, id: str = "") -> dict[str, str]:
    """Which method a call is about."""
    api, path, method = (known(values, name, id, METHOD_FORM) for name in METHOD_NAMES)
    return {"restApiId": api, "resourceId": path, "httpMethod": method}


def of_method(last: Outputs) -> Outputs:
    """Which method something belongs to, as outputs."""
    return {name: last[name] for name in METHOD_NAMES}


def arn(ctx: Context, *path: str) -> str:
    """The ARN of something that API Gateway manages."""
    return f"arn:{ctx.partition}:apigateway:{ctx.region}::/{'/'.join(path)}"


def execution_arn(ctx: Context, *path: str) -> str:
    """The ARN that policies and permissions name; of an API, or with a stage behind it."""
    return f"arn:{ctx.partition}:execute-api:{ctx.region}:{ctx.account}:{'/'.join(path)}"


def find_named(ctx: Context, operation: str, name: str, **where: Any) -> str | None:
    """The id of the one thing of a listing that has this name; None when it does not tell which."""
    found = the_one(
        ctx.client("apigateway"), operation, "items", lambda each: each["name"] == name, **where
    )
    return str(found["id"]) if found else None
