"""How much may be asked: keys, plans, quotas, and the settings of a stage."""

from dataclasses import replace

from sandbox import cloud
from tests.sandbox.server.conftest import Account
from tests.sandbox.server.gateway.guarded import asked, guarded


def keyed(account, place, api, value, **plan):
    """A method that needs a key, the key, and its plan for the stage v1; the plan's id."""
    guard_key = {"op": "replace", "path": "/apiKeyRequired", "value": "true"}
    account.gateway.update_method(**place, patchOperations=[guard_key])
    api.deploy("v1")
    key = account.gateway.create_api_key(name="k", value=value, enabled=True)["id"]
    created = account.gateway.create_usage_plan(
        name="p", apiStages=[{"apiId": api.id, "stage": "v1", **plan.pop("stage", {})}], **plan
    )["id"]
    account.gateway.create_usage_plan_key(usagePlanId=created, keyId=key, keyType="API_KEY")
    return created


def test_an_authorizer_may_name_the_key_and_a_cache_hit_still_does(account, functions):
    value = "a key from an authorizer 1"
    api, _ = guarded(account, functions, authorizerResultTtlInSeconds=300)
    source = {"op": "replace", "path": "/apiKeySource", "value": "AUTHORIZER"}
    account.gateway.update_rest_api(restApiId=api.id, patchOperations=[source])
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "ANY"}
    keyed(account, place, api, value, quota={"limit": 2, "period": "DAY"})
    found = [asked(api, value) for _ in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 429]
    calls = {a.json()["requestContext"]["authorizer"]["calls"] for a in found[:2]}
    assert len(calls) == 1
    keys = account.gateway.get_api_keys(nameQuery="k", includeValues=True)["items"]
    key_id = next(key["id"] for key in keys if key["value"] == value)
    for answer in found[:2]:
        identity = answer.json()["requestContext"]["identity"]
        assert (identity["apiKey"], identity["apiKeyId"]) == (value, key_id)
    header = api.call("/", headers={"Authorization": "good", "x-api-key": value})
    assert (header.status_code, header.text) == (403, '{"message":"Forbidden"}')


def test_a_plan_throttles_its_client_and_single_methods(account):
    value = "k" * 31
    api = account.api()
    api.mock("free", api.path("free"))
    strict = {"throttle": {"//GET": {"rateLimit": 0.01, "burstLimit": 1}}}
    throttle = {"rateLimit": 0.01, "burstLimit": 4}
    keyed(account, api.mock("one"), api, value, stage=strict, throttle=throttle)
    headers = {"x-api-key": value}
    found = [api.call("/", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in found] == [200, 429]
    assert found[1].text == '{"message":"Too Many Requests"}'
    assert found[1].headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    assert not {"retry-after", "x-ratelimit-limit"} & {h.lower() for h in found[1].headers}
    # A plan binds only methods that need a key.
    assert {api.call("/free", headers=headers).status_code for _ in range(6)} == {200}


def test_what_is_used_of_a_quota_outlives_a_restart(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_PROVIDER", "0")
    account = Account(cloud.start(tmp_path))
    try:
        api, value = account.api(), "k" * 32
        keyed(account, api.mock("one"), api, value, quota={"limit": 1, "period": "MONTH"})
        headers = {"x-api-key": value}
        assert [api.call(headers=headers).status_code for _ in range(2)] == [200, 429]
        cloud.stop(tmp_path)
        again = replace(api, account=Account(cloud.start(tmp_path)))
        assert again.call(headers=headers).text == '{"message":"Limit Exceeded"}'
    finally:
        cloud.stop(tmp_path)


def test_a_stages_method_setting_wins_over_that_for_all(account):
    api = account.api()
    api.mock("one")
    api.mock("two", api.path("two"))
    api.deploy("v1")
    limits = {
        "/*/*/throttling/rateLimit": "100",
        "/*/*/throttling/burstLimit": "50",
        "/~1two/GET/throttling/rateLimit": "0",
        "/~1two/GET/throttling/burstLimit": "5",
    }
    changes = [{"op": "replace", "path": path, "value": v} for path, v in limits.items()]
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=changes)
    assert [api.call(path).status_code for path in ("/", "/two", "/")] == [200, 429, 200]
