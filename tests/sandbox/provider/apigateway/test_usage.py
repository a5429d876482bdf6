"""API keys, usage plans and the keys in them, against a real sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import mock_method, seen, stage
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
    created,
)

API_KEY = "aws:apigateway/apiKey:ApiKey"
USAGE_PLAN = "aws:apigateway/usagePlan:UsagePlan"
USAGE_PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey"

Json = dict[str, Any]


def test_a_small_key_has_a_value_that_aws_made(life: Lives) -> None:
    key = life(API_KEY, name=life.name("key"))
    assert_complete(key)
    assert key.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/apikeys/{key.id}"
    assert key.outputs["description"] == "Managed by Pulumi" and key.outputs["enabled"] is True
    assert len(key.outputs["value"]) >= 20
    assert key.outputs["createdDate"].endswith("Z")
    assert_deleted(key)


FULL_KEY = {
    "customerId": "customer-1",
    "description": "for the course",
    "enabled": False,
    "tags": {"team": "llm"},
    "value": "a-value-that-is-long-enough",
}


def test_a_key_with_every_argument_reads_back_and_changes(life: Lives, ctx: Context) -> None:
    inputs = {**FULL_KEY, "value": life.name("a-value-that-is-long-enough")}
    key = life(API_KEY, name=life.name("key"), **inputs)
    assert_complete(key)
    assert_imports(key, key.id)
    assert_updates(
        key,
        [
            {"customerId": "customer-2"},
            {"customerId": None},
            {"description": "another"},
            {"enabled": True},
            {"name": life.name("renamed")},
            {"tags": {"team": "x", "new": "1"}},
            {"tags": None},
        ],
    )
    found = seen(ctx, "get_api_key", apiKey=key.id)
    assert (found["enabled"], found["description"]) == (True, "another")
    assert key.outputs["value"] == inputs["value"]
    assert_deleted(key)


def test_a_key_that_is_too_short_is_refused_by_aws_too(ctx: Context) -> None:
    doing = "creating API Gateway API Key (k): operation error API Gateway: CreateApiKey"
    assert_refused(
        ctx,
        API_KEY,
        {"name": "k", "value": "short"},
        doing,
        400,
        "BadRequestException: API Key value should be at least 20 characters",
    )


def test_what_an_interrupted_create_left_is_found_by_its_name(life: Lives, ctx: Context) -> None:
    for token in (API_KEY, USAGE_PLAN):
        name = life.name("one")
        made = life(token, name=name)
        life(token, name=f"{name}-and-more")
        assert_found(ctx, token, {"name": name}, made.id)
        life(token, name=name)
        assert kind(token).find(ctx, {"name": name}) is None


# Usage plans


@pytest.fixture
def stages(life: Lives) -> list[Life]:
    """Two stages of one API."""
    api = mock_method(life)["restApi"]
    return [stage(life, api, name) for name in ("v1", "v2")]


def entry(stage: Life, *throttles: Json) -> Json:
    found = {"apiId": stage.inputs["restApi"], "stage": stage.inputs["stageName"]}
    return {**found, "throttles": list(throttles)} if throttles else found


def limit(path: str, burst: int, rate: float) -> Json:
    return {"path": path, "burstLimit": burst, "rateLimit": rate}


def full_plan(stages: list[Life]) -> Json:
    one, two = stages
    return {
        "apiStages": [
            entry(two, limit("/model/POST", 2, 1.5), limit("/model/GET", 20, 10)),
            entry(one),
        ],
        "description": "a plan",
        "productCode": "code-1",
        "quotaSettings": {"limit": 100, "offset": 3, "period": "MONTH"},
        "tags": {"team": "llm"},
        "throttleSettings": {"burstLimit": 10, "rateLimit": 5.5},
    }


def test_a_small_plan_lives(life: Lives) -> None:
    plan = life(USAGE_PLAN, name=life.name("plan"))
    assert_complete(plan)
    assert plan.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/usageplans/{plan.id}"
    assert not {"apiStages", "quotaSettings", "throttleSettings"} & set(plan.outputs)
    assert_deleted(plan)


def test_a_plan_with_every_argument_reads_back_and_changes(
    life: Lives, ctx: Context, stages: list[Life]
) -> None:
    plan = life(USAGE_PLAN, name=life.name("plan"), **full_plan(stages))
    assert_complete(plan)
    id, found = plan.imported(plan.id)
    assert id == plan.id
    # An import knows no order of the program; both are sets.
    for each in (found, plan.outputs):
        each["apiStages"] = sorted(each["apiStages"], key=lambda stage: stage["stage"])
        for one in each["apiStages"]:
            one.get("throttles", []).sort(key=lambda throttle: throttle["path"])
    assert found == plan.outputs
    assert_updates(
        plan,
        [
            {"description": "another"},
            {"description": None},
            {"name": life.name("renamed")},
            {"productCode": "code-2"},
            {"productCode": None},
            {"quotaSettings": {"limit": 5, "offset": 0, "period": "DAY"}},
            {"quotaSettings": None},
            {"quotaSettings": {"limit": 7, "offset": 6, "period": "WEEK"}},
            {"throttleSettings": {"burstLimit": 1, "rateLimit": 0.5}},
            {"throttleSettings": None},
            {"throttleSettings": {"burstLimit": 0, "rateLimit": 0}},
            {"tags": {"team": "x"}},
            {"tags": None},
        ],
    )
    found = seen(ctx, "get_usage_plan", usagePlanId=plan.id)
    assert found["quota"] == {"limit": 7, "offset": 6, "period": "WEEK"}
    assert_deleted(plan)


def test_the_stages_of_a_plan_and_their_limits_change(
    life: Lives, ctx: Context, stages: list[Life]
) -> None:
    one, two = stages
    plan = life(USAGE_PLAN, name=life.name("plan"), apiStages=[entry(one)])
    assert_updates(
        plan,
        [
            {"apiStages": [entry(two), entry(one)]},
            {"apiStages": [entry(two, limit("/model/POST", 2, 1.5)), entry(one)]},
            {"apiStages": [entry(two, limit("/model/POST", 3, 1)), entry(one)]},
            {"apiStages": [entry(two, limit("/model/GET", 3, 1))]},
        ],
    )
    (found,) = seen(ctx, "get_usage_plan", usagePlanId=plan.id)["apiStages"]
    assert found["throttle"] == {"/model/GET": {"burstLimit": 3, "rateLimit": 1.0}}
    assert_updates(plan, [{"apiStages": [entry(two)]}, {"apiStages": None}])


@pytest.mark.parametrize(
    ("period", "offset", "told"),
    [
        ("DAY", 1, "must be zero in the DAY period"),
        ("DAY", -1, "must be zero in the DAY period"),
        ("WEEK", 7, "must be between 0 and 6 inclusive in the WEEK period"),
        ("WEEK", -1, "must be between 0 and 6 inclusive in the WEEK period"),
        ("MONTH", 28, "must be between 0 and 27 inclusive in the MONTH period"),
    ],
)
def test_a_quota_that_begins_after_its_period_is_refused_before_any_call(
    ctx: Context, period: str, offset: int, told: str
) -> None:
    inputs = {"name": "p", "quotaSettings": {"limit": 5, "period": period, "offset": offset}}
    silent = Wrapped(ctx, "apigateway", create_usage_plan=None, update_usage_plan=None)
    expected = rf"^validating the quota settings: \[Usage Plan quota offset {told}\]$"
    with pytest.raises(CallError, match=expected):
        kind(USAGE_PLAN).create(silent, inputs)
    with pytest.raises(CallError, match=expected):
        kind(USAGE_PLAN).update(silent, "p", {}, inputs)


def test_a_create_that_fails_half_way_leaves_no_plan(life: Lives, ctx: Context) -> None:
    def refuse(**arguments: Any) -> None:
        raise RuntimeError("no product")

    name, failing = life.name("plan"), Wrapped(ctx, "apigateway", update_usage_plan=refuse)
    with pytest.raises(RuntimeError, match="no product"):
        created(USAGE_PLAN, failing, {"name": name, "productCode": "x"})
    assert kind(USAGE_PLAN).find(ctx, {"name": name}) is None


# Keys in plans


def test_a_key_goes_into_a_plan_and_out_of_it(life: Lives, ctx: Context) -> None:
    key, plan = life(API_KEY, name=life.name("key")), life(USAGE_PLAN, name=life.name("plan"))
    inputs = {"keyId": key.id, "keyType": "API_KEY", "usagePlanId": plan.id}
    assert kind(USAGE_PLAN_KEY).find(ctx, inputs) is None
    member = life(USAGE_PLAN_KEY, **inputs)
    assert_complete(member)
    assert member.id == key.id
    assert member.outputs["value"] == key.outputs["value"]
    assert member.outputs["name"] == key.outputs["name"]
    assert_imports(member, f"{plan.id}/{key.id}")
    assert_found(ctx, USAGE_PLAN_KEY, inputs, member.id)
    assert_deleted(member)
    assert key.read() == key.outputs


def test_a_key_of_no_plan_is_refused_in_the_official_words(ctx: Context) -> None:
    inputs = {"keyId": "k", "keyType": "API_KEY", "usagePlanId": "nope"}
    doing = "creating API Gateway Usage Plan Key: operation error API Gateway: CreateUsagePlanKey"
    assert_refused(ctx, USAGE_PLAN_KEY, inputs, doing, 404, "NotFoundException: Invalid Usage ")


def test_a_key_goes_with_its_plan(life: Lives, ctx: Context) -> None:
    key, plan = life(API_KEY, name=life.name("key")), life(USAGE_PLAN, name=life.name("plan"))
    member = life(USAGE_PLAN_KEY, keyId=key.id, keyType="API_KEY", usagePlanId=plan.id)
    plan.delete()
    assert member.read() is None
    member.delete()


def test_an_import_id_of_a_key_of_the_wrong_form_says_the_right_one() -> None:
    with pytest.raises(CallError, match="expected USAGE-PLAN-ID/USAGE-PLAN-KEY-ID"):
        kind(USAGE_PLAN_KEY).imported("abc")
