"""What exercise 13.1 teaches is what the budget does."""

import time

import boto3
import budget
import inner
import pytest
from inner import Ask, EndPiece, Usage

from lab.checks.ch13 import LEFT, WHY
from sandbox import cloud
from tests.gateway.fake_model import FakeModel

ANSWERED = EndPiece("stop", Usage(50, 20))


class Model(FakeModel):
    """A model whose prompts have 50 tokens; `done` is its answer, or what it raises."""

    def __init__(self, look, done):
        super().__init__()
        self.look, self.pieces = look, [done]

    def count(self, ask):
        return 50

    def stream(self, ask):
        self.look()
        yield from super().stream(ask)


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A real table, as chapter 13 declares it."""
    monkeypatch.setenv("KIT_PROVIDER", "0")
    running = cloud.start(tmp_path)
    client = boto3.client(
        "dynamodb",
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        **running.keys,
    )
    client.create_table(
        TableName="budgets",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    yield client
    cloud.stop(tmp_path)


def test_exercise_13_1_says_what_the_budget_does(table):
    found = {}

    def left(caller):
        key = {"id": {"S": f"{caller}#{time.strftime('%Y-%m-%d', time.gmtime())}"}}
        item = table.get_item(TableName="budgets", Key=key)["Item"]
        return 300 - int(item["taken"]["N"])

    def call(caller, done):
        def look():
            found.setdefault("while it runs", left(caller))

        paid = budget.Metered(Model(look, done), budget.Budget(table, "budgets", 300), caller)
        return inner.whole(paid.stream(Ask((), max_tokens=150)))

    call("blue", ANSWERED)
    found["after its answer"] = left("blue")
    with pytest.raises(ValueError, match="by design"):
        call("green", ValueError("by design"))
    found["if the function had refused it"] = left("green")
    assert found == LEFT and set(WHY) == set(LEFT)
