"""What clients of other tools found: each is how AWS answers them."""

from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.gateway.test_limits import keyed
from tests.sandbox.server.refusing import refused

DEFAULT = {"application/json": '{"message":$context.error.messageString}'}


@pytest.fixture(scope="module")
def api(account):
    """An API whose root and /model answer, served by the stage v1."""
    api = account.api(tags={"team": "one"})
    api.mock("fine")
    api.mock("fine", api.path("model"), "POST")
    api.deploy("v1")
    return api


def change(path, value, op="replace"):
    """A patch operation."""
    return {"op": op, "path": path, "value": value}


def test_the_settings_of_a_method_keep_the_name_that_they_were_given(account, api):
    where = {"restApiId": api.id, "stageName": "v1"}
    changes = [
        change("/~1model/POST/throttling/rateLimit", "0"),
        change("/~1/GET/metrics/enabled", "true"),
        change("/*/*/metrics/enabled", "true"),
    ]
    account.gateway.update_stage(**where, patchOperations=changes)
    settings = account.gateway.get_stage(**where)["methodSettings"]
    assert sorted(settings) == ["*/*", "~1/GET", "~1model/POST"]
    assert (api.call("/model", "POST").status_code, api.call().status_code) == (429, 200)
    gone = [{"op": "remove", "path": f"/{path}"} for path in ("~1model/POST", "~1/GET")]
    left = account.gateway.update_stage(**where, patchOperations=gone)["methodSettings"]
    assert list(left) == ["*/*"] and api.call("/model", "POST").status_code == 200


def test_a_key_with_an_empty_value_gets_one(account):
    made = account.gateway.create_api_key(name="made", value="")
    assert len(made["value"]) >= 20


def test_a_gateway_response_reads_back_the_defaults_of_what_was_left_out(account, api):
    """As APIs do that were imported from AWS: templates in all, a status in all but DEFAULT_4XX."""
    put, get = account.gateway.put_gateway_response, account.gateway.get_gateway_response
    for kind, status in (("UNAUTHORIZED", "401"), ("DEFAULT_4XX", None)):
        put(restApiId=api.id, responseType=kind)
        found = get(restApiId=api.id, responseType=kind)
        assert (found.get("statusCode"), found["responseTemplates"]) == (status, DEFAULT)
        assert found["defaultResponse"] is False


def test_a_keys_usage_is_told_day_by_day_and_can_be_extended(account):
    api = account.api()
    value = "a key whose usage is told"
    plan = keyed(account, api.mock("fine"), api, value, quota={"limit": 2, "period": "WEEK"})
    key = account.gateway.get_usage_plan_keys(usagePlanId=plan)["items"][0]["id"]

    def called() -> int:
        return api.call(headers={"x-api-key": value}).status_code

    assert [called() for _ in range(3)] == [200, 200, 429]
    today = datetime.now(timezone.utc).date()
    days = {"startDate": f"{today - timedelta(days=1)}", "endDate": f"{today}"}
    found = account.gateway.get_usage(usagePlanId=plan, **days)
    assert (found["usagePlanId"], found["startDate"], found["endDate"]) == (plan, *days.values())
    assert found["items"] == {key: [[0, 2], [2, 0]]}
    more = [change("/remaining", "3")]
    found = account.gateway.update_usage(usagePlanId=plan, keyId=key, patchOperations=more)
    assert found["items"] == {key: [[2, 3]]}
    assert [called() for _ in range(4)] == [200, 200, 200, 429]
    found = account.gateway.get_usage(usagePlanId=plan, keyId=key, **days)
    assert found["items"] == {key: [[0, 2], [5, 0]]}
    missing = ("NotFoundException", 404)
    get = account.gateway.get_usage
    refused(missing, "Invalid Usage Plan ID specified", get, usagePlanId="nope", **days)
    with pytest.raises(ClientError, match="BadRequestException.*Invalid patch path /used"):
        account.gateway.update_usage(
            usagePlanId=plan, keyId=key, patchOperations=[change("/used", "1")]
        )
    for wrong in ({"startDate": "now"}, {"startDate": f"{today + timedelta(days=2)}"}):
        with pytest.raises(ClientError, match="BadRequestException.*Invalid date"):
            get(usagePlanId=plan, **{**days, **wrong})


def test_the_tagging_api_lists_what_has_tags_and_nothing_else(account, api):
    tagging = account.client("resourcegroupstaggingapi")
    plain = account.function("def handler(event, context):\n    return {}\n")
    account.client("logs").create_log_group(logGroupName="tagged", tags={"team": "one"})
    account.client("logs").create_log_group(logGroupName="plain")
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}"
    group = "arn:aws:logs:us-east-1:000000000000:log-group:tagged"

    def listed(**more) -> set[str]:
        found = tagging.get_resources(**more)["ResourceTagMappingList"]
        assert all(each["Tags"] for each in found)
        return {each["ResourceARN"] for each in found}

    everything = listed()
    assert {arn, group} <= everything and plain not in everything
    team = [{"Key": "team", "Values": ["one"]}]
    assert listed(TagFilters=team) == {arn, group}
    assert arn in listed(ResourceTypeFilters=["apigateway:restapis"])
    stage = f"{arn}/stages/v1"
    tagging.tag_resources(ResourceARNList=[stage, plain], Tags={"team": "two"})
    assert {stage, plain} <= listed(ResourceTypeFilters=["apigateway", "lambda"])
    assert account.gateway.get_tags(resourceArn=stage)["tags"] == {"team": "two"}
    tagging.untag_resources(ResourceARNList=[stage, plain], TagKeys=["team"])
    assert not {stage, plain} & listed()
    gone = arn.replace(api.id, "nope")
    failed = tagging.tag_resources(ResourceARNList=[gone], Tags={"a": "b"})["FailedResourcesMap"]
    assert failed[gone]["ErrorCode"] == "InvalidParameterException"
