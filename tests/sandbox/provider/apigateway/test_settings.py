"""Settings of a stage's methods, and those of the account, against a real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.provider.apigateway import settings as apigateway_settings
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import mock_method, seen, stage
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_deleted,
    assert_imports,
    assert_refused,
    assert_updates,
)

METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
ACCOUNT = "aws:apigateway/account:Account"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
LOGGING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"apigateway.amazonaws.com"}}]}'
)

Json = dict[str, Any]


@pytest.fixture
def v1(life: Lives) -> Json:
    """The arguments that name a stage."""
    api = mock_method(life)["restApi"]
    return {"restApi": api, "stageName": stage(life, api).inputs["stageName"]}


@pytest.fixture
def logging_role(life: Lives) -> str:
    """A role with which API Gateway may write logs."""
    role = life(ROLE, name=life.name("logs"), assumeRolePolicy=TRUST)
    life(ATTACHMENT, role=role.id, policyArn=LOGGING_POLICY)
    return str(role.outputs["arn"])


@pytest.fixture
def account(ctx: Context, logging_role: str) -> Iterator[Life]:
    """The account with a role that may write logs, afterwards without one again."""
    made = Life(ctx, ACCOUNT, {"cloudwatchRoleArn": logging_role}).create()
    yield made
    made.delete()


# What the official provider fills in where a block is there.
DEFAULTS = {"throttlingBurstLimit": -1, "throttlingRateLimit": -1}
FULL = {
    "cacheDataEncrypted": True,
    "cacheTtlInSeconds": 60,
    "cachingEnabled": True,
    "dataTraceEnabled": True,
    "loggingLevel": "INFO",
    "metricsEnabled": True,
    "requireAuthorizationForCacheControl": True,
    "throttlingBurstLimit": 5,
    "throttlingRateLimit": 2.5,
    "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
}


def test_small_settings_of_all_methods_live(life: Lives, ctx: Context, v1: Json) -> None:
    settings = life(METHOD_SETTINGS, **v1, methodPath="*/*", settings=dict(DEFAULTS))
    assert settings.id == f"{v1['restApi']}-v1-*/*"
    assert settings.read() == settings.outputs
    # AWS's own values where the program says nothing.
    expected = {
        "cacheDataEncrypted": False,
        "cacheTtlInSeconds": 300,
        "cachingEnabled": False,
        "dataTraceEnabled": False,
        "loggingLevel": "OFF",
        "metricsEnabled": False,
        "requireAuthorizationForCacheControl": True,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
        **DEFAULTS,
    }
    assert settings.outputs["settings"] == expected
    assert_imports(settings, f"{v1['restApi']}/v1/*/*")
    assert_deleted(settings)
    found = seen(ctx, "get_stage", restApiId=v1["restApi"], stageName="v1")
    assert not found.get("methodSettings")


@pytest.mark.parametrize("path", ["*/*", "model/POST", "model/{proxy+}/ANY", "~1model~1chat/GET"])
def test_settings_with_every_argument_read_back_and_go(
    life: Lives, account: Life, v1: Json, path: str
) -> None:
    settings = life(METHOD_SETTINGS, **v1, methodPath=path, settings=FULL)
    assert settings.outputs["settings"] == FULL
    assert settings.read() == settings.outputs
    assert_imports(settings, f"{v1['restApi']}/v1/{path}")
    assert_deleted(settings)


OTHERS = {
    "cacheDataEncrypted": False,
    "cacheTtlInSeconds": 0,
    "cachingEnabled": False,
    "dataTraceEnabled": False,
    "loggingLevel": "ERROR",
    "metricsEnabled": False,
    "requireAuthorizationForCacheControl": False,
    "throttlingBurstLimit": 0,
    "throttlingRateLimit": 100,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITHOUT_RESPONSE_HEADER",
}


def test_each_setting_is_updated_alone(life: Lives, ctx: Context, account: Life, v1: Json) -> None:
    settings = life(METHOD_SETTINGS, **v1, methodPath="*/*", settings=FULL)
    now = dict(FULL)
    for name, value in OTHERS.items():
        now[name] = value
        settings.update(settings=dict(now))
        assert settings.outputs["settings"] == now, name
        assert settings.read() == settings.outputs
        found = seen(ctx, "get_stage", restApiId=v1["restApi"], stageName="v1")
        assert found["methodSettings"]["*/*"][name] == value


def test_settings_of_two_methods_do_not_touch_each_other(life: Lives, v1: Json) -> None:
    one = life(METHOD_SETTINGS, **v1, methodPath="model/POST", settings={"metricsEnabled": True})
    two = life(METHOD_SETTINGS, **v1, methodPath="*/*", settings={"throttlingBurstLimit": 3})
    one.update(settings={"metricsEnabled": False})
    assert two.read() == two.outputs
    assert_deleted(one)
    assert two.read() == two.outputs


def test_settings_of_no_stage_are_refused_in_the_official_words(ctx: Context, v1: Json) -> None:
    inputs = {**v1, "stageName": "nope", "methodPath": "*/*", "settings": {"metricsEnabled": True}}
    doing = "updating API Gateway Stage failed: operation error API Gateway: UpdateStage"
    assert_refused(
        ctx,
        METHOD_SETTINGS,
        inputs,
        doing,
        404,
        "NotFoundException: Invalid stage identifier specified",
    )


def test_settings_go_with_their_stage(life: Lives, ctx: Context, v1: Json) -> None:
    settings = life(METHOD_SETTINGS, **v1, methodPath="*/*", settings=dict(DEFAULTS))
    ctx.client("apigateway").delete_stage(restApiId=v1["restApi"], stageName="v1")
    assert settings.read() is None
    settings.delete()


def test_the_account_has_a_logging_role_until_it_is_taken_back(
    ctx: Context, account: Life, logging_role: str
) -> None:
    assert account.id == ctx.account
    assert account.outputs["cloudwatchRoleArn"] == logging_role
    assert account.outputs["throttleSettings"] == [{"burstLimit": 5000, "rateLimit": 10000}]
    assert account.outputs["apiKeyVersion"] and "UsagePlans" in account.outputs["features"]
    assert account.read() == account.outputs
    assert_imports(account, ctx.account)
    account.delete()
    account.delete()
    assert not seen(ctx, "get_account").get("cloudwatchRoleArn")


def test_the_logging_role_of_the_account_is_updated(
    life: Lives, ctx: Context, account: Life
) -> None:
    other = life(ROLE, name=life.name("logs"), assumeRolePolicy=TRUST)
    life(ATTACHMENT, role=other.id, policyArn=LOGGING_POLICY)
    arn = other.outputs["arn"]
    assert_updates(account, [{"cloudwatchRoleArn": arn}])
    assert seen(ctx, "get_account")["cloudwatchRoleArn"] == arn
    # What AWS fills in stays when the program leaves it out; "" takes it away.
    account.update(cloudwatchRoleArn=None)
    assert seen(ctx, "get_account")["cloudwatchRoleArn"] == arn
    account.update(cloudwatchRoleArn="")
    assert not seen(ctx, "get_account").get("cloudwatchRoleArn")


def test_a_role_that_api_gateway_cannot_use_yet_is_tried_again(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ClientError

    text = "The role ARN does not have required permissions configured."
    answer: Any = {"Error": {"Code": "BadRequestException", "Message": text}}
    answers: list[Any] = [ClientError(answer, "UpdateAccount"), {"cloudwatchRoleArn": "arn"}]

    def update_account(**arguments: Any) -> Any:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    wrapped = Wrapped(ctx, "apigateway", update_account=update_account)
    made = kind(ACCOUNT).create(wrapped, {"cloudwatchRoleArn": "arn"})
    assert made.outputs["cloudwatchRoleArn"] == "arn" and answers == []
    monkeypatch.setattr(apigateway_settings, "ROLE_PATIENCE", 0.0)
    answers[:] = [ClientError(answer, "UpdateAccount")] * 2
    with pytest.raises(AwsError, match=f"^creating API Gateway Account: .*{text}"):
        kind(ACCOUNT).create(wrapped, {"cloudwatchRoleArn": "arn"})


def test_an_import_id_of_settings_of_the_wrong_form_says_the_right_one() -> None:
    with pytest.raises(CallError, match="expected REST-API-ID/STAGE-NAME/METHOD-PATH"):
        kind(METHOD_SETTINGS).imported("abc/v1")
