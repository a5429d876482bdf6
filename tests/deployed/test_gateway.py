"""What the gateway of chapters 08 to 20 does, called over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

HELLO = {"prompt": "Say hello to the class.", "max_tokens": 8}
PATHS = ("/model", "/models", "/models/SmolLM2-135M-Instruct", "/chat/completions")


def budget_item(whole, team="blue"):
    """What the table has of a team's key today."""
    key = key_id(whole, team)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    found = whole.client("dynamodb").get_item(
        TableName=whole.outputs["budget_table"], Key={"id": {"S": f"{key}#{day}"}}
    )
    return found.get("Item", {})


def key_id(whole, team):
    keys = whole.client("apigateway").get_api_keys(includeValues=True)["items"]
    return next(key["id"] for key in keys if key["value"] == whole.keys[team])


def invocations(whole):
    """How often the model's function has been asked, by its own log."""
    logs = whole.client("logs")
    count = 0
    for page in logs.get_paginator("filter_log_events").paginate(
        logGroupName=whole.outputs["log_group"], filterPattern="START"
    ):
        count += sum(event["message"].startswith("START ") for event in page["events"])
    return count


# 07


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer wrong", "Basic x", "wrong"])
def test_no_path_answers_who_has_no_key(whole, path, key):
    headers = {} if key is None else {"Authorization": key}
    method = "POST" if path == "/chat/completions" else "GET"
    answer = requests.request(method, whole.base_url + path, headers=headers, json={}, timeout=30)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


def test_a_keys_value_in_the_header_of_api_keys_is_no_authentication(whole):
    headers = {"x-api-key": whole.keys["blue"]}
    assert requests.get(whole.base_url + "/model", headers=headers, timeout=30).status_code == 401


def test_a_cached_decision_covers_every_path(whole):
    statuses = [
        requests.get(whole.base_url + path, headers=whole.headers(), timeout=30).status_code
        for path in PATHS[:3]
    ]
    assert statuses == [200, 200, 200]


def test_keys_are_in_no_log_and_no_state_in_the_clear(whole, kit):
    whole.post("/model", HELLO)
    values = [value.encode() for value in whole.keys.values()]
    seen = 0
    for folder in ("backend", "workspaces"):
        for path in (kit / folder).rglob("*"):
            if path.is_file():
                text = path.read_bytes()
                seen += 1
                assert not any(value in text for value in values), path
    assert seen > 2
    logs = whole.client("logs")
    for name in ("access_log_group", "execution_log_group", "log_group"):
        group = whole.outputs[name]
        events = logs.filter_log_events(logGroupName=group)["events"]
        assert events
        assert not any(value.decode() in event["message"] for value in values for event in events)


def signed(url, key, secret, **headers):
    """A GET that is signed with these keys."""
    request = AWSRequest("GET", url, headers=headers)
    SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
    return requests.get(url, headers=dict(request.headers), timeout=30).status_code


def test_who_signs_needs_a_permission_too(changed):
    """The policy of the API admits everyone; beside signatures it must not be there."""
    signing = changed(authentication="iam")
    iam, url = signing.client("iam"), signing.base_url + "/model"
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    pair = (key["AccessKeyId"], key["SecretAccessKey"])
    with_key = {"x-api-key": signing.keys["blue"]}
    assert requests.get(url, headers=with_key, timeout=30).status_code == 403
    assert signed(url, *pair, **with_key) == 403
    call = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*"}
    document = {"Version": "2012-10-17", "Statement": [call]}
    iam.put_user_policy(UserName="ada", PolicyName="call", PolicyDocument=json.dumps(document))
    assert signed(url, *pair, **with_key) == 200
    assert signed(url, pair[0], "wrong", **with_key) == 403
    assert signed(url, *pair) == 403  # no team's key: no plan to count it in


# 08


def test_one_teams_429_never_touches_the_other(changed):
    tight = changed(teamRate="1", teamBurst="3")
    url = tight.base_url + "/model"
    seen = {"blue": Counter(), "green": Counter()}
    for _ in range(12):
        seen["blue"][requests.get(url, headers=tight.headers("blue"), timeout=30).status_code] += 1
    for _ in range(3):
        answer = requests.get(url, headers=tight.headers("green"), timeout=30)
        seen["green"][answer.status_code] += 1
    assert set(seen["blue"]) == {200, 429}
    assert seen["green"] == {200: 3}


