"""Lambda permissions: one statement of a function's resource policy; its id is the statement's."""

from __future__ import annotations

import json
from typing import Any

from sandbox.provider.core.answers import by, find, given, known, named, prefix_of
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Inputs, Outputs, resource

GONE = "ResourceNotFoundException"

# Argument, the API's name of it, and the condition that the statement then holds.
CONDITIONS = (
    ("eventSourceToken", "EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("functionUrlAuthType", "FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("invokedViaFunctionUrl", "InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
    ("principalOrgId", "PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("sourceAccount", "SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("sourceArn", "SourceArn", "ArnLike", "AWS:SourceArn"),
)


def create_permission(ctx: Context, inputs: Inputs) -> str:
    sid = named(inputs, "statementId")
    with doing(f"adding Lambda Permission ({inputs['function']}/{sid})", "lambda"):
        ctx.client("lambda").add_permission(
            FunctionName=inputs["function"],
            StatementId=sid,
            Action=inputs["action"],
            Principal=inputs["principal"],
            **given(
                Qualifier=inputs.get("qualifier"),
                **{api: inputs.get(name) for name, api, _, _ in CONDITIONS},
            ),
        )
    return sid


def read_permission(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    function = known(last, "function", id, "FUNCTION/STATEMENT-ID")
    answer = find(
        ctx.client("lambda").get_policy,
        GONE,
        FunctionName=function,
        **given(Qualifier=last.get("qualifier")),
    )
    statements = json.loads(answer["Policy"]).get("Statement", ()) if answer else ()
    statement = next((each for each in statements if each.get("Sid") == id), None)
    return _outputs(id, statement, last) if statement else None


def delete_permission(ctx: Context, id: str, last: Outputs) -> None:
    with doing(f"removing Lambda Permission ({last.get('function')}/{id})", "lambda"):
        find(
            ctx.client("lambda").remove_permission,
            GONE,
            FunctionName=last["function"],
            StatementId=id,
            **given(Qualifier=last.get("qualifier")),
        )


def import_permission(resource_id: str) -> tuple[str, Outputs]:
    """`FUNCTION/STATEMENT-ID` or `FUNCTION:QUALIFIER/STATEMENT-ID`; FUNCTION may be an ARN."""
    function, found, sid = resource_id.rpartition("/")
    if not found:
        raise CallError(
            f"unexpected format of ID ({resource_id}), expected FUNCTION/STATEMENT-ID or "
            "FUNCTION:QUALIFIER/STATEMENT-ID"
        )
    parts = function.split(":")
    qualified = len(parts) in (2, 8)
    name = ":".join(parts[:-1]) if qualified else function
    return sid, {"function": name, **({"qualifier": parts[-1]} if qualified else {})}


def _outputs(sid: str, statement: dict[str, Any], last: Outputs) -> Outputs:
    conditions = {
        f"{test}/{key}".lower(): value
        for test, keys in (statement.get("Condition") or {}).items()
        for key, value in keys.items()
    }
    outputs: Outputs = {
        name: conditions.get(f"{test}/{key}".lower()) for name, _, test, key in CONDITIONS
    }
    via_url = outputs["invokedViaFunctionUrl"]
    outputs["invokedViaFunctionUrl"] = None if via_url is None else str(via_url).lower() == "true"
    parts = statement["Resource"].split(":")
    return {
        **outputs,
        "action": statement["Action"],
        "function": _as_named(parts, last.get("function")),
        "principal": _principal(statement["Principal"], last.get("principal")),
        "qualifier": parts[7] if len(parts) > 7 else None,
        "statementId": sid,
        "statementIdPrefix": prefix_of(sid),
    }


def _as_named(parts: list[str], last: str | None) -> str:
    """The function as the program names it: by name or by ARN."""
    arn, name = ":".join(parts[:7]), parts[6]
    return arn if (last or "").startswith("arn:") else name


def _principal(principal: Any, last: str | None) -> str:
    """Who may call; an account number stays one although AWS keeps the ARN of its root."""
    value = next(iter(principal.values())) if isinstance(principal, dict) else principal
    if last and f":iam::{last}:root" in str(value):
        return last
    return str(value)


PERMISSION = resource(
    "lambda",
    "Lambda Permission",
    "aws:lambda/permission:Permission",
    create=create_permission,
    read=read_permission,
    delete=delete_permission,
    imported=import_permission,
    find=by("statementId"),
)
