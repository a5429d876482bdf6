"""Lambda: how a function is called: asynchronous calls, and environments that stand ready.

Ids: FUNCTION or FUNCTION:QUALIFIER, and FUNCTION,QUALIFIER.
"""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import find, given, parts_of
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.waiting import accepted, until

GONE = "ResourceNotFoundException"
NOT_PROVISIONED = "ProvisionedConcurrencyConfigNotFoundException"
READY_PATIENCE = 15 * 60.0
LONGEST_AGE = 21600  # seconds that Lambda keeps a call when nobody says otherwise

# What a new role or destination needs until Lambda may use it.
ROLE_PATIENCE = 8.0
ROLE_NOT_YET = ("destination ARN", "does not have permissions")


# FunctionEventInvokeConfig: an update puts it anew


def _event_id(values: Outputs) -> str:
    qualifier = values.get("qualifier")
    return f"{values['functionName']}:{qualifier}" if qualifier else str(values["functionName"])


def _event_place(id: str) -> dict[str, str]:
    """Function and qualifier of an id; the function may be an ARN."""
    parts = id.split(":")
    arn = id.startswith("arn:")
    if not all(parts) or len(parts) not in ((7, 8) if arn else (1, 2)):
        raise CallError(f"unexpected format of ID ({id}), expected name or name:qualifier")
    if len(parts) in (1, 7):
        return {"FunctionName": id}
    return {"FunctionName": ":".join(parts[:-1]), "Qualifier": parts[-1]}


def _put_event_config(ctx: Context, id: str, inputs: Inputs) -> None:
    destinations = inputs.get("destinationConfig") or {}
    request = {
        **_event_place(id),
        "MaximumRetryAttempts": inputs.get("maximumRetryAttempts", 2),
        **given(
            DestinationConfig={
                api: {"Destination": destinations[name]["destination"]}
                for name, api in (("onFailure", "OnFailure"), ("onSuccess", "OnSuccess"))
                if destinations.get(name)
            }
            or None,
            MaximumEventAgeInSeconds=inputs.get("maximumEventAgeInSeconds") or None,
        ),
    }
    call = ctx.client("lambda").put_function_event_invoke_config
    accepted(ctx, call, ROLE_NOT_YET, ROLE_PATIENCE, **request)


def create_event_config(ctx: Context, inputs: Inputs) -> str:
    id = _event_id(inputs)
    with doing(f"creating Lambda Function Event Invoke Config ({id})", "lambda"):
        _put_event_config(ctx, id, inputs)
    return id


def read_event_config(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("lambda")
    config = find(client.get_function_event_invoke_config, GONE, **_event_place(id))
    return _event_outputs(id, config, last) if config else None


def update_event_config(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    _put_event_config(ctx, id, new)


def delete_event_config(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("lambda").delete_function_event_invoke_config, GONE, **_event_place(id))


def _event_outputs(id: str, config: dict[str, Any], last: Outputs) -> Outputs:
    place, known = _event_place(id), config.get("DestinationConfig") or {}
    destinations = {
        name: {"destination": known[api]["Destination"]}
        for name, api in (("onFailure", "OnFailure"), ("onSuccess", "OnSuccess"))
        if (known.get(api) or {}).get("Destination")
    }
    age = config.get("MaximumEventAgeInSeconds")
    asked = last.get("maximumEventAgeInSeconds")
    return {
        "destinationConfig": destinations or None,
        "functionName": place["FunctionName"],
        # The longest is what a program that says nothing gets.
        "maximumEventAgeInSeconds": age if asked or age != LONGEST_AGE else None,
        "maximumRetryAttempts": config.get("MaximumRetryAttempts"),
        "qualifier": place.get("Qualifier"),
    }


# ProvisionedConcurrencyConfig


def _put_concurrency(ctx: Context, inputs: Inputs) -> Outputs:
    """Ask for ready environments of a version or alias, and wait until they are."""
    id, place = _concurrency_id(inputs), _concurrency_place(_concurrency_id(inputs))
    client = ctx.client("lambda")
    client.put_provisioned_concurrency_config(
        **place, ProvisionedConcurrentExecutions=inputs["provisionedConcurrentExecutions"]
    )

    def settled() -> Any:
        found = client.get_provisioned_concurrency_config(**place)
        return None if found.get("Status") == "IN_PROGRESS" else found

    found = until(ctx, settled, READY_PATIENCE) or {"Status": "IN_PROGRESS"}
    status = found.get("Status", "READY")
    if status != "READY":
        reason = found.get("StatusReason") or f"still {status} after {READY_PATIENCE:.0f} s"
        raise CallError(
            f"waiting for Lambda Provisioned Concurrency Config ({id}): "
            f"unexpected state '{status}': status reason: {reason}"
        )
    return _concurrency_outputs(found, inputs)


def create_concurrency(ctx: Context, inputs: Inputs) -> Created:
    id = _concurrency_id(inputs)
    with doing(f"creating Lambda Provisioned Concurrency Config ({id})", "lambda"):
        return Created(id, _put_concurrency(ctx, inputs))


def read_concurrency(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("lambda")
    place = _concurrency_place(id)
    found = find(client.get_provisioned_concurrency_config, GONE, NOT_PROVISIONED, **place)
    known = {"functionName": place["FunctionName"], "qualifier": place["Qualifier"]}
    return _concurrency_outputs(found, {**last, **known}) if found else None


def update_concurrency(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    return _put_concurrency(ctx, new)


def delete_concurrency(ctx: Context, id: str, last: Outputs) -> None:
    if not last.get("skipDestroy"):
        client = ctx.client("lambda")
        place = _concurrency_place(id)
        find(client.delete_provisioned_concurrency_config, GONE, NOT_PROVISIONED, **place)


def _concurrency_id(values: Outputs) -> str:
    return f"{values['functionName']},{values['qualifier']}"


def _concurrency_place(id: str) -> dict[str, str]:
    function, qualifier = parts_of(id, ",", "FUNCTION_NAME,QUALIFIER", "format for ID")
    return {"FunctionName": function, "Qualifier": qualifier}


def _concurrency_outputs(found: dict[str, Any], last: Outputs) -> Outputs:
    return {
        "functionName": last["functionName"],
        "provisionedConcurrentExecutions": found["RequestedProvisionedConcurrentExecutions"],
        "qualifier": last["qualifier"],
    }


FUNCTION_EVENT_INVOKE_CONFIG = resource(
    "lambda",
    "Lambda Function Event Invoke Config",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    create=create_event_config,
    read=read_event_config,
    update=update_event_config,
    delete=delete_event_config,
    find=lambda ctx, inputs: _event_id(inputs),
)

PROVISIONED_CONCURRENCY_CONFIG = resource(
    "lambda",
    "Lambda Provisioned Concurrency Config",
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    create=create_concurrency,
    read=read_concurrency,
    update=update_concurrency,
    delete=delete_concurrency,
    find=lambda ctx, inputs: _concurrency_id(inputs),
)
