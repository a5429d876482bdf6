"""API Gateway: settings of a stage's methods (id API-STAGE-PATH) and of the account (its number)."""

from __future__ import annotations

import time
from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.paths import GONE, split
from sandbox.provider.core.answers import find, settle, there, worded
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs, doing

SETTINGS_FORM = "REST-API-ID/STAGE-NAME/METHOD-PATH"
SETTING_PATHS = {
    "cacheDataEncrypted": "caching/dataEncrypted",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cachingEnabled": "caching/enabled",
    "dataTraceEnabled": "logging/dataTrace",
    "loggingLevel": "logging/loglevel",
    "metricsEnabled": "metrics/enabled",
    "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
    "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
}

# How long a role made a moment ago may still be unusable for API Gateway.
ROLE_PATIENCE = 8.0
ROLE_NOT_YET = (
    "The role ARN does not have required permissions",
    "API Gateway could not successfully write to CloudWatch Logs using the ARN specified",
)


# MethodSettings: part of the stage, which both create and update change


def _stage(values: Outputs, id: str) -> dict[str, str]:
    if "methodPath" not in values:
        raise CallError(f"unexpected format of ID ({id}), expected {SETTINGS_FORM}")
    return {"restApiId": values["restApi"], "stageName": values["stageName"]}


def _settings_id(values: Outputs) -> str:
    return f"{values['restApi']}-{values['stageName']}-{values['methodPath']}"


def _put_settings(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    before, after = old.get("settings") or {}, new.get("settings") or {}
    root = f"/{new['methodPath']}/"
    operations = [
        patches.replace(root + path, _text(name, after[name]))
        for name, path in SETTING_PATHS.items()
        # What was never set and what is zero are the same to the official provider.
        if after.get(name) is not None and (after[name] or 0) != (before.get(name) or 0)
    ]
    with doing("updating API Gateway Stage failed", "apigateway"):
        client = ctx.client("apigateway")
        client.update_stage(**_stage(new, id), patchOperations=operations)
    return there(read_method_settings(ctx, id, new), f"API Gateway Stage Method Settings ({id})")


def _text(name: str, value: Any) -> str:
    return f"{float(value):f}" if name == "throttlingRateLimit" else patches.text(value)


def create_method_settings(ctx: Context, inputs: Inputs) -> Created:
    id = _settings_id(inputs)
    return Created(id, _put_settings(ctx, id, {}, inputs))


def read_method_settings(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    stage = find(ctx.client("apigateway").get_stage, GONE, **_stage(last, id))
    known = (stage or {}).get("methodSettings") or {}
    path = last["methodPath"]
    settings = known.get(path) or known.get(path.replace("~1", "/").replace("~0", "~"))
    if settings is None:
        return None
    names = {name: settings.get(name) for name in SETTING_PATHS}
    return {
        "methodPath": path,
        "restApi": last["restApi"],
        "settings": {name: value for name, value in names.items() if value is not None},
        "stageName": last["stageName"],
    }


def delete_method_settings(ctx: Context, id: str, last: Outputs) -> None:
    from botocore.exceptions import ClientError

    operation = {"op": "remove", "path": f"/{last['methodPath']}"}
    try:
        client = ctx.client("apigateway")
        find(client.update_stage, GONE, **_stage(last, id), patchOperations=[operation])
    except ClientError as error:
        if "no method setting for this method" not in str(error):
            raise


def import_method_settings(resource_id: str) -> tuple[str, Outputs]:
    api, stage, path = split(resource_id, 3, SETTINGS_FORM)
    known = {"restApi": api, "stageName": stage, "methodPath": path}
    return _settings_id(known), known


# Account: there is one for each account and region, always


def _put_account(ctx: Context, inputs: Inputs) -> Outputs:
    """Set the role; one made a moment ago needs seconds until API Gateway can use it."""
    from botocore.exceptions import ClientError

    operation = patches.replace("/cloudwatchRoleArn", inputs.get("cloudwatchRoleArn"))
    deadline = time.monotonic() + ROLE_PATIENCE
    while True:
        try:
            account = ctx.client("apigateway").update_account(patchOperations=[operation])
            return _account_outputs(account)
        except ClientError as error:
            soon = any(text in str(error) for text in ROLE_NOT_YET)
            if not soon or time.monotonic() > deadline:
                raise
        ctx.wait(0.5)


def create_account(ctx: Context, inputs: Inputs) -> Created:
    return Created(ctx.account, _put_account(ctx, inputs))


def read_account(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    return _account_outputs(ctx.client("apigateway").get_account())


def update_account(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    # What AWS fills in stays when the program leaves it out.
    return _put_account(ctx, new) if "cloudwatchRoleArn" in new else _read_again(ctx)


def _read_again(ctx: Context) -> Outputs:
    return _account_outputs(ctx.client("apigateway").get_account())


def delete_account(ctx: Context, id: str, last: Outputs) -> None:
    """There is no deleting an account: its settings are taken back."""
    _put_account(ctx, {})


def _account_outputs(account: dict[str, Any]) -> Outputs:
    limits = account.get("throttleSettings") or {}
    outputs = {
        "apiKeyVersion": account.get("apiKeyVersion") or "",
        "cloudwatchRoleArn": account.get("cloudwatchRoleArn") or "",
        "features": account.get("features") or [],
        "throttleSettings": [
            {"burstLimit": limits.get("burstLimit", 0), "rateLimit": limits.get("rateLimit", 0)}
        ],
    }
    return settle(outputs, keep=tuple(outputs))


KINDS = (
    worded(
        "apigateway",
        "API Gateway Stage Method Settings",
        Kind(
            token="aws:apigateway/methodSettings:MethodSettings",
            create=create_method_settings,
            read=read_method_settings,
            update=_put_settings,
            delete=delete_method_settings,
            imported=import_method_settings,
        ),
    ),
    worded(
        "apigateway",
        "API Gateway Account",
        Kind(
            token="aws:apigateway/account:Account",
            create=create_account,
            read=read_account,
            update=update_account,
            delete=delete_account,
        ),
    ),
)
