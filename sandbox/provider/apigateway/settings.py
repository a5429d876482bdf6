"""API Gateway: settings of a stage's methods (id API-STAGE-PATH) and of the account (its number)."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, identified
from sandbox.provider.core.answers import find, known, settle, text
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.waiting import accepted

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
    known(values, "methodPath", id, SETTINGS_FORM)
    return {"restApiId": values["restApi"], "stageName": values["stageName"]}


def _settings_id(values: Outputs) -> str:
    return f"{values['restApi']}-{values['stageName']}-{values['methodPath']}"


def _put_settings(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
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


def _text(name: str, value: Any) -> str:
    return f"{float(value):f}" if name == "throttlingRateLimit" else text(value)


def create_method_settings(ctx: Context, inputs: Inputs) -> str:
    id = _settings_id(inputs)
    _put_settings(ctx, id, {}, inputs)
    return id


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


# Account: there is one for each account and region, always


def _put_account(ctx: Context, inputs: Inputs) -> Outputs:
    """Set the role; one made a moment ago needs seconds until API Gateway can use it."""
    operation = patches.replace("/cloudwatchRoleArn", inputs.get("cloudwatchRoleArn"))
    call = ctx.client("apigateway").update_account
    account = accepted(ctx, call, ROLE_NOT_YET, ROLE_PATIENCE, patchOperations=[operation])
    return _account_outputs(account)


def create_account(ctx: Context, inputs: Inputs) -> Created:
    return Created(ctx.account, _put_account(ctx, inputs))


def read_account(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    return _account_outputs(ctx.client("apigateway").get_account())


def update_account(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs | None:
    # What AWS fills in stays when the program leaves it out.
    return _put_account(ctx, new) if "cloudwatchRoleArn" in new else None


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


METHOD_SETTINGS = resource(
    "apigateway",
    "API Gateway Stage Method Settings",
    "aws:apigateway/methodSettings:MethodSettings",
    create=create_method_settings,
    read=read_method_settings,
    update=_put_settings,
    delete=delete_method_settings,
    imported=identified(_settings_id, SETTINGS_FORM, "restApi", "stageName", "methodPath"),
    find=lambda ctx, inputs: _settings_id(inputs),
)

ACCOUNT = resource(
    "apigateway",
    "API Gateway Account",
    "aws:apigateway/account:Account",
    create=create_account,
    read=read_account,
    update=update_account,
    delete=delete_account,
)