def test_the_stage_throttles_all_together(changed):
    tight = changed(stageRate="1", stageBurst="2")
    url = tight.base_url + "/model"
    statuses = [
        requests.get(url, headers=tight.headers(team), timeout=30).status_code
        for team in ("blue", "green") * 4
    ]
    assert 429 in statuses and 200 in statuses


def test_a_method_has_a_limit_of_its_own(changed):
    tight = changed(promptRate="0.2", promptBurst="1")
    posted = [tight.post("/model", {**HELLO, "max_tokens": 1}).status_code for _ in range(3)]
    assert posted == [200, 429, 429]
    hello = {"model": "SmolLM2-135M-Instruct", "messages": [{"role": "user", "content": "Hi"}]}
    chats = [tight.post("/chat/completions", {**hello, "max_tokens": 1}) for _ in range(3)]
    assert [answer.status_code for answer in chats] == [200, 429, 429]
    url = tight.base_url + "/model"
    got = [requests.get(url, headers=tight.headers(), timeout=30).status_code for _ in range(3)]
    assert got == [200, 200, 200]


def test_fifty_parallel_calls_never_overshoot_the_budget(changed):
    budget = 400
    tight = changed(tokensPerDay=str(budget), teams='["blue", "green", "many"]')
    answers = []

    def ask(_):
        answer = tight.post("/model", HELLO, "many")
        answers.append(answer)
        taken = budget_item(tight, "many").get("taken", {"N": "0"})
        return int(taken["N"])

    with ThreadPoolExecutor(50) as pool:
        highest = max(pool.map(ask, range(50)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {200, 429}
    used = sum(
        sum(answer.json()["usage"].values()) for answer in answers if answer.status_code == 200
    )
    assert used <= highest <= budget
    item = budget_item(tight, "many")
    assert int(item["taken"]["N"]) == used
    assert not [name for name in item if name.startswith("promise-")]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"


def test_a_call_that_is_given_up_keeps_no_tokens_that_it_did_not_use(whole):
    before = int(budget_item(whole).get("taken", {"N": "0"})["N"])
    story = {
        "model": "SmolLM2-135M-Instruct",
        "messages": [{"role": "user", "content": "Tell me a long story about the sea."}],
        "max_tokens": 256,
        "stream": True,
    }
    with whole.post("/chat/completions", story, stream=True) as answer:
        next(answer.iter_content(1))
    for _ in range(100):
        item = budget_item(whole)
        if not [name for name in item if name.startswith("promise-")]:
            break
        time.sleep(0.1)
    taken = int(item["taken"]["N"]) - before
    assert 0 < taken < 200


@pytest.mark.parametrize("path", ["/model", "/chat/completions"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"prompt": 1}', "application/json"),
        (b'{"prompt": "' + b"x" * 7000 + b'"}', "application/json"),
        (b"not json", "application/json"),
        (b"not json", "text/plain"),
        (b"{}", "text/plain"),
        (b"", "application/json"),
        (b"[]", "application/x-www-form-urlencoded"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_body_never_reaches_the_function(whole, path, body, content_type):
    before = invocations(whole)
    headers = {**whole.headers(), "Content-Type": content_type}
    answer = requests.post(whole.base_url + path, data=body, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_body"
    assert invocations(whole) == before


# 09


def test_one_request_id_leads_through_gateway_and_function(whole):
    answer = whole.post("/model", HELLO)
    request_id = answer.headers["x-amzn-RequestId"]
    logs = whole.client("logs")

    def found(name, text):
        group = whole.outputs[name]
        return [
            event["message"]
            for event in logs.filter_log_events(logGroupName=group, filterPattern=f'"{text}"')[
                "events"
            ]
        ]

    (line,) = found("access_log_group", request_id)
    access = json.loads(line)
    assert (access["status"], access["team"]) == ("200", "blue")
    assert access["keyId"] == key_id(whole, "blue")
    assert int(access["latency"]) >= int(access["integrationLatency"]) > 0
    assert len(found("execution_log_group", request_id)) > 5
    (handled,) = (json.loads(each) for each in found("log_group", request_id))
    assert handled["lambda_request_id"] == access["lambdaRequestId"]
    assert any("REPORT" in each for each in found("log_group", handled["lambda_request_id"]))
    everything = [
        line,
        json.dumps(handled),
        *found("execution_log_group", request_id),
    ]
    assert not any("Say hello" in each or "ello" in each for each in everything)


def test_what_a_caller_puts_into_the_path_is_in_no_log(whole):
    secret = "TheSecretIs4711"
    answer = requests.get(f"{whole.base_url}/models/{secret}", headers=whole.headers(), timeout=60)
    assert answer.status_code == 404
    logs, seen = whole.client("logs"), 0
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(
            logGroupName=group["logGroupName"]
        ):
            seen += len(page["events"])
            assert not [event for event in page["events"] if secret in event["message"]]
    assert seen > 10


def metric(whole, namespace, name, dimensions, stat="Sum"):
    found = whole.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": "m",
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": name,
                        "Dimensions": [
                            {"Name": key, "Value": value} for key, value in dimensions.items()
                        ],
                    },
                    "Period": 3600,
                    "Stat": stat,
                },
            }
        ],
        StartTime=time.time() - 3600,
        EndTime=time.time() + 60,
    )
    return sum(found["MetricDataResults"][0]["Values"])


