"""show: answers of boto3 and of HTTP calls, readable, short, without secrets."""

import datetime
import json

import pytest
import requests

from lab.showing.readable import plain, shown
from lab.showing.show import show
from tests.lab.prompt.server import serving


def test_an_answer_of_boto3_is_json_without_its_metadata():
    made = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.timezone.utc)
    answer = {
        "Role": {"CreateDate": made, "Blob": b"123"},
        "ResponseMetadata": {"RetryAttempts": 0},
    }
    assert plain(answer) == {
        "Role": {"CreateDate": "2026-11-24T12:00:00+00:00", "Blob": "(3 bytes)"}
    }


@pytest.mark.parametrize("policy", ['{"Version": "1"}', '{\\"Version\\":\\"1\\"}'])
def test_a_policy_in_a_string_is_shown_as_data(policy):
    assert plain({"policy": policy}) == {"policy": {"Version": "1"}}


@pytest.mark.parametrize(
    "name", ["Authorization", "x-api-key", "SecretAccessKey", "SessionToken", "password"]
)
def test_fields_that_hold_secrets_are_covered(name):
    assert plain({"a": [{name: "hunter2"}]}) == {"a": [{name: "[secret]"}]}


VALUE = "hunter2" * 4
KEY = {"id": "k1", "value": VALUE, "name": "blue"}


@pytest.mark.parametrize(
    "answer",
    [
        # As boto3 answers get_api_keys(includeValues=True), create_api_key, get_usage_plan_keys.
        {"items": [{**KEY, "enabled": True, "createdDate": 0, "stageKeys": ["a/v1"]}]},
        {**KEY, "enabled": True, "createdDate": 0},
        {"items": [{**KEY, "type": "API_KEY"}]},
        {"Parameter": {"Name": "/a", "Type": "SecureString", "Value": VALUE}},
        {"SecretString": VALUE},
        {"Environment": {"Variables": {"OPENAI_API_KEY": VALUE, "DB_PASSWORD": VALUE}}},
        {"AuthenticationResult": {"AccessToken": VALUE, "IdToken": VALUE, "RefreshToken": VALUE}},
        {"UserPoolClient": {"ClientSecret": VALUE}},
        {"Code": {"Location": f"https://s3/f?X-Amz-Date=1&X-Amz-Signature={VALUE}&a=b"}},
        {"url": f"https://s3/f?AWSAccessKeyId=AKIA&Signature={VALUE}"},
        {"KeyMaterial": VALUE},
    ],
)
def test_secrets_under_names_that_say_nothing_are_covered_too(answer):
    text = show(answer).text()
    assert VALUE not in text
    assert "[secret]" in text


@pytest.mark.parametrize(
    "answer",
    [
        {"Parameter": {"Name": "/a", "Type": "String", "Value": "plain"}},
        {"Tags": [{"Key": "owner", "Value": "ada"}]},
        {"Dimensions": [{"Name": "ApiName", "Value": "lm"}], "nextToken": "abc"},
        {"Environment": {"Variables": {"TOKENS_PER_DAY": "5000", "MODEL": "smol"}}},
        {"choices": [{"logprobs": {"content": [{"token": "Paris", "logprob": -0.1}]}}]},
        {"apiKey": None, "authorization": ""},
    ],
)
def test_what_is_no_secret_is_shown(answer):
    assert plain(answer) == answer


@pytest.mark.parametrize(
    "value", [None, True, 1.5, float("nan"), "", {}, [], {1: {2}}, object(), lambda: 1, "[", b""]
)
def test_any_value_can_be_shown(value):
    assert isinstance(show(value).text(), str)
    json.dumps(show(value).state())


def test_long_and_deep_values_are_cut_and_say_so():
    endless = []
    endless.append(endless)
    assert "(deeper)" in shown(endless, 60)
    assert shown(list(range(100)), 10).endswith("… 92 of 102 lines cut")
    assert "(5,000 characters)" in shown("x" * 5000, 10)


def test_an_http_answer_has_its_request_status_headers_and_body():
    with serving() as server:
        view = show(requests.post(server.url, json={"prompt": "hi"}, timeout=5))
    assert view.text().startswith(f"POST {server.url}: 200 OK\n")
    assert view.state()["value"]["body"]["completion"] == "You said: hi"
    assert view.state()["value"]["headers"]["x-amzn-RequestId"] == "r-1"
