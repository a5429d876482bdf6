"""Tokens for each key and day, counted in a real table: never too many, and always given back."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import SimpleNamespace

import boto3
import budget
import handler
import pytest
from botocore.config import Config
from errors import ApiError
from inner import EndPiece, TextPiece, Usage
from model import MODEL

from sandbox import cloud

LIMIT = 1000
names = count(1)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """DynamoDB of a sandbox."""
    home = tmp_path_factory.mktemp("kit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_PROVIDER", "0")
        running = cloud.start(home)
    yield boto3.client(
        "dynamodb",
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        **running.keys,
        config=Config(max_pool_connections=50),
    )
    cloud.stop(home)


@pytest.fixture
def tokens(client):
    """A budget of 1,000 tokens a day, with an empty table as chapter 13 declares it."""
    table = f"budgets{next(names)}"
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return budget.Budget(client, table, LIMIT)


def items(tokens):
    """What the table holds, by id."""
    found = tokens.client.scan(TableName=tokens.table)["Items"]
    return {item["id"]["S"]: item for item in found}


def taken(tokens, caller="blue"):
    """What the table says that a key has taken today; and how many calls are open."""
    item = items(tokens)[f"{caller}#{time.strftime('%Y-%m-%d', time.gmtime())}"]
    return int(item["taken"]["N"]), sum(name.startswith(budget.PROMISE) for name in item)


# The table


def test_what_a_call_did_not_use_is_given_back(tokens):
    promise = tokens.reserve("blue", 400)
    assert taken(tokens) == (400, 1)
    promise.used = 150
    tokens.settle(promise)
    assert taken(tokens) == (150, 0)


def test_the_last_token_may_be_taken_and_none_after_it(tokens):
    tokens.reserve("blue", 999)
    with pytest.raises(ApiError):
        tokens.reserve("blue", 2)
    tokens.reserve("blue", 1)
    assert taken(tokens) == (LIMIT, 2)


def test_more_than_a_whole_day_has_is_never_promised(tokens):
    with pytest.raises(ApiError):
        tokens.reserve("blue", LIMIT + 1)
    assert items(tokens) == {}


def test_a_refusal_says_when_there_are_tokens_again(tokens):
    tokens.reserve("blue", LIMIT)
    with pytest.raises(ApiError, match="1000 that this key has for a day") as refused:
        tokens.reserve("blue", 1)
    error = refused.value
    assert (error.status, error.code, error.type) == (429, "rate_limit_exceeded", "tokens")
    midnight = -time.time() % 86400
    assert abs(int(error.headers["Retry-After"]) - midnight) < 5
    assert error.headers["x-should-retry"] == "false"


def test_one_team_s_spending_is_no_other_team_s(tokens):
    tokens.reserve("blue", LIMIT)
    tokens.reserve("green", LIMIT)
    with pytest.raises(ApiError):
        tokens.reserve("blue", 1)


def test_callers_without_a_key_share_one_budget(tokens):
    tokens.reserve(None, 600)
    with pytest.raises(ApiError):
        tokens.reserve(None, 600)
    assert taken(tokens, "no-key") == (600, 1)


def test_a_new_day_is_a_new_budget_and_a_call_is_settled_on_its_own_day(tokens, monkeypatch):
    now = [time.time()]
    clock = SimpleNamespace(time=lambda: now[0], gmtime=lambda: time.gmtime(now[0]))
    clock.strftime = time.strftime
    monkeypatch.setattr(budget, "time", clock)
    promise = tokens.reserve("blue", LIMIT)
    now[0] += budget.DAY
    tokens.reserve("blue", LIMIT)
    promise.used = 10
    tokens.settle(promise)
    first, second = sorted(items(tokens).items())
    assert (first[1]["taken"]["N"], second[1]["taken"]["N"]) == ("10", str(LIMIT))
    for _, item in (first, second):
        assert abs(int(item["expires"]["N"]) - now[0] - 7 * budget.DAY) < 2 * budget.DAY


def test_what_was_promised_to_a_dead_call_goes_to_whoever_needs_it(tokens):
    dead = -budget.SLACK - 1
    tokens.reserve("blue", 300, seconds=dead)
    tokens.reserve("blue", 300, seconds=dead)
    tokens.reserve("blue", 300)
    assert taken(tokens) == (900, 3)
    tokens.reserve("blue", 600)
    assert taken(tokens) == (900, 2)


def test_a_call_that_dies_costs_what_it_read(tokens):
    for _ in range(3):
        tokens.reserve("blue", 300, seconds=-budget.SLACK - 1, read=50)
    tokens.reserve("blue", 800)
    assert taken(tokens) == (950, 1)
    with pytest.raises(ApiError):
        tokens.reserve("blue", 100)


def test_a_promise_of_the_time_before_it_said_what_was_read_is_given_back_whole(tokens):
    promise = tokens.reserve("blue", 900, seconds=-budget.SLACK - 1)
    old = {":old": {"S": f"900 {int(time.time()) - 60}"}}
    tokens._update(
        promise.item, "SET #promise = :old", old, "attribute_exists(taken)", promise.name
    )
    tokens.reserve("blue", 900)
    assert taken(tokens) == (900, 1)


def test_a_late_call_pays_once_for_what_it_read(tokens):
    late = tokens.reserve("blue", 900, seconds=-budget.SLACK - 1, read=40)
    tokens.reserve("blue", 200)
    late.used = 100
    tokens.settle(late)
    assert taken(tokens) == (300, 1)


def test_what_was_promised_to_a_living_call_stays(tokens):
    tokens.reserve("blue", 900, seconds=1)
    with pytest.raises(ApiError):
        tokens.reserve("blue", 200)
    assert taken(tokens) == (900, 1)


def test_a_call_that_was_thought_dead_pays_all_the_same(tokens):
    late = tokens.reserve("blue", 900, seconds=-budget.SLACK - 1)
    tokens.reserve("blue", 200)
    late.used = 100
    tokens.settle(late)
    assert taken(tokens) == (300, 1)


def test_an_update_that_is_sent_twice_takes_once(tokens):
    promise = tokens.reserve("blue", 100)
    assert tokens._take(promise, int(time.time()) + 60) is False
    assert taken(tokens) == (100, 1)


def test_fifty_at_once_take_no_more_than_there_is(tokens):
    together = threading.Barrier(50)

    def call(number):
        together.wait()
        try:
            return tokens.reserve("blue", 90)
        except ApiError:
            return None

    with ThreadPoolExecutor(50) as pool:
        promises = [promise for promise in pool.map(call, range(50)) if promise]
        assert len(promises) == 11
        assert taken(tokens) == (990, 11)
        for promise in promises:
            promise.used = 40
        list(pool.map(tokens.settle, promises))
    assert taken(tokens) == (440, 0)


def test_dead_promises_are_given_back_once_however_many_want_them(tokens):
    for _ in range(10):
        tokens.reserve("blue", 100, seconds=-budget.SLACK - 1)
    together = threading.Barrier(20)

    def call(number):
        together.wait()
        try:
            return tokens.reserve("blue", 100)
        except ApiError:
            return None

    with ThreadPoolExecutor(20) as pool:
        given = sum(promise is not None for promise in pool.map(call, range(20)))
    total, opened = taken(tokens)
    assert total == opened * 100 <= LIMIT
    assert given >= 1


# The handler


CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 29_000)
CHAT = {
    "model": MODEL.name,
    "messages": [{"role": "user", "content": "Tell a long story about the sea."}],
}
BODIES = {
    "prompt": ("/model", {"prompt": "Hi"}),
    "inputs": ("/model", {"inputs": "Hi"}),
    "chat": ("/chat/completions", CHAT),
    "stream": ("/chat/completions", {**CHAT, "stream": True}),
}


def event(path, body, caller="blue", method="POST"):
    return {
        "httpMethod": method,
        "path": path,
        "headers": {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
        "requestContext": {"requestId": "gateway-1", "identity": {"apiKeyId": caller}},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


@pytest.fixture
def metered(tokens, monkeypatch):
    """The handler with this budget."""
    monkeypatch.setattr(handler, "BUDGET", tokens)
    return tokens


@pytest.mark.parametrize(("path", "body"), BODIES.values(), ids=BODIES)
def test_every_way_to_the_model_pays_what_it_used(metered, path, body, capsys):
    body = (
        {**body, "parameters": {"max_tokens": 4}} if "inputs" in body else {**body, "max_tokens": 4}
    )
    assert handler.handler(event(path, body), CONTEXT)["statusCode"] == 200
    line = json.loads(capsys.readouterr().out)
    assert line["key_id"] == "blue"
    assert taken(metered) == (line["prompt_tokens"] + line["completion_tokens"], 0)


@pytest.mark.parametrize(("path", "body"), BODIES.values(), ids=BODIES)
def test_every_way_to_the_model_is_closed_when_nothing_is_left(metered, path, body, monkeypatch):
    metered.reserve("blue", LIMIT)
    address = MODEL.llama.server.listening_address
    monkeypatch.setattr(MODEL.llama, "server", SimpleNamespace(listening_address=address))
    response = handler.handler(event(path, body), CONTEXT)
    assert response["statusCode"] == 429
    assert int(response["headers"]["Retry-After"]) <= budget.DAY
    assert response["headers"]["Content-Type"] == "application/json"
    assert json.loads(response["body"])["error"]["code"] == "rate_limit_exceeded"


def test_what_does_not_ask_the_model_costs_nothing(metered):
    metered.reserve("blue", LIMIT)
    for path in ("/model", "/models"):
        assert handler.handler(event(path, None, method="GET"), CONTEXT)["statusCode"] == 200
    assert handler.handler(event("/model", {"prompt": 5}), CONTEXT)["statusCode"] == 400


def test_what_is_set_aside_is_enough_for_any_answer_and_no_more(metered, monkeypatch):
    promised = []
    reserve = budget.Budget.reserve
    monkeypatch.setattr(
        budget.Budget, "reserve", lambda *args: promised.append(args[2]) or reserve(*args)
    )
    story = {"prompt": "Tell a story.", "max_tokens": 8}
    handler.handler(event("/model", story), CONTEXT)
    assert [taken(metered)[0]] == promised  # the answer is cut after eight: all was needed


@pytest.mark.parametrize(("path", "body"), BODIES.values(), ids=BODIES)
def test_a_call_that_failed_gives_back_all(metered, path, body, monkeypatch):
    def fail(ask):
        raise RuntimeError("no answer")

    monkeypatch.setattr(MODEL, "stream", fail)
    assert handler.handler(event(path, body), CONTEXT)["statusCode"] == 500
    assert taken(metered) == (0, 0)


def test_a_stream_that_is_left_pays_what_it_gave(metered, monkeypatch, capsys):
    monkeypatch.setattr(handler, "streamed", lambda _: True)
    body = {**CHAT, "stream": True, "max_tokens": 200}
    pieces = handler.handler(event("/chat/completions", body), CONTEXT)
    for _ in range(6):
        next(pieces)
    assert taken(metered)[0] > 200
    pieces.close()
    line = json.loads(capsys.readouterr().out)
    assert line["aborted"] is True
    used = line["prompt_tokens"] + line["completion_tokens"]
    assert taken(metered) == (used, 0)
    assert used < 100


def test_a_stream_that_is_never_read_holds_nothing(metered, monkeypatch):
    monkeypatch.setattr(handler, "streamed", lambda _: True)
    handler.handler(event("/chat/completions", {**CHAT, "stream": True}), CONTEXT).close()
    assert items(metered) == {}


def test_fifty_calls_on_all_ways_never_overshoot(metered, monkeypatch):
    monkeypatch.setattr(handler, "streamed", lambda _: True)
    usage = Usage(20, 30)
    highest = []

    def stream(ask):
        for _ in range(3):
            highest.append(taken(metered)[0])
            yield TextPiece("yes", usage)
        yield EndPiece("length", usage)

    monkeypatch.setattr(MODEL, "stream", stream)
    monkeypatch.setattr(MODEL, "count", lambda ask: 20)
    together = threading.Barrier(50)

    def call(number):
        path, body = list(BODIES.values())[number % 4]
        more = {"parameters": {"max_tokens": 30}} if "inputs" in body else {"max_tokens": 30}
        together.wait()
        answer = handler.handler(event(path, {**body, **more}), CONTEXT)
        if isinstance(answer, dict):
            return answer["statusCode"]
        status = next(answer)["statusCode"]
        if number % 8 == 7:
            answer.close()
        return (list(answer) and status) or status

    with ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(call, range(50)))
    assert set(statuses) == {200, 429}
    assert max(highest) <= LIMIT
    assert taken(metered) == (50 * statuses.count(200), 0)
    assert statuses.count(200) == LIMIT // 50


def test_without_the_table_nobody_is_served(metered, monkeypatch, capsys):
    monkeypatch.setattr(handler, "BUDGET", budget.Budget(metered.client, "gone", LIMIT))
    response = handler.handler(event(*BODIES["prompt"]), CONTEXT)
    assert response["statusCode"] == 500
    assert "ResourceNotFound" in json.loads(capsys.readouterr().out)["error"]


def test_an_answer_that_cannot_be_settled_is_given_all_the_same(metered, monkeypatch, capsys):
    def fail(self, promise):
        raise ConnectionError

    monkeypatch.setattr(budget.Budget, "settle", fail)
    body = {"prompt": "Hi", "max_tokens": 1}
    assert handler.handler(event("/model", body), CONTEXT)["statusCode"] == 200
    warning, line = map(json.loads, capsys.readouterr().out.splitlines())
    assert warning["error"] == "ConnectionError" and warning["not_settled"].startswith("blue#")
    assert line["status"] == 200


def test_the_environment_tells_of_the_budget(monkeypatch):
    monkeypatch.delenv("BUDGET_TABLE", raising=False)
    assert budget.from_environment() is None
    monkeypatch.setenv("BUDGET_TABLE", "budgets")
    monkeypatch.setenv("TOKENS_PER_DAY", "20000")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = budget.from_environment()
    assert (made.table, made.tokens_per_day) == ("budgets", 20000)