def test_tokens_and_the_first_of_them_are_metrics(whole):
    model = {"gen_ai.request.model": "SmolLM2-135M-Instruct"}
    ours = f"LanguageModel/{whole.outputs['access_log_group']}"
    before = metric(whole, ours, "gen_ai.usage.output_tokens", model)
    written = whole.post("/model", HELLO).json()["usage"]["completion_tokens"]
    after = metric(whole, ours, "gen_ai.usage.output_tokens", model)
    assert after - before == written
    first = metric(whole, ours, "gen_ai.server.time_to_first_token", model, "Maximum")
    assert 0 < first < 30


def test_an_alarm_rings_for_a_function_that_fails(changed):
    def model(settings, *rest):
        from dataclasses import replace

        from gateway.model import model as usual

        return usual(replace(settings, timeout=1), *rest)

    slow = changed({"model": model})
    story = {"prompt": "Tell me a long story about the sea.", "max_tokens": 256}
    assert slow.post("/model", story).status_code == 502
    for _ in range(100):
        alarms = slow.client("cloudwatch").describe_alarms(AlarmNamePrefix="alarm-failures")
        if alarms["MetricAlarms"][0]["StateValue"] == "ALARM":
            return
        time.sleep(0.2)
    pytest.fail("the alarm did not ring")


def test_a_request_leaves_a_trace(whole):
    answer = whole.post("/model", HELLO)
    trace = answer.headers["X-Amzn-Trace-Id"].split(";")[0].removeprefix("Root=")
    found = whole.client("xray").batch_get_traces(TraceIds=[trace])["Traces"]
    assert [each["Id"] for each in found] == [trace]


# Changes under load


def test_no_request_fails_while_the_gateway_is_deployed_again(whole, changed):
    stop = threading.Event()
    statuses = Counter()

    hello = {"model": "SmolLM2-135M-Instruct", "messages": [{"role": "user", "content": "Hi"}]}
    hello |= {"max_tokens": 1, "stream": True}

    def describe(caller):
        return caller.get(whole.base_url + "/model", timeout=30).status_code

    def chat(caller):
        answer = caller.post(whole.base_url + "/chat/completions", json=hello, timeout=60)
        return answer.status_code if answer.text.endswith("data: [DONE]\n\n") else answer.text

    def load(call):
        with requests.Session() as caller:
            caller.headers.update(whole.headers())
            while not stop.is_set():
                statuses[call(caller)] += 1
                time.sleep(0.02)

    threads = [threading.Thread(target=load, args=(each,)) for each in (describe, describe, chat)]
    for thread in threads:
        thread.start()
    # What the function gives and what API Gateway takes change together, away and back.
    for change in ({"promptCharacters": "5000"}, {"stream": "false"}, {"promptCharacters": "5002"}):
        changed(**change)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}
    assert statuses[200] > 50
